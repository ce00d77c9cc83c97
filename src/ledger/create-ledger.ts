import { idsOf } from "../contract/commitment.ts";
import { decisionText } from "../contract/decision.ts";
import type { Claim, ClaimAnswer, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Submission } from "../contract/executor.ts";
import { decisionsOf, expectNotBought, keysOf, recorded } from "./decisions.ts";
import { withAnnouncements } from "./announce.ts";
import { createOwnedIds, type OwnedIds } from "./owned-ids.ts";
import { webhooksOf } from "./webhook-rules.ts";
import {
  tokensOf,
  maxFormer,
  tooManyFormer,
  submissionOf,
  withEvidence,
  addEvidence,
  formerOf,
  withProof,
  givenUp,
  claimOne,
  heldRecord,
  claimLost,
  expectState,
  own,
  expectFree,
  expectMaySend,
  boughtSince,
  describe,
  historyEntry,
  type Change,
} from "./ledger-rules.ts";
import type { Work } from "../contract/execution-state.ts";
import type { ExecutionRecord } from "../contract/execution-record.ts";
import { executionsOf } from "./record-executions.ts";
import type { LedgerStore, LedgerTransaction, TransactionKeys } from "./ledger-store.ts";

/**
 * The rules of the ledger over any store: who may write, and which state follows which. Every write names a token and
 * an epoch; one of an older epoch changes nothing.
 */
export function createLedger(silent: LedgerStore): Ledger {
  const store = withAnnouncements(silent);
  const owned = createOwnedIds(store);

  /** Reads the claimed record, changes it and writes it with one line of history, in one transaction. */
  function write(
    claim: Claim,
    event: string,
    change: (record: TokenRecord, transaction: LedgerTransaction) => Promise<Change>,
    keys: TransactionKeys = { tokens: [claim.token] },
  ): Promise<TokenRecord> {
    const written = store.transaction(keys, async (transaction) => {
      const record = await heldRecord(transaction, claim);
      const { detail, ...changed } = await change(record, transaction);
      // What a person says leaves another try that is asked for as it is, unless it makes something else of it.
      const isEnded = "holder" in changed && event !== "decide";
      const isTried = isEnded || (changed.state ?? record.state) !== record.state;
      const asked = isTried ? { redriveAskedAt: undefined } : {};
      const next: TokenRecord = { ...record, ...changed, ...asked, updatedAt: transaction.now };
      await transaction.put(next, historyEntry(event, record, next, transaction.now, detail));
      return next;
    });
    return written.then((record) => {
      owned.note(record);
      return record;
    });
  }

  return {
    ...readsOf(store, owned),
    ...executionsOf(store),
    ...webhooksOf(store),
    ...claimsOf(store),
    ...sendsOf(store, write),
    ...notesOf(write),
    ...purchasesOf(write),
    ...endsOf(write),
    ...decisionsOf(write),
  };
}

/** Changes a claimed record, with one line of history, in one transaction. */
export type Write = (
  claim: Claim,
  event: string,
  change: (record: TokenRecord, transaction: LedgerTransaction) => Promise<Change>,
  /** What the transaction is about; default: the claim's token. */
  keys?: TransactionKeys,
) => Promise<TokenRecord>;

/** What a write is about that passes the guard. */
function guarded({ token, executionId }: Claim): TransactionKeys {
  return { tokens: [token], executions: [executionId] };
}

/** More twins of what is driven at once than a person looks at. */
const mostAlike = 1000;

/** What changes no record. */
function readsOf(store: LedgerStore, owned: OwnedIds) {
  return {
    now: () => store.now(),

    checkPlace: () => store.checkPlace(),

    unfinished: async ({ olderThan, limit, refused, parked, after }) => {
      const now = await store.now();
      const kinds: readonly Work[] = [
        "unfinished",
        ...(refused ? ["refused" as const] : []),
        ...(parked ? ["parked" as const] : []),
      ];
      return store.withWork(kinds, now - olderThan, limit, after);
    },

    records: (query) => store.records(query),

    purchasedIn: (scopeKey, page) => store.purchasedIn(scopeKey, page),

    boughtAlike: async (query) => (await store.boughtAlike(query, mostAlike)).filter(boughtSince(query.since)),

    ownedByOthers: owned.byOthers,

    recordsOf: (executionId) => store.recordsOf(executionId),

    history: (token) => store.history(token),

    restoredAt: () => store.restoredAt(),

    markRestored: () => store.markRestored(),

    close: () => store.close(),
  } satisfies Partial<Ledger>;
}

