import { hiddenCharacter } from "./hidden-characters.ts";

/** A line break is meant: messages have several lines, and documents end with one. */
const hidden = new RegExp(`(?!\\n)${hiddenCharacter}`, "gu");

/**
 * A text whose hidden characters are written as JSON writes them: `\u202e`, those beyond U+FFFF as two. Line breaks stay.
 * For messages and log lines; a JSON document stays the same document, for outside of strings it holds none.
 */
export function escapeHidden(text: string): string {
  return text.replaceAll(hidden, (character) =>
    Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
      .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
