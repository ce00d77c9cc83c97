import { textOf } from "../contract/compare-execution.ts";
import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import type { NewExecution } from "../contract/execution-record.ts";
import type { Provider } from "../contract/executor.ts";
import { pathText } from "../contract/issue-text.ts";
import { sameMoney } from "../contract/limits.ts";
import type { Execution } from "../contract/recommendation-types.ts";
import { schemaProblems } from "../contract/schema-problems.ts";
import { deriveIdempotencyToken } from "../contract/token.ts";
import { newExecutionOf } from "./new-execution.ts";
import { hashOfPlan, isPlan, type PlanDocument, planSchema } from "./plan-document.ts";
import { executorsOf, validateExecution } from "./validate.ts";

/** An execution as it is asked for: by itself, or with its limits by a plan. */
export interface AskedExecution extends NewExecution {
  readonly plan?: PlanDocument | undefined;
}

/** What is asked for: the execution as it is given, and as it would be recorded. */
export interface ReadExecution {
  readonly execution: Execution;
  readonly asked: AskedExecution;
}

/**
 * The execution that is asked for, checked as {@link validateExecution} does. Of a plan also that it is as it was made, and whether
 * its cloud is the one that is asked now. Throws an InvalidExecutionError that lists every problem, with the path of its field.
 */
export function readExecution(input: unknown, providers: readonly Provider[]): ReadExecution {
  if (!isPlan(input)) return asGiven(input, providers);
  const { plan, asked } = readPlan(input, providers);
  checkCloud(plan, asked, providers);
  return { execution: plan.execution, asked: { ...asked, plan } };
}

/** As {@link validateExecution}, and where it is a plan the execution in it, whatever its cloud is. */
export function validateAsked(input: unknown, providers: readonly Provider[]): Execution {
  return isPlan(input) ? readPlan(input, providers).plan.execution : validateExecution(input, providers);
}

function asGiven(input: unknown, providers: readonly Provider[]): ReadExecution {
  const execution = validateExecution(input, providers);
  return { execution, asked: newExecutionOf(execution, executorsOf(providers)) };
}

function readPlan(
  input: unknown,
  providers: readonly Provider[],
): { readonly plan: PlanDocument; readonly asked: NewExecution } {
  const { data, error } = planSchema.safeParse(input);
  if (data === undefined) {
    const problems = schemaProblems(error, planSchema, input);
    throw invalid(problems.map(({ at, message }) => ({ path: pathText(at), message })));
  }
  const { execution, asked } = executionOf(data.execution, providers);
  const plan = { ...data, execution };
  const altered = alterationsOf(plan, asked);
  if (altered.length > 0) throw invalid(altered);
  if (hashOfPlan(input as object) !== plan.hash) {
    const message = `is not the hash of this plan: something in it was changed after it was made. ${makeAnother}`;
    throw invalid([{ path: "hash", message }]);
  }
  return { plan, asked };
}

function executionOf(input: unknown, providers: readonly Provider[]): ReadExecution {
  try {
    return asGiven(input, providers);
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    throw invalid(error.problems.map(({ path, message }) => ({ path: `execution${path && `.${path}`}`, message })));
  }
}

function invalid(problems: readonly ExecutionProblem[]): InvalidExecutionError {
  return new InvalidExecutionError(problems, "plan");
}

const makeAnother = "Make a new plan of the execution file (`buyonce quote --out`).";

/** What in the execution of a plan is not what was seen: what its hash alone would not name. */
function alterationsOf({ execution, seen }: PlanDocument, asked: NewExecution): readonly ExecutionProblem[] {
  const { executionId } = execution;
  const isOther = seen.some(({ recIndex, token }) => token !== deriveIdempotencyToken(executionId, recIndex));
  if (isOther) return [{ path: "execution.executionId", message: `is not the one that was planned. ${makeAnother}` }];
  const size = execution.recommendations.length;
  if (size !== seen.length || seen.some(({ recIndex }, index) => recIndex !== index)) {
    const message = `holds ${size}, and ${seen.length} were planned, in this order. ${makeAnother}`;
    return [{ path: "execution.recommendations", message }];
  }
  const places = new Map(asked.places.map((place) => [place.recIndex, place]));
  return seen.flatMap(({ recIndex, fingerprint, limit }) => {
    const place = places.get(recIndex);
    const path = `execution.recommendations[${recIndex}]`;
    if (place?.fingerprint !== fingerprint) return [{ path, message: `is not what was planned. ${makeAnother}` }];
    const { maxPrice } = place?.recommendation ?? {};
    if (sameMoney(maxPrice, limit)) return [];
    const message = `is ${textOf(maxPrice)}, and ${textOf(limit)} was planned. ${makeAnother}`;
    return [{ path: `${path}.maxPrice`, message }];
  });
}

/** Throws where a plan that was tried in a sandbox would buy for real, or the other way round. */
function checkCloud({ imitation }: PlanDocument, { places }: NewExecution, providers: readonly Provider[]): void {
  const used = new Set(places.map(({ recommendation: { provider } }) => provider));
  const others = providers.filter((one) => used.has(one.name) && (one.imitation ?? false) !== imitation);
  if (others.length === 0) return;
  const names = others.map(({ name }) => name).join(" and ");
  const message = imitation
    ? `is true: it was quoted by an imitation (--sandbox, or an http endpoint), and this would ask the real ${names}. Give --sandbox, or make a plan of the real prices (\`buyonce quote --out\` without it).`
    : `is false: it was quoted by the real clouds, and this would ask an imitation of ${names}. Leave out --sandbox, or make a plan in it.`;
  throw invalid([{ path: "imitation", message }]);
}
