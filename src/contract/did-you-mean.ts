import { closestMatch } from "leven";

/** Which of these somebody meant by a word, if one is near; undefined where none is, or where it is one of them. */
export function nearestOf(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  const maxDistance = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  // Of a word of any length it is not asked how far it is.
  const near = word.length > 60 ? undefined : closestMatch(plain(word), known.map(plain), { maxDistance });
  const found = known.find((each) => plain(each) === near);
  return found === word ? undefined : found;
}

/** `; did you mean "ec2"?` for a word that is near to one of these; empty where none is. */
export function nearest(word: string, known: readonly string[]): string {
  const found = nearestOf(word, known);
  return found === undefined ? "" : `; did you mean "${found}"?`;
}
