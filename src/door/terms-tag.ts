// The ETag of an execution's terms, and the header If-Match that names it.
import type { RecordedAt, RecordedExecution } from "../contract/execution-record.ts";
import { termsHash } from "../contract/terms.ts";
import { type Door, type DoorContext, visible } from "./door-context.ts";
import { RequestError } from "./problem.ts";
import type { Parameter } from "./routes.ts";

/** Hex characters of the hash of the terms in their tag. */
const hashLength = 16;

/**
 * The ETag of the terms of an execution: their version and a part of their hash. A ledger that was restored may reach a version again,
 * with other terms.
 */
export function termsTag({ execution, records }: RecordedExecution): string {
  return `"${execution.termsVersion}-${termsHash(execution, records).slice(0, hashLength)}"`;
}

/** The header If-Match of a route. */
export const ifMatch = (required: boolean): Parameter => ({
  name: "If-Match",
  in: "header",
  required,
  description: "The ETag of the terms that were seen: where they moved on, nothing is done.",
});

/** An execution, and the version of its terms that a request is about. */
export interface SeenTerms {
  readonly recorded: RecordedAt;
  /** For the ledger, which compares it in the transaction that writes; undefined where the request names none. */
  readonly expectedVersion: number | undefined;
}

/**
 * The execution that a request is about, and the version of the terms that its If-Match names. Throws a RequestError for a header that
 * is missing where it is needed (428), is none (400), or names other terms than those that are recorded (412); and as `visible` does.
 */
export async function seenTerms(
  door: Pick<Door, "ledger">,
  c: DoorContext,
  executionId: string,
  need: "required" | "optional",
): Promise<SeenTerms> {
  const tag = tagIn(c);
  if (tag === undefined && need === "required") {
    throw new RequestError(
      "precondition-missing",
      "This needs the header If-Match, with the ETag of the terms that were seen. Nothing was changed.",
    );
  }
  const recorded = await visible(door, c.get("caller"), executionId);
  return { recorded, expectedVersion: tag === undefined ? undefined : expected(tag, recorded) };
}

function expected(tag: string, recorded: RecordedAt): number {
  const now = termsTag(recorded);
  if (tag === now) return recorded.execution.termsVersion;
  throw new RequestError("terms-changed", `The terms are ${now} by now, and ${tag} was meant. Nothing was changed.`);
}

function tagIn(c: DoorContext): string | undefined {
  const tag = c.req.header("if-match")?.trim();
  if (tag === undefined || /^"[1-9]\d{0,14}-[0-9a-f]{16}"$/.test(tag)) return tag;
  const detail = 'must be the ETag of the terms, such as "1-0123456789abcdef"';
  throw new RequestError("malformed-request", `The header If-Match ${detail}. Nothing was changed.`, {
    problems: [{ parameter: "If-Match", detail }],
  });
}
