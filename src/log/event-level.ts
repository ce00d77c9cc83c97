import type { DriveEvent } from "../contract/events.ts";
import type { OutcomeStatus } from "../contract/report.ts";
import type { LogLevel } from "./logger.ts";

const levels: Readonly<Record<Exclude<DriveEvent["type"], "finished" | "ended">, LogLevel>> = {
  started: "debug",
  claimed: "info",
  "not-ready": "warn",
  listing: "info",
  listed: "info",
  "look-up-failed": "debug",
  "still-pending": "info",
  "waiting-for-driver": "info",
  reconciling: "info",
  reconciled: "debug",
  adopting: "info",
  twin: "warn",
  quoting: "info",
  "waiting-for-provider": "info",
  quoted: "info",
  "writing-ahead": "debug",
  submitted: "info",
  sending: "info",
  sent: "debug",
  "outcome-unknown": "warn",
  recording: "debug",
  marking: "info",
  marked: "debug",
};

const levelsOfStatus: Readonly<Record<OutcomeStatus, LogLevel>> = {
  purchased: "info",
  "already-purchased": "info",
  "in-progress": "info",
  refused: "warn",
  rejected: "warn",
  unresolved: "error",
  skipped: "info",
  "written-off": "warn",
};

/** How much an event matters: `error` is what money may hang on, `debug` is the end of a step that others imply. */
export function eventLevel(event: DriveEvent): LogLevel {
  if (event.type === "ended") return event.error ? "error" : "debug";
  if (event.type !== "finished") return levels[event.type];
  const { status, warnings } = event.outcome;
  const level = levelsOfStatus[status];
  return level === "info" && warnings !== undefined ? "warn" : level;
}
