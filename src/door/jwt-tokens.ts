import { importOptional } from "../contract/optional-package.ts";
import type { Authenticate } from "./door-parts.ts";
import { checkIssuers, type JwtIssuer } from "./jwt-settings.ts";

/** How callers are known by JSON Web Tokens. */
export interface JwtOptions {
  readonly issuers: readonly JwtIssuer[];
  /** Prefixes of executionIds that other callers have: no token may have one that begins so. Default: none. */
  readonly takenPrefixes?: readonly string[] | undefined;
  /** What the issuers are called in a message. Default `The issuers`. */
  readonly subject?: string | undefined;
  /** Milliseconds since 1970, by which tokens expire. Default: the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/**
 * Knows callers by signed JSON Web Tokens (RFC 7519, RFC 9068), checked against the keys that their issuer publishes. A caller is
 * called by its issuer and subject, `https://login.example.com/ engine-7`. Who may submit (`write`) needs an `executionIdPrefix`, of its
 * own claim or by `callers`; without one every request is answered with 403.
 *
 * What is no such token is nobody's; a token that is none of its issuer's, is expired or is for another audience is answered with 401,
 * and with 503 while the issuer's keys cannot be had. Throws a RefusedError `invalid-configuration` for settings that cannot be used, and
 * where the package jose is not installed.
 */
export async function jwtTokens({
  issuers,
  takenPrefixes = [],
  subject = "The issuers",
  now = () => Date.now(),
}: JwtOptions): Promise<Authenticate> {
  const checked = checkIssuers(issuers, subject, takenPrefixes);
  const words = { neededBy: "A check of JSON Web Tokens needs" };
  const { verifierOf } = await importOptional("jose", () => import("./jwt-verifier.ts"), words);
  return verifierOf(checked, takenPrefixes, now);
}
