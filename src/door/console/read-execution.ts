import type { ExecutionEntry, NumberedEntry, RecordedAt } from "../../contract/execution-record.ts";
import type { HistoryEntry, TokenRecord } from "../../contract/ledger.ts";
import type { Outcome } from "../../contract/report.ts";
import { executionStatus, type ExecutionStatus } from "../../execution/execution-status.ts";
import { type DoorContext, type Door, executionIdIn, visible } from "../door-context.ts";
import { inWords } from "./console-texts.ts";
import { recordedReport } from "../../drive/recorded-report.ts";

/** One place of an execution, with all that the page shows of it. */
export interface ShownPlace {
  readonly outcome: Outcome;
  /** Undefined for an empty place. */
  readonly record: TokenRecord | undefined;
  /** In a few words, what it buys. */
  readonly what: string;
  /** Where the provider's portal shows it. */
  readonly portal?: string | undefined;
}

/** An execution, with all that its page shows. */
export interface ShownExecution {
  readonly recorded: RecordedAt;
  readonly status: ExecutionStatus;
  readonly places: readonly ShownPlace[];
  readonly history: readonly ExecutionEntry[];
  /** What happened to its recommendations, oldest first. */
  readonly steps: readonly HistoryEntry[];
  /** There is more than what was read. */
  readonly isCut: boolean;
  /** The number of the last line of its history. */
  readonly lastNumber: number;
}

/** Lines of the history that are read at once, and at most. */
const [readAtOnce, mostRead] = [5000, 20_000];

/** The execution in the path, if the caller may see it. Throws a RequestError `not-found` for any other. */
export async function readExecution(door: Door, c: DoorContext): Promise<ShownExecution> {
  const recorded = await visible(door, c.get("caller"), executionIdIn(c));
  const { execution, records, at } = recorded;
  const entries: NumberedEntry[] = [];
  let isCut = true;
  while (isCut && entries.length < mostRead) {
    const found = await door.ledger.historySince(execution.executionId, entries.at(-1)?.number ?? 0, readAtOnce);
    entries.push(...found);
    isCut = found.length === readAtOnce;
  }
  const ofPlace = new Map(records.map((record) => [record.recIndex, record]));
  return {
    recorded,
    status: executionStatus({ execution, records }, at),
    places: recordedReport(recorded, door.purchaser.canDrive).outcomes.map((outcome) =>
      shownPlace(door, outcome, ofPlace.get(outcome.recIndex)),
    ),
    history: entries.flatMap((one) => (one.kind === "execution" ? [one.entry] : [])),
    steps: entries.flatMap((one) => (one.kind === "recommendation" ? [one.entry] : [])),
    isCut,
    lastNumber: await lastNumber(door.ledger, execution.executionId, entries.at(-1)?.number ?? 0, isCut),
  };
}

/** The number of the last line of a history that was read as far as one; `isCut`: there may be more. Lines are numbered without a gap. */
async function lastNumber(ledger: Door["ledger"], executionId: string, read: number, isCut: boolean): Promise<number> {
  if (!isCut) return read;
  const isMoreThan = async (number: number) => (await ledger.historySince(executionId, number, 1)).length > 0;
  let [known, beyond, step] = [read, read, 1];
  while (await isMoreThan(beyond)) {
    [known, beyond] = [beyond + 1, beyond + step];
    step *= 2;
  }
  // What is looked for is from `known` to `beyond`.
  while (known < beyond) {
    const middle = Math.floor((known + beyond) / 2);
    if (await isMoreThan(middle)) known = middle + 1;
    else beyond = middle;
  }
  return known;
}

function shownPlace({ purchaser }: Door, outcome: Outcome, record: TokenRecord | undefined): ShownPlace {
  if (record === undefined) return { outcome, record, what: outcome.note ?? "Left out" };
  const { recommendation } = record;
  return {
    outcome,
    record,
    what: inWords(
      orNothing(() => purchaser.describe(recommendation)) ?? `${recommendation.provider} ${recommendation.service}`,
    ),
    portal: orNothing(() => purchaser.portalOf(recommendation, record.commitment?.id)),
  };
}

/** What this purchaser knows of it: it may have been given other providers than the one that recorded it. */
function orNothing<Value>(ask: () => Value): Value | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
