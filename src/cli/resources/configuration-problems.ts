import type { z } from "zod";
import { pathText } from "../../contract/issue-text.ts";
import { schemaProblems } from "../../contract/schema-problems.ts";

/** What is wrong at one place of a configuration. */
export interface ConfigurationProblem {
  /** `aws.accounts.123456789012.roleArn`; empty for the whole. */
  readonly path: string;
  /** The rest of a sentence that begins with the path. */
  readonly message: string;
}

/**
 * What is wrong in a configuration, every problem with the path of its field. No value is repeated, and no name that may be
 * a value in the wrong place: somebody may have written a secret there.
 */
export function configurationProblems(
  error: z.ZodError,
  schema: z.ZodType,
  value: unknown,
): readonly ConfigurationProblem[] {
  return schemaProblems(error, schema, value).map(({ at, message }) => ({
    path: shown(at),
    message: plainly(message),
  }));
}

function plainly(message: string): string {
  return message
    .replace(/^is missing \((?:record|object)\)$/, "is missing (an object)")
    .replace(/^must be (?:record|object), not /, "must be an object, not ")
    .replace(/, not (array|object)$/, ", not an $1")
    .replace(/, not (string|number|boolean)$/, ", not a $1");
}

/** Longer names than those of fields, accounts, tenants and projects may be secrets; so may what holds other characters. */
const plainName = /^[\w.:*$-]{1,36}$/;

function shown(path: readonly PropertyKey[]): string {
  return pathText(path.map((part) => (typeof part !== "string" || plainName.test(part) ? part : "…")));
}
