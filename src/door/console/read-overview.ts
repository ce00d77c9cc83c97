import type { ExecutionRecord } from "../../contract/execution-record.ts";
import type { ExecutionState } from "../../contract/execution-state.ts";
import { atRiskPrices, boughtPrice, type CountedPrice } from "../../contract/counted-price.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { type Money, totals } from "../../contract/money.ts";
import { type Account, byAccount, payerOf } from "../../contract/payer.ts";
import { executionStatus, type ExecutionStatus } from "../../execution/execution-status.ts";
import { failuresFirst } from "../../report/failures-first.ts";
import type { Caller, DoorLedger } from "../door-parts.ts";
import { openRecords } from "../ledger-figures.ts";
import { needOf } from "./console-words.ts";

/** An execution in the list. */
export interface ListedExecution {
  readonly status: ExecutionStatus;
  readonly records: readonly TokenRecord[];
  /** What a person has to do about it. */
  readonly need: string | undefined;
}

/** Money of some executions: per currency, or of one account. */
export interface Sums {
  readonly bought: readonly Money[];
  /** Sent, and not known to be bought or not. */
  readonly atRisk: readonly Money[];
  /** The limits of what waits for an approval. */
  readonly toApprove: readonly Money[];
  /** How many of those that wait for an approval have no limit. */
  readonly unlimited: number;
}

/** What the first page shows. */
export interface Overview {
  /** One page of the list, last changed first; on it those first that need a person. */
  readonly page: readonly ListedExecution[];
  /** After which the next page begins; undefined on the last one. */
  readonly next: Place | undefined;
  /** What needs a person, on the first page without a filter. */
  readonly needed: readonly ListedExecution[];
  /** Of all that were read. Undefined on any page but the first: there, what came before was not read. */
  readonly money: OverviewMoney | undefined;
}

/** The sums, and what they are of. */
export interface OverviewMoney {
  readonly sums: Sums;
  readonly accounts: readonly (readonly [Account, Sums])[];
  /** How many were read, of those last changed first. */
  readonly read: number;
  /** Where there are more: how many of the older ones were read, those on which something is left. */
  readonly older: { readonly open: number; readonly isPartial: boolean } | undefined;
}

type Place = Pick<ExecutionRecord, "executionId" | "updatedAt">;

/** Which page of the list. */
export interface OverviewQuery {
  readonly state: ExecutionState | undefined;
  readonly after: Place | undefined;
  /** From which on those that need a person are shown, of all of them in their order. */
  readonly needed: number;
}

/** Executions on one page, those last changed that are read, the older ones, and those that are read at once. */
const [pageSize, mostRead, mostOlder, readAtOnce] = [25, 500, 500, 50];

/** Records on which something is left, of each kind of work, by which older executions are found. */
const mostOpen = 2000;

type Reading = Pick<DoorLedger, "execution" | "executions" | "now" | "records" | "recordsOf" | "unfinished">;

/** Reads the executions that a caller may see. Throws a LedgerError. */
export async function readOverview(
  ledger: Reading,
  caller: Caller,
  { state, after }: Pick<OverviewQuery, "state" | "after">,
): Promise<Overview> {
  const whose = caller.scopes.includes("all") ? {} : { caller: caller.name };
  const all: ListedExecution[] = [];
  let [place, more] = [after, true];
  while (more && all.length < mostRead) {
    const found = await ledger.executions({
      ...whose,
      limit: readAtOnce,
      ...(place === undefined ? {} : { after: place }),
    });
    const now = await ledger.now();
    const read = async (execution: ExecutionRecord) =>
      listed(execution, await ledger.recordsOf(execution.executionId), now);
    all.push(...(await Promise.all(found.map(read))));
    place = found.at(-1) ?? place;
    more = found.length === readAtOnce;
  }
  const meant = state === undefined ? all : all.filter(({ status }) => status.state === state);
  const page = meant.slice(0, pageSize);
  // Where the filter left room on the page, the next one begins after all that was read.
  const last = meant.length > pageSize ? page.at(-1)?.status.execution : more ? place : undefined;
  const older = more && after === undefined ? await olderOpen(ledger, caller, all) : undefined;
  const known = [...all, ...(older?.executions ?? [])];
  return {
    page: mostUrgentFirst(page),
    next: last && { executionId: last.executionId, updatedAt: last.updatedAt },
    needed:
      state === undefined && after === undefined ? mostUrgentFirst(known.filter(({ need }) => need !== undefined)) : [],
    money:
      after === undefined
        ? {
            ...moneyIn(known),
            read: all.length,
            older: older && { open: older.executions.length, isPartial: older.isPartial },
          }
        : undefined,
  };
}

