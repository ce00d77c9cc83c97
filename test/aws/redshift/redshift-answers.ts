import type { Submission } from "../../../src/contract/executor.ts";
import type { AwsSettings, RedshiftRecommendation } from "../../../providers/aws/index.ts";
import { marker, markingServiceAt, submittedAt } from "../aws-executors.ts";
import { type Loopback, ok, type Reply } from "../aws-loopback.ts";

export const recommendation: RedshiftRecommendation = {
  provider: "aws",
  service: "redshift",
  accountId: "123456789012",
  region: "us-east-1",
  nodeType: "ra3.xlplus",
  offeringKind: "upgradable",
  payment: "partial-upfront",
  term: "P1Y",
  quantity: 2,
};

export const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "aws/123456789012/us-east-1/redshift",
    label: "AWS account 123456789012, us-east-1, redshift",
    accountId: "123456789012",
    region: "us-east-1",
  },
  price: { amount: "8744.1", currency: "USD" },
  handle: { baseline: ["rn-old"], offeringId: "offering-1" },
  request: { ReservedNodeOfferingId: "offering-1", NodeCount: 2 },
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

const terms = {
  NodeType: "ra3.xlplus",
  ReservedNodeOfferingType: "Upgradable",
  OfferingType: "Partial Upfront",
  Duration: "31536000",
  FixedPrice: "2000.05",
  UsagePrice: "0.0",
  CurrencyCode: "USD",
  recurring: "0.2708",
} as const;

type Changes = Readonly<Record<string, string | undefined>>;

function elements(entry: Changes): string {
  return Object.entries(entry)
    .map(([name, value]) => {
      if (value === undefined) return "";
      if (name !== "recurring") return `<${name}>${value}</${name}>`;
      if (value === "") return "<RecurringCharges/>";
      return `<RecurringCharges><RecurringCharge><RecurringChargeAmount>${value}</RecurringChargeAmount><RecurringChargeFrequency>Hourly</RecurringChargeFrequency></RecurringCharge></RecurringCharges>`;
    })
    .join("");
}

/** One reserved node that fits the recommendation, begun a second after the submission, changed as told. */
export function node(id: string, changes: Changes = {}): string {
  const began = { NodeCount: "2", State: "active", StartTime: "2026-07-14T11:00:01.000Z" };
  return `<ReservedNode>${elements({ ReservedNodeId: id, ...terms, ...began, ...changes })}</ReservedNode>`;
}

/** One offering that fits the recommendation, changed as told. */
export function offering(id: string, changes: Changes = {}): string {
  const entry = { ReservedNodeOfferingId: id, ...terms, ...changes };
  return `<ReservedNodeOffering>${elements(entry)}</ReservedNodeOffering>`;
}

function answer(action: string, result: string): Reply {
  return ok(
    `<${action}Response xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>1c8a0fe4</RequestId></ResponseMetadata></${action}Response>`,
  );
}

const next = (page: string) => (page === "" ? "" : `<Marker>${page}</Marker>`);

export function nodes(items: readonly string[], page = ""): Reply {
  return answer("DescribeReservedNodes", `<ReservedNodes>${items.join("")}</ReservedNodes>${next(page)}`);
}

export function offerings(items: readonly string[], page = ""): Reply {
  const list = `<ReservedNodeOfferings>${items.join("")}</ReservedNodeOfferings>`;
  return answer("DescribeReservedNodeOfferings", `${list}${next(page)}`);
}

/** An error as all services but EC2 give it. */
export function fault(status: number, code: string): { readonly status: number; readonly body: string } {
  return {
    status,
    body: `<ErrorResponse xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>An error.</Message></Error><RequestId>8a1b</RequestId></ErrorResponse>`,
  };
}

/** The Redshift executor against a loopback server, with an environment that does not wait. */
export function redshiftAt(loopback: Loopback, settings: AwsSettings = {}) {
  return markingServiceAt("redshift", loopback, settings);
}

/** Redshift knows no resource of that kind that could be tagged, which is what it documents. */
export const untagged = fault(404, "ResourceNotFoundFault");

/** What stands on a node. */
export function tagged(id: string, tags: Readonly<Record<string, string>>): Reply {
  const name = `arn:aws:redshift:us-east-1:123456789012:reservednode:${id}`;
  const items = Object.entries(tags).map(
    ([key, value]) =>
      `<TaggedResource><Tag><Key>${key}</Key><Value>${value}</Value></Tag><ResourceName>${name}</ResourceName></TaggedResource>`,
  );
  return answer("DescribeTags", `<TaggedResources>${items.join("")}</TaggedResources>`);
}
