import { z } from "zod";
import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import type { Provider, ServiceExecutor } from "../contract/executor.ts";
import { issueText, pathText } from "../contract/issue-text.ts";
import type { JsonValue } from "../contract/json.ts";
import { moneySchema } from "../contract/money.ts";
import { type Execution, isSkip, type Recommendation, type Skip } from "../contract/recommendation.ts";
import { characterProblem, textProblem } from "../contract/text-problem.ts";

/** More than any execution holds; an engine that has more splits it. */
const maxRecommendations = 10_000;

const noteSchema = z.string().superRefine(addTextProblem).optional();

const timeSchema = z.iso.datetime({ offset: true, error: "must be a time such as 2026-12-01T00:00:00Z" }).optional();

/** An execution but for its recommendations, which are checked by the schemas of their services. */
export const envelopeSchema = z
  .strictObject({
    executionId: z.string().superRefine(addTextProblem),
    source: z
      .string()
      .superRefine(addTextProblem)
      .regex(
        /^[\p{L}\p{N} _.:/=+@-]+$/u,
        "says who decided to buy, and becomes a tag: at least one letter or digit, or one of _ . : / = + @ -",
      ),
    recommendations: z
      .array(z.unknown())
      .min(1, "must hold at least one recommendation")
      .max(maxRecommendations, `must hold at most ${maxRecommendations} recommendations`),
    note: noteSchema,
    maxTotals: z
      .array(moneySchema)
      .min(1, "must hold at least one amount, or be left out")
      .refine(
        (amounts) => new Set(amounts.map(({ currency }) => currency)).size === amounts.length,
        "must name each currency once",
      )
      .optional(),
    notBefore: timeSchema,
    expiresAt: timeSchema,
  })
  .refine(({ notBefore, expiresAt }) => !notBefore || !expiresAt || Date.parse(notBefore) < Date.parse(expiresAt), {
    path: ["expiresAt"],
    message: "must be later than notBefore",
  });

const skipSchema = z.strictObject({ skip: z.string().superRefine(addTextProblem) });

function addTextProblem(text: string, problems: z.RefinementCtx): void {
  const problem = textProblem(text);
  if (problem !== undefined) problems.addIssue(problem);
}

/** Finds the executor of a service. */
export type ExecutorOf = (recommendation: Pick<Recommendation, "provider" | "service">) => ServiceExecutor;

/** The executor of a service; undefined for a service that nobody provides. */
export function findExecutor(
  providers: readonly Provider[],
  { provider, service }: Pick<Recommendation, "provider" | "service">,
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
  problems.push(...problemsOf(envelope.error, []));

  const items = itemsSchema.safeParse(input);
  const recommendations: (Recommendation | Skip)[] = [];
  for (const [recIndex, item] of (items.data?.recommendations ?? []).entries()) {
    const path = ["recommendations", recIndex];
    if (isEmptyPlace(item)) {
      const empty = skipSchema.safeParse(item);
      if (empty.success) recommendations.push(empty.data);
      else problems.push(...problemsOf(empty.error, path));
      continue;
    }
    const schema = schemaFor(item, providers);
    if ("problem" in schema) {
      problems.push(problem([...path, ...schema.path], schema.problem));
      continue;
    }
    // A note is nothing that a service has a say in.
    const { note, ...wanted } = item as { readonly note?: unknown };
    const said = note === undefined ? undefined : noteSchema.safeParse(note);
    problems.push(...problemsOf(said?.error, [...path, "note"]));
    const parsed = schema.schema.safeParse(wanted);
    if (parsed.success) {
      recommendations.push({ ...parsed.data, ...(said?.data === undefined ? {} : { note: said.data }) });
      problems.push(...characterProblemsIn(parsed.data, path));
    } else problems.push(...problemsOf(parsed.error, path));
  }

  if (problems.length === 0 && recommendations.every(isSkip)) {
    problems.push({ path: "recommendations", message: "must hold at least one that is not skipped" });
  }
  if (!envelope.success || problems.length > 0) throw new InvalidExecutionError(problems);
  return { ...envelope.data, recommendations };
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
  const provider = providers.find(({ name }) => name === asked);
  if (provider === undefined) {
    return { path: ["provider"], problem: `must be one of ${quoted(providers.map(({ name }) => name))}` };
  }
  const executor = typeof service === "string" && Object.hasOwn(provider.services, service);
  const found = executor ? provider.services[service] : undefined;
  if (found === undefined) {
    return { path: ["service"], problem: `must be one of ${quoted(Object.keys(provider.services))}` };
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

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}

function problemsOf(error: z.ZodError | undefined, at: readonly PropertyKey[]): ExecutionProblem[] {
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => problem([...at, ...issue.path, key], "is not a known field"))
      : [problem([...at, ...issue.path], issueText(issue.message))],
  );
}

function problem(path: readonly PropertyKey[], message: string): ExecutionProblem {
  return { path: pathText(path), message };
}
