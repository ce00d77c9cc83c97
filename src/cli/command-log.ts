import type { Logger, LogLevel } from "../log/logger.ts";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { Output } from "./terminal/terminal.ts";
import { maskPassword } from "./text/explain-error.ts";

/** Standard error, as text until a log is started on it, then as one JSON document a line. */
export interface CommandLog {
  readonly stderr: Output;
  /** Undefined until it is started. */
  readonly logger: Logger | undefined;
  /** From now on standard error is a log; what is written as text becomes lines of level `info`. */
  start(level: LogLevel): Promise<void>;
}

/** The log of a command. pino is loaded when it is started: without `--log-level` it never is. */
export function createCommandLog(stream: Output): CommandLog {
  let logger: Logger | undefined;
  const stderr: Output = {
    // Neither questions nor lines that are redrawn belong into a log.
    get isTTY() {
      return logger === undefined && stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? 0;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    write: (text) => {
      if (logger === undefined) return stream.write(text);
      for (const line of text.split("\n")) if (line.trim() !== "") logger.info({}, line);
      return true;
    },
  };
  return {
    stderr,
    get logger() {
      return logger;
    },
    start: async (level) => {
      const { pino } = await import("pino");
      const timestamp = pino.stdTimeFunctions.isoTime;
      const formatters = { level: (label: string) => ({ level: label }) };
      // In a whole line, a URL would not end before the next field.
      const masked = (_name: string, value: unknown): unknown =>
        typeof value === "string" ? maskPassword(value) : value;
      const destination = {
        write: (line: string) => void stream.write(`${escapeHidden(JSON.stringify(JSON.parse(line, masked)))}\n`),
      };
      const made = pino({ level, timestamp, formatters }, destination);
      logger = {
        debug: (fields, message) => made.debug(fields, message),
        info: (fields, message) => made.info(fields, message),
        warn: (fields, message) => made.warn(fields, message),
        error: (fields, message) => made.error(fields, message),
      };
    },
  };
}
