import { todoOf } from "../contract/error-advice.ts";
import { RefusedError } from "../contract/errors.ts";
import { compareMoney, formatMoney, type Money } from "../contract/money.ts";
import type { Budget } from "./budget.ts";

/** What a person was shown and agreed to. Nothing else is bought by it. */
export interface Agreement {
  /** The version of the terms of each execution, by its id; 0 for one that was not recorded. */
  readonly termsVersions: Readonly<Record<string, number>>;
  /** The price, or the limit, that was shown, by idempotency token: the most that may be paid. `null`: shown, and without either. */
  readonly prices: Readonly<Record<string, Money | null>>;
}

/** A budget from which nothing is taken that was not agreed to; undefined for no agreement: the budget as it is. */
export function withAgreement(budget: Budget, agreement: Agreement | undefined): Budget {
  if (agreement === undefined) return budget;
  return {
    ...budget,
    take: (token, price) => {
      checkAgreed(agreement.prices[token], price);
      budget.take(token, price);
    },
  };
}

function checkAgreed(agreed: Money | null | undefined, price: Money): void {
  if (agreed === null) return;
  if (agreed === undefined) {
    throw new RefusedError({
      code: "not-agreed",
      message: `Its price of ${formatMoney(price)} was not among those that were agreed to. Nothing was sent for it. ${todoOf("not-agreed")}`,
      retryable: true,
    });
  }
  if (agreed.currency === price.currency && compareMoney(price, agreed) <= 0) return;
  throw new RefusedError({
    code: "price-above-limit",
    message: `The quote is ${formatMoney(price)}, and ${formatMoney(agreed)} was agreed to. Nothing was sent for it. Drive again to be asked about the new price.`,
    retryable: true,
  });
}
