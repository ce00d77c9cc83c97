/**
 * A text of a provider or a file, safe to show: control characters, which could move the cursor or recolour the
 * terminal, and those that turn the direction of writing become spaces.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
}

/** The longest code of an error that is passed on; a real one is far shorter. */
const longestCode = 200;

/** A service's code for an error, which like its message may be of any length: not more of it than a code ever has. */
export function cutCode(code: string): string {
  return code.slice(0, longestCode);
}
