import { textProblem } from "./text-problem.ts";

/** The tag keys under which source and token are stamped on a commitment. */
export interface TagNames {
  readonly source: string;
  readonly token: string;
}

/** The names that the existing Go engine uses: executions that it began are recognised. */
export const defaultTagNames: TagNames = {
  source: "purchase-automation",
  token: "cudly-idempotency-token",
};

/** Why no purchase can be marked under these names, as a sentence without its full stop; undefined where one can. */
export function tagNamesProblem({ source, token }: TagNames): string | undefined {
  for (const [setting, name] of Object.entries({ source, token })) {
    const problem = textProblem(name);
    if (problem !== undefined) return `the tag name for the ${setting} ${problem}`;
  }
  // Azure does not tell tag names apart by letter case.
  return source.toLowerCase() === token.toLowerCase() ? "the tag names for source and token must differ" : undefined;
}
