import { hiddenCharacter } from "./hidden-characters.ts";

const hidden = new RegExp(`${hiddenCharacter}+`, "gu");

/**
 * A text of a provider or a file for tables, pages and progress: what does not show, could move the cursor, recolour the
 * terminal or turn the direction of writing becomes a space.
 */
export function cleanText(text: string): string {
  return text.replaceAll(hidden, " ").trim();
}
