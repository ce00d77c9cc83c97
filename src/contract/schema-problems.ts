import type { z } from "zod";
import { nearest, nearestOf } from "./did-you-mean.ts";
import { issueText } from "./issue-text.ts";
import { fieldsAt, jsonSchemaOf, wordsAt } from "./json-schema.ts";

/** What is wrong at one place. */
export interface SchemaProblem {
  readonly at: readonly PropertyKey[];
  /** The rest of a sentence that begins with the field. */
  readonly message: string;
}

/**
 * What a schema finds wrong in a value: a sentence each, which names the field or the value that somebody may have meant.
 * Of what is missing because its name is misspelt, nothing is said that says no more than that. No sentence repeats a value: somebody may have written a
 * secret there.
 */
export function schemaProblems(
  error: z.ZodError | undefined,
  schema: z.ZodType,
  value: unknown,
): readonly SchemaProblem[] {
  if (error === undefined) return [];
  const shape = jsonSchemaOf(schema);
  const meant = new Set<string>();
  const found = error.issues.flatMap((issue): SchemaProblem[] => {
    if (issue.code !== "unrecognized_keys") {
      const at = issue.path;
      const given = valueAt(value, at);
      const hint = typeof given === "string" ? nearest(given, likely(given, wordsAt(shape, at))) : "";
      return [{ at, message: `${issueText(issue.message)}${hint}` }];
    }
    const there = Object.keys(Object(valueAt(value, issue.path)) as object);
    const free = fieldsAt(shape, issue.path).filter((field) => !there.includes(field));
    return issue.keys.map((key) => {
      const field = nearestOf(key, free);
      if (field !== undefined) meant.add(keyOf([...issue.path, field]));
      const at = [...issue.path, key];
      return { at, message: `is not a known field${nearest(key, free)}` };
    });
  });
  return found.filter(({ at, message }) => !(meant.has(keyOf(at)) && message.startsWith("is missing")));
}

/** Words with the same digits: nobody who wrote P2Y or us-east-3 is told that P1Y or us-east-1 was meant. */
function likely(given: string, words: readonly string[]): readonly string[] {
  const digits = (text: string) => text.replaceAll(/\D/g, "");
  return words.filter((word) => digits(word) === digits(given));
}

const keyOf = (path: readonly PropertyKey[]) => JSON.stringify(path.map(String));

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, name) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, name)
        ? (inner as Record<PropertyKey, unknown>)[name]
        : undefined,
    value,
  );
}
