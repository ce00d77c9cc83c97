import { z } from "zod";
import { about } from "./field-schemas.ts";
import { textProblem } from "./text-problem.ts";

/** Short texts for people by name, such as `ticket`, `owner` and `estimate`. */
export type Labels = Readonly<Record<string, string>>;

/** What a file says for people, and no part of what is bought. */
export interface Words {
  readonly note?: string | undefined;
  readonly labels?: Labels | undefined;
}

/** The most labels of one thing, and the most characters of the text of one. */
const [mostLabels, longestLabel] = [10, 100];

/** Reads labels: up to 10, each with a name of up to 40 characters and a text of up to 100, as texts of a note are. */
export const labelsSchema = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/),
    z.string().superRefine((text, { addIssue }) => {
      const long = text.length > longestLabel ? `must have at most ${longestLabel} characters` : undefined;
      const problem = long ?? textProblem(text);
      if (problem !== undefined) addIssue({ code: "custom", message: problem });
    }),
    {
      error: ({ code }) =>
        code === "invalid_key"
          ? "must be a name of up to 40 small letters, digits, - and _, a letter first"
          : 'must be an object of short texts, such as { "ticket": "CHG-1" }',
    },
  )
  .refine((labels) => Object.keys(labels).length <= mostLabels, `must hold at most ${mostLabels} labels`)
  .meta(
    about("Short texts for people, by name: shown and kept, and no part of what is bought.", {
      example: { ticket: "CHG-1", owner: "data platform", estimate: "saves 410 USD a month" },
    }),
  )
  .optional();

/** What is said for people, for a record or a document: nothing of what is not there. */
export function wordsOf({ note, labels }: Words): { readonly note?: string; readonly labels?: Labels } {
  return { ...(note === undefined ? {} : { note }), ...(labels === undefined ? {} : { labels }) };
}

/** Labels in a few words: `ticket CHG-1, owner data platform`. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, text]) => `${name} ${text}`)
    .join(", ");
}
