import { prefixesOf } from "./check-prefixes.ts";
import type { Authenticate } from "./door-parts.ts";
import { jwtFileSchema } from "./jwt-settings.ts";
import { jwtTokens } from "./jwt-tokens.ts";
import { readSettings } from "./read-settings.ts";
import { staticTokens } from "./static-tokens.ts";

/** A file that says who may call: its text, and what it is called. */
interface CallersFile {
  readonly text: string;
  readonly file: string;
}

/**
 * Knows callers by static tokens, by JSON Web Tokens, or by both; undefined where neither file is given. Throws a RefusedError
 * `invalid-configuration` for a file that cannot be used.
 */
export async function readCallers({
  tokens,
  jwt,
}: {
  readonly tokens?: CallersFile | undefined;
  readonly jwt?: CallersFile | undefined;
}): Promise<Authenticate | undefined> {
  const fixed = tokens && staticTokens(tokens.text, tokens.file, { others: jwt !== undefined });
  if (jwt === undefined) return fixed?.authenticate;
  const subject = `The issuers in ${jwt.file}`;
  const { issuers } = readSettings(jwt.text, subject, jwtFileSchema);
  const signed = await jwtTokens({ issuers, subject, takenPrefixes: prefixesOf(fixed?.callers ?? []) });
  if (fixed === undefined) return signed;
  return async (request) => (await fixed.authenticate(request)) ?? signed(request);
}
