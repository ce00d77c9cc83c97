import { unprovenBeside, unprovenOf } from "../contract/at-risk.ts";
import { type Commitment, idsOf } from "../contract/commitment.ts";
import { todoOf } from "../contract/error-advice.ts";
import { LedgerError, RefusedError } from "../contract/errors.ts";
import type { ExecutionRecord } from "../contract/execution-record.ts";
import { isHeld } from "../contract/lease.ts";
import type {
  HistoryEntry,
  Claim,
  ClaimAnswer,
  ClaimOptions,
  ExecutionPlace,
  RecordedError,
  TokenRecord,
} from "../contract/ledger.ts";
import { compareMoney, formatMoney, totals } from "../contract/money.ts";
import { forbiddenError, whyForbidden } from "../contract/terms.ts";
import type { Submission } from "../contract/executor.ts";
import { maskToken } from "../contract/token.ts";
import { boughtAt, twinForbidden, twinsMilliseconds, twinText } from "../contract/twin.ts";
import type { LedgerTransaction } from "./ledger-store.ts";

/** The tokens of requests or claims. */
export function tokensOf(parts: readonly { readonly token: string }[]): string[] {
  return parts.map(({ token }) => token);
}

/** What a write changes in a record, with the line of history that says so. */
export type Change = Partial<TokenRecord> & { readonly detail: string };

/** More than any purchase needs: each was quoted anew only after proof that the one before bought nothing. */
export const maxFormer = 20;

/** No further submission is written ahead after so many. */
export function tooManyFormer(token: string): LedgerError {
  return new LedgerError({
    code: "too-many-attempts",
    message:
      `For token ${maskToken(token)} ${maxFormer} submissions came to nothing. Nothing was sent. ` +
      todoOf("too-many-attempts"),
  });
}

/** The open submission of a record that is open. */
export function submissionOf({ submission }: TokenRecord): Submission {
  if (submission === undefined) throw new TypeError("A record that is open holds its submission.");
  return submission;
}

/** What was known, and what is new of these. */
export function joined(known: readonly string[] | undefined, ids: readonly string[]): readonly string[] {
  return [...new Set([...(known ?? []), ...ids])];
}

/** The open submission with further ids that answers to it named. */
export function withEvidence(record: TokenRecord, ids: readonly string[]): Submission {
  const submission = submissionOf(record);
  if (ids.length === 0) return submission;
  return { ...submission, evidence: joined(submission.evidence, ids) };
}

/**
 * The submission of an attempt, open or former, with further ids that an answer to it named. Where something else is recorded as
 * bought meanwhile, it is kept among the former ones, which are asked about as often as somebody drives.
 */
export function addEvidence(record: TokenRecord, attempt: number, ids: readonly string[]): Partial<TokenRecord> {
  const { submission, former = [], state } = record;
  const add = (sent: Submission): Submission => ({ ...sent, evidence: joined(sent.evidence, ids) });
  const before = former.map((sent) => (sent.attempt === attempt ? add(sent) : sent));
  if (submission?.attempt !== attempt) return { former: before };
  const own = add(submission);
  const isKept = state !== "purchased" || before.some((sent) => sent.attempt === attempt);
  return { submission: own, former: isKept ? before : [...before, own] };
}

/** The former submissions, and the last one, which is no longer open. */
export function formerOf(
  { former = [], submission }: TokenRecord,
  end: Pick<Submission, "failedAs" | "knownUnclear" | "unproven"> = {},
): readonly Submission[] {
  return submission === undefined ? former : [...former, { ...submission, ...end }];
}

/** The former submissions, those of these attempts proven to have bought nothing beside. */
export function withProof(record: TokenRecord, attempts: readonly number[]): TokenRecord["former"] {
  const proven = unprovenOf(record).filter(({ attempt }) => attempts.includes(attempt));
  return record.former?.map((sent) => (proven.includes(sent) ? { ...sent, unproven: false } : sent));
}

/** What a record holds that nobody works on. */
export const givenUp = { holder: undefined, leaseUntil: undefined, leaseLength: undefined } as const;

/** What a claim takes up that names no states: nobody works on what is written off. */
const worked: readonly TokenRecord["state"][] = [
  "planned",
  "claimed",
  "submitted",
  "unknown",
  "purchased",
  "rejected",
  "refused",
];

/** The states that a claim leaves. */
const kept: readonly TokenRecord["state"][] = ["submitted", "unknown", "purchased", "written-off"];

interface Claimant extends ClaimOptions {
  readonly holder: string;
  readonly leaseLength: number;
}