/** Who may work on what. */
function claimsOf(store: LedgerStore) {
  return {
    claim: (places, holder, leaseLength, options = {}) => {
      const executions = [...new Set(places.map(({ executionId }) => executionId))];
      return store.transaction({ tokens: tokensOf(places), executions }, async (transaction) => {
        const answers: ClaimAnswer[] = [];
        const claimant = { ...options, holder, leaseLength };
        const known = new Map<string, ExecutionRecord | undefined>();
        for (const id of executions) known.set(id, await transaction.execution(id));
        for (const place of places) {
          answers.push(await claimOne(transaction, place, known.get(place.executionId), claimant));
        }
        return answers;
      });
    },

    renew: (claims, leaseLength) =>
      store.transaction({ tokens: tokensOf(claims) }, async (transaction) => {
        const lost: Claim[] = [];
        for (const claim of claims) {
          const record = await transaction.get(claim.token);
          if (record?.epoch !== claim.epoch || record.holder === undefined) lost.push(claim);
          else await transaction.touch({ ...record, leaseUntil: transaction.now + leaseLength, leaseLength });
        }
        return lost;
      }),

    release: (claims) =>
      store.transaction({ tokens: tokensOf(claims) }, async (transaction) => {
        for (const claim of claims) {
          const record = await transaction.get(claim.token);
          // It counts as touched, so that work that goes on for long does not keep other work from its turn.
          const released = { ...givenUp, updatedAt: transaction.now };
          if (record?.epoch === claim.epoch) await transaction.touch({ ...record, ...released });
        }
      }),
  } satisfies Partial<Ledger>;
}

/** What is about to be sent, and what became of it; the claim is kept. */
function sendsOf(store: LedgerStore, write: Write) {
  return {
    submit: async (claim, planned) => {
      const submit = async (record: TokenRecord, transaction: LedgerTransaction): Promise<Change> => {
        await expectMaySend(transaction, claim, record, planned);
        expectState(record, ["claimed"]);
        if ((record.former?.length ?? 0) >= maxFormer) throw tooManyFormer(record.token);
        if (planned.lane !== undefined) await expectFree(transaction, planned.lane, record.token);
        const attempt = record.attempt + 1;
        const submission = { ...planned, attempt, submittedAt: transaction.now };
        return {
          state: "submitted",
          attempt,
          submission,
          error: undefined,
          decision: undefined,
          countedFrom: undefined,
          detail: JSON.stringify(planned.price),
        };
      };
      return submissionOf(await write(claim, "submit", submit, guarded(claim)));
    },

    resend: async (claim, { refused, clock } = {}) => {
      const resend = async (record: TokenRecord, transaction: LedgerTransaction): Promise<Change> => {
        expectState(record, ["submitted", "unknown"]);
        const sent = submissionOf(record);
        if (refused === undefined) await expectMaySend(transaction, claim, record, sent);
        const { resentAt, resentClock } = refused ?? { resentAt: transaction.now, resentClock: clock };
        const submission = { ...sent, resentAt, resentClock };
        return refused === undefined
          ? { submission, countedFrom: undefined, countedBefore: record.countedFrom, detail: "" }
          : { submission, countedFrom: record.countedBefore, detail: "refused" };
      };
      return submissionOf(await write(claim, "resend", resend, guarded(claim)));
    },

    evidence: (claim, attempt, ids) => addLateEvidence(store, claim, attempt, ids),

    dead: (claim, { failed, failedAs, sent = true, detail }) =>
      write(claim, "dead", async (record) => {
        expectState(record, ["submitted", "unknown"]);
        const generation = record.generation + (failed ? 1 : 0);
        return {
          state: "claimed",
          submission: undefined,
          ...(sent ? { former: formerOf(record, { failedAs }) } : {}),
          parkedAt: undefined,
          decision: undefined,
          generation,
          detail,
        };
      }),

    reopen: (claim, { id, state }) =>
      write(claim, "reopen", async (record) => {
        expectState(record, ["purchased"]);
        return {
          state: "claimed",
          submission: undefined,
          former: formerOf(record, { failedAs: record.commitment && idsOf(record.commitment) }),
          commitment: undefined,
          purchasedAt: undefined,
          purchasedClock: undefined,
          decision: undefined,
          generation: record.generation + 1,
          detail: `${id} ${state}`,
        };
      }),
  } satisfies Partial<Ledger>;
}

