import { tokenDigest } from "../../src/contract/token.ts";

/** What Azure takes: anything else is answered with 400 `DisplayNameInvalid`. */
const longest = 64;

/**
 * The display name of a purchase: a readable prefix and 128 bits made from the token ({@link tokenDigest}),
 * `^[A-Za-z0-9_-]{1,64}$`. The same prefix and token always give the same name. A prefix that already ends with the
 * token's part does not get it twice.
 */
export function displayNameOf(prefix: string, token: string): string {
  const ending = `-${tokenDigest(token)}`;
  const readable = prefix.replace(/[^A-Za-z0-9_-]+/g, "-");
  const beginning = readable.toLowerCase().endsWith(ending) ? readable.slice(0, -ending.length) : readable;
  return `${beginning.slice(0, longest - ending.length) || "buyonce"}${ending}`;
}

/** The token's part of a display name, if it ends like one: lowercase, 32 hex digits. */
export function digestIn(displayName: string | undefined): string | undefined {
  return /(?<=-)[0-9a-f]{32}$/i.exec(displayName?.trim() ?? "")?.[0].toLowerCase();
}
