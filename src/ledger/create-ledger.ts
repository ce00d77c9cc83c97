import { type Commitment, idsOf } from "../contract/commitment.ts";
import { LedgerError } from "../contract/errors.ts";
import { differingFields } from "../contract/fingerprint.ts";
import { isHeld } from "../contract/lease.ts";
import type {
  Claim,
  ClaimAnswer,
  ClaimOptions,
  ClaimRequest,
  Ledger,
  RecordedError,
  TokenRecord,
} from "../contract/ledger.ts";
import type { Submission } from "../contract/executor.ts";
import { maskToken } from "../contract/token.ts";
import { createOwnedIds } from "./owned-ids.ts";
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

  return {
    now: () => store.now(),
    decide: async (claim, detail) => {
      await write(claim, "decide", async () => ({ detail }));
    },

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
    close: () => store.close(),

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

    evidence: async (claim, attempt, ids) => {
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
    },

    exclude: (claim, ids) =>
      write(claim, "exclude", async ({ submission, former = [] }) => {
        const without = (sent: Submission): Submission => ({
          ...sent,
          notThis: [...new Set([...(sent.notThis ?? []), ...ids])],
        });
        return {
          ...(submission === undefined ? {} : { submission: without(submission) }),
          former: former.map((sent) => ({ ...without(sent), knownUnclear: true })),
          detail: ids.join(", "),
        };
      }),

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
  };
}

function tokensOf(parts: readonly { readonly token: string }[]): string[] {
  return parts.map(({ token }) => token);
}

type Change = Partial<TokenRecord> & { readonly detail: string };

/** More than any purchase needs: each was quoted anew only after proof that the one before bought nothing. */
const maxFormer = 20;

function tooManyFormer(token: string): LedgerError {
  return new LedgerError({
    code: "too-many-attempts",
    message:
      `For token ${maskToken(token)} ${maxFormer} submissions came to nothing. Nothing was sent. Look at its history for the ` +
      "cause, and give what is still to be bought a new executionId.",
  });
}

function submissionOf({ submission }: TokenRecord): Submission {
  if (submission === undefined) throw new TypeError("A record that is open holds its submission.");
  return submission;
}

/** The open submission with further ids that answers to it named. */
function withEvidence(record: TokenRecord, ids: readonly string[]): Submission {
  const submission = submissionOf(record);
  if (ids.length === 0) return submission;
  return { ...submission, evidence: [...new Set([...(submission.evidence ?? []), ...ids])] };
}

/**
 * The submission of an attempt, open or former, with further ids that an answer to it named. Where something else is recorded as
 * bought meanwhile, it is kept among the former ones, which are asked about as often as somebody drives.
 */
function addEvidence(record: TokenRecord, attempt: number, ids: readonly string[]): Partial<TokenRecord> {
  const { submission, former = [], state } = record;
  const add = (sent: Submission): Submission => ({
    ...sent,
    evidence: [...new Set([...(sent.evidence ?? []), ...ids])],
  });
  const before = former.map((sent) => (sent.attempt === attempt ? add(sent) : sent));
  if (submission?.attempt !== attempt) return { former: before };
  const own = add(submission);
  const isKept = state !== "purchased" || before.some((sent) => sent.attempt === attempt);
  return { submission: own, former: isKept ? before : [...before, own] };
}

/** The former submissions, and the last one, which is no longer open. */
function formerOf(
  { former = [], submission }: TokenRecord,
  end: Pick<Submission, "failedAs" | "notThis" | "knownUnclear"> = {},
): readonly Submission[] {
  return submission === undefined ? former : [...former, { ...submission, ...end }];
}

const givenUp = { holder: undefined, leaseUntil: undefined, leaseLength: undefined } as const;

interface Claimant extends ClaimOptions {
  readonly holder: string;
  readonly leaseLength: number;
}

async function claimOne(
  transaction: LedgerTransaction,
  request: ClaimRequest,
  { holder, leaseLength, corrections = false, states }: Claimant,
): Promise<ClaimAnswer> {
  const { now } = transaction;
  const record = await transaction.get(request.token);
  if (record !== undefined) {
    if (record.fingerprint !== request.fingerprint) {
      return { kind: "conflict", fields: differingFields(record.recommendation, request.recommendation), record };
    }
    const { commitment } = record;
    const settled = record.state === "purchased" && commitment?.settled && commitment.marked;
    // What an earlier submission bought after all is looked for as often as somebody asks.
    if (settled && !corrections && !record.former?.length) return { kind: "settled", record };
    if (record.holder !== undefined && isHeld(record, now)) {
      return { kind: "in-flight", holder: record.holder, until: record.leaseUntil ?? now, record };
    }
    if (states?.includes(record.state) === false) return { kind: "other-state", record };
  }
  const open = record?.state === "submitted" || record?.state === "unknown" || record?.state === "purchased";
  const claimed: TokenRecord = {
    ...(record ?? { ...request, generation: 0, attempt: 0, createdAt: now }),
    // The limit may have changed since; the fingerprint says that nothing else has.
    recommendation: request.recommendation,
    source: request.source,
    state: open ? record.state : "claimed",
    epoch: (record?.epoch ?? 0) + 1,
    holder,
    leaseUntil: now + leaseLength,
    leaseLength,
    updatedAt: now,
  };
  await transaction.put(claimed, historyEntry("claim", record, claimed, now, ""));
  return { kind: "granted", claim: { token: claimed.token, epoch: claimed.epoch }, record: claimed };
}

async function heldRecord(transaction: LedgerTransaction, claim: Claim): Promise<TokenRecord> {
  const record = await transaction.get(claim.token);
  if (record === undefined || record.epoch !== claim.epoch) throw claimLost(claim.token);
  return record;
}

function claimLost(token: string): LedgerError {
  return new LedgerError({
    code: "claim-lost",
    message:
      `Another driver took token ${maskToken(token)} over, because this driver did not renew its lease in ` +
      "time. This driver stops working on it; what was sent is reconciled by the other. Drive again to see the result.",
    retryable: true,
  });
}

function expectState(record: TokenRecord, expected: readonly TokenRecord["state"][]): void {
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
async function own(transaction: LedgerTransaction, record: TokenRecord, commitment: Commitment): Promise<void> {
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
async function expectFree(transaction: LedgerTransaction, lane: string, token: string): Promise<void> {
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

function describe({ code, providerCode, message }: RecordedError): string {
  return [code, ...(providerCode === undefined ? [] : [providerCode]), message].join(": ");
}

function historyEntry(event: string, from: TokenRecord | undefined, to: TokenRecord, at: number, detail: string) {
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
  };
}
