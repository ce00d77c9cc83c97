import { hiddenCharacter } from "./hidden-characters.ts";

const hidden = new RegExp(`${hiddenCharacter}+`, "gu");

/**
 * A text of a provider or a file for tables, pages and progress: what does not show, could move the cursor, recolour the
 * terminal or turn the direction of writing becomes a space.
 */
export function cleanText(text: string): string {
  return text.replaceAll(hidden, " ").trim();
}

/** The longest code of an error that is passed on; a real one is far shorter. */
const longestCode = 200;

/** A service's code for an error, which like its message may be of any length: not more of it than a code ever has. */
export function cutCode(code: string): string {
  return code.slice(0, longestCode);
}
