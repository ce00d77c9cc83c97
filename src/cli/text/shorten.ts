/** Longer reasons drown the table; `--json` and the log lines of a drive hold them whole. */
const maxLength = 360;

/** A long reason without its middle: it begins with what happened and ends with what to do. */
export function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  const half = Math.floor(maxLength / 2);
  const head = text.slice(0, half).replace(/\s+\S*$/, "");
  const tail = text.slice(-half).replace(/^\S*\s+/, "");
  return `${head} […] ${tail}`;
}
