import { describe, expect, test } from "vitest";
import { layOut, wrap } from "../../src/cli/terminal/table.ts";

const plain = (_style: unknown, text: string) => text;
const columns = [
  { title: "what", minimum: 10 },
  { title: "id", minimum: 18 },
  { title: "price", minimum: 10, align: "right" as const },
  { title: "why", minimum: 20 },
];
const id = "0a1b2c3d-1111-2222-3333-444455556666";
const reason = "The price of 24.50 GBP is above the limit of 20.00 GBP, so nothing was sent for it.";
const rows = [
  ["1 × Standard_B1ls", id, "24.50 GBP", ""],
  ["2 × m5.large Linux/UNIX", "", "", reason],
];

describe("layOut", () => {
  test("where there is room, every row is one line", () => {
    expect(layOut(columns, rows, 200, plain)).toBe(
      [
        "what                     id                                        price  why",
        "─".repeat(23 + 2 + 36 + 2 + 9 + 2 + 83),
        "1 × Standard_B1ls        0a1b2c3d-1111-2222-3333-444455556666  24.50 GBP",
        `2 × m5.large Linux/UNIX                                                   ${reason}`,
        "",
      ].join("\n"),
    );
  });

  test.each([40, 60, 80, 100, 140, 200])("no line is wider than %d columns, and no word is lost", (width) => {
    const text = layOut(columns, rows, width, plain);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
    const letters = (value: string) => value.replaceAll(/[\s─]/g, "");
    for (const cell of rows.flat()) {
      for (const word of cell.split(" ").filter((part) => part !== id)) expect(text).toContain(word);
    }
    // The id may be wrapped among other cells, but never shortened.
    for (const part of id.split("-")) expect(letters(text)).toContain(part);
  });

  test("where it is too narrow for columns, every row is a block", () => {
    expect(layOut(columns, [rows[1] ?? []], 36, plain)).toBe(
      [
        "what   2 × m5.large Linux/UNIX",
        "why    The price of 24.50 GBP is",
        "       above the limit of 20.00 GBP,",
        "       so nothing was sent for it.",
        "",
      ].join("\n"),
    );
  });

  test("colours take no room", () => {
    const red = { ...columns[0]!, paint: (line: string) => `\u001B[31m${line}\u001B[39m` };
    const coloured = layOut([red, ...columns.slice(1)], rows, 90, plain);
    // oxlint-disable-next-line no-control-regex -- the escape character of colours
    expect(coloured.replaceAll(/\u001B\[\d+m/g, "")).toBe(layOut(columns, rows, 90, plain));
  });
});

describe("wrap", () => {
  test("at spaces, then after hyphens and slashes, then anywhere", () => {
    expect(wrap("buy it once", 7)).toEqual(["buy it", "once"]);
    expect(wrap(id, 18)).toEqual(["0a1b2c3d-1111-", "2222-3333-", "444455556666"]);
    expect(wrap("abcdefgh", 3)).toEqual(["abc", "def", "gh"]);
    expect(wrap("", 3)).toEqual([]);
  });
});
