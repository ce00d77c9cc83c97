import { InvalidExecutionError } from "./errors.ts";
import { textProblem } from "./text-problem.ts";

/** Throws an InvalidExecutionError for ids, names and reasons, by their paths, that cannot be one. Undefined is skipped. */
export function checkTexts(texts: Readonly<Record<string, string | undefined>>): void {
  const problems = Object.entries(texts).flatMap(([path, text]) => {
    const isBlank = text !== undefined && /^[ \t\r\n]*$/.test(text);
    const message = isBlank ? "must not be empty" : text && textProblem(text);
    return message === undefined ? [] : [{ path, message }];
  });
  if (problems.length > 0) throw new InvalidExecutionError(problems, "request");
}
