/** One line, or several that say the same: the first of them. */
export interface Folded<Line> {
  readonly line: Line;
  /** The last of them; undefined where there is one alone. */
  readonly last: Line | undefined;
  readonly times: number;
}

/** The longest row of lines that is looked for when it comes again at once. */
const longestRow = 6;

/** Folds lines that say the same at once after another, and rows of lines that do. `saysOf`: what a line says. */
export function foldRepeats<Line>(lines: readonly Line[], saysOf: (line: Line) => string): readonly Folded<Line>[] {
  const said = lines.map(saysOf);
  const folded: Folded<Line>[] = [];
  let at = 0;
  while (at < lines.length) {
    const { size, times } = repeatAt(said, at);
    for (const [index, line] of lines.slice(at, at + size).entries()) {
      folded.push({ line, last: times === 1 ? undefined : lines[at + (times - 1) * size + index], times });
    }
    at += size * times;
  }
  return folded;
}

/** The row that begins at a line and covers the most lines by coming again; the line alone where none does. */
function repeatAt(said: readonly string[], begin: number): { readonly size: number; readonly times: number } {
  let best = { size: 1, times: 1 };
  for (let size = 1; size <= longestRow; size += 1) {
    let end = begin + size;
    while (end < said.length && said[end] === said[end - size]) end += 1;
    const times = Math.floor((end - begin) / size);
    if (times > 1 && times * size > best.times * best.size) best = { size, times };
  }
  return best;
}
