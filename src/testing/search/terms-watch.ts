import { Big } from "big.js";
import type { Submission } from "../../contract/executor.ts";
import { differingFields } from "../../contract/fingerprint.ts";
import type { Claim, Ledger } from "../../contract/ledger.ts";
import type { AnyRecommendation } from "../../contract/recommendation.ts";

/**
 * What an execution allows at this moment, as somebody knows it who only hears what people say about it, and nothing of the
 * ledger. All amounts are decimal strings in the currency of the prices.
 */
export interface Terms {
  /** Why nothing may be sent now: it was cancelled, say. Undefined where it may. */
  readonly forbidden?: string | undefined;
  /** The most that all of it may cost. Default: no limit. */
  readonly maxTotal?: string | undefined;
  /** The most that a place may cost, by recIndex. Default: no limit. */
  readonly maxPrices?: Readonly<Record<number, string | undefined>> | undefined;
  /** Places that a person dropped. */
  readonly skipped?: readonly number[] | undefined;
  /** The limits are too low for all of it at the prices of now. */
  readonly tooLow?: boolean | undefined;
}

/** Holds what the guard of a ledger lets pass against the terms, and what is sent against what it let pass. */
export interface TermsWatch {
  /** The ledger, watched. It belongs below whatever breaks the ledger on purpose. */
  watched(ledger: Ledger): Ledger;
  /** It is sent: for this one send it has to have passed the guard. */
  noteSend(submission: Submission): void;
  /** Why what is bought by now is more than the execution allows; undefined where it is not. */
  whyTooMuch(isBought: (token: string) => boolean): string | undefined;
}

/** What is watched. */
interface Watched {
  /** The one that is watched. What others let pass is only counted. */
  readonly executionId: string;
  readonly terms: () => Terms;
  /** The places of the execution by token, unless it is recorded otherwise: what was recorded first is what may be bought. */
  readonly places: readonly PlaceToBuy[];
  readonly onBreach: (breach: string) => void;
}

interface PlaceToBuy {
  readonly token: string;
  readonly recIndex: number;
  readonly recommendation: AnyRecommendation;
}

/** Watches the one execution of a search. */
export function watchTerms({ executionId, terms, places, onBreach }: Watched): TermsWatch {
  let recorded = new Map(places.map((place) => [place.token, place]));
  const passes = new Map<string, number>();
  const prices = new Map<string, string>();
  const sendOf = ({ token, attempt }: Submission) => `${token} ${attempt}`;

  const pass = (claim: Pick<Claim, "executionId">, submission: Submission) => {
    const { token, price, recommendation } = submission;
    passes.set(sendOf(submission), (passes.get(sendOf(submission)) ?? 0) + 1);
    if (claim.executionId !== executionId) return;
    const place = recorded.get(token);
    if (place === undefined) return onBreach("the guard let pass what is no place of the execution");
    for (const why of whyNot(terms(), place, price.amount, recommendation)) onBreach(`the guard let it pass: ${why}`);
    prices.set(token, price.amount);
  };

  return {
    watched: (ledger) => ({
      ...ledger,
      recordExecution: async (execution) => {
        const answer = await ledger.recordExecution(execution);
        if (answer.isNew && execution.executionId === executionId)
          recorded = new Map(execution.places.map((place) => [place.token, place]));
        return answer;
      },
      submit: async (claim, planned) => {
        const submission = await ledger.submit(claim, planned);
        pass(claim, submission);
        return submission;
      },
      resend: async (claim, how) => {
        const submission = await ledger.resend(claim, how);
        if (how?.refused === undefined) pass(claim, submission);
        return submission;
      },
    }),
    noteSend: (submission) => {
      const left = passes.get(sendOf(submission)) ?? 0;
      if (left === 0) onBreach(`attempt ${submission.attempt} is sent without having passed the guard`);
      else passes.set(sendOf(submission), left - 1);
    },
    whyTooMuch: (isBought) => {
      const { maxTotal } = terms();
      if (maxTotal === undefined) return undefined;
      const bought = [...prices].filter(([token]) => isBought(token));
      const sum = bought.reduce((total, [, price]) => total.plus(price), new Big(0));
      return sum.gt(maxTotal) ? `${sum.toFixed()} is bought, and ${maxTotal} is allowed` : undefined;
    },
  };
}

/** Why a place may not be sent at a price. */
function whyNot(
  { forbidden, skipped = [], maxPrices = {} }: Terms,
  { recIndex, recommendation: recorded }: PlaceToBuy,
  price: string,
  asked: AnyRecommendation,
): readonly string[] {
  const limit = maxPrices[recIndex];
  const differs = differingFields(recorded, asked);
  return [
    ...(forbidden === undefined ? [] : [forbidden]),
    ...(skipped.includes(recIndex) ? [`#${recIndex} was dropped`] : []),
    ...(limit !== undefined && new Big(price).gt(limit) ? [`#${recIndex} costs ${price} and may cost ${limit}`] : []),
    ...(differs.length > 0 ? [`#${recIndex} was recorded otherwise (${differs.join(", ")})`] : []),
  ];
}
