import { fitWidths } from "./fit-widths.ts";
import type { Paint } from "./terminal.ts";
import { wrap } from "./wrap.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** It is not made narrower than this. */
  readonly minimum: number;
  readonly align?: "left" | "right";
  readonly paint?: (line: string, row: number) => string;
}

const gap = "  ";

/**
 * A table with one line under its head. Where the terminal is too narrow, the columns are wrapped; where
 * it is too narrow even for that, every row becomes a block of lines. A no-break space is not broken at, and printed as a space.
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  paint: Paint,
): string {
  const used = columns.map((column, index) => ({ ...column, cells: rows.map((row) => row[index] ?? "") }));
  const widths = fitWidths(used, width - gap.length * (used.length - 1));
  if (widths === undefined) return stack(used, rows.length, width, paint);

  const wrapped = used.map(({ cells }, index) => cells.map((cell) => wrap(cell, widths[index] ?? 1)));
  // An empty line between rows of several lines tells them apart without another rule.
  const between = wrapped.some((cells) => cells.some((lines) => lines.length > 1)) ? "\n" : "";
  const align = (index: number, text: string) =>
    used[index]?.align === "right" ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0);

  const head = used.map(({ title }, index) => paint("bold", align(index, title))).join(gap);
  const rule = paint("dim", "─".repeat(widths.reduce((sum, each) => sum + each, gap.length * (used.length - 1))));
  const body = [...rows.keys()].map((row) => {
    const height = Math.max(1, ...wrapped.map((cells) => cells[row]?.length ?? 0));
    return Array.from({ length: height }, (_, line) => {
      const cells = used.map(({ paint: paintLine }, index) => {
        const text = align(index, wrapped[index]?.[row]?.[line] ?? "");
        return text.trim() === "" ? text : (paintLine?.(text, row) ?? text);
      });
      return `${cells.join(gap).trimEnd()}\n`;
    }).join("");
  });
  return plainSpaces(`${head.trimEnd()}\n${rule}\n${body.join(between)}`);
}

type Filled = Column & { readonly cells: readonly string[] };

function stack(columns: readonly Filled[], rows: number, width: number, paint: Paint): string {
  const label = Math.max(...columns.map(({ title }) => title.length)) + gap.length;
  const room = Math.max(16, width - label);
  const blocks = Array.from({ length: rows }, (_, row) =>
    columns
      .filter(({ cells }) => cells[row] !== "")
      .map(({ title, cells, paint: paintLine }) => {
        const lines = wrap(cells[row] ?? "", room).map((line) => paintLine?.(line, row) ?? line);
        return `${paint("dim", title.padEnd(label))}${lines.join(`\n${" ".repeat(label)}`)}`;
      })
      .join("\n"),
  );
  return plainSpaces(`${blocks.join("\n\n")}\n`);
}

/** The no-break spaces have done their work once the text is wrapped. */
function plainSpaces(text: string): string {
  return text.replaceAll("\u00A0", " ");
}
