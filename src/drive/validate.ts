import { z } from "zod";
import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import { about } from "../contract/field-schemas.ts";
import type { Provider, ServiceExecutor } from "../contract/executor.ts";
import { nearest, nearestOf } from "../contract/did-you-mean.ts";
import { pathText } from "../contract/issue-text.ts";
import type { JsonValue } from "../contract/json.ts";
import { labelsSchema, wordsOf } from "../contract/labels.ts";
import { moneySchema } from "../contract/money.ts";
import { schemaProblems } from "../contract/schema-problems.ts";
import { canBeListed } from "../contract/service-without-api.ts";
import { isSkip, type AnyRecommendation, type Skip } from "../contract/recommendation.ts";
import type { Execution } from "../contract/recommendation-types.ts";
import { characterProblem, textProblem } from "../contract/text-problem.ts";
import { twinsWithinPattern } from "../contract/twin.ts";

/** More than any execution holds; an engine that has more splits it. */
export const maxRecommendations = 10_000;

/** For people, on an execution or a recommendation. */
export const noteSchema = z
  .string()
  .superRefine(addTextProblem)
  .meta(about("For people, at most 255 characters: it is shown and kept, and is no part of what is bought."))
  .optional();

/** What a recommendation says for people, whatever its service. */
const wordsSchema = z.object({ note: noteSchema, labels: labelsSchema });

const timeSchema = (description: string) =>
  z.iso
    .datetime({ offset: true, error: "must be a time such as 2026-12-01T00:00:00Z" })
    .meta(about(description, { example: "2026-12-01T00:00:00Z" }))
    .optional();

/** An execution but for its recommendations, which are checked by the schemas of their services. */
export const envelopeSchema = z
  .strictObject({
    $schema: z.string().meta(about("For an editor. buyonce does not read it.")).optional(),
    executionId: z
      .string()
      .superRefine(addTextProblem)
      .meta(
        about("Identifies the execution for ever: what is bought once under it is not bought again.", {
          example: "2026-12-night",
        }),
      ),
    source: z
      .string()
      .superRefine(addTextProblem)
      .regex(
        /^[\p{L}\p{N} _.:/=+@-]+$/u,
        "says who decided to buy, and becomes a tag: at least one letter or digit, or one of _ . : / = + @ -",
      )
      .meta(about("Who decided to buy: becomes a tag of every purchase.", { example: "finops" })),
    recommendations: z
      .array(z.unknown())
      .min(1, "must hold at least one recommendation")
      .max(maxRecommendations, `must hold at most ${maxRecommendations} recommendations`)
      .meta(about('What to buy, each with the fields of its service; { "skip": "why" } keeps a place empty.')),
    note: noteSchema,
    labels: labelsSchema,
    maxTotals: z
      .array(moneySchema)
      .min(1, "must hold at least one amount, or be left out")
      .refine(
        (amounts) => new Set(amounts.map(({ currency }) => currency)).size === amounts.length,
        "must name each currency once",
      )
      .meta(
        about("The most that all of it may cost over its terms, one amount per currency. Left out: no limit.", {
          example: [{ amount: "12000.00", currency: "USD" }],
        }),
      )
      .optional(),
    notBefore: timeSchema("Nothing is sent before. Left out: at once."),
    expiresAt: timeSchema("Nothing is sent from then on. Left out: never."),
    forbidTwinsWithin: z
      .string()
      .regex(twinsWithinPattern, 'must be a number of days such as "P7D"')
      .meta(
        about(
          "Of what is the same as something that was bought within so many days for something else, nothing is sent; two that are the same in one file are refused. Left out: they are warned of.",
          { example: "P7D" },
        ),
      )
      .optional(),
  })
  .refine(({ notBefore, expiresAt }) => !notBefore || !expiresAt || Date.parse(notBefore) < Date.parse(expiresAt), {
    path: ["expiresAt"],
    message: "must be later than notBefore",
  });

/** A place that is left empty. */
export const skipSchema = z.strictObject({
  skip: z
    .string()
    .superRefine(addTextProblem)
    .meta(about("Why the place is empty. Nothing is bought for it; the others keep their numbers.")),
});

function addTextProblem(text: string, problems: z.RefinementCtx): void {
  const problem = textProblem(text);
  if (problem !== undefined) problems.addIssue(problem);
}

/** Finds the executor of a service. */
export type ExecutorOf = (recommendation: Pick<AnyRecommendation, "provider" | "service">) => ServiceExecutor;

/** The executor of a service; undefined for a service that nobody provides. */
export function findExecutor(
  providers: readonly Provider[],
  { provider, service }: Pick<AnyRecommendation, "provider" | "service">,
): ServiceExecutor | undefined {
  const known = providers.find(({ name }) => name === provider)?.services;
  return known && Object.hasOwn(known, service) ? known[service] : undefined;
}

/** Looks executors up; throws a RangeError for a service that nobody provides. */
export function executorsOf(providers: readonly Provider[]): ExecutorOf {
  return (recommendation) => {
    const executor = findExecutor(providers, recommendation);
    const { provider, service } = recommendation;
    if (executor === undefined) throw new RangeError(`There is no executor for ${provider} ${service}.`);
    return executor;
  };
}

