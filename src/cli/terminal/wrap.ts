/**
 * Breaks a text into lines of at most `width` characters: at spaces, else after a hyphen, slash or underscore (ids
 * and SKUs), else anywhere.
 * Widths are counted in characters: what is printed here is ASCII but for a few narrow signs.
 */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \n]+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
    while (line.length > width) {
      const end = breakOf(line, width);
      lines.push(line.slice(0, end));
      line = line.slice(end);
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** The last place within `width` after one of the joining characters; `width` itself where there is none. */
function breakOf(word: string, width: number): number {
  const at = Math.max(...["-", "/", "_"].map((joint) => word.lastIndexOf(joint, width - 1))) + 1;
  return at > 0 ? at : width;
}
