import { z } from "zod";
import type { Moment } from "../../src/contract/clock-reading.ts";
import { BuyonceError, RefusedError } from "../../src/contract/errors.ts";
import { hashJson } from "../../src/contract/fingerprint.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import { moneySchema, type Money } from "../../src/contract/money.ts";
import type { SentOrder } from "./send-order.ts";

/**
 * An order that was sent and may be bought, as it survives JSON: keep it, and hand it to the next call as `resume`. It holds
 * no token.
 */
export type OpenOrder = {
  /** The id that it was sent under. */
  readonly reservationOrderId: string;
  /** What it costs if it was bought. */
  readonly price: Money;
  /** When it was first sent: ISO 8601. */
  readonly sentAt: string;
  /** From when its age is counted, on the caller's clocks: from the send on, unless a clock was set back since. */
  readonly counted?: Moment | undefined;
  /** SHA-256 (hex) of the canonical JSON of its body, source and token included. */
  readonly requestHash: string;
  /** Other orders that Azure named in an answer to it, and that nobody could judge. */
  readonly evidence: readonly string[];
};

/** A two-step purchase that was sent and may be bought. */
export interface OpenPurchase extends SentOrder {
  /** {@link OpenOrder.evidence} */
  readonly evidence: readonly string[];
  /** When it was first sent, in milliseconds since 1970. */
  readonly sentAt: number;
  /** {@link OpenOrder.counted} */
  readonly counted: Moment;
}

/**
 * It was sent, and nobody can say whether it was bought: code `outcome-unknown`, and the order. Not retryable: another call,
 * without `resume`, would know nothing of this order and could buy a second one.
 */
export class OpenOrderError extends BuyonceError {
  override readonly name = "OpenOrderError";
  readonly openOrder: OpenOrder;

  static override isInstance(error: unknown): error is OpenOrderError {
    return BuyonceError.isInstance(error) && error.name === "OpenOrderError";
  }

  constructor(message: string, openOrder: OpenOrder, cause: unknown) {
    const { retryAfter, providerCode } = BuyonceError.isInstance(cause) ? cause : {};
    super({ code: "outcome-unknown", message, retryable: false, retryAfter, providerCode, cause });
    this.openOrder = openOrder;
  }
}

/** What a caller keeps of it. */
export function toOpenOrder({
  reservationOrderId,
  price,
  sentAt,
  counted,
  request,
  evidence,
}: OpenPurchase): OpenOrder {
  return {
    reservationOrderId,
    price,
    sentAt: new Date(sentAt).toISOString(),
    counted,
    requestHash: hashJson(request),
    evidence,
  };
}

const schema = z.object({
  reservationOrderId: z.guid(),
  price: moneySchema,
  sentAt: z.iso.datetime(),
  counted: z
    .object({
      at: z.number(),
      clock: z.object({ boot: z.string(), monotonic: z.number(), wall: z.number() }).optional(),
    })
    .optional(),
  requestHash: z.string(),
  evidence: z.array(z.string()),
});

/**
 * What a caller kept, to go on from. Throws a RefusedError `invalid-configuration` where it cannot be read, or was sent with
 * another body than `request`.
 */
export function reopen(kept: OpenOrder, request: JsonObject, token: string | undefined): OpenPurchase {
  const parsed = schema.safeParse(kept);
  const fields = parsed.error?.issues.map(({ path }) => path.join(".") || "itself").join(", ");
  if (!parsed.success) throw unusable(`${fields} cannot be read: hand over the openOrder of the error as it was`);
  const { reservationOrderId, price, requestHash, evidence } = parsed.data;
  const sentAt = Date.parse(parsed.data.sentAt);
  const { counted = { at: sentAt } } = parsed.data;
  if (requestHash !== hashJson(request)) {
    throw unusable(`reservation order ${reservationOrderId} was sent with another body, source or token`);
  }
  return { reservationOrderId, price, sentAt, counted, request, token, evidence };
}

function unusable(problem: string): RefusedError {
  const message = `The open order (resume) cannot be gone on from: ${problem}. Nothing was sent.`;
  return new RefusedError({ code: "invalid-configuration", message });
}