/** What is noted about a clock, or about what was sent earlier; the claim is kept. */
function notesOf(write: Write) {
  return {
    proven: (claim, attempts, detail) =>
      write(claim, "proven", async (record) => ({ former: withProof(record, attempts), detail })),

    countFrom: (claim, clock) =>
      write(claim, "clock", async (_record, { now }) => {
        return { countedFrom: { at: now, clock }, detail: "a clock was set: ages are counted anew" };
      }),
  } satisfies Partial<Ledger>;
}

/** Adds evidence under whatever epoch: nobody else knows what the answer said. Throws `claim-lost` afterwards under an older one. */
async function addLateEvidence(
  store: LedgerStore,
  claim: Claim,
  attempt: number,
  ids: readonly string[],
): Promise<Submission> {
  const record = await store.transaction({ tokens: [claim.token] }, async (transaction) => {
    const before = await transaction.get(claim.token);
    if (before === undefined) throw claimLost(claim.token);
    const next = { ...before, ...addEvidence(before, attempt, ids), updatedAt: transaction.now };
    await transaction.put(next, historyEntry("evidence", before, next, transaction.now, ids.join(", ")));
    return next;
  });
  // Another driver goes on with it, and meets what was just written.
  if (record.epoch !== claim.epoch) throw claimLost(claim.token);
  return submissionOf(record);
}

/** What was bought, and how it is seen later; the claim is given up. */
function purchasesOf(write: Write) {
  return {
    purchase: (
      claim,
      commitment,
      { decision, passedBy = false, unproven = false, proves = [], over, guessedIn, clock } = {},
    ) =>
      write(
        claim,
        decision ? "decide" : "purchase",
        async (record, transaction) => {
          if (decision) await expectNotBought(transaction, record, decision);
          // Skipped meanwhile, it was found as bought: that is the truth.
          else expectState(record, ["claimed", "submitted", "unknown", "skipped"]);
          if (guessedIn !== undefined) await expectFree(transaction, guessedIn, record.token);
          await own(transaction, record, commitment);
          const earlier = { ...record, former: withProof(record, proves) };
          const former = passedBy ? formerOf(earlier, unproven ? { unproven } : {}) : earlier.former;
          return {
            state: "purchased",
            commitment,
            purchasedAt: transaction.now,
            purchasedClock: clock,
            countedFrom: undefined,
            parkedAt: undefined,
            error: over,
            decision: decision && recorded(decision, transaction.now),
            former,
            detail: decision ? decisionText(decision) : `${commitment.id} ${commitment.state}`,
            // Where the marker comes after the purchase, the driver goes on to stamp it.
            ...(commitment.marked ? givenUp : {}),
          };
        },
        keysOf(claim, decision),
      ),

    observe: (claim, commitment) =>
      write(claim, "observe", async (record, transaction) => {
        expectState(record, ["purchased"]);
        await own(transaction, record, commitment);
        return { commitment, detail: `${commitment.id} ${commitment.state}`, ...givenUp };
      }),
  } satisfies Partial<Ledger>;
}

/** How a recommendation ends otherwise; the claim is given up. */
function endsOf(write: Write) {
  return {
    reject: async (claim, error, { unseen = false } = {}) => {
      await write(claim, "reject", async (record) => {
        expectState(record, ["claimed", "submitted"]);
        return {
          state: "rejected",
          submission: undefined,
          ...(unseen ? { former: formerOf(record, { knownUnclear: true, unproven: true }) } : {}),
          parkedAt: undefined,
          error,
          detail: describe(error),
          ...givenUp,
        };
      });
    },

    refuse: async (claim, error, { waits = false } = {}) => {
      await write(claim, waits ? "wait" : "refuse", async (record) => {
        const state = record.state === "claimed" && !waits ? "refused" : record.state;
        return { state, error, detail: describe(error), ...givenUp };
      });
    },

    unknown: async (claim, error, { evidence = [] } = {}) => {
      await write(claim, "unknown", async (record) => {
        expectState(record, ["submitted", "unknown"]);
        const submission = withEvidence(record, evidence);
        return { state: "unknown", submission, error, detail: describe(error), ...givenUp };
      });
    },

    park: (claim, error, { evidence = [] } = {}) =>
      write(claim, "park", async (record, { now }) => {
        expectState(record, ["submitted", "unknown"]);
        const parked = { parkedAt: record.parkedAt ?? now, submission: withEvidence(record, evidence) };
        return { state: "unknown", ...parked, error, detail: describe(error), ...givenUp };
      }),
  } satisfies Partial<Ledger>;
}
