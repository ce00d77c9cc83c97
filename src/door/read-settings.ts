import type { z } from "zod";
import { RefusedError } from "../contract/errors.ts";
import { findJsonProblem } from "../contract/find-json-problem.ts";
import { issueText, pathText } from "../contract/issue-text.ts";

/**
 * What a file says about callers: strict JSON, as a schema wants it. `subject` begins the message. Throws a RefusedError
 * `invalid-configuration` that names every field that is wrong, and holds nothing of what stands there.
 */
export function readSettings<Settings>(text: string, subject: string, schema: z.ZodType<Settings>): Settings {
  const problem = findJsonProblem(text);
  if (problem !== undefined) {
    throw unusable(subject, `line ${problem.line}, column ${problem.column}: ${problem.plain}`);
  }
  return checkSettings(JSON.parse(text), subject, schema);
}

/** The same for what is given as a value. */
export function checkSettings<Settings>(given: unknown, subject: string, schema: z.ZodType<Settings>): Settings {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${pathText(path) || "the file"} ${issueText(message)}`,
  );
  throw unusable(subject, problems.join("; "));
}

/** That settings cannot be used. */
export function unusable(subject: string, what: string): RefusedError {
  return new RefusedError({
    code: "invalid-configuration",
    message: `${subject} cannot be used: ${what}. Nothing was started.`,
  });
}