/** The older executions that a caller may see and on which something is left: what is at risk in them, or waits, is told too. */
async function olderOpen(
  ledger: Reading,
  { name, scopes }: Caller,
  read: readonly ListedExecution[],
): Promise<{ readonly executions: readonly ListedExecution[]; readonly isPartial: boolean }> {
  const { records, isPartial } = await openRecords(ledger, mostOpen);
  const known = new Set(read.map(({ status }) => status.execution.executionId));
  const ids = [...new Set(records.map(({ executionId }) => executionId))].filter((id) => !known.has(id));
  const executions: ListedExecution[] = [];
  let begin = 0;
  for (; begin < ids.length && executions.length < mostOlder; begin += readAtOnce) {
    const now = await ledger.now();
    const found = await Promise.all(
      ids.slice(begin, begin + readAtOnce).map(async (id) => {
        const execution = await ledger.execution(id);
        if (execution === undefined) return [];
        if (!scopes.includes("all") && execution.owner?.caller !== name) return [];
        return [listed(execution, await ledger.recordsOf(id), now)];
      }),
    );
    executions.push(...found.flat());
  }
  return { executions, isPartial: isPartial || begin < ids.length };
}

function moneyIn(executions: readonly ListedExecution[]): Pick<OverviewMoney, "sums" | "accounts"> {
  const counted = executions.flatMap(moneyOf);
  const accounts = byAccount(counted, ({ record }) => payerOf(record.recommendation))
    .map(([account, own]) => [account, sumsOf(own)] as const)
    .filter(
      ([, { bought, atRisk, toApprove, unlimited }]) => [...bought, ...atRisk, ...toApprove].length + unlimited > 0,
    );
  return { sums: sumsOf(counted), accounts };
}

function listed(execution: ExecutionRecord, records: readonly TokenRecord[], now: number): ListedExecution {
  const status = executionStatus({ execution, records }, now);
  return { status, records, need: needOf(status, records) };
}

/** What may be charged comes first, then what was not bought, then what waits, then what needs nobody. */
function mostUrgentFirst(executions: readonly ListedExecution[]): readonly ListedExecution[] {
  return failuresFirst(executions, ({ need, status: { state, places } }) => {
    if (need === undefined) return "good";
    if (places.atRisk + places.inDoubt > 0) return "alarm";
    return state === "waiting" ? "wait" : "bad";
  });
}

/** A record, and whether it waits for an approval. */
interface Counted {
  readonly record: TokenRecord;
  readonly waits: boolean;
}

function moneyOf({ status: { forbidden }, records }: ListedExecution): readonly Counted[] {
  const waits = forbidden?.code === "approval-missing";
  const isToCome = ({ state }: TokenRecord) => ["planned", "claimed", "refused", "rejected"].includes(state);
  return records.map((record) => ({ record, waits: waits && isToCome(record) && atRiskPrices(record).length === 0 }));
}

function sumsOf(counted: readonly Counted[]): Sums {
  const waiting = counted.filter(({ waits }) => waits).map(({ record }) => record.recommendation.maxPrice);
  return {
    bought: known(counted.map(({ record }) => boughtPrice(record))),
    atRisk: known(counted.flatMap(({ record }) => atRiskPrices(record))),
    toApprove: totals(waiting.filter((price) => price !== undefined)),
    unlimited: waiting.filter((price) => price === undefined).length,
  };
}

function known(prices: readonly (CountedPrice | undefined)[]): readonly Money[] {
  return totals(prices.filter((price) => price !== undefined && price !== "unknown"));
}
