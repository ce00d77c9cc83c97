import { expect, test } from "vitest";
import { isAbove } from "./canary.ts";

/**
 * Of the mutants of `isAbove` exactly one must survive, `>=`, for the limit itself is not tested here, on purpose. Where
 * more survive, mutants are not switched on; where none does, whatever runs fails, and a good score means nothing.
 */
test("the canary of mutation testing", () => {
  expect([isAbove(2, 1), isAbove(1, 2)]).toEqual([true, false]);
});
