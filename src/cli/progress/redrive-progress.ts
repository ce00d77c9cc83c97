import { cleanText } from "../../contract/clean-text.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { maskToken } from "../../contract/token.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { eventText } from "../text/event-text.ts";
import { createProgress, type Progress } from "./progress.ts";

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
