import { eventLevel } from "../../log/event-level.ts";
import { createEventLog } from "../../log/event-log.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { maskToken } from "../../contract/token.ts";
import { isLive, noteOn, type Output, painter, type Terminal } from "../terminal/terminal.ts";
import { eventText } from "../text/event-text.ts";
import { createLiveLines } from "./live-lines.ts";

/** Shows a drive while it runs. */
export interface Progress {
  readonly event: (event: DriveEvent) => void;
  /** A line that stays. */
  readonly note: (text: string) => void;
  /** Takes away what moves; lines that stay, stay. */
  readonly stop: () => void;
}

/**
 * Progress on standard error: on a terminal one line per recommendation that moves through its steps, elsewhere one log
 * line per event, and where standard error is a log, every event with its fields. `numbers` are shown instead of the
 * positions.
 */
export function createProgress(
  terminal: Terminal,
  descriptions: readonly string[],
  numbers: readonly string[] = descriptions.map((_, index) => String(index)),
): Progress {
  const { stderr, env, log } = terminal;
  if (log) {
    return { event: createEventLog(log, eventText), note: (text) => log.info({}, text), stop: () => undefined };
  }
  const progress = isLive(stderr, env)
    ? createLiveLines(stderr, painter(stderr, env), descriptions, numbers)
    : createLines(stderr, descriptions, numbers);
  // The end of a step shows by the next one.
  return { ...progress, event: (event) => (eventLevel(event) === "debug" ? undefined : progress.event(event)) };
}

function createLines(stderr: Output, descriptions: readonly string[], numbers: readonly string[]): Progress {
  const named = new Set<number>();
  /** What a line is about: described once, then by its number. */
  function subject(event: DriveEvent): string {
    if (!("recIndex" in event)) return "";
    const { recIndex, token } = event;
    if (named.has(recIndex)) return `#${numbers[recIndex]}: `;
    named.add(recIndex);
    return `#${numbers[recIndex]} ${cleanText(descriptions[recIndex] ?? "")} (token ${token}): `;
  }
  return {
    event: (event) => void stderr.write(`${new Date(event.at).toISOString()} ${subject(event)}${eventText(event)}\n`),
    note: noteOn(stderr),
    stop: () => undefined,
  };
}

/** Progress of a drive of records: events, which name no execution, are brought to their record by index and token. */
export function createRedriveProgress(
  terminal: Terminal,
  records: readonly TokenRecord[],
  descriptions: readonly string[],
): Progress {
  // A log names the execution itself.
  if (terminal.log) return createProgress(terminal, descriptions);
  const several = new Set(records.map(({ executionId }) => executionId)).size > 1;
  const numbers = records.map(({ executionId, recIndex }) =>
    several ? `${recIndex} of ${shortId(executionId)}` : String(recIndex),
  );
  const rows = new Map(
    records.map(({ recIndex, token }, row) => [keyOf({ recIndex, token: maskToken(token) }), row] as const),
  );
  const progress = createProgress(terminal, descriptions, numbers);
  return { ...progress, event: (event) => show(event) };

  function show(event: DriveEvent): void {
    if (!("recIndex" in event)) return progress.event(event);
    const row = rows.get(keyOf(event));
    // Left behind since the ledger was read.
    if (row === undefined) return progress.note(`#${event.recIndex} (token ${event.token}): ${eventText(event)}`);
    return progress.event({ ...event, recIndex: row });
  }
}

function keyOf({ recIndex, token }: { readonly recIndex: number; readonly token: string }): string {
  return `${recIndex} ${token}`;
}

/** An execution's id, short enough to stand before every line. */
function shortId(executionId: string): string {
  const text = cleanText(executionId);
  return text.length > 20 ? `${text.slice(0, 12)}…` : text;
}
