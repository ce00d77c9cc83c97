// A history that says the same many times says it once, how often, and until when.
import { expect, test } from "vitest";
import { foldRepeats } from "../../src/door/console/fold-repeats.ts";
import { redriveDetail, redrivePerson } from "../../src/contract/execution-state.ts";

const folded = (text: string) =>
  foldRepeats(text.split(""), (line) => line)
    .map(({ line, times }) => (times === 1 ? line : `${line}${times}`))
    .join("");

test.each([
  ["", ""],
  ["a", "a"],
  ["abc", "abc"],
  ["aaab", "a3b"],
  ["xababab", "xa3b3"],
  ["abababa", "a3b3a"],
  ["abcabcd", "a2b2c2d"],
  ["aabaab", "a2a2b2"],
])("%s: %s", (lines, expected) => {
  expect(folded(lines)).toBe(expected);
});

test("the last of each is known", () => {
  const lines = [1, 2, 3, 4, 5].map((at) => ({ at, says: at % 2 === 1 ? "took up" : "unknown" }));
  const found = foldRepeats(lines, ({ says }) => says);
  expect(found.map(({ line, last, times }) => [line.at, last?.at, times])).toEqual([
    [1, 3, 2],
    [2, 4, 2],
    [5, undefined, 1],
  ]);
});

test("who asked for a re-drive: by the field, and in older lines by the text", () => {
  expect(redrivePerson({ person: "ann", detail: "" })).toBe("ann");
  expect(redrivePerson({ detail: redriveDetail("ann") })).toBe("ann");
  expect(redrivePerson({ detail: "" })).toBeUndefined();
});
