import type { DriveEvent } from "../contract/events.ts";
import { escapeHidden } from "../contract/escape-hidden.ts";
import { maskToken } from "../contract/token.ts";
import { eventLevel } from "./event-level.ts";
import type { Logger } from "./logger.ts";

/**
 * A listener for `onEvent` that writes every event to a logger: its fields, the execution's id beside them, and what
 * `describe` makes of it (default: its type). Tokens are masked, and the handle of a purchase, which may hold one, is left
 * out; what does not show in a text, or could steer a terminal, is written out. One listener for each call of a purchaser: it remembers the execution.
 */
export function createEventLog(
  logger: Logger,
  describe: (event: DriveEvent) => string = ({ type }) => type,
): (event: DriveEvent) => void {
  let executionId: string | undefined;
  return (event) => {
    if (event.type === "started") ({ executionId } = event);
    const { at, type, ...fields } = event;
    const time = new Date(at).toISOString();
    const all = { event: type, at: time, executionId, ...withoutSecrets(fields) };
    logger[eventLevel(event)](visible(all), escapeHidden(describe(event)));
  };
}

function withoutSecrets(fields: object): object {
  if (!("outcome" in fields)) return fields;
  const { outcome, ...others } = fields as Omit<DriveEvent & { type: "finished" }, "at" | "type">;
  const { token, parked, ...rest } = outcome;
  const since = parked && { since: parked.since, sentAt: parked.sentAt };
  return { ...others, outcome: { ...rest, token: maskToken(token), ...(since ? { parked: since } : {}) } };
}

/** A copy in which every text is {@link escapeHidden | written out}. */
function visible<T>(value: T): T {
  if (typeof value === "string") return escapeHidden(value) as T;
  if (Array.isArray(value)) return value.map(visible) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, visible(part)])) as T;
}
