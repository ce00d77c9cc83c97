import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { textProblem } from "../contract/text-problem.ts";
import { bearerToken } from "./bearer-token.ts";
import { namedByIssuer, overlaps } from "./check-prefixes.ts";
import { type Authenticate, type Caller, doorScopes, localName } from "./door-parts.ts";
import { readSettings, unusable } from "./read-settings.ts";

const name = z.string().superRefine((text, context) => {
  const problem = textProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});

/** A name that no other caller has: what was submitted under it would be the token's. */
const ownName = name.superRefine((text, context) => {
  if (text === localName) context.addIssue("is what everybody is called where no tokens are asked for");
  if (namedByIssuer.test(text))
    context.addIssue("must not begin as a URL does: callers with a JSON Web Token are called so");
});

const fileSchema = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: ownName,
        sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be the SHA-256 of the token, in 64 lowercase hex characters"),
        scopes: z.array(z.enum(doorScopes)).min(1, "must hold at least one scope"),
        executionIdPrefix: name.optional(),
      }),
    )
    .min(1, "must hold at least one token")
    .superRefine((tokens, context) => {
      for (const [index, { name: own, sha256, scopes, executionIdPrefix }] of tokens.entries()) {
        const others = tokens.slice(0, index);
        const problem = (field: string, message: string) =>
          context.addIssue({ code: "custom", path: [index, field], message });
        if (others.some((other) => other.name === own)) problem("name", "is another token's too");
        if (others.some((other) => other.sha256 === sha256)) problem("sha256", "is another token's too");
        if (tokens.length > 1 && scopes.includes("write") && executionIdPrefix === undefined) {
          problem("executionIdPrefix", `is missing: where there are several tokens, ${needsOwn}`);
        }
        const isShared = (other: string | undefined) =>
          other !== undefined && executionIdPrefix !== undefined && overlaps(other, executionIdPrefix);
        if (others.some((other) => isShared(other.executionIdPrefix))) {
          problem("executionIdPrefix", "begins as another token's does");
        }
      }
    }),
});

/** Nobody sits on the ids of another one. */
const needsOwn = "each that may write needs its own";

/** The callers that a file of static tokens names. */
export interface StaticTokens {
  readonly authenticate: Authenticate;
  readonly callers: readonly Caller[];
}

/**
 * Knows callers by static tokens, of which a file holds the SHA-256 only: the text of that file is given, and what it is called.
 * `others`: there are callers beside them. Throws a RefusedError `invalid-configuration` that names every field that is wrong.
 */
export function staticTokens(text: string, file: string, { others = false } = {}): StaticTokens {
  const hashes = read(text, file).tokens.map(({ sha256, executionIdPrefix, ...caller }) => {
    const known: Caller = { ...caller, ...(executionIdPrefix === undefined ? {} : { executionIdPrefix }) };
    return { hash: Buffer.from(sha256, "hex"), known };
  });
  const callers = hashes.map(({ known }) => known);
  const free = callers.findIndex(({ scopes, executionIdPrefix }) => scopes.includes("write") && !executionIdPrefix);
  if (others && free >= 0) {
    const what = `tokens[${free}].executionIdPrefix is missing: beside callers with a JSON Web Token, ${needsOwn}`;
    throw unusable(subjectOf(file), what);
  }
  return {
    callers,
    authenticate: ({ headers }) => {
      const token = bearerToken(headers);
      if (token === undefined) return undefined;
      const hash = createHash("sha256").update(token).digest();
      return hashes.find((one) => timingSafeEqual(one.hash, hash))?.known;
    },
  };
}

function read(text: string, file: string): z.infer<typeof fileSchema> {
  return readSettings(text, subjectOf(file), fileSchema);
}

function subjectOf(file: string): string {
  return `The tokens in ${file}`;
}
