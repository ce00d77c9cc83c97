import { idsOf } from "../contract/commitment.ts";
import type { Claim, ClaimAnswer, Ledger, TokenRecord } from "../contract/ledger.ts";
import type { Submission } from "../contract/executor.ts";
import { createOwnedIds, type OwnedIds } from "./owned-ids.ts";
import {
  tokensOf,
  maxFormer,
  tooManyFormer,
  submissionOf,
  withEvidence,
  addEvidence,
  formerOf,
  joined,
  givenUp,
  claimOne,
  heldRecord,
  claimLost,
  expectState,
  own,
  expectFree,
  describe,
  historyEntry,
  type Change,
} from "./ledger-rules.ts";
import type { LedgerStore, LedgerTransaction, Work } from "./ledger-store.ts";

/**
 * The rules of the ledger over any store: who may write, and which state follows which. Every write names a token and
 * an epoch; one of an older epoch changes nothing.
 */
export function createLedger(store: LedgerStore): Ledger {
  const owned = createOwnedIds(store);

  /** Reads the claimed record, changes it and writes it with one line of history, in one transaction. */
  function write(
    claim: Claim,
    event: string,
    change: (record: TokenRecord, transaction: LedgerTransaction) => Promise<Change>,
  ): Promise<TokenRecord> {
    const written = store.transaction([claim.token], async (transaction) => {
      const record = await heldRecord(transaction, claim);
      const { detail, ...changed } = await change(record, transaction);
      const next: TokenRecord = { ...record, ...changed, updatedAt: transaction.now };
      await transaction.put(next, historyEntry(event, record, next, transaction.now, detail));
      return next;
    });
    return written.then((record) => {
      owned.note(record);
      return record;
    });
  }

  return { ...readsOf(store, owned), ...claimsOf(store), ...sendsOf(store, write), ...endsOf(write) };
}

/** Changes a claimed record, with one line of history, in one transaction. */
type Write = (
  claim: Claim,
  event: string,
  change: (record: TokenRecord, transaction: LedgerTransaction) => Promise<Change>,
) => Promise<TokenRecord>;

/** What changes no record. */
function readsOf(store: LedgerStore, owned: OwnedIds) {
  return {
    now: () => store.now(),

    checkPlace: () => store.checkPlace(),

    unfinished: async ({ olderThan, limit, refused, parked }) => {
      const now = await store.now();
      const kinds: readonly Work[] = [
        "unfinished",
        ...(refused ? ["refused" as const] : []),
        ...(parked ? ["parked" as const] : []),
      ];
      return store.withWork(kinds, now - olderThan, limit);
    },

    records: (query) => store.records(query),

    purchasedIn: (scopeKey, page) => store.purchasedIn(scopeKey, page),

    ownedByOthers: owned.byOthers,

    execution: (executionId) => store.execution(executionId),

    history: (token) => store.history(token),

    restoredAt: () => store.restoredAt(),

    markRestored: () => store.markRestored(),

    close: () => store.close(),
  } satisfies Partial<Ledger>;
}

