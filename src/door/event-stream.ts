import type { NumberedEntry, RecordedAt } from "../contract/execution-record.ts";
import { escapeHidden } from "../contract/escape-hidden.ts";
import { executionState } from "../contract/execution-state.ts";
import { historyLineOf } from "../inspect/read-history.ts";
import { historyDocument, isoTime } from "./answers.ts";
import type { Door } from "./door-context.ts";

/** Lines of the history that are read and sent at once. */
const pageSize = 50;

/** Milliseconds: between two looks at the ledger, which other servers write too; and for which changes made here are gathered. */
const [pollInterval, gathering] = [1000, 50];

/** Milliseconds after which a comment is sent where there was nothing else, so that proxies keep the connection. */
const heartbeat = 15_000;

/** Milliseconds after which a client is asked to come again: who it is, is checked anew. */
const longest = 3_600_000;

/** Milliseconds after which a client comes again that lost its connection. */
const retry = 2000;

/** Which events are sent. */
interface Followed {
  readonly executionId: string;
  /** The number of the last line that the client has; 0 for none. */
  readonly after: number;
  /** Aborted when nobody reads any more, or the server ends. */
  readonly signal: AbortSignal;
}

/**
 * What happened and happens to an execution, as server-sent events in pieces: a line of its history each, oldest first, numbered as it
 * is. Ends when it is complete and all was sent, with an event `end`; without one when the signal is aborted, or after an hour.
 */
export async function* eventsOf(
  { ledger, changes, sleep, now }: Pick<Door, "ledger" | "changes" | "sleep" | "now">,
  { executionId, after, signal }: Followed,
): AsyncGenerator<string, void> {
  const bell = createBell(sleep, signal);
  const stopListening = changes.listen(executionId, bell.ring);
  try {
    yield `retry: ${retry}\n\n`;
    const [begun, told] = [now(), { until: after, isNew: true }];
    for (let sentAt = begun; !signal.aborted && now() - begun < longest;) {
      bell.reset();
      const page = await ledger.historySince(executionId, told.until, pageSize);
      const last = page.at(-1);
      if (last !== undefined) {
        yield page.map(entryText).join("");
        Object.assign(told, { until: last.number, isNew: true });
        sentAt = now();
      } else if (told.isNew) {
        // Only what has a line can complete it. A line that came between the two looks is read before it is said to be all.
        const recorded = await ledger.recorded(executionId);
        if (recorded !== undefined && isComplete(recorded)) {
          if ((await ledger.historySince(executionId, told.until, 1)).length > 0) continue;
          yield endText(executionId);
          return;
        }
        told.isNew = false;
      } else {
        await bell.wait(Math.min(pollInterval, Math.max(0, sentAt + heartbeat - now())));
        if (now() - sentAt < heartbeat || signal.aborted) continue;
        yield ": nothing new\n\n";
        sentAt = now();
      }
    }
  } finally {
    stopListening();
  }
}

/** Wakes whoever waits, or does not let it wait where it rang since the last reset. */
function createBell(sleep: Door["sleep"], signal: AbortSignal) {
  let [rung, woken] = [false, new AbortController()];
  return {
    ring: () => {
      rung = true;
      woken.abort();
    },
    reset: () => {
      rung = false;
      woken = new AbortController();
    },
    /** Resolves after so many milliseconds, or a moment after it rang: a drive rings often. */
    wait: async (milliseconds: number) => {
      const quietly = () => undefined;
      if (!rung) await sleep(milliseconds, AbortSignal.any([signal, woken.signal])).catch(quietly);
      if (rung) await sleep(gathering, signal).catch(quietly);
    },
  };
}

/** Whether nothing of it is to be done any more; it stays so. */
export function isComplete({ execution, records, at }: RecordedAt): boolean {
  return executionState(execution, records, at) === "complete";
}

function entryText(line: NumberedEntry): string {
  return eventText({ id: line.number, data: entryDocument(line) });
}

function endText(executionId: string): string {
  return eventText({ event: "end", data: { kind: "end", executionId, state: "complete" } });
}

/** One event; JSON has no line break of its own. */
function eventText({ data, ...fields }: { readonly id?: number; readonly event?: string; readonly data: object }) {
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  return `${head.join("")}data: ${escapeHidden(JSON.stringify(data))}\n\n`;
}

function entryDocument(line: NumberedEntry): object {
  const { number, kind } = line;
  if (line.kind === "execution") {
    const { at, event, person, reason, termsVersion, detail } = line.entry;
    return { kind, number, at: isoTime(at), event, person, reason, termsVersion, detail };
  }
  const { recIndex, entry } = line;
  return { kind, number, recIndex, token: entry.token, ...historyDocument(historyLineOf(entry)) };
}
