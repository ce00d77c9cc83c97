/** What Azure answered, whole. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Milliseconds that the service asks to wait, where it does. */
  readonly retryAfter: number | undefined;
  /** How many more requests of its kind the service takes now, where it says so. */
  readonly left?: number | undefined;
  /** By how many milliseconds the service's clock is ahead of this machine's, where the answer shows it. */
  readonly clockOffset?: number | undefined;
}

/** A JSON object whose members are not known yet. */
export type UnknownObject = Readonly<Record<string, unknown>>;

/** The answer's body as a JSON object; undefined for anything else: HTML, a cut body, nothing. */
export function parseBody({ text }: Pick<Answer, "text">): UnknownObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a value is an object with named members. */
export function isObject(value: unknown): value is UnknownObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Milliseconds in a `Retry-After` header: seconds or an HTTP date (RFC 9110, 10.2.3). `now` is in milliseconds since
 * 1970. Undefined when there is none or it cannot be read.
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === "") return undefined;
  const milliseconds = Number(header) * 1_000;
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
