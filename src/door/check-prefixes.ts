import type { Caller } from "./door-parts.ts";

/** Whether executions of one caller could have ids of another one: one prefix begins with the other. */
export function overlaps(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** Whose name is made of an issuer and a subject: no static token is called like that. */
export const namedByIssuer = /^https?:\/\//i;

/** The name of a caller whom an issuer vouches for. No issuer holds white space, so that the first space ends it. */
export function nameOf(issuer: string, subject: string): string {
  return `${issuer} ${subject}`;
}

/** The prefixes that callers have for themselves. */
export function prefixesOf(callers: readonly Pick<Caller, "executionIdPrefix">[]): readonly string[] {
  return callers.flatMap(({ executionIdPrefix }) => (executionIdPrefix === undefined ? [] : [executionIdPrefix]));
}
