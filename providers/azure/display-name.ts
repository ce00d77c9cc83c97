import { createHash } from "node:crypto";

/** 128 bits of the token, in hex digits. */
const fragmentLength = 32;

/** What Azure takes: anything else is answered with 400 `DisplayNameInvalid`. */
const longest = 64;

/**
 * The part of a token that goes into a display name: its first 32 hex digits. A text that is no such token is hashed, so
 * that a caller's own kind of token has 128 bits as well.
 */
export function tokenFragment(token: string): string {
  const hex = /^[0-9a-f]{32,}$/i.test(token) ? token : createHash("sha256").update(token).digest("hex");
  return hex.slice(0, fragmentLength).toLowerCase();
}

/**
 * The display name of a purchase: a readable prefix and 128 bits of the token, `^[A-Za-z0-9_-]{1,64}$`. The same prefix and
 * token always give the same name. A prefix that already ends with the token's part does not get it twice.
 */
export function displayNameOf(prefix: string, token: string): string {
  const ending = `-${tokenFragment(token)}`;
  const readable = prefix.replace(/[^A-Za-z0-9_-]+/g, "-");
  const beginning = readable.toLowerCase().endsWith(ending) ? readable.slice(0, -ending.length) : readable;
  return `${beginning.slice(0, longest - ending.length) || "buyonce"}${ending}`;
}

/** The token's part of a display name, if it ends like one: lowercase, 32 hex digits. */
export function fragmentOf(displayName: string): string | undefined {
  return /(?<=-)[0-9a-f]{32}$/i.exec(displayName)?.[0].toLowerCase();
}
