/** A cell, as it is printed. */
export type Row = readonly (string | number)[];

/** A table in Markdown, its columns padded: it reads in a terminal and pastes into a page. Numbers stand on the right. */
export function table(columns: readonly string[], rows: readonly Row[]): string {
  const cells = [columns, ...rows].map((row) => row.map(String));
  const isNumeric = columns.map((_name, column) => rows.every((row) => /^[\d~–-]/.test(String(row[column]))));
  const widths = columns.map((_name, column) => Math.max(3, ...cells.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, column) => (isNumeric[column] ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  const [head = [], ...body] = cells;
  return [line(head), line(rule), ...body.map(line)].join("\n");
}

/** `12,345`. */
export function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** `0.15 s`, `12.7 s`, `1,843 s`. */
export function seconds(milliseconds: number): string {
  const value = milliseconds / 1000;
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole(value)} s`;
}

/** `0.034 ms`, `1.25 ms`, `310 ms`. */
export function shortTime(milliseconds: number): string {
  return `${milliseconds < 1 ? milliseconds.toFixed(3) : milliseconds < 100 ? milliseconds.toFixed(2) : whole(milliseconds)} ms`;
}

/** `48.1 MB`. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `1.03`, `57`. */
export function ratio(value: number): string {
  return value < 10 ? value.toFixed(2) : whole(value);
}
