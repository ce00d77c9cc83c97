import type { AwsSettings, Ec2Recommendation } from "../../../providers/aws/index.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { marker, markingServiceAt, submittedAt } from "../aws-executors.ts";
import { type Loopback, ok, type Reply } from "../aws-loopback.ts";

export const recommendation: Ec2Recommendation = {
  provider: "aws",
  service: "ec2",
  accountId: "123456789012",
  region: "us-east-1",
  instanceType: "m5.large",
  platform: "Linux/UNIX",
  tenancy: "default",
  scope: "Region",
  offeringClass: "standard",
  payment: "partial-upfront",
  term: "P1Y",
  quantity: 2,
};

export const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "aws/123456789012/us-east-1/ec2",
    label: "AWS account 123456789012, us-east-1, ec2",
    accountId: "123456789012",
    region: "us-east-1",
  },
  price: { amount: "1240.64", currency: "USD" },
  handle: { baseline: ["ri-old"], offeringId: "offering-1" },
  request: {
    ReservedInstancesOfferingId: "offering-1",
    InstanceCount: 2,
    LimitPrice: { Amount: 364.4, CurrencyCode: "USD" },
  },
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

const attributes = {
  instanceType: "m5.large",
  productDescription: "Linux/UNIX",
  instanceTenancy: "default",
  currencyCode: "USD",
  offeringType: "Partial Upfront",
  offeringClass: "standard",
  scope: "Region",
  duration: "31536000",
  fixedPrice: "182.2",
  usagePrice: "0.0",
  recurring: "0.05",
} as const;

function elements(entry: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(entry)
    .map(([name, value]) => {
      if (value === undefined) return "";
      if (name === "tags") return `<tagSet>${value}</tagSet>`;
      if (name !== "recurring") return `<${name}>${value}</${name}>`;
      if (value === "") return "<recurringCharges/>";
      return `<recurringCharges><item><frequency>Hourly</frequency><amount>${value}</amount></item></recurringCharges>`;
    })
    .join("");
}

export function tags(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("");
}

/** One Reserved Instance that fits the recommendation, begun a second after the submission, changed as told. */
export function instance(id: string, changes: Readonly<Record<string, string | undefined>> = {}): string {
  const entry = {
    reservedInstancesId: id,
    ...attributes,
    instanceCount: "2",
    state: "active",
    start: "2026-07-14T11:00:01.000Z",
    ...changes,
  };
  return `<item>${elements(entry)}</item>`;
}

/** One offering that fits the recommendation, changed as told. */
export function offering(id: string, changes: Readonly<Record<string, string | undefined>> = {}): string {
  const entry = { reservedInstancesOfferingId: id, ...attributes, marketplace: "false", ...changes };
  return `<item>${elements(entry)}</item>`;
}

export function instances(...items: string[]): Reply {
  return ok(
    `<DescribeReservedInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>59dbff89</requestId><reservedInstancesSet>${items.join("")}</reservedInstancesSet></DescribeReservedInstancesResponse>`,
  );
}

export function offerings(items: readonly string[], nextToken = ""): Reply {
  return ok(
    `<DescribeReservedInstancesOfferingsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>2bc7dafa</requestId><reservedInstancesOfferingsSet>${items.join("")}</reservedInstancesOfferingsSet>${nextToken && `<nextToken>${nextToken}</nextToken>`}</DescribeReservedInstancesOfferingsResponse>`,
  );
}

/** The EC2 executor against a loopback server, with an environment that does not wait. */
export function ec2At(loopback: Loopback, settings: AwsSettings = {}) {
  return markingServiceAt("ec2", loopback, settings);
}
