import { createHash } from "node:crypto";
import { isInDoubt, unprovenOf } from "../contract/at-risk.ts";
import { atRiskPrices, type CountedPrice } from "../contract/counted-price.ts";
import { executionState, workLeft } from "../contract/execution-state.ts";
import type { ExecutionRecord } from "../contract/execution-record.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { totals } from "../contract/money.ts";
import { whyStopped } from "../contract/terms.ts";
import type { ExecutionSummary, MessageContent, MessageType, OutboxMessage } from "../contract/webhook-ledger.ts";
import type { LedgerStore, LedgerTransaction } from "./ledger-store.ts";
import type { Announcement, Announcing } from "./webhook-store.ts";

/** The lines of history after which nothing is decided that was not before. */
const silent: ReadonlySet<string> = new Set(["claim", "submit", "resend", "clock", "proven", "evidence"]);

/**
 * A store whose transactions announce what they decide, where an endpoint wants that: the messages are written in the very transaction, so
 * that there is one for each decision that is recorded, and for no other.
 */
export function withAnnouncements<Store extends LedgerStore>(store: Store): Store {
  return {
    ...store,
    transaction: (keys, run) =>
      store.transaction(keys, async (transaction) => {
        const written = new Map<string, Map<number, TokenRecord>>();
        const of = (executionId: string) => {
          const known = written.get(executionId) ?? new Map<number, TokenRecord>();
          written.set(executionId, known);
          return known;
        };
        const result = await run({
          ...transaction,
          put: async (record, entry) => {
            await transaction.put(record, entry);
            if (!silent.has(entry.event)) of(record.executionId).set(record.recIndex, record);
          },
          putExecution: async (execution, entry) => {
            await transaction.putExecution(execution, entry);
            of(execution.executionId);
          },
        });
        for (const [executionId, records] of written) await announce(transaction, executionId, [...records.values()]);
        return result;
      }),
  };
}

async function announce(
  transaction: LedgerTransaction,
  executionId: string,
  records: readonly TokenRecord[],
): Promise<void> {
  const known = await transaction.announcing(
    executionId,
    records.map(({ recIndex }) => recIndex),
  );
  if (known === undefined) return;
  const { now } = transaction;
  const places = records.flatMap((record) => ofPlace(record, known, now));
  const all = [...places, ...(await ofExecution(known, now))];
  if (all.length > 0) await transaction.announce(executionId, all);
}

/** How an undecided place stands that was announced as bought, or as one that needs a person. */
const open = "open";

/**
 * How a place stands, as far as it is announced: a change of this is one. Undefined for what is not decided. The same refusal again
 * is no change, so that a timer which tries it every hour says nothing new; a further rejection is, for something was sent. What was
 * sent for it and may have bought needs a person, also where the provider rejected it.
 */
function standingOf(record: TokenRecord): string | undefined {
  const { state, commitment, error, attempt, parkedAt } = record;
  const said = [state, error?.code, error?.providerCode].filter((part) => part !== undefined).join(" ");
  switch (state) {
    case "purchased":
      return [state, commitment?.id, commitment?.standing].join(" ");
    case "rejected":
      return unprovenOf(record).length > 0 ? `parked ${said} ${attempt}` : `${said} ${attempt}`;
    case "refused":
      if (isInDoubt(record) || (workLeft(record) === "refused" && unprovenOf(record).length > 0))
        return `parked ${said}`;
      return workLeft(record) === "refused" ? said : undefined;
    case "skipped":
    case "written-off":
      return state;
    case "submitted":
    case "unknown":
      return parkedAt === undefined ? undefined : "parked";
    case "planned":
    case "claimed":
      return undefined;
  }
}

function ofPlace(record: TokenRecord, known: Announcing, now: number): readonly Announcement[] {
  const before = known.standings.get(record.recIndex);
  const standing = standingOf(record);
  const content = { kind: "recommendation", record } as const;
  const { recIndex } = record;
  const about = (type: MessageType) => messageOf(known, { recIndex, type, content, now });
  if (standing === undefined) {
    const wasSaid = before !== undefined && /^(?:purchased|parked)\b/.test(before);
    return wasSaid ? [{ recIndex, standing: open, message: about("recommendation.reopened") }] : [];
  }
  if (standing === before) return [];
  const needsPerson = standing.startsWith("parked");
  const message = about(needsPerson ? "recommendation.needs-person" : "recommendation.decided");
  return [{ recIndex, standing, message }];
}

async function ofExecution(known: Announcing, now: number): Promise<readonly Announcement[]> {
  const { execution, hasUnfinished, standings } = known;
  // What is stopped may have work left, which nobody does any more.
  if (hasUnfinished && whyStopped(execution, now) === undefined) return [];
  // Something was sent, and a drive still finds out what became of it.
  if (hasUnfinished && (await known.hasSent())) return [];
  const records = await known.records();
  const state = executionState(execution, records, now);
  if (state === "working" || state === "waiting") return [];
  const standing = [state, ...records.map((record) => `${record.recIndex} ${standingOf(record) ?? open}`)].join("\n");
  const hash = createHash("sha256").update(standing).digest("hex");
  if (standings.get(undefined) === hash) return [];
  const content = { kind: "execution", summary: summaryOf(execution, records) } as const;
  const message = messageOf(known, { recIndex: undefined, type: `execution.${state}`, content, now });
  return [{ recIndex: undefined, standing: hash, message }];
}

function summaryOf({ source, size }: ExecutionRecord, records: readonly TokenRecord[]): ExecutionSummary {
  const isUnfinished = (record: TokenRecord) => workLeft(record) === "unfinished";
  const known = (prices: readonly (CountedPrice | undefined)[]) =>
    totals(prices.flatMap((price) => (price === undefined || price === "unknown" ? [] : [price])));
  return {
    source,
    size,
    needsPerson: records.flatMap((record) =>
      workLeft(record) === undefined || isUnfinished(record) ? [] : [record.recIndex],
    ),
    totals: known(
      records.map(({ state, commitment, submission }) =>
        state === "purchased" ? (commitment?.price ?? submission?.price) : undefined,
      ),
    ),
    atRisk: known(records.flatMap(atRiskPrices)),
  };
}

/** What a message is made of. */
interface Said {
  readonly recIndex: number | undefined;
  readonly type: MessageType;
  readonly content: MessageContent;
  readonly now: number;
}

/** Its id says where in which history it comes from; the time tells a history from the one that a restored ledger writes anew. */
function messageOf({ execution, number }: Announcing, { recIndex, type, content, now }: Said): OutboxMessage {
  const { executionId } = execution;
  const place = JSON.stringify([executionId, recIndex ?? null, number, now]);
  const id = `msg_${createHash("sha256").update(place).digest("hex").slice(0, 40)}`;
  return { id, type, executionId, number, at: now, content };
}
