import { unprovenOf } from "../contract/at-risk.ts";
import { decisionText, type OtherDecision, type PersonDecision, type RecordedDecision } from "../contract/decision.ts";
import type { DecisionDetails } from "../contract/decision.ts";
import { RefusedError } from "../contract/errors.ts";
import type { Claim, Ledger, TokenRecord } from "../contract/ledger.ts";
import { termsMovedOn } from "../contract/terms.ts";
import type { Write } from "./create-ledger.ts";
import type { LedgerTransaction, TransactionKeys } from "./ledger-store.ts";
import { type Change, expectState, formerOf, givenUp, joined, withProof } from "./ledger-rules.ts";

/** The states in which a person can say that it was bought. */
const notBoughtStates: readonly TokenRecord["state"][] = [
  "planned",
  "claimed",
  "submitted",
  "unknown",
  "rejected",
  "refused",
  "written-off",
];

/** The states in which a person can decide otherwise. */
const undecidedStates = notBoughtStates.filter((state) => state !== "written-off");

/**
 * The record is in a state in which this can be decided. Throws a RefusedError `nothing-to-resolve` where somebody skipped the place
 * while it was looked at.
 */
function expectUndecided(record: TokenRecord, states: readonly TokenRecord["state"][]): void {
  if (record.state !== "skipped") return expectState(record, states);
  throw new RefusedError({
    code: "nothing-to-resolve",
    message: `Somebody skipped #${record.recIndex} meanwhile: nothing is bought for it, so there is nothing to decide about it. Nothing was recorded.`,
  });
}

/** A decision with the time at which it was made. */
export function recorded({ expectedVersion: _seen, ...decision }: PersonDecision, at: number): RecordedDecision {
  return { ...decision, at };
}

/** What the transaction of a decision is about: the execution as well, where its terms are those that a person saw. */
export function keysOf(claim: Claim, decision: PersonDecision | undefined): TransactionKeys {
  const isSeen = decision?.expectedVersion !== undefined;
  return { tokens: [claim.token], ...(isSeen ? { executions: [claim.executionId] } : {}) };
}

/** Throws a RefusedError `terms-changed` where the terms are no longer those that a person saw who decides. */
async function expectSeen(
  transaction: LedgerTransaction,
  { executionId }: Pick<TokenRecord, "executionId">,
  { expectedVersion }: PersonDecision,
): Promise<void> {
  if (expectedVersion === undefined) return;
  const execution = await transaction.execution(executionId);
  const now = execution?.termsVersion ?? 0;
  if (now !== expectedVersion) throw termsMovedOn(now, expectedVersion);
}

/** Throws where a person cannot say that it was bought: its terms or its state are no longer what was seen. */
export async function expectNotBought(
  transaction: LedgerTransaction,
  record: TokenRecord,
  decision: PersonDecision,
): Promise<void> {
  await expectSeen(transaction, record, decision);
  expectUndecided(record, notBoughtStates);
}

/** What a person decides, with what follows from it. */
export function decisionsOf(write: Write) {
  return {
    decide: (claim, decision, how = {}) =>
      write(
        claim,
        "decide",
        async (record, transaction) => {
          await expectSeen(transaction, claim, decision);
          const { now } = transaction;
          const kept = { decision: recorded(decision, now), detail: decisionText(decision) };
          return { ...effectOf(record, decision, how), ...kept, ...(decision.kind === "lost" ? {} : givenUp) };
        },
        keysOf(claim, decision),
      ),
  } satisfies Partial<Ledger>;
}

function effectOf(record: TokenRecord, decision: OtherDecision, how: DecisionDetails): Omit<Change, "detail"> {
  const { kind, id } = decision;
  switch (kind) {
    case "not-bought":
      expectUndecided(record, undecidedStates);
      return notBought(record, how.knownUnclear ?? []);
    case "not-this": {
      expectUndecided(record, undecidedStates);
      const { error } = record;
      // What it was refused for is gone. For an unknown outcome the provider's words stay.
      const lifted = record.state === "refused" && error !== undefined;
      return {
        notThis: joined(record.notThis, how.ids ?? (id === undefined ? [] : [id])),
        ...(lifted ? { error: { code: "resolved-as-not-this", message: decisionText(decision) } } : {}),
      };
    }
    case "written-off":
      expectUndecided(record, undecidedStates);
      return writtenOff(record);
    case "lost":
      expectState(record, ["purchased"]);
      return {};
  }
}

function notBought(record: TokenRecord, knownUnclear: readonly number[]): Omit<Change, "detail"> {
  const isOpen = record.state === "submitted" || record.state === "unknown";
  const attempts = unprovenOf(record).map(({ attempt }) => attempt);
  const earlier = { ...record, former: withProof(record, attempts) };
  const former = (isOpen ? formerOf(earlier) : (earlier.former ?? [])).map((sent) =>
    knownUnclear.includes(sent.attempt) ? { ...sent, knownUnclear: true } : sent,
  );
  return {
    state: "claimed",
    ...(isOpen ? { submission: undefined, generation: record.generation + 1 } : {}),
    former,
    parkedAt: undefined,
    error: undefined,
  };
}

function writtenOff(record: TokenRecord): Omit<Change, "detail"> {
  const { submission, former = [] } = record;
  const state = { state: "written-off", parkedAt: undefined } as const;
  // What was sent last may be bought after all: it is what is written off.
  return submission === undefined ? { ...state, submission: former.at(-1), former: former.slice(0, -1) } : state;
}
