import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { RefusedError } from "../contract/errors.ts";
import { findJsonProblem } from "../contract/find-json-problem.ts";
import { issueText, pathText } from "../contract/issue-text.ts";
import { textProblem } from "../contract/text-problem.ts";
import { type Authenticate, type Caller, doorScopes } from "./door-parts.ts";

const name = z.string().superRefine((text, context) => {
  const problem = textProblem(text);
  if (problem !== undefined) context.addIssue(problem);
});

const fileSchema = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name,
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
        // Nobody sits on the ids of another one.
        const needsPrefix = tokens.length > 1 && scopes.includes("write");
        if (needsPrefix && executionIdPrefix === undefined) {
          problem("executionIdPrefix", "is missing: where there are several tokens, each that may write needs its own");
        }
        const prefix = executionIdPrefix ?? "";
        const overlaps = ({ executionIdPrefix: other = "" }: { readonly executionIdPrefix?: string | undefined }) =>
          other !== "" && prefix !== "" && (other.startsWith(prefix) || prefix.startsWith(other));
        if (others.some(overlaps)) problem("executionIdPrefix", "begins as another token's does");
      }
    }),
});

/**
 * Knows callers by static tokens, of which a file holds the SHA-256 only: the text of that file is given, and what it is called.
 * Throws a RefusedError `invalid-configuration` that names every field that is wrong.
 */
export function staticTokens(text: string, file: string): Authenticate {
  const hashes = read(text, file).tokens.map(({ sha256, executionIdPrefix, ...caller }) => {
    const known: Caller = { ...caller, ...(executionIdPrefix === undefined ? {} : { executionIdPrefix }) };
    return { hash: Buffer.from(sha256, "hex"), known };
  });
  return ({ headers }) => {
    const [, token] = /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(headers.get("authorization") ?? "") ?? [];
    if (token === undefined) return undefined;
    const hash = createHash("sha256").update(token).digest();
    return hashes.find((one) => timingSafeEqual(one.hash, hash))?.known;
  };
}

function read(text: string, file: string): z.infer<typeof fileSchema> {
  const problem = findJsonProblem(text);
  if (problem !== undefined) {
    throw unusable(file, `line ${problem.line}, column ${problem.column}: ${problem.plain}`);
  }
  const parsed = fileSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw unusable(
    file,
    parsed.error.issues.map(({ path, message }) => `${pathText(path) || "the file"} ${issueText(message)}`).join("; "),
  );
}

function unusable(file: string, what: string): RefusedError {
  return new RefusedError({
    code: "invalid-configuration",
    message: `The tokens in ${file} cannot be used: ${what}. Nothing was started.`,
  });
}
