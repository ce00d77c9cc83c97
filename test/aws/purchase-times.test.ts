import { expect, test } from "vitest";
import { beganBefore } from "../../providers/aws/purchase-times.ts";
import { submittedAt } from "./aws-executors.ts";

test.each([
  [-300_001, true],
  [-300_000, false],
  [0, false],
  [300_001, false],
])("what began %i ms after the submission was there before: %s", (after, expected) => {
  expect(beganBefore(new Date(submittedAt + after), { submittedAt })).toBe(expected);
});

test("of what does not say when it began nobody knows", () => {
  expect(beganBefore(undefined, { submittedAt })).toBe(false);
});