/** Made once: a schema is compiled when it is first used. */
const itemsSchema = z.looseObject({ recommendations: z.array(z.unknown()).max(maxRecommendations) });

/** Checks a whole execution before the first request. Throws an InvalidExecutionError that lists every problem. */
export function validateExecution(input: unknown, providers: readonly Provider[]): Execution {
  const problems: ExecutionProblem[] = [];
  const envelope = envelopeSchema.safeParse(input);
  problems.push(...problemsOf(envelope.error, envelopeSchema, input));

  const items = itemsSchema.safeParse(input);
  const recommendations: (AnyRecommendation | Skip)[] = [];
  for (const [recIndex, item] of (items.data?.recommendations ?? []).entries()) {
    const path = ["recommendations", recIndex];
    if (isEmptyPlace(item)) {
      const empty = skipSchema.safeParse(item);
      if (empty.success) recommendations.push(empty.data);
      else problems.push(...problemsOf(empty.error, skipSchema, item, path));
      continue;
    }
    const schema = schemaFor(item, providers);
    if ("problem" in schema) {
      problems.push(problem([...path, ...schema.path], schema.problem));
      continue;
    }
    // Words for people are nothing that a service has a say in.
    const { note, labels, ...wanted } = item as { readonly note?: unknown; readonly labels?: unknown };
    const words = wordsSchema.safeParse({ note, labels });
    problems.push(...problemsOf(words.error, wordsSchema, { note, labels }, path));
    const parsed = schema.schema.safeParse(wanted);
    if (parsed.success) {
      recommendations.push({ ...parsed.data, ...wordsOf(words.data ?? {}) });
      problems.push(...characterProblemsIn(parsed.data, path));
    } else problems.push(...problemsOf(parsed.error, schema.schema, wanted, path));
  }

  if (problems.length === 0 && recommendations.every(isSkip)) {
    problems.push({ path: "recommendations", message: "must hold at least one that is not skipped" });
  }
  if (!envelope.success || problems.length > 0) throw new InvalidExecutionError(problems);
  // For an editor: it is no part of what is bought, nor of what is recorded.
  const { $schema: _editors, ...execution } = envelope.data;
  // Each place has passed the schema of its service.
  return { ...execution, recommendations: recommendations as unknown as Execution["recommendations"] };
}

function isEmptyPlace(item: unknown): boolean {
  return typeof item === "object" && item !== null && Object.hasOwn(item, "skip");
}

function schemaFor(
  item: unknown,
  providers: readonly Provider[],
): { schema: ServiceExecutor["schema"] } | { path: string[]; problem: string } {
  if (typeof item !== "object" || item === null || Array.isArray(item))
    return { path: [], problem: "must be an object" };
  const { provider: asked, service } = item as { readonly provider?: unknown; readonly service?: unknown };
  const misspelt = ["provider", "service"].flatMap((field) => {
    if (Object.hasOwn(item, field)) return [];
    const [name] = Object.keys(item).filter((each) => nearestOf(each, [field]) !== undefined);
    return name === undefined ? [] : [{ path: [name], problem: `is not a known field${nearest(name, [field])}` }];
  });
  if (misspelt[0] !== undefined) return misspelt[0];
  const provider = providers.find(({ name }) => name === asked);
  if (provider === undefined) {
    return {
      path: ["provider"],
      problem: mustBeOneOf(
        providers.map(({ name }) => name),
        asked,
      ),
    };
  }
  const executor = typeof service === "string" && Object.hasOwn(provider.services, service);
  const found = executor ? provider.services[service] : undefined;
  if (found === undefined) {
    // What is known and only refused is nothing to choose; but whoever means it is told what to do once it is named.
    const names = Object.entries(provider.services).flatMap(([name, each]) => (canBeListed(each) ? [name] : []));
    return { path: ["service"], problem: mustBeOneOf(names, service, Object.keys(provider.services)) };
  }
  return { schema: found.schema };
}

/** Of every text in a value that its schema accepted: the fingerprint hangs on each. */
function characterProblemsIn(value: JsonValue | undefined, path: readonly PropertyKey[]): ExecutionProblem[] {
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, part]) =>
      typeof part === "string" && characterProblem(part) === undefined
        ? []
        : characterProblemsIn(part, [...path, name]),
    );
  }
  const found = typeof value === "string" ? characterProblem(value) : undefined;
  return found === undefined ? [] : [problem(path, found)];
}

function mustBeOneOf(names: readonly string[], given: unknown, known = names): string {
  const hint = typeof given === "string" ? nearest(given, known) : "";
  return `must be one of ${names.map((name) => `"${name}"`).join(", ")}${hint}`;
}

/** What a schema finds wrong in what stands at a path of the execution. */
function problemsOf(
  error: z.ZodError | undefined,
  schema: z.ZodType,
  value: unknown,
  path: readonly PropertyKey[] = [],
): ExecutionProblem[] {
  return schemaProblems(error, schema, value).map(({ at, message }) => problem([...path, ...at], message));
}

function problem(path: readonly PropertyKey[], message: string): ExecutionProblem {
  return { path: pathText(path), message };
}
