import { expect, test } from "vitest";
import { indexRanges } from "../../src/cli/text/index-ranges.ts";

test.each([
  [[], ""],
  [[3], "#3"],
  [[3, 4], "#3, #4"],
  [[3, 4, 5], "#3–#5"],
  [[0, 1, 2, 9, 11, 12, 14, 15, 16, 17], "#0–#2, #9, #11, #12, #14–#17"],
  [[5, 3, 4, 3], "#3–#5"],
])("%j: %j", (indexes, words) => expect(indexRanges(indexes)).toBe(words));

test("500 in a row are a few characters", () =>
  expect(indexRanges(Array.from({ length: 500 }, (_, index) => index))).toBe("#0–#499"));
