/** A word as a POSIX shell takes it: in single quotes where it needs them. For commands that a message names. */
export function shellWord(word: string): string {
  return /^[\w.:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
