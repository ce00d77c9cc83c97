import type { JsonValue } from "../../../src/contract/json.ts";
import {
  agreed,
  estimatedAmount,
  readRecord,
  type RecordReader,
  type Said,
  saidIn,
  shownValue,
} from "../../../src/contract/read-record.ts";
import type { RecommendationSource, SourceRecord } from "../../../src/contract/recommendation-source.ts";
import { daysIn } from "./azure-consumption.ts";
import { azureSettings } from "./azure-import-settings.ts";
import { plainCount, plainRegion, plainWord, readAzure, reservedFacets, reservedRecord } from "./reserved-record.ts";

const wants = 'what "az advisor recommendation list" prints';

/** The recommendation to reserve virtual machines: older ones of it say `vmSize`, and name no resource type. */
const reserveMachines = "84b1a508-fc21-49da-979e-96894f1665df";

/**
 * Azure Advisor: what `az advisor recommendation list` prints, or what its API answers. Only recommendations of reservations can be
 * translated: most others are about something else than buying.
 * https://learn.microsoft.com/rest/api/advisor/recommendations/list
 */
export const azureAdvisor: RecommendationSource = {
  title: "Azure Advisor",
  wants,
  settings: azureSettings,
  facets: reservedFacets,
  read: (answer) => readAzure(answer, wants, readAdvice),
};

function readAdvice(path: string, value: JsonValue): SourceRecord {
  const record = readRecord(path, value);
  // The command line prints the properties beside the rest.
  const advice = record.has("properties") ? record.object("properties") : record;
  const extended = advice.object("extendedProperties");
  const type = advice.text("recommendationTypeId")?.toLowerCase();
  const isReservation = extended.has("reservedResourceType") || (type === reserveMachines && extended.has("vmSize"));
  if (!isReservation) return otherAdvice(record, advice);
  if (advice.list("suppressionIds").length > 0) {
    advice.fail("suppressionIds", "is not empty: somebody has postponed or dismissed it");
  }
  if (advice !== record && record.has("extendedProperties")) {
    record.fail("extendedProperties", "are there a second time, beside properties.extendedProperties");
  }
  const days = daysIn(agreed(saidIn([extended], ["lookbackPeriod", "lookBackPeriod"]), (text) => daysIn(text) ?? text));
  const subscriptions = ["subId", "subscriptionId"];
  const said = {
    from: extended,
    resourceType: extended.text("reservedResourceType") ?? "VirtualMachines",
    sku: agreed([...saidIn([extended], ["sku", "vmSize"]), ...displayed(extended)], plainWord),
    skuField: "sku",
    region: agreed(saidIn([extended], ["region", "location"]), plainRegion),
    regionField: extended.has("region") ? "region" : "location",
    term: extended.text("term"),
    quantity: quantityOf(extended),
    scope: extended.text("scope"),
    subscriptions: [...saidIn([extended, advice, record], subscriptions), ...impacted(advice)],
    lookBack: days,
    note: noteOf(extended, days),
  };
  return reservedRecord(record, said);
}

/** The SKU as it is displayed, where that is no title for people: `Cosmos DB 100 RU/s` has blanks. */
function displayed(extended: RecordReader): readonly Said[] {
  return saidIn([extended], ["displaySKU"]).filter(({ text = "" }) => !text.includes(" "));
}

/** What it is about, where that is a subscription. */
function impacted(advice: RecordReader): readonly Said[] {
  const isSubscription = advice.text("impactedField")?.toLowerCase() === "microsoft.subscriptions/subscriptions";
  return isSubscription ? saidIn([advice], ["impactedValue"]) : [];
}

function otherAdvice(record: RecordReader, advice: RecordReader): SourceRecord {
  const problem = advice.object("shortDescription").text("problem");
  record.fail(
    "",
    `is no recommendation to buy a reservation${problem === undefined ? "" : `: ${shownValue(problem)}`}`,
  );
  const { path, problems } = record;
  return {
    path,
    problems,
    facets: {},
    known: {},
    fields: undefined,
    usage: { key: path, scope: undefined },
    note: undefined,
  };
}

function quantityOf(extended: RecordReader): number | undefined {
  const fields = ["qty", "displayQty", "targetResourceCount"];
  agreed(saidIn([extended], fields), plainCount);
  return extended.count(fields.find(extended.has) ?? "qty");
}

function noteOf(extended: RecordReader, days: string | undefined): string | undefined {
  const currency = extended.plain("savingsCurrency") ?? "";
  const amount = estimatedAmount(extended.plain("annualSavingsAmount"));
  if (amount === undefined) return undefined;
  const unit = /^[A-Z]{3}$/.test(currency) ? currency : "(no currency said)";
  return `Azure Advisor estimates savings of ${amount} ${unit} a year${days === undefined ? "" : `, from the last ${days}`}`;
}
