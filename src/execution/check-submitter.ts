import { type ExecutionProblem, InvalidExecutionError } from "../contract/errors.ts";
import { textProblem } from "../contract/text-problem.ts";

/** Throws an InvalidExecutionError for what names no caller, or a key that cannot be one. */
export function checkSubmitter(submitter: unknown): void {
  if (typeof submitter !== "object" || submitter === null) {
    throw new InvalidExecutionError([{ path: "submitter", message: 'must name a caller: { caller: "…" }' }], "request");
  }
  const { caller, key, ...rest } = submitter as Readonly<Record<string, unknown>>;
  const problems = [
    ...problemOf("caller", caller),
    ...(key === undefined ? [] : problemOf("key", key)),
    ...Object.keys(rest).map((name) => ({ path: `submitter.${name}`, message: "is not a known field" })),
  ];
  if (problems.length > 0) throw new InvalidExecutionError(problems, "request");
}

function problemOf(name: string, text: unknown): readonly ExecutionProblem[] {
  const path = `submitter.${name}`;
  if (typeof text !== "string") return [{ path, message: "must be a text of 1 to 255 visible characters" }];
  const problem = textProblem(text);
  return problem === undefined ? [] : [{ path, message: problem }];
}
