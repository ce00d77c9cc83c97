import { BuyonceError, messageOf } from "../../contract/errors.ts";

/** How many causes are told: more help nobody, and a chain may bite its tail. */
const maxCauses = 5;

/**
 * An error for a person: its sentence, and one more for every cause that says something new. The messages of this
 * package's own errors are written for people and stand alone. Passwords of ledger URLs are masked.
 */
export function explainError(error: unknown): string {
  return maskPassword(explanation(error));
}

function explanation(error: unknown): string {
  if (BuyonceError.isInstance(error) && error.code !== "internal") return error.message;
  const sentences: string[] = [];
  let current = error;
  for (let depth = 0; current !== undefined && depth <= maxCauses; depth++) {
    const text = messageOf(current).trim() || (current instanceof Error ? current.name : "an error without a message");
    if (!sentences.some((sentence) => sentence.includes(text))) {
      sentences.push(`${depth === 0 ? "" : "Caused by: "}${/[.!?]$/.test(text) ? text : `${text}.`}`);
    }
    current = current instanceof Error ? current.cause : undefined;
  }
  return sentences.join(" ");
}

/**
 * A text without the passwords in it: those of URLs (`postgres://user:password@host`, and any other scheme), also where
 * the text was cut before the host, and those of settings such as `password=...`.
 *
 * It runs over what providers and drivers say, so its time grows with the length only: no part of a pattern is unlimited
 * where a failed match would go through the same characters again. White space ends a URL, quotes do not, for a password
 * may hold them. In doubt more is masked than needs be.
 */
export function maskPassword(text: string): string {
  return text
    .replaceAll(passwordWithBlanks, "$1***@")
    .replaceAll(/\S+/g, maskUrls)
    .replaceAll(passwordSetting, "$1***");
}

/** What follows a user's name up to an @ in the same line, and is no port. */
const passwordWithBlanks = /(postgres(?:ql)?:\/\/[^\s:/@]{0,100}:)(?!\d{1,5}(?!\w))[^@\n]{1,200}@/gi;

/** In a URL's query, or in `host=... password='...'`; also `sslpassword`, `PGPASSWORD`. */
const passwordSetting = /(passw(?:or)?d {0,3}= {0,3})(?:'[^']{0,200}'|[^\s&]+)/gi;

/** Where the user's name begins. PostgreSQL's URLs are also written without slashes. */
const beginnings = /postgres(?:ql)?:\/*|:\/\//gi;

/** A port before a path, which elsewhere than in PostgreSQL's URLs is no password. */
const portAndPath = /\d{1,5}[/?#]/y;
/** A port, or nothing more. */
const portOrEnd = /\d{1,5}(?!\w)|$/y;

/** A word without the passwords of the URLs in it. */
function maskUrls(word: string): string {
  const lastAt = word.lastIndexOf("@");
  let masked = "";
  let done = 0;
  for (const { 0: beginning, index } of word.matchAll(beginnings)) {
    const userAt = index + beginning.length;
    // Ends at the next beginning at the latest, which holds a colon: no character is searched twice.
    const length = word.slice(userAt).search(/[:/@]/);
    const colon = userAt + length;
    if (index < done || length < 0 || word[colon] !== ":") continue;
    const ofPostgres = !beginning.startsWith(":");
    const has = (pattern: RegExp) => {
      pattern.lastIndex = colon + 1;
      return pattern.test(word);
    };
    const isPassword =
      lastAt > colon ? ofPostgres || !has(portAndPath) : ofPostgres && beginning.endsWith("/") && !has(portOrEnd);
    if (!isPassword) continue;
    masked += `${word.slice(done, colon)}:***`;
    done = lastAt > colon ? lastAt : word.length;
  }
  return masked + word.slice(done);
}
