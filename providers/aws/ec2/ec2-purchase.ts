import { z } from "zod";
import type { Submission } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Money } from "../../../src/contract/money.ts";
import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { unknownOutcome } from "../judge-purchase-error.ts";
import { boughtAs, sendPurchase } from "../send-purchase.ts";
import type { ConnectEc2 } from "./ec2-api.ts";

/** Exactly what is sent: the parameters of PurchaseReservedInstancesOffering. */
export interface PurchaseRequest {
  readonly ReservedInstancesOfferingId: string;
  /** Instances. */
  readonly InstanceCount: number;
  /** A number because EC2's type is a double; it comes from exact decimals and is written shortest. */
  readonly LimitPrice?: { readonly Amount: number; readonly CurrencyCode: "USD" };
}

/**
 * The parameters that buy so many instances of an offering for at most `upfront` at once.
 *
 * `LimitPrice` limits "the total order (instanceCount × price)", in USD only, and is documented for Marketplace
 * offerings: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReservedInstanceLimitPrice.html. A limit of 0
 * has no documented meaning, so nothing is sent where nothing is paid at once.
 */
export function purchaseRequest(offeringId: string, quantity: number, upfront: Money): PurchaseRequest & JsonObject {
  const Amount = Number(upfront.amount);
  const limited = Amount > 0 && upfront.currency === "USD";
  return {
    ReservedInstancesOfferingId: offeringId,
    InstanceCount: quantity,
    ...(limited ? { LimitPrice: { Amount, CurrencyCode: "USD" } } : {}),
  };
}

const schema = z.strictObject({
  ReservedInstancesOfferingId: z.string().min(1),
  InstanceCount: z.int().min(1),
  LimitPrice: z.strictObject({ Amount: z.number().positive(), CurrencyCode: z.literal("USD") }).optional(),
});

/** The parameters as they come back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parsePurchaseRequest(request: JsonObject): PurchaseRequest {
  const { LimitPrice, ...rest } = schema.parse(request);
  return LimitPrice ? { ...rest, LimitPrice } : rest;
}

/** Sends a recorded purchase once, whole within `timeout` milliseconds. Its answer is nothing but an id. */
export function sendEc2Purchase(connect: ConnectEc2, submission: Submission, timeout: number): Promise<PurchaseAnswer> {
  return sendPurchase(submission, {
    title: "EC2",
    permission: "ec2:PurchaseReservedInstancesOffering",
    quotaCodes: ["ReservedInstancesLimitExceeded"],
    timeout,
    parse: parsePurchaseRequest,
    connect,
    judgeAnswer: (id) =>
      id ? boughtAs(id, submission, false) : unknownOutcome("EC2 answered the purchase without an id"),
  });
}