/** Claims one token of an execution, or says why not. */
export async function claimOne(
  transaction: LedgerTransaction,
  { token, executionId }: Pick<ExecutionPlace, "token" | "executionId">,
  execution: ExecutionRecord | undefined,
  { holder, leaseLength, corrections = false, asIs = false, states, unseen = false }: Claimant,
): Promise<ClaimAnswer> {
  const { now } = transaction;
  const record = await transaction.get(token);
  if (execution === undefined || record === undefined) {
    throw new LedgerError({
      code: "internal",
      message: `Token ${maskToken(token)} is not recorded, so it cannot be claimed. Report this as a defect.`,
    });
  }
  const { commitment } = record;
  const settled = record.state === "purchased" && commitment?.settled && commitment.marked;
  // What an earlier submission bought after all is looked for as often as somebody asks.
  if (settled && !corrections && !record.former?.length) return { kind: "settled", record };
  if (record.holder !== undefined && isHeld(record, now)) {
    return { kind: "in-flight", holder: record.holder, until: record.leaseUntil ?? now, record };
  }
  const isMeant = (states ?? worked).includes(record.state) || (unseen && unprovenOf(record).length > 0);
  if (!isMeant) return { kind: "other-state", record };
  // A look at what is bought and unchanged writes nothing.
  const isLooked = record.state === "purchased" && !asIs && !corrections;
  // What is open, bought or written off never begins anew by being claimed.
  const claimed: TokenRecord = {
    ...record,
    ...(isLooked ? { redriveAskedAt: undefined } : {}),
    state: asIs || kept.includes(record.state) ? record.state : "claimed",
    epoch: record.epoch + 1,
    holder,
    leaseUntil: now + leaseLength,
    leaseLength,
    updatedAt: now,
  };
  await transaction.put(claimed, historyEntry("claim", record, claimed, now, ""));
  const claim = { token, executionId, epoch: claimed.epoch, termsVersion: execution.termsVersion };
  return { kind: "granted", claim, record: claimed, execution };
}

/**
 * The guard that every send passes, in the transaction of its write-ahead: the execution's record allows it now, its total too, and
 * it has no twin where twins are forbidden. Throws a RefusedError.
 */
export async function expectMaySend(
  transaction: LedgerTransaction,
  claim: Claim,
  record: TokenRecord,
  sent: Pick<Submission, "price" | "handle">,
): Promise<void> {
  const execution = await expectAllowed(transaction, claim);
  await expectWithinTotals(transaction, execution, record, sent);
  await expectNoTwin(transaction, execution, record);
}

/** The execution's record allows it now, under the terms that the driver read. Throws a RefusedError. */
async function expectAllowed(transaction: LedgerTransaction, claim: Claim): Promise<ExecutionRecord> {
  const execution = await transaction.execution(claim.executionId);
  if (execution === undefined) throw new TypeError("What is claimed has the record of its execution.");
  const forbidden = whyForbidden(execution, transaction.now);
  if (forbidden !== undefined) throw forbiddenError(forbidden);
  if (execution.termsVersion === claim.termsVersion) return execution;
  throw new RefusedError({
    code: "terms-changed",
    message: `The terms of the execution changed since this driver read them (version ${claim.termsVersion}, now ${execution.termsVersion}). Nothing was sent for it. ${todoOf("terms-changed")}`,
    retryable: true,
  });
}

/**
 * All that was sent for an execution and is or may be bought stays within its totals, with what is sent now, and what was sent for the same token before and may be bought. Throws a RefusedError.
 */
async function expectWithinTotals(
  transaction: LedgerTransaction,
  { executionId, maxTotals }: ExecutionRecord,
  record: TokenRecord,
  sent: Pick<Submission, "price" | "handle">,
): Promise<void> {
  if (maxTotals === undefined) return;
  const { token } = record;
  const earlier = unprovenBeside(record, sent).map(({ price }) => price);
  const counted = await transaction.counted(executionId, token);
  if (counted.includes("unknown")) {
    throw new RefusedError({
      code: "total-unknown",
      message: `The execution has a total, and what it cost that was found as bought is not known. Nothing was sent for this one. ${todoOf("total-unknown")}`,
    });
  }
  const sums = totals([...counted.filter((one) => one !== "unknown"), sent.price, ...earlier]);
  for (const sum of sums) {
    const limit = maxTotals.find(({ currency }) => currency === sum.currency);
    if (limit !== undefined && compareMoney(sum, limit) <= 0) continue;
    const code = limit === undefined ? "total-currency-missing" : "total-above-limit";
    const said = limit === undefined ? `it allows no total in ${sum.currency}` : `it allows ${formatMoney(limit)}`;
    throw new RefusedError({
      code,
      message: `With this one, ${formatMoney(sum)} of the execution would be sent and may be bought; ${said}. Nothing was sent for it. ${todoOf(code)}`,
    });
  }
}

