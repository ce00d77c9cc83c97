import type { JsonValue } from "../../../src/contract/json.ts";
import { agreed, estimatedAmount, readRecord, type RecordReader, saidIn } from "../../../src/contract/read-record.ts";
import type { RecommendationSource, SourceRecord } from "../../../src/contract/recommendation-source.ts";
import { azureSettings } from "./azure-import-settings.ts";
import { plainCount, plainRegion, plainWord, readAzure, reservedFacets, reservedRecord } from "./reserved-record.ts";

const wants = 'what "az consumption reservation recommendation list" prints';

/**
 * Azure Consumption: what `az consumption reservation recommendation list` prints, or what its API answers; of both kinds, `legacy`
 * and `modern`. https://learn.microsoft.com/rest/api/consumption/reservation-recommendations/list
 */
export const azureConsumption: RecommendationSource = {
  title: "Azure Consumption",
  wants,
  settings: azureSettings,
  facets: reservedFacets,
  read: (answer) => readAzure(answer, wants, readConsumption),
};

function readConsumption(path: string, value: JsonValue): SourceRecord {
  const record = readRecord(path, value);
  // The command line prints the properties beside the rest.
  const from = record.has("properties") ? record.object("properties") : record;
  const both = [record, from];
  const word = (...fields: string[]) => agreed(saidIn(both, fields), plainWord);
  const lookBack = agreed(saidIn(both, ["lookBackPeriod"]), (text) => daysIn(text) ?? text);
  agreed(saidIn(both, ["recommendedQuantity"]), plainCount);
  const said = {
    from,
    resourceType: word("resourceType"),
    sku: word("sku", "skuName"),
    skuField: "sku",
    region: agreed(saidIn(both, ["location"]), plainRegion),
    regionField: "location",
    term: word("term"),
    quantity: from.count("recommendedQuantity"),
    scope: word("scope"),
    subscriptions: saidIn(both, ["subscriptionId"]),
    lookBack: daysIn(lookBack),
    note: noteOf(from, daysIn(lookBack)),
  };
  return reservedRecord(record, said);
}

/** `30 days` for `Last30Days`, or for `30`. */
export function daysIn(text: string | undefined): string | undefined {
  const [, days] = /^(?:Last)?(\d{1,4})(?: ?days?)?$/i.exec(text ?? "") ?? [];
  return days === undefined ? undefined : `${days} days`;
}

function noteOf(from: RecordReader, days: string | undefined): string | undefined {
  // The modern kind says a currency, the legacy kind a bare number.
  const savings = from.isObject("netSavings") ? from.object("netSavings") : undefined;
  const amount = estimatedAmount(savings === undefined ? from.plain("netSavings") : savings.plain("value"));
  if (amount === undefined) return undefined;
  const currency = savings?.plain("currency") ?? "";
  const unit = /^[A-Z]{3}$/.test(currency) ? currency : "(no currency said)";
  return `Azure Consumption estimates savings of ${amount} ${unit} in ${days ?? "the look-back"}`;
}
