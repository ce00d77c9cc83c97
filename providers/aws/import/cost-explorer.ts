import type { JsonObject, JsonValue } from "../../../src/contract/json.ts";
import {
  agreed,
  estimatedAmount,
  isObject,
  lookUp,
  readRecord,
  type RecordReader,
  saidIn,
  shownValue,
} from "../../../src/contract/read-record.ts";
import type {
  RecommendationSource,
  SourceAnswer,
  SourceProblem,
  SourceRecord,
} from "../../../src/contract/recommendation-source.ts";
import { awsSettings } from "./aws-import-settings.ts";
import { needed, regionIn, reservedKinds } from "./reserved-details.ts";

/**
 * AWS Cost Explorer: what `aws ce get-reservation-purchase-recommendation` and `aws ce get-savings-plans-purchase-recommendation`
 * print, one answer or a JSON array of several.
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetReservationPurchaseRecommendation.html
 * https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetSavingsPlansPurchaseRecommendation.html
 */
export const costExplorer: RecommendationSource = {
  title: "Cost Explorer",
  wants:
    'what "aws ce get-reservation-purchase-recommendation" or "aws ce get-savings-plans-purchase-recommendation" prints',
  settings: awsSettings,
  facets: ["service", "plan", "offeringClass", "term", "payment", "lookBack", "account", "accountScope", "region"],
  read(answer) {
    const pages = Array.isArray(answer) ? (answer as readonly JsonValue[]) : [answer];
    const read = pages.map((page, index) => readPage(page, Array.isArray(answer) ? `[${index}]` : ""));
    return {
      records: read.flatMap(({ records }) => records),
      problems: read.flatMap(({ problems }) => problems),
      // A page that goes on is followed by the next one of the same question.
      incomplete: read.flatMap(({ incomplete, last }, index) =>
        last !== undefined && read[index + 1]?.first === last ? [] : incomplete,
      ),
    };
  },
};

/** What the first and the last of its records answer; undefined for a page without a record. */
type Page = SourceAnswer & { readonly first: string | undefined; readonly last: string | undefined };

function readPage(page: JsonValue, path: string): Page {
  const problems: SourceProblem[] = [];
  const reader = readRecord(path, page, problems);
  const shape = isObject(page) ? ["Recommendations", "SavingsPlansPurchaseRecommendation"].filter(reader.has) : [];
  const [kind = ""] = shape;
  if (problems.length === 0 && shape.length !== 1) reader.fail("", `is not ${costExplorer.wants}`);
  // The command line's own word, with --max-items, is NextToken.
  const incomplete = ["NextPageToken", "NextToken"]
    .filter(reader.has)
    .map((field) => (path ? `${path}.${field}` : field));
  const groups = kind === "Recommendations" ? reader.objects(kind) : kind === "" ? [] : [reader.object(kind)];
  const records = groups.flatMap((group) =>
    kind === "Recommendations"
      ? group.list("RecommendationDetails").map((each) => record(each, group, reserved))
      : group.list("SavingsPlansPurchaseRecommendationDetails").map((each) => record(each, group, savingsPlan)),
  );
  return { records, problems, incomplete, first: questionOf(records[0]), last: questionOf(records.at(-1)) };
}

/** Of what question a record is an answer: for which service, term, payment, look-back and accounts. */
function questionOf(record: SourceRecord | undefined): string | undefined {
  if (record === undefined) return undefined;
  const { account: _account, region: _region, ...asked } = record.facets;
  return JSON.stringify(asked);
}

const terms: Readonly<Record<string, string>> = { ONE_YEAR: "P1Y", THREE_YEARS: "P3Y" };
const payments: Readonly<Record<string, string>> = {
  NO_UPFRONT: "no-upfront",
  PARTIAL_UPFRONT: "partial-upfront",
  ALL_UPFRONT: "all-upfront",
};
const lookBacks: Readonly<Record<string, string>> = {
  SEVEN_DAYS: "7 days",
  THIRTY_DAYS: "30 days",
  SIXTY_DAYS: "60 days",
};

