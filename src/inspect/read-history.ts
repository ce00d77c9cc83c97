import { notRecorded } from "../contract/not-recorded.ts";
import { checkTexts } from "../contract/check-texts.ts";
import type { HistoryEntry, Ledger, TokenRecord } from "../contract/ledger.ts";

/** A line of the history, its answer code apart. */
export interface HistoryLine extends HistoryEntry {
  /** The code of the error, where it was refused, rejected, parked or left unknown. */
  readonly code?: string;
}

/** All that ever happened to one recommendation. */
export interface RecommendationHistory {
  readonly record: TokenRecord;
  /** Oldest first. */
  readonly lines: readonly HistoryLine[];
}

/**
 * Every change that the ledger made to an execution, or to one of its recommendations. Throws an InvalidExecutionError for
 * one that it does not know, or a LedgerError.
 */
export async function ledgerHistory(
  ledger: Pick<Ledger, "history" | "recordsOf">,
  executionId: string,
  recIndex?: number,
): Promise<readonly RecommendationHistory[]> {
  checkTexts({ executionId });
  const all = await ledger.recordsOf(executionId);
  const records = recIndex === undefined ? all : all.filter((record) => record.recIndex === recIndex);
  if (records.length === 0) {
    throw notRecorded(recIndex === undefined || all.length === 0 ? "executionId" : "recIndex");
  }
  const histories: RecommendationHistory[] = [];
  for (const record of records)
    histories.push({ record, lines: (await ledger.history(record.token)).map(historyLineOf) });
  return histories;
}

/** Why a person changed the execution, of a line about one of its recommendations; undefined for any other line. */
export function personsReason({ event, person, detail }: Pick<HistoryEntry, "event" | "person" | "detail">) {
  const before = `${event}, says ${person}: `;
  return person !== undefined && detail.startsWith(before) ? detail.slice(before.length) : undefined;
}

/** Events whose detail begins with the code of an error. */
const withCode = new Set(["refuse", "wait", "reject", "unknown", "park"]);

/** A line with the code of its error apart. */
export function historyLineOf(entry: HistoryEntry): HistoryLine {
  const [, code, detail] = (withCode.has(entry.event) && /^([a-z-]+): ([^]*)$/.exec(entry.detail)) || [];
  return code === undefined || detail === undefined ? entry : { ...entry, code, detail };
}
