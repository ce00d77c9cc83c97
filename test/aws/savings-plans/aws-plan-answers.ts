import type { ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import type { AwsSettings, SavingsPlanRecommendation } from "../../../providers/aws/index.ts";
import { answeredPurchase, first, marker, serviceAt, submittedAt, token } from "../aws-executors.ts";
import type { Loopback, Reply } from "../aws-loopback.ts";

/** A dollar and a quarter an hour for a year, nothing upfront. */
export const compute = {
  provider: "aws",
  service: "savings-plans",
  accountId: "123456789012",
  type: "Compute",
  hourlyCommitment: { amount: "1.25", currency: "USD" },
  payment: "no-upfront",
  term: "P1Y",
} as const satisfies SavingsPlanRecommendation;

/** The m5 family in us-east-1, for three years, partly upfront. */
export const ec2Instance = {
  ...compute,
  type: "EC2Instance",
  region: "us-east-1",
  instanceFamily: "m5",
  payment: "partial-upfront",
  term: "P3Y",
} as const satisfies SavingsPlanRecommendation;

export const request = {
  savingsPlanOfferingId: "offering-1",
  commitment: "1.25",
  clientToken: token,
  tags: {
    "purchase-automation": "cudly-web",
    "cudly-idempotency-token": token,
    "buyonce-purchase": token,
    Tool: "CUDly",
  },
};

export const submission: Submission = {
  ...marker,
  recommendation: compute,
  scope: {
    key: "aws/123456789012/savings-plans",
    label: "AWS account 123456789012, savings-plans",
    accountId: "123456789012",
    region: "us-east-1",
  },
  price: { amount: "10950", currency: "USD" },
  handle: { clientToken: token },
  request,
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

export const json = (body: unknown, status = 200): Reply => ({ status, body: JSON.stringify(body) });

/** An error as a service that speaks REST with JSON answers it. */
export function jsonError(status: number, code: string, message = "An error."): Reply {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": code });
    response.end(JSON.stringify({ message }));
  };
}

type Changes = Readonly<Record<string, unknown>>;

/** An offering that fits `compute`, changed as told. */
export function offering(offeringId: string, changes: Changes = {}) {
  return {
    offeringId,
    productTypes: ["EC2", "Fargate", "Lambda"],
    planType: "Compute",
    description: "1 year No Upfront Compute Savings Plan",
    paymentOption: "No Upfront",
    durationSeconds: 31_536_000,
    currency: "USD",
    properties: [],
    ...changes,
  };
}

export const offerings = (items: readonly unknown[], nextToken?: string): Reply =>
  json({ searchResults: items, nextToken });

/** A savings plan that was bought by `submission`, changed as told. */
export function plan(savingsPlanId: string, changes: Changes = {}) {
  return {
    offeringId: "offering-1",
    savingsPlanId,
    savingsPlanArn: `arn:aws:savingsplans::123456789012:savingsplan/${savingsPlanId}`,
    start: "2026-07-14T11:00:01.000Z",
    end: "2027-07-14T11:00:01.000Z",
    state: "active",
    savingsPlanType: "Compute",
    paymentOption: "No Upfront",
    productTypes: ["EC2", "Fargate", "Lambda"],
    currency: "USD",
    // As AWS writes it.
    commitment: "1.25000000",
    upfrontPaymentAmount: "0.00000000",
    recurringPaymentAmount: "1.25000000",
    termDurationInSeconds: 31_536_000,
    tags: request.tags,
    ...changes,
  };
}

export const plans = (items: readonly unknown[], nextToken?: string): Reply => json({ savingsPlans: items, nextToken });

/** The executor against a loopback server, with an environment that does not wait. */
export function savingsPlansAt(loopback: Pick<Loopback, "url">, settings: AwsSettings = {}): ServiceExecutor {
  return serviceAt("savings-plans", loopback, settings);
}

/** Sends `submission` to a server that answers the purchase with `reply`; see {@link answeredPurchase}. */
export function answeredSend(reply: Reply, settings: AwsSettings = {}) {
  return answeredPurchase("CreateSavingsPlan", reply, (loopback) =>
    savingsPlansAt(loopback, settings).send(submission, first),
  );
}
