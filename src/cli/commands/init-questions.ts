// What `buyonce init` asks where it is not told. Nothing is chosen for anybody: an answer that decides money is given, or left out by name.
import { InvalidArgumentError } from "commander";
import type { ExecutionProblem } from "../../contract/errors.ts";
import type { JsonObject } from "../../contract/json.ts";
import { fieldsToGive, valueAtPath, valueOfField, withValueAt } from "./field-values.ts";
import { exampleOf, fieldsOfSchema, saidOf, type SchemaField, wordsOf } from "../../contract/schema-fields.ts";
import type { DescribedService } from "../resources/execution-schema.ts";
import type { Questions } from "../terminal/terminal.ts";
import { aborted } from "./ask-before-buying.ts";

/** What is wrong with a recommendation as it stands, each with its field: `appliedScope.type`. */
export type ProblemsOf = (recommendation: JsonObject) => readonly ExecutionProblem[];

/** An answer. Throws a BuyonceError `aborted` where the person stopped. */
export async function answered(answer: Promise<string | undefined>): Promise<string> {
  const text = await answer;
  if (text === undefined) throw aborted("Stopped", "nothing was written");
  return text;
}

/** How often what is not valid is asked for again. */
const mostRounds = 20;

/**
 * The fields of a recommendation, those that were given and those that a person is asked for. What the schema finds wrong in the end is
 * asked for again. Throws a BuyonceError `aborted` where the person stopped.
 */
export async function askForFields(
  { schema }: DescribedService,
  given: JsonObject,
  questions: Questions,
  problemsOf: ProblemsOf,
): Promise<JsonObject> {
  // Names of one's own choice are no question: labels are written into the file.
  const fields = fieldsToGive(fieldsOfSchema(schema)).filter(
    (field) => field.schema.type !== "object" || field.schema.properties !== undefined,
  );
  let recommendation = given;
  for (const field of fields) {
    if (valueAtPath(recommendation, field.path) !== undefined || !applies(field, recommendation)) continue;
    recommendation = await withAnswer(field, recommendation, questions, problemsOf);
  }
  for (let round = 0; round < mostRounds; round += 1) {
    const wrong = problemsOf(recommendation).flatMap(({ path, message }) =>
      fields.filter((field) => isAbout(field, path)).map((field) => ({ field, message })),
    );
    const [first] = wrong;
    if (first === undefined) break;
    const { field, message } = first;
    recommendation = await withAnswer({ ...field, isRequired: true }, recommendation, questions, problemsOf, message);
  }
  return recommendation;
}

/** Whether what has been said so far leaves room for a field. */
function applies({ where }: SchemaField, recommendation: JsonObject): boolean {
  const value = where && valueAtPath(recommendation, where.path);
  return where === undefined || where.values.some((word) => word === value);
}

async function withAnswer(
  field: SchemaField,
  recommendation: JsonObject,
  questions: Questions,
  problemsOf: ProblemsOf,
  problem?: string,
): Promise<JsonObject> {
  const { path, schema, isRequired } = field;
  const unit = saidOf(schema, "x-unit");
  const question = `${path}: ${saidOf(schema, "description")}${unit === "" ? "" : ` (${unit})`}${problem === undefined ? "" : ` It ${problem}.`}`;
  const words = schema.type === "boolean" ? ["true", "false"] : wordsOf(schema);
  const withText = (text: string) => withValueAt(recommendation, path, valueOfField(text, schema));
  if (words.length > 0) {
    const text = await answered(questions.choose(question, words, isRequired ? undefined : "leave it out"));
    return text === "" ? recommendation : withText(text);
  }
  const text = await answered(
    questions.text(question, {
      example: exampleText(schema, isRequired),
      problem: (written) => {
        if (written === "") return isRequired ? "It is required." : undefined;
        try {
          const found = problemsOf(withText(written)).find((each) => isAbout(field, each.path));
          return found === undefined ? undefined : `It ${found.message}.`;
        } catch (error) {
          if (error instanceof InvalidArgumentError) return error.message;
          throw error;
        }
      },
    }),
  );
  return text === "" ? recommendation : withText(text);
}

/** A problem of a part of an amount is one of the amount, and of an entry one of the list. */
function isAbout({ path }: SchemaField, at: string): boolean {
  return at === path || at.startsWith(`${path}.`) || at.startsWith(`${path}[`);
}

function exampleText(schema: SchemaField["schema"], isRequired: boolean): string {
  const [example] = (schema["examples"] ?? []) as readonly unknown[];
  const { amount, currency } = Object(example) as { readonly amount?: string; readonly currency?: string };
  const text = Array.isArray(example) ? example.join(",") : (exampleOf(schema) ?? "").replaceAll('"', "");
  const shown = amount === undefined ? text : `${amount} ${currency}`;
  const such = shown === "" ? [] : [`such as ${shown}`];
  return [...such, ...(isRequired ? [] : ["Enter leaves it out"])].join("; ");
}
