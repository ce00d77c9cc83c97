import { BuyonceError, messageOf } from "../spec/errors.ts";
import type { ServiceExecutor } from "../spec/executor.ts";
import type { ClaimRequest, TokenRecord } from "../spec/ledger.ts";
import type { Money } from "../spec/money.ts";
import type { OutcomeError } from "../spec/report.ts";
import { checkPrice } from "./check-price.ts";

/** What buying a recommendation would cost now. */
export interface QuotedRecommendation {
  readonly recIndex: number;
  /** The provider's quote; for what is already bought, what it cost. */
  readonly price?: Money;
  /** The ledger knows it as bought: a drive would buy nothing. */
  readonly alreadyBought: boolean;
  /** Why a drive would refuse it, as far as a quote can tell. */
  readonly error?: Pick<OutcomeError, "code" | "message">;
}

/** Quotes one recommendation; never throws for what happens to it. */
export async function quoteRequest(
  { token, recIndex, recommendation, source }: ClaimRequest,
  known: readonly TokenRecord[],
  executor: ServiceExecutor,
  signal: AbortSignal,
): Promise<QuotedRecommendation> {
  const record = known.find((candidate) => candidate.token === token);
  if (record?.state === "purchased") {
    const price = record.commitment?.price;
    return { recIndex, alreadyBought: true, ...(price ? { price } : {}) };
  }
  let price: Money | undefined;
  try {
    const marker = { token, source, generation: record?.generation ?? 0 };
    ({ price } = await executor.quote(recommendation, marker, { signal }));
    checkPrice(price, recommendation.maxPrice);
    return { recIndex, price, alreadyBought: false };
  } catch (error) {
    const code = BuyonceError.isInstance(error) ? error.code : "quote-failed";
    return { recIndex, alreadyBought: false, ...(price ? { price } : {}), error: { code, message: messageOf(error) } };
  }
}