/** A word of the group that the records are in; undefined where it says none. */
function wordIn(words: Readonly<Record<string, string>>, group: RecordReader, field: string, details: RecordReader) {
  const text = group.text(field);
  if (text === undefined) return undefined;
  if (!Object.hasOwn(words, text)) {
    const known = Object.keys(words).join(", ");
    details.fail("", `lies in a group whose ${field} is ${shownValue(text)}, which is not sold: known are ${known}`);
  }
  return lookUp(words, text);
}

type ReadDetails = (details: RecordReader, group: RecordReader) => JsonObject & { readonly service: string };

function record(
  { path, value }: { readonly path: string; readonly value: JsonValue },
  group: RecordReader,
  read: ReadDetails,
): SourceRecord {
  const details = readRecord(path, value);
  const [term, payment, lookBack] = [
    wordIn(terms, group, "TermInYears", details),
    wordIn(payments, group, "PaymentOption", details),
    wordIn(lookBacks, group, "LookbackPeriodInDays", details),
  ];
  const accountId = details.text("AccountId");
  const accountScope = group.text("AccountScope");
  const { service, ...own } = read(details, group);
  const said = Object.entries({ accountId, payment, term }).filter(([, each]) => each !== undefined);
  const fields: JsonObject = { provider: "aws", service, ...Object.fromEntries(said), ...own };
  const region = typeof own["region"] === "string" ? own["region"] : undefined;
  const plan = service === "savings-plans" && typeof own["type"] === "string" ? own["type"] : undefined;
  const offeringClass = typeof own["offeringClass"] === "string" ? own["offeringClass"] : undefined;
  const facets = { service, plan, offeringClass, term, payment, lookBack, account: accountId, accountScope, region };
  return {
    path,
    facets: Object.fromEntries(
      Object.entries(facets).flatMap(([name, each]) => (each === undefined || each === "" ? [] : [[name, each]])),
    ),
    fields: details.problems.length > 0 ? undefined : fields,
    problems: details.problems,
    known: {},
    usage: {
      ...usageOf(fields),
      // A payer's recommendations are about all of its accounts.
      scope: accountScope === "PAYER" ? undefined : (accountId ?? ""),
    },
    note: noteOf(details, lookBack),
  };
}

/** The usage of instances, as a savings plan covers it. */
const instances = "savings-plans instances";

/**
 * All that is not a way to pay for the same thing. A Compute savings plan covers the instances of every family in every region, each of
 * which an EC2 Instance savings plan covers too. https://docs.aws.amazon.com/savingsplans/latest/userguide/what-is-savings-plans.html
 */
function usageOf(fields: JsonObject): { readonly key: string; readonly part?: string } {
  const { accountId: _account, payment: _payment, term: _term, quantity: _quantity, ...rest } = fields;
  const { offeringClass: _class, hourlyCommitment: _hourly, ...usage } = rest;
  if (usage["type"] === "Compute") return { key: instances };
  if (usage["type"] === "EC2Instance") return { key: instances, part: JSON.stringify(usage) };
  return { key: JSON.stringify(usage) };
}

function noteOf(details: RecordReader, lookBack: string | undefined): string | undefined {
  const amount = estimatedAmount(details.plain("EstimatedMonthlySavingsAmount"));
  const currency = details.plain("CurrencyCode");
  if (amount === undefined || currency === undefined || !/^[A-Z]{3}$/.test(currency)) return undefined;
  const by = lookBack === undefined ? "" : `, from the last ${lookBack}`;
  return `Cost Explorer estimates savings of ${amount} ${currency} a month${by}`;
}

