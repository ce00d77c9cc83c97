import type { Paint } from "./terminal.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** It is not made narrower than this. */
  readonly minimum: number;
  readonly align?: "left" | "right";
  /** No word of it is broken: ids and amounts, which are read or copied whole. */
  readonly isWhole?: boolean;
  readonly paint?: (line: string, row: number) => string;
}

const gap = "  ";

/** Where a line of a cell ends. What comes from elsewhere holds none: it is a hidden character. */
export const lineEnd = "\u2028";

/**
 * A table with one line under its head. Where the terminal is too narrow, the columns are wrapped; where
 * it is too narrow even for that, every row becomes a block of lines. A no-break space is not broken at, and printed as a space.
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: Paint,
  headings: Table["headings"] = [],
): string {
  const used = columns.map((column, index) => ({ ...column, cells: rows.map((row) => row[index] ?? "") }));
  const widths = fitWidths(used, width - gap.length * (used.length - 1));
  if (widths === undefined) return stack(used, rows.length, width, paint, headings);

  const wrapped = used.map(({ cells }, index) => cells.map((cell) => wrap(cell, widths[index] ?? 1)));
  // An empty line between rows of several lines tells them apart without another rule.
  const between = wrapped.some((cells) => cells.some((lines) => lines.length > 1)) ? "\n" : "";
  const align = (index: number, text: string) =>
    used[index]?.align === "right" ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0);

  const head = used.map(({ title }, index) => paint("bold", align(index, title))).join(gap);
  const rule = paint("dim", "─".repeat(widths.reduce((sum, each) => sum + each, gap.length * (used.length - 1))));
  const body = [...rows.keys()].map((row) => {
    const height = Math.max(1, ...wrapped.map((cells) => cells[row]?.length ?? 0));
    const lines = Array.from({ length: height }, (_, line) => {
      const cells = used.map(({ paint: paintLine }, index) => {
        const text = align(index, wrapped[index]?.[row]?.[line] ?? "");
        return text.trim() === "" ? text : (paintLine?.(text, row) ?? text);
      });
      return `${cells.join(gap).trimEnd()}\n`;
    });
    const heading = headings[row];
    if (heading === undefined) return lines.join("");
    return `${row > 0 && between === "" ? "\n" : ""}${paint("bold", heading)}\n${lines.join("")}`;
  });
  return plainSpaces(`${head.trimEnd()}\n${rule}\n${body.join(between)}`);
}

/** The columns of a table, and its rows. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** A line above a row, which begins what belongs together, by the row's position. It is not wrapped. */
  readonly headings?: readonly (string | undefined)[];
}

/** The first of these tables for which there is room; the last one in any case. */
export function layOutFirst(tables: readonly Table[], width: number, paint: Paint): string {
  const fitting = tables.find(({ columns, rows }) => hasRoom(columns, rows, width)) ?? tables.at(-1);
  return fitting === undefined ? "" : layOut(fitting.columns, fitting.rows, width, paint, fitting.headings);
}

function hasRoom(columns: readonly Column[], rows: Table["rows"], width: number): boolean {
  const filled = columns.map((column, index) => ({ ...column, cells: rows.map((row) => row[index] ?? "") }));
  return sum(floorsOf(filled)) <= width - gap.length * (columns.length - 1);
}

type Filled = Column & { readonly cells: readonly string[] };

function stack(
  columns: readonly Filled[],
  rows: number,
  width: number,
  paint: Paint,
  headings: readonly (string | undefined)[],
): string {
  const label = Math.max(...columns.map(({ title }) => title.length)) + gap.length;
  const room = Math.max(16, width - label);
  const blocks = Array.from({ length: rows }, (_, row) => {
    const heading = headings[row];
    const lines = columns
      .filter(({ cells }) => cells[row] !== "")
      .map(({ title, cells, paint: paintLine }) => {
        const lines = wrap(cells[row] ?? "", room).map((line) => paintLine?.(line, row) ?? line);
        return `${paint("dim", title.padEnd(label))}${lines.join(`\n${" ".repeat(label)}`)}`;
      });
    return [...(heading === undefined ? [] : [paint("bold", heading)]), ...lines].join("\n");
  });
  return plainSpaces(`${blocks.join("\n\n")}\n`);
}

/** The no-break spaces have done their work once the text is wrapped. */
export function plainSpaces(text: string): string {
  return text.replaceAll("\u00A0", " ");
}

/**
 * Breaks a text into lines of at most `width` characters: at spaces, else after a hyphen, slash or underscore (ids
 * and SKUs), else anywhere.
 * Widths are counted in characters: what is printed here is ASCII but for a few narrow signs.
 */
export function wrap(text: string, width: number): readonly string[] {
  return text.split(lineEnd).flatMap((line) => wrapLine(line, width));
}

function wrapLine(text: string, width: number): readonly string[] {
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

/** How many rows the widths are fitted to; a longer table is fitted by its first ones. */
const fittedRows = 100;

/** What decides the width of a column. */
interface FittedColumn {
  readonly title: string;
  /** It is not made narrower than this, unless its content is. */
  readonly minimum: number;
  readonly isWhole?: boolean;
  readonly cells: readonly string[];
}

/**
 * The widths with which the table has the fewest lines, as near as giving way character by character gets to it;
 * undefined where there is no room for the minimums.
 */
function fitWidths(columns: readonly FittedColumn[], room: number): readonly number[] | undefined {
  const natural = columns.map(({ title, cells }) => Math.max(title.length, ...cells.map((cell) => cell.length)));
  const floor = floorsOf(columns);
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

/** The widths below which the columns are not made. */
function floorsOf(columns: readonly FittedColumn[]): readonly number[] {
  return columns.map(({ title, minimum, isWhole = false, cells }) => {
    const words = isWhole ? cells.flatMap((cell) => cell.split(/[ \n\u2028]+/)) : [];
    const natural = Math.max(title.length, ...cells.map((cell) => cell.length));
    return Math.max(title.length, Math.min(minimum, natural), ...words.map((word) => word.length));
  });
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
