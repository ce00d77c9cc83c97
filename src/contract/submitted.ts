// What a caller submits, beside what is recorded: the same again, or another request.
import { Big } from "big.js";
import { executionChanged, placeDifferences } from "./compare-execution.ts";
import { todoOf } from "./error-advice.ts";
import { RefusedError } from "./errors.ts";
import type { ExecutionRecord, NewExecution, RecordedExecution, SubmittedKey } from "./execution-record.ts";
import { sameMoney, sameTotals } from "./limits.ts";
import { formatMoney, type Money } from "./money.ts";
import type { ExecutionLimits } from "./recommendation.ts";
import { termsHash } from "./terms.ts";

/** SHA-256 (hex) of the terms of an execution as it is submitted: {@link termsHash}, in whatever way amounts and times are written. */
export function submittedHash({ places, emptyPlaces, source, ...limits }: NewExecution): string {
  return plainHash({ ...limits, source, size: places.length + emptyPlaces.length }, places);
}

/** Whether what is submitted again has the terms that were first submitted, or those that are recorded by now. */
export function isSubmitted(hash: string, { execution, records }: RecordedExecution): boolean {
  return hash === execution.owner?.termsHash || hash === plainHash(execution, records);
}

type Records = Parameters<typeof termsHash>[1];

function plainHash(terms: ExecutionLimits & Pick<ExecutionRecord, "source" | "size">, records: Records): string {
  const plain = records.map(({ recIndex, fingerprint, recommendation }) => ({
    recIndex,
    fingerprint,
    recommendation: { ...recommendation, maxPrice: plainMoney(recommendation.maxPrice) },
  }));
  const { source, size, maxTotals, notBefore, expiresAt, forbidTwinsWithin } = terms;
  const limits = {
    maxTotals: maxTotals?.map(plainMoney),
    notBefore: plainTime(notBefore),
    expiresAt: plainTime(expiresAt),
    forbidTwinsWithin,
  };
  return termsHash({ source, size, ...limits }, plain);
}

function plainMoney<Price extends Money | undefined>(price: Price): Price {
  return price && { ...price, amount: new Big(price.amount).toFixed() };
}

function plainTime(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

/** The refusal of what a caller submits under the id of an execution with other terms; it names them. */
export function submittedOther(asked: NewExecution, recorded: RecordedExecution): RefusedError {
  const differences = [...placeDifferences(asked, recorded), ...limitsThatDiffer(asked, recorded)];
  // What is recorded by now is asked for under a key that was used before a person changed it.
  const named = differences.length > 0 ? differences : ["its limits or its source, which a person has changed since"];
  return executionChanged(asked.executionId, named);
}

/** The refusal of an execution under a key that the caller used for another one. */
export function keyOfAnother(
  asked: Pick<NewExecution, "executionId">,
  { key, executionId }: Pick<SubmittedKey, "key" | "executionId">,
): RefusedError {
  return new RefusedError({
    code: "execution-changed",
    message: `The key ${key} was used for the execution ${executionId}, and this is ${asked.executionId} (executionId), for which nothing was recorded. Use a key once, for one execution.`,
  });
}

/** The refusal of an id that is not the caller's. It says nothing of the execution, nor whose it is. */
export function idTaken(): RefusedError {
  return new RefusedError({
    code: "execution-id-taken",
    message: `Another execution is recorded under this executionId, and it is not this caller's. Nothing was recorded for this caller. ${todoOf("execution-id-taken")}`,
  });
}

/** The refusal of whoever asks for an approval where there will be none. */
export function withoutApproval(): RefusedError {
  return new RefusedError({
    code: "limits-differ",
    message:
      "The execution is recorded as one that needs no approval, and may be bought without. Nothing was changed. Cancel it (`buyonce cancel`), and submit what is not bought under another executionId.",
  });
}

/** The refusal of whoever asks for a second person where one is not needed. */
export function withoutSecondPerson(): RefusedError {
  return new RefusedError({
    code: "limits-differ",
    message:
      "The execution is recorded as one that its submitter may approve. Nothing was changed. Cancel it (`buyonce cancel`), and submit what is not bought under another executionId.",
  });
}

function limitsThatDiffer(asked: NewExecution, { execution, records }: RecordedExecution): readonly string[] {
  const at = new Map(asked.places.map(({ recIndex, recommendation }) => [recIndex, recommendation.maxPrice]));
  const prices = records.flatMap(({ recIndex, recommendation: { maxPrice } }) => {
    const now = at.get(recIndex);
    return !at.has(recIndex) || sameMoney(maxPrice, now) ? [] : [from(`maxPrice of #${recIndex}`, maxPrice, now)];
  });
  const times = (["notBefore", "expiresAt"] as const).flatMap((name) => {
    const [before, now] = [execution[name], asked[name]];
    return plainTime(before) === plainTime(now) ? [] : [`${name} from ${before ?? "none"} to ${now ?? "none"}`];
  });
  return [
    ...(asked.source === execution.source ? [] : [`source from ${execution.source} to ${asked.source}`]),
    ...(sameTotals(execution.maxTotals, asked.maxTotals)
      ? []
      : [from("maxTotals", execution.maxTotals, asked.maxTotals)]),
    ...times,
    ...(asked.forbidTwinsWithin === execution.forbidTwinsWithin
      ? []
      : [`forbidTwinsWithin from ${execution.forbidTwinsWithin ?? "none"} to ${asked.forbidTwinsWithin ?? "none"}`]),
    ...prices,
  ];
}

function from(name: string, before: Money | readonly Money[] | undefined, now: typeof before): string {
  const text = (amounts: typeof before) =>
    amounts === undefined ? "none" : [amounts].flat().map(formatMoney).join(" and ");
  return `${name} from ${text(before)} to ${text(now)}`;
}
