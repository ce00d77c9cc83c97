import { expect, test } from "vitest";
import { parseRetryAfter } from "../../providers/http/answer.ts";

const now = Date.parse("2026-03-06T14:10:21Z");

test.each([
  ["120", 120_000],
  ["0.5", 500],
  ["-5", 0],
  ["Fri, 06 Mar 2026 14:11:21 GMT", 60_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  [undefined, undefined],
  ["", undefined],
  [" ", undefined],
  ["soon", undefined],
  ["NaN", undefined],
  ["Infinity", undefined],
  ["1e308", undefined],
])("Retry-After %s: %s ms", (header, expected) => {
  expect(parseRetryAfter(header, now)).toBe(expected);
});
