import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from "jose";
import { textProblem } from "../contract/text-problem.ts";
import { bearerToken } from "./bearer-token.ts";
import { nameOf, overlaps, prefixesOf } from "./check-prefixes.ts";
import { type Authenticate, type Caller, type DoorScope, doorScopes } from "./door-parts.ts";
import { issuerKeys } from "./issuer-keys.ts";
import { jwtAlgorithms, type JwtIssuer } from "./jwt-settings.ts";
import { RequestError } from "./problem.ts";

/** An issuer, and its keys. */
interface Known extends JwtIssuer {
  readonly keys: JWTVerifyGetKey;
}

/** Checks the tokens of issuers. `takenPrefixes`: those of other callers; `now`: milliseconds since 1970. */
export function verifierOf(
  issuers: readonly JwtIssuer[],
  takenPrefixes: readonly string[],
  now: () => number,
): Authenticate {
  const known = issuers.map((issuer): Known => ({ ...issuer, keys: issuerKeys(issuer.jwksUrl, now) }));
  const taken = [...takenPrefixes, ...issuers.flatMap(({ callers = {} }) => prefixesOf(Object.values(callers)))];
  return async ({ headers }) => {
    const token = bearerToken(headers);
    // Three parts: anything else is another kind of token.
    if (token === undefined || !/^[\w-]+\.[\w-]*\.[\w-]*$/.test(token)) return undefined;
    const { issuer, header } = readUnproven(token, known);
    checkType(header, issuer);
    return callerOf(await verify(token, issuer, now), issuer, taken);
  };
}

/** What a token says of itself; nothing of it is proven yet. Throws a RequestError for one of an issuer that is not known. */
function readUnproven(token: string, known: readonly Known[]) {
  try {
    const { iss } = decodeJwt(token);
    const issuer = known.find((one) => one.issuer === iss);
    if (issuer === undefined) throw invalid("is of an issuer that is not known here");
    return { issuer, header: decodeProtectedHeader(token) as JWTHeaderParameters };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) throw invalid("cannot be read", error);
    throw error;
  }
}

/** Types without their `application/`, which may be left out (RFC 7515); without one, the token says nothing of its type. */
const defaultTypes = ["at+jwt", "JWT", ""];

function checkType({ typ = "" }: JWTHeaderParameters, { types = defaultTypes }: JwtIssuer): void {
  const plain = (type: string) => type.toLowerCase().replace(/^application\//, "");
  // Nothing has checked yet that it is a text.
  if (typeof (typ as unknown) !== "string" || !types.some((type) => plain(type) === plain(typ)))
    throw invalid("is of another type (typ)");
}

/** Checks signature and claims. Throws a RequestError. */
async function verify(token: string, issuer: Known, now: () => number): Promise<JWTPayload> {
  const { issuer: iss, audience, algorithms = jwtAlgorithms, clockTolerance = 30, keys } = issuer;
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: iss,
      audience: typeof audience === "string" ? audience : [...audience],
      algorithms: [...algorithms],
      clockTolerance,
      currentDate: new Date(now()),
      requiredClaims: ["exp", "sub"],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw invalid("is expired", error);
    if (error instanceof errors.JWTClaimValidationFailed) throw invalid(claimProblem(error.claim), error);
    if (error instanceof errors.JOSEError) throw invalid("is not signed as its issuer signs", error);
    throw error;
  }
}

function claimProblem(claim: string): string {
  const known: Readonly<Record<string, string>> = {
    aud: "is for another audience (aud)",
    nbf: "is not valid yet (nbf)",
  };
  return known[claim] ?? `has no valid claim ${claim}`;
}

/** Who a proven token is. Throws a RequestError for one that cannot be recorded, or that may submit under any id. */
function callerOf(payload: JWTPayload, issuer: JwtIssuer, taken: readonly string[]): Caller {
  const sub: unknown = payload.sub;
  if (typeof sub !== "string") throw invalid("has a claim sub that is no text");
  const name = nameOf(issuer.issuer, sub);
  const problem = textProblem(sub) ?? textProblem(name);
  if (problem !== undefined) throw invalid(`has a claim sub that cannot be recorded: with its issuer it ${problem}`);
  const { callers = {}, executionIdPrefixClaim } = issuer;
  const mapped = Object.hasOwn(callers, sub) ? callers[sub] : undefined;
  const scopes = mapped?.scopes ?? scopesIn(payload, issuer);
  const executionIdPrefix = mapped?.executionIdPrefix ?? prefixIn(payload, executionIdPrefixClaim, taken);
  if (executionIdPrefix !== undefined) return { name, scopes, executionIdPrefix };
  if (!scopes.includes("write")) return { name, scopes };
  throw new RequestError(
    "not-permitted",
    "This caller may submit, and has no executionIdPrefix of its own: put one into its token (executionIdPrefixClaim), or into the server's file of issuers (callers).",
  );
}

function scopesIn(payload: JWTPayload, { scopeClaim, scopePrefix = "" }: JwtIssuer): readonly DoorScope[] {
  const claim = scopeClaim ?? (Object.hasOwn(payload, "scope") ? "scope" : "scp");
  const said = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  const all: readonly unknown[] = typeof said === "string" ? said.split(" ") : Array.isArray(said) ? said : [];
  return doorScopes.filter((scope) => all.includes(scopePrefix + scope));
}

/** The prefix that a token names; undefined where it names none. Throws a RequestError for one that cannot be the caller's own. */
function prefixIn(payload: JWTPayload, claim: string | undefined, taken: readonly string[]): string | undefined {
  if (claim === undefined || !Object.hasOwn(payload, claim)) return undefined;
  const said = payload[claim];
  const problem = typeof said === "string" ? textProblem(said) : "must be a text";
  if (typeof said !== "string" || problem !== undefined) {
    throw new RequestError("not-permitted", `The executionIdPrefix in the token (${claim}) ${problem}.`);
  }
  if (!taken.some((other) => overlaps(said, other))) return said;
  throw new RequestError(
    "not-permitted",
    `The executionIdPrefix in the token (${claim}) begins as another caller's does.`,
  );
}

/** That a token proves nothing. `what` holds nothing of the token. */
function invalid(what: string, cause?: unknown): RequestError {
  return new RequestError("not-authenticated", `The token ${what}.`, {
    headers: { "www-authenticate": `Bearer error="invalid_token", error_description="The token ${what}"` },
    cause,
  });
}
