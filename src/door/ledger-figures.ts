import { mayBeBought } from "../contract/at-risk.ts";
import { atRiskPrices } from "../contract/counted-price.ts";
import { executionState, type ExecutionState, isParked, type Work, workLeft } from "../contract/execution-state.ts";
import type { RecordPlace, TokenRecord } from "../contract/ledger.ts";
import { type Money, totals } from "../contract/money.ts";
import type { ExecutionRecord } from "../contract/execution-record.ts";
import type { DoorLedger } from "./door-parts.ts";

/** How the executions stand on which something is left; what is complete is in none of it. */
export interface LedgerFigures {
  readonly executions: ReadonlyMap<OpenState, number>;
  /** Recommendations, by what they wait for. */
  readonly recommendations: ReadonlyMap<Work, number>;
  /** Sums of what was sent and is not known to be bought or not, and how many purchases they are of. */
  readonly atRisk: { readonly sums: readonly Money[]; readonly count: number };
  /** Milliseconds for which an execution that is worked on could have been bought and is not; the longest. 0 for none. */
  readonly oldest: number;
  /** There is more than was read. */
  readonly isPartial: boolean;
}

/** The states of executions on which something is left. */
export const openStates = [
  "waiting",
  "working",
  "needs-person",
  "stopped",
] as const satisfies readonly ExecutionState[];

/** One of them. */
export type OpenState = (typeof openStates)[number];

/** Records that are read at once, and at most of each kind. */
const [pageSize, most] = [1000, 10_000];

/** Reads them. Throws a LedgerError. */
export async function readFigures(
  ledger: Pick<DoorLedger, "execution" | "now" | "records" | "unfinished">,
): Promise<LedgerFigures> {
  const now = await ledger.now();
  const { records, isPartial } = await openRecords(ledger, most);
  const executions = new Map<OpenState, number>(openStates.map((state) => [state, 0]));
  let oldest = 0;
  for (const [executionId, own] of Map.groupBy(records, (record) => record.executionId)) {
    const execution = await ledger.execution(executionId);
    if (execution === undefined) continue;
    const state = executionState(execution, own, now);
    if (state === "complete") continue;
    executions.set(state, (executions.get(state) ?? 0) + 1);
    const isDue = state === "working" && own.some((record) => record.state !== "purchased");
    if (isDue) oldest = Math.max(oldest, now - dueSince(execution));
  }
  const works = Map.groupBy(records, (record) => (isParked(record) ? "parked" : workLeft(record)));
  const kinds = ["unfinished", "refused", "parked"] as const;
  return {
    executions,
    recommendations: new Map(kinds.map((kind) => [kind, works.get(kind)?.length ?? 0])),
    atRisk: { sums: sumsOf(records), count: records.filter(mayBeBought).length },
    oldest,
    isPartial,
  };
}

/** The records on which something is left, at most so many of each kind of work. `isPartial`: there may be more. Throws a LedgerError. */
export async function openRecords(
  ledger: Pick<DoorLedger, "records" | "unfinished">,
  mostOfEach: number,
): Promise<{ readonly records: readonly TokenRecord[]; readonly isPartial: boolean }> {
  const left = [
    await unfinishedIn(ledger, mostOfEach),
    await ledger.records({ work: "parked", limit: mostOfEach }),
    await ledger.unfinished({ olderThan: 0, refused: true, parked: false, limit: mostOfEach }),
  ];
  const records = [...new Map(left.flat().map((record) => [record.token, record])).values()];
  return { records, isPartial: left.some(({ length }) => length >= mostOfEach) };
}

/** Those on which a drive can do something, held or not. */
async function unfinishedIn(
  { records }: Pick<DoorLedger, "records">,
  mostOfAll: number,
): Promise<readonly TokenRecord[]> {
  const found: TokenRecord[] = [];
  let after: RecordPlace | "beginning" = "beginning";
  while (found.length < mostOfAll) {
    const limit = Math.min(pageSize, mostOfAll - found.length);
    const page: readonly TokenRecord[] = await records({ work: "unfinished", oldestAfter: after, limit });
    found.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < limit) break;
    after = last;
  }
  return found;
}

/** Since when it may be bought: recorded, approved, changed or due. */
function dueSince({ updatedAt, notBefore }: ExecutionRecord): number {
  return notBefore === undefined ? updatedAt : Math.max(updatedAt, Date.parse(notBefore));
}

function sumsOf(records: readonly TokenRecord[]): readonly Money[] {
  return totals(records.flatMap(atRiskPrices).filter((price) => price !== "unknown"));
}