/** Where the execution forbids twins, there is none by now. Throws a RefusedError. */
async function expectNoTwin(
  transaction: LedgerTransaction,
  { executionId, forbidTwinsWithin }: ExecutionRecord,
  { token, fingerprint }: TokenRecord,
): Promise<void> {
  if (forbidTwinsWithin === undefined) return;
  const since = transaction.now - twinsMilliseconds(forbidTwinsWithin);
  const [twin] = (await transaction.boughtAlike(fingerprint, since, token)).filter(boughtSince(since));
  if (twin !== undefined) throw twinForbidden(twinText(twin, twin.executionId === executionId), forbidTwinsWithin);
}

/** Whether something was bought, or sent and may be bought, since a time: rows of earlier versions may say more than is so. */
export function boughtSince(since: number): (record: TokenRecord) => boolean {
  return (record) => (boughtAt(record) ?? -Infinity) >= since;
}

/** The record of a claim that is still held. Throws `claim-lost`. */
export async function heldRecord(transaction: LedgerTransaction, claim: Claim): Promise<TokenRecord> {
  const record = await transaction.get(claim.token);
  if (record === undefined || record.epoch !== claim.epoch) throw claimLost(claim.token);
  return record;
}

/** The claim is another driver's by now. */
export function claimLost(token: string): LedgerError {
  return new LedgerError({
    code: "claim-lost",
    message:
      `Another driver took token ${maskToken(token)} over, because this driver did not renew its lease in ` +
      "time. This driver stops working on it; what was sent is reconciled by the other. Drive again to see the result.",
    retryable: true,
  });
}

/** Throws a LedgerError `internal` for a record in another state than these: a defect. */
export function expectState(record: TokenRecord, expected: readonly TokenRecord["state"][]): void {
  if (expected.includes(record.state)) return;
  throw new LedgerError({
    code: "internal",
    message: `Token ${maskToken(record.token)} is ${record.state}, which does not allow this change. Report this as a defect.`,
  });
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * An id belongs to one token of its scope. A UUID belongs to one token wherever it is shown: a tenant that one
 * recommendation names and another leaves out goes by two scope keys, and would let one order count for both.
 */
export async function own(transaction: LedgerTransaction, record: TokenRecord, commitment: Commitment): Promise<void> {
  const ids = idsOf(commitment);
  const everywhere = ids.filter((id) => uuid.test(id)).map((id) => id.toLowerCase());
  const taken = [
    ...(await transaction.own(record.scope.key, ids, record.token)),
    ...(everywhere.length > 0 ? await transaction.own("uuid", everywhere, record.token) : []),
  ];
  if (taken.length === 0) return;
  throw new LedgerError({
    code: "commitment-taken",
    message: `The ledger holds ${[...new Set(taken)].join(", ")} as bought for another recommendation. One commitment cannot count for two: look at both at the provider.`,
  });
}

/** One submission of a lane may be open at a time: throws while another token's is. */
export async function expectFree(transaction: LedgerTransaction, lane: string, token: string): Promise<void> {
  const [rival] = await transaction.inLane(lane, token);
  if (rival === undefined) return;
  throw new LedgerError({
    code: "identical-purchase-open",
    message:
      `A purchase of the very same kind (token ${maskToken(rival)}) is not yet known to be bought or not, and the two could ` +
      "not be told apart afterwards. Nothing was sent for this one: a later drive buys it, once that one is decided.",
    retryable: true,
  });
}

/** An error in a line of history. */
export function describe({ code, providerCode, message }: RecordedError): string {
  return [code, ...(providerCode === undefined ? [] : [providerCode]), message].join(": ");
}

/** A line of history: who changed what. */
export function historyEntry(
  event: string,
  from: TokenRecord | undefined,
  to: TokenRecord,
  at: number,
  detail: string,
  person?: string,
): HistoryEntry {
  return {
    token: to.token,
    at,
    event,
    from: from?.state,
    to: to.state,
    // The one who wrote it, also where the write gives the claim up.
    holder: to.holder ?? from?.holder,
    epoch: to.epoch,
    attempt: to.attempt,
    detail,
    ...(person === undefined ? {} : { person }),
  };
}
