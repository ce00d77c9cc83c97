import { z } from "zod";
import { isLoopback } from "../contract/endpoint.ts";
import { textProblem } from "../contract/text-problem.ts";
import { namedByIssuer, overlaps, prefixesOf } from "./check-prefixes.ts";
import { doorScopes } from "./door-parts.ts";
import { checkSettings, unusable } from "./read-settings.ts";

/** How a token may be signed: by a private key. With a shared secret (HS256), whoever can check a token could make one. */
export const jwtAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

const text = z.string().superRefine((given, context) => {
  const problem = textProblem(given);
  if (problem !== undefined) context.addIssue(problem);
});

const issuerName = text.refine((given) => namedByIssuer.test(given) && !/\s/.test(given), {
  message: 'must be a URL without white space, exactly as "iss" in the tokens',
});

const jwksUrl = z.string().superRefine((given, context) => {
  const url = URL.parse(given);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url === null || !isSafe) context.addIssue("must be an https URL, or http on 127.0.0.1, [::1] or localhost");
  else if (url.username !== "" || url.password !== "" || url.hash !== "") {
    context.addIssue("must hold no user name, password or fragment");
  }
});

const callerSchema = z.strictObject({
  scopes: z.array(z.enum(doorScopes)).min(1, "must hold at least one scope").optional(),
  executionIdPrefix: text.optional(),
});

const issuerSchema = z.strictObject({
  issuer: issuerName,
  jwksUrl,
  audience: z.union([text, z.array(text).min(1, "must hold at least one audience")], {
    error: "is missing: name what the tokens for this server have as their audience (a text, or a list)",
  }),
  algorithms: z.array(z.enum(jwtAlgorithms)).min(1, "must hold at least one algorithm").optional(),
  types: z.array(text).min(1, "must hold at least one type").optional(),
  clockTolerance: z.int().min(0).max(300).optional(),
  scopeClaim: text.optional(),
  scopePrefix: text.optional(),
  executionIdPrefixClaim: text.optional(),
  callers: z.record(text, callerSchema).optional(),
});

const issuersSchema = z
  .array(issuerSchema)
  .min(1, "must hold at least one issuer")
  .superRefine((issuers, context) => {
    const prefixes: string[] = [];
    for (const [index, { issuer, callers = {} }] of issuers.entries()) {
      if (issuers.slice(0, index).some((other) => other.issuer === issuer)) {
        context.addIssue({ code: "custom", path: [index, "issuer"], message: "is there twice" });
      }
      for (const [subject, { executionIdPrefix }] of Object.entries(callers)) {
        if (executionIdPrefix === undefined) continue;
        if (prefixes.some((other) => overlaps(other, executionIdPrefix))) {
          const path = [index, "callers", subject, "executionIdPrefix"];
          context.addIssue({ code: "custom", path, message: "begins as another caller's does" });
        }
        prefixes.push(executionIdPrefix);
      }
    }
  });

/** The form of a file of issuers. */
export const jwtFileSchema = z.strictObject({ issuers: issuersSchema });

/** Who makes tokens that are accepted, and what they say. */
export interface JwtIssuer {
  /** `iss`, exactly: a URL. */
  readonly issuer: string;
  /** Where its public keys are: an https URL, or http on loopback. */
  readonly jwksUrl: string;
  /** `aud`: a token for somebody else is refused. */
  readonly audience: string | readonly string[];
  /** How its tokens may be signed. Default: RS, PS and ES with 256, 384 or 512 bits, EdDSA, Ed25519. */
  readonly algorithms?: readonly (typeof jwtAlgorithms)[number][] | undefined;
  /** What `typ` in the header may be. Default: `at+jwt` (RFC 9068) or `JWT`, or none. */
  readonly types?: readonly string[] | undefined;
  /** Seconds by which its clock and this one may differ: at most 300. Default 30. */
  readonly clockTolerance?: number | undefined;
  /** The claim that holds the scopes: a list, or a text with spaces. Default: `scope`, or `scp` where that is missing. */
  readonly scopeClaim?: string | undefined;
  /** What a scope begins with in the tokens, such as `buyonce.`; others are no scopes here. Default: nothing. */
  readonly scopePrefix?: string | undefined;
  /** The claim that holds the caller's `executionIdPrefix`. */
  readonly executionIdPrefixClaim?: string | undefined;
  /** By `sub`: what goes before the claims of the token. */
  readonly callers?:
    Readonly<Record<string, Partial<Pick<z.infer<typeof callerSchema>, "scopes" | "executionIdPrefix">>>> | undefined;
}

/**
 * Checks who makes tokens. `subject` begins the message; `taken` are the prefixes of other callers. Throws a RefusedError
 * `invalid-configuration` that names every field that is wrong.
 */
export function checkIssuers(issuers: unknown, subject: string, taken: readonly string[] = []): readonly JwtIssuer[] {
  const { issuers: checked } = checkSettings({ issuers }, subject, jwtFileSchema);
  const own = checked.flatMap(({ callers = {} }) => prefixesOf(Object.values(callers)));
  const twice = own.find((prefix) => taken.some((other) => overlaps(prefix, other)));
  if (twice === undefined) return checked;
  throw unusable(subject, `the executionIdPrefix ${JSON.stringify(twice)} begins as that of a static token does`);
}