/** Who may work on what. */
function claimsOf(store: LedgerStore) {
  return {
    claim: (requests, holder, leaseLength, options = {}) =>
      store.transaction(tokensOf(requests), async (transaction) => {
        const answers: ClaimAnswer[] = [];
        const claimant = { ...options, holder, leaseLength };
        for (const request of requests) answers.push(await claimOne(transaction, request, claimant));
        return answers;
      }),

    renew: (claims, leaseLength) =>
      store.transaction(tokensOf(claims), async (transaction) => {
        const lost: Claim[] = [];
        for (const claim of claims) {
          const record = await transaction.get(claim.token);
          if (record?.epoch !== claim.epoch || record.holder === undefined) lost.push(claim);
          else await transaction.touch({ ...record, leaseUntil: transaction.now + leaseLength, leaseLength });
        }
        return lost;
      }),

    release: (claims) =>
      store.transaction(tokensOf(claims), async (transaction) => {
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
      const written = await write(claim, "submit", async (record, transaction) => {
        expectState(record, ["claimed"]);
        if ((record.former?.length ?? 0) >= maxFormer) throw tooManyFormer(record.token);
        if (planned.lane !== undefined) await expectFree(transaction, planned.lane, record.token);
        const attempt = record.attempt + 1;
        const submission = { ...planned, attempt, submittedAt: transaction.now };
        return { state: "submitted", attempt, submission, error: undefined, detail: JSON.stringify(planned.price) };
      });
      return submissionOf(written);
    },

    resend: async (claim, refused) => {
      const record = await write(claim, "resend", async (record, { now }) => {
        expectState(record, ["submitted", "unknown"]);
        const resentAt = refused === undefined ? now : refused.resentAt;
        return { submission: { ...submissionOf(record), resentAt }, detail: refused === undefined ? "" : "refused" };
      });
      return submissionOf(record);
    },

    evidence: (claim, attempt, ids) => addLateEvidence(store, claim, attempt, ids),

    exclude: (claim, ids) =>
      write(claim, "exclude", async ({ submission, former = [] }) => {
        const without = (sent: Submission): Submission => ({ ...sent, notThis: joined(sent.notThis, ids) });
        return {
          ...(submission === undefined ? {} : { submission: without(submission) }),
          former: former.map((sent) => ({ ...without(sent), knownUnclear: true })),
          detail: ids.join(", "),
        };
      }),

    dead: (claim, { failed, failedAs, notThis, knownUnclear, sent = true, detail }) =>
      write(claim, "dead", async (record) => {
        expectState(record, ["submitted", "unknown"]);
        const generation = record.generation + (failed ? 1 : 0);
        return {
          state: "claimed",
          submission: undefined,
          ...(sent ? { former: formerOf(record, { failedAs, notThis, knownUnclear }) } : {}),
          parkedAt: undefined,
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
          generation: record.generation + 1,
          detail: `${id} ${state}`,
        };
      }),

    decide: async (claim, detail) => {
      await write(claim, "decide", async () => ({ detail }));
    },
  } satisfies Partial<Ledger>;
}

/** Adds evidence under whatever epoch: nobody else knows what the answer said. Throws `claim-lost` afterwards under an older one. */
async function addLateEvidence(
  store: LedgerStore,
  claim: Claim,
  attempt: number,
  ids: readonly string[],
): Promise<Submission> {
  const record = await store.transaction([claim.token], async (transaction) => {
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

/** How a recommendation ends; the claim is given up. */
function endsOf(write: Write) {
  return {
    purchase: (claim, commitment, { passedBy = false, over, guessedIn } = {}) =>
      write(claim, "purchase", async (record, transaction) => {
        expectState(record, ["claimed", "submitted", "unknown"]);
        if (guessedIn !== undefined) await expectFree(transaction, guessedIn, record.token);
        await own(transaction, record, commitment);
        return {
          state: "purchased",
          commitment,
          purchasedAt: transaction.now,
          parkedAt: undefined,
          error: over,
          ...(passedBy ? { former: formerOf(record) } : {}),
          detail: `${commitment.id} ${commitment.state}`,
          // Where the marker comes after the purchase, the driver goes on to stamp it.
          ...(commitment.marked ? givenUp : {}),
        };
      }),

    observe: (claim, commitment) =>
      write(claim, "observe", async (record, transaction) => {
        expectState(record, ["purchased"]);
        await own(transaction, record, commitment);
        return { commitment, detail: `${commitment.id} ${commitment.state}`, ...givenUp };
      }),

    reject: async (claim, error, { unseen = false } = {}) => {
      await write(claim, "reject", async (record) => {
        expectState(record, ["claimed", "submitted"]);
        return {
          state: "rejected",
          submission: undefined,
          ...(unseen ? { former: formerOf(record, { knownUnclear: true }) } : {}),
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
