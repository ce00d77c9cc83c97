import { closestMatch } from "leven";

/** `; did you mean "ec2"?` for a word that is near to one of these; empty where none is. */
export function nearest(word: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, "");
  const maxDistance = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  // Of a word of any length it is not asked how far it is.
  const near = word.length > 60 ? undefined : closestMatch(plain(word), known.map(plain), { maxDistance });
  const found = known.find((each) => plain(each) === near);
  return found === undefined || found === word ? "" : `; did you mean "${found}"?`;
}
