/** How much a log line matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

/** Writes one line: what it is about, then what happened. pino, bunyan and their like are loggers of this shape as they are. */
export type Logger = Readonly<Record<LogLevel, (fields: Readonly<Record<string, unknown>>, message: string) => void>>;