const reserved: ReadDetails = (details, group) => {
  const instance = details.object("InstanceDetails");
  const kinds = Object.keys(reservedKinds).filter(instance.has);
  const [name] = kinds;
  const kind = name === undefined ? undefined : reservedKinds[name];
  if (details.has("ReservedCapacityDetails")) {
    details.fail(
      "ReservedCapacityDetails",
      "is reserved capacity of DynamoDB, which no API sells: buy it in the console",
    );
    return { service: "dynamodb" };
  }
  if (name === undefined || kind === undefined || kinds.length > 1) {
    const known = Object.keys(reservedKinds).join(", ");
    details.fail("InstanceDetails", kinds.length > 1 ? `says ${kinds.join(" and ")}` : `must hold one of ${known}`);
    return { service: "" };
  }
  const own = instance.object(name);
  if (kind.service !== "ec2" && group.object("ServiceSpecification").has("EC2Specification")) {
    details.fail("InstanceDetails", `says ${name}, and the group is of EC2: it has an EC2Specification`);
  }
  const region = regionIn(own, "Region");
  return {
    service: kind.service,
    region,
    ...kind.read(own),
    ...classOf(kind.service, group, details),
    quantity: countOf(details),
  };
};

const offeringClasses: Readonly<Record<string, string>> = { STANDARD: "standard", CONVERTIBLE: "convertible" };

function classOf(service: string, group: RecordReader, details: RecordReader): JsonObject {
  if (service !== "ec2") return {};
  const specification = group.object("ServiceSpecification").object("EC2Specification");
  const offeringClass = wordIn(offeringClasses, specification, "OfferingClass", details);
  return offeringClass === undefined ? {} : { offeringClass };
}

/** Of sizes that share a discount Cost Explorer may count normalized units only: how many of which size is then not said. */
function countOf(details: RecordReader): number {
  const field = "RecommendedNumberOfInstancesToPurchase";
  if (!details.has(field) && details.has("RecommendedNormalizedUnitsToPurchase")) {
    details.fail(
      field,
      "is missing: normalized units of a family are recommended, and of which size how many is not said",
    );
    return 0;
  }
  return details.count(field) ?? 0;
}

const planTypes: Readonly<Record<string, string>> = {
  COMPUTE_SP: "Compute",
  EC2_INSTANCE_SP: "EC2Instance",
  SAGEMAKER_SP: "SageMaker",
  DATABASE_SP: "Database",
};

const savingsPlan: ReadDetails = (details, group) => {
  const type = wordIn(planTypes, group, "SavingsPlansType", details);
  if (type === undefined && !group.has("SavingsPlansType"))
    details.fail("", "lies in a group without SavingsPlansType");
  const field = "HourlyCommitmentToPurchase";
  const amount = details.plain(field);
  if (amount === undefined) details.fail(field, "is missing");
  else if (!/^\d{1,7}(\.\d{1,5}0*)?$/.test(amount)) {
    details.fail(field, `is ${shownValue(amount)}: a savings plan takes up to 5 decimal places, and it is not rounded`);
  } else if (!/[1-9]/.test(amount)) details.fail(field, "is nothing");
  const currency = needed(details, "CurrencyCode");
  agreed(
    [
      ...saidIn([details], ["CurrencyCode"]),
      ...saidIn([group.object("SavingsPlansPurchaseRecommendationSummary")], ["CurrencyCode"]),
    ],
    (text) => text,
  );
  const plan = details.object("SavingsPlansDetails");
  if (type !== undefined && type !== "EC2Instance") {
    for (const { field, text } of saidIn([plan], ["Region", "InstanceFamily"])) {
      if (text !== undefined) plan.fail(field, `is ${shownValue(text)}, and a ${type} savings plan has none`);
    }
  }
  const family =
    type === "EC2Instance" ? { region: regionIn(plan, "Region"), instanceFamily: needed(plan, "InstanceFamily") } : {};
  // Zeros at the end say nothing.
  const plain = (amount ?? "").replace(/(\.\d{5})0+$/, "$1");
  return { service: "savings-plans", type, ...family, hourlyCommitment: { amount: plain, currency } };
};
