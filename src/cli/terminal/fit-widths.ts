import { wrap } from "./wrap.ts";

/** How many rows the widths are fitted to; a longer table is fitted by its first ones. */
const fittedRows = 100;

/** What decides the width of a column. */
export interface FittedColumn {
  readonly title: string;
  /** It is not made narrower than this, unless its content is. */
  readonly minimum: number;
  readonly cells: readonly string[];
}

/**
 * The widths with which the table has the fewest lines, as near as giving way character by character gets to it;
 * undefined where there is no room for the minimums.
 */
export function fitWidths(columns: readonly FittedColumn[], room: number): readonly number[] | undefined {
  const natural = columns.map(({ title, cells }) => Math.max(title.length, ...cells.map((cell) => cell.length)));
  const floor = columns.map(({ minimum }, index) => Math.min(minimum, natural[index] ?? 0));
  if (sum(floor) > room) return undefined;
  const lines = createLineCounter(columns);
  let widths = natural;

  while (sum(widths) > room) {
    const spare = widths.map((width, index) => width - (floor[index] ?? 0));
    const narrower = [...widths.keys()].filter((index) => (spare[index] ?? 0) > 0);
    // Where it costs the fewest further lines; of equals, where there is most to give.
    const costs = new Map(narrower.map((index) => [index, lines.total(changed(widths, index, -1))]));
    const [best = 0] = narrower.toSorted(
      (a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0) || (spare[b] ?? 0) - (spare[a] ?? 0),
    );
    widths = changed(widths, best, -1);
  }

  // What wrapping left unused goes to whichever column saves a line with the least of it.
  widths = widths.map((width, index) => Math.max(columns[index]?.title.length ?? 0, lines.widest(index, width)));
  for (;;) {
    const before = lines.total(widths);
    const wider = [...widths.keys()].flatMap((index) => {
      for (let extra = 1; extra <= room - sum(widths); extra++) {
        if (lines.total(changed(widths, index, extra)) < before) return [{ index, extra }];
      }
      return [];
    });
    const [best] = wider.toSorted((a, b) => a.extra - b.extra);
    if (best === undefined) return widths;
    widths = changed(widths, best.index, best.extra);
  }
}

function createLineCounter(columns: readonly FittedColumn[]) {
  const wrapped = new Map<string, readonly (readonly string[])[]>();
  const cellsAt = (index: number, width: number) => {
    const key = `${index} ${width}`;
    const known = wrapped.get(key);
    if (known) return known;
    const cells = (columns[index]?.cells ?? []).slice(0, fittedRows).map((cell) => wrap(cell, width));
    wrapped.set(key, cells);
    return cells;
  };
  return {
    /** How many lines the rows take together. */
    total: (widths: readonly number[]): number => {
      const heights = widths.map((width, index) => cellsAt(index, width).map((cell) => cell.length));
      const rows = heights[0]?.map((_, row) => Math.max(...heights.map((column) => column[row] ?? 0))) ?? [];
      return sum(rows);
    },
    /** The longest line of a column of this width; of a longer table, the width itself. */
    widest: (index: number, width: number): number =>
      (columns[index]?.cells.length ?? 0) > fittedRows
        ? width
        : Math.max(0, ...cellsAt(index, width).flatMap((cell) => cell.map((line) => line.length))),
  };
}

function changed(widths: readonly number[], index: number, by: number): number[] {
  return widths.map((width, at) => (at === index ? width + by : width));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
