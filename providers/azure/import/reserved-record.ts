import type { JsonObject, JsonValue } from "../../../src/contract/json.ts";
import {
  agreed,
  isObject,
  readRecord,
  type RecordReader,
  type Said,
  saidIn,
  shownValue,
} from "../../../src/contract/read-record.ts";
import type { SourceAnswer, SourceProblem, SourceRecord } from "../../../src/contract/recommendation-source.ts";
import { azureServices } from "../azure-services.ts";
import { azureRegion } from "./azure-region-names.ts";
import { subscriptionInId, subscriptionOf } from "./azure-import-settings.ts";

/** What a record says, in Azure's words, wherever its source keeps it. */
export interface SaidReservation {
  /** Holds the fields below. */
  readonly from: RecordReader;
  readonly resourceType: string | undefined;
  readonly sku: string | undefined;
  /** The name of the field that the SKU was looked for in. */
  readonly skuField: string;
  readonly region: string | undefined;
  readonly regionField: string;
  /** `P1Y`. */
  readonly term: string | undefined;
  readonly quantity: number | undefined;
  /** `Shared` or `Single`. */
  readonly scope: string | undefined;
  /** The fields that name the subscription whose usage it is about; its own id does too. */
  readonly subscriptions: readonly Said[];
  readonly lookBack: string | undefined;
  readonly note: string | undefined;
}

/** By what records of Azure can be chosen. */
export const reservedFacets = ["service", "term", "lookBack", "scope", "subscription", "region"];

/** Names of Azure are the same in large and in small letters. */
export const plainWord = (text: string) => text.toLowerCase();

/** The same for a region's code, its display name, and its meter's name. */
export const plainRegion = (text: string) => azureRegion(text) ?? text;

/** The same for `2` and `2.0`. */
export const plainCount = (text: string) => text.replace(/\.0+$/, "");

/** A record as it is translated. The problems that reading it noted are in its reader. */
export function reservedRecord(record: RecordReader, said: SaidReservation): SourceRecord {
  const { from, sku, quantity, note } = said;
  const service = serviceOf(said);
  if (sku === undefined) from.fail(said.skuField, "is missing: what is to be reserved is not said");
  const region = said.region === undefined ? undefined : azureRegion(said.region);
  if (said.region !== undefined && region === undefined) {
    from.fail(said.regionField, `is ${shownValue(said.region)}, and no region of Azure is known by that name`);
  }
  const term = said.term?.toUpperCase();
  if (term !== undefined && !/^P(1M|[135]Y)$/.test(term))
    from.fail("term", `must be P1M, P1Y, P3Y or P5Y, not ${shownValue(term)}`);
  // The id of a billing account's record names no subscription.
  const ids = saidIn([record], ["id"]).filter(({ text }) => subscriptionInId(text) !== undefined);
  const named = agreed([...said.subscriptions, ...ids], (text) => subscriptionInId(text) ?? plainWord(text));
  const subscription = subscriptionOf(named) ?? subscriptionInId(named);
  const appliedScope = scopeOf(said, subscription);
  const fields = present({ provider: "azure", service, region, sku, quantity, term, appliedScope });
  const scope = said.scope?.toLowerCase() === "single" ? "Single" : "Shared";
  return {
    path: record.path,
    facets: texts({ service, term, lookBack: said.lookBack, scope: said.scope && scope, subscription, region }),
    fields: record.problems.length > 0 ? undefined : fields,
    problems: record.problems,
    known: texts({ subscriptionId: subscription }),
    usage: {
      key: JSON.stringify([service, region, sku?.toLowerCase()]),
      scope: scope === "Single" ? (subscription ?? "") : undefined,
    },
    note,
  };
}

function present(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function texts(values: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]])),
  );
}

function scopeOf({ from, scope }: SaidReservation, subscriptionId: string | undefined): JsonValue | undefined {
  const word = scope?.toLowerCase();
  if (word === undefined) return undefined;
  if (word === "shared") return { type: "Shared" };
  if (word !== "single") from.fail("scope", `must be Shared or Single, not ${shownValue(scope)}`);
  else if (subscriptionId === undefined) from.fail("scope", "is Single, and no subscription is named");
  else return { type: "Single", subscriptionId };
  return undefined;
}

/** Both are sold as RedisCache. */
const managedRedis = /^azure_managed_redis/i;

function serviceOf({ from, resourceType, sku }: SaidReservation): string {
  if (resourceType === undefined) {
    from.fail("resourceType", "is missing: what is recommended is not said");
    return "";
  }
  const named = azureServices.filter(
    (service) => service.reservedResourceType.toLowerCase() === resourceType.toLowerCase(),
  );
  const found =
    named.length < 2 ? named[0] : named.find(({ name }) => (name === "managed-redis") === managedRedis.test(sku ?? ""));
  if (found !== undefined) return found.name;
  const known = [...new Set(azureServices.map((service) => service.reservedResourceType))].join(", ");
  from.fail("resourceType", `is ${shownValue(resourceType)}, which is not bought here: bought are ${known}`);
  return "";
}

/**
 * The records of an answer: an array of them, as the command line prints it, an object with `value`, as the API answers, or an
 * array of these.
 */
export function readAzure(
  answer: JsonValue,
  wants: string,
  read: (path: string, value: JsonValue) => SourceRecord,
): SourceAnswer {
  const problems: SourceProblem[] = [];
  const incomplete: string[] = [];
  const isPage = (value: JsonValue): value is JsonObject => isObject(value) && Array.isArray(value["value"]);
  const recordsOf = (page: JsonObject, path: string, isLast: boolean) => {
    const reader = readRecord(path, page, problems);
    if (isLast && reader.has("nextLink")) incomplete.push(path === "" ? "nextLink" : `${path}.nextLink`);
    return reader.list("value").map((each) => read(each.path, each.value));
  };
  if (isPage(answer)) return { records: recordsOf(answer, "", true), problems, incomplete };
  if (!Array.isArray(answer)) return { records: [], problems: [{ path: "", message: `is not ${wants}` }], incomplete };
  const list = answer as readonly JsonValue[];
  const records = list.flatMap((each, index) => {
    const path = `[${index}]`;
    return isPage(each) ? recordsOf(each, path, index === list.length - 1) : [read(path, each)];
  });
  return { records, problems, incomplete };
}
