import { hiddenCharacter } from "./hidden-characters.ts";

/**
 * The most characters of an id, a name or a reason, counted as JavaScript and Azure count them: one beyond U+FFFF is two.
 * The Go engine's keys have up to 221; a tag value of Azure and AWS takes 256.
 */
const maxLength = 255;

/** U+FFFD stands for what a reader could not decode: two damaged texts would be one. */
const unwanted = new RegExp(String.raw`${hiddenCharacter}|\uFFFD|(?! )\p{White_Space}`, "u");

/**
 * Why a text cannot be an id, a name or a reason, as the end of a sentence that begins with its field; undefined where
 * it can. It is 1 to 255 characters as `characterProblem` wants them, the first and the last no space.
 */
export function textProblem(text: string): string | undefined {
  if (text.length > maxLength) return `must have at most ${maxLength} characters`;
  if (!/^[^ \t\r\n](?:[^]*[^ \t\r\n])?$/.test(text)) {
    return "must not be empty, nor begin or end with white space";
  }
  return characterProblem(text);
}

/**
 * Why the characters of a text cannot be told from those of another one, as the end of a sentence; undefined where they
 * can. Two texts that look the same must be the same: all characters show, white space is the plain space, and what can be
 * composed is (NFC). What is not is refused, with its code point, and never altered: a token or a fingerprint hangs on it.
 */
export function characterProblem(text: string): string | undefined {
  // As nearly all are: nothing of this is hidden, or composed.
  if (/^[ -~]*$/.test(text)) return undefined;
  const found = unwanted.exec(text);
  if (found !== null) {
    return `must not hold ${codePointOf(found[0])} (${kindOf(found[0])}, at character ${found.index + 1})`;
  }
  if (text === text.normalize("NFC")) return undefined;
  const at = firstNotComposed(text);
  return `must be in the composed form of Unicode (NFC), and ${codePointOf(text.slice(at))} at character ${at + 1} is not: type it anew, or normalise the text where it is made`;
}

function codePointOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function kindOf(character: string): string {
  if (/\p{Cs}/u.test(character)) return "half of a character";
  if (character === "\uFFFD") return "the sign for a character that was lost";
  if (/\p{White_Space}/u.test(character)) return "white space other than the plain space";
  return "a character that does not show";
}

/** The place of the character with which the text is no longer in normalisation form C. */
function firstNotComposed(text: string): number {
  // What begins with a text that is not composed is not either.
  let [composed, not] = [0, text.length];
  while (not - composed > 1) {
    const middle = Math.floor((composed + not) / 2);
    const begin = text.slice(0, middle);
    if (begin === begin.normalize("NFC")) composed = middle;
    else not = middle;
  }
  // The second half of a pair stands for the whole.
  return /[\uDC00-\uDFFF]/.test(text.charAt(composed)) ? composed - 1 : composed;
}
