import { expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";

const longest = 2 ** 31 - 1;

test.each(["maxPages", "readTimeout", "purchaseTimeout", "readAttempts", "retryAfterCap"])(
  "the setting %s has a range, and says so before anything is sent",
  (name) => {
    for (const value of [1, longest]) expect(() => createAzure({ [name]: value })).not.toThrow();
    for (const value of [0, -1, 1.5, Number.NaN, longest + 1]) {
      expect(() => createAzure({ [name]: value })).toThrow(
        expect.objectContaining({
          code: "invalid-configuration",
          message: `The Azure setting ${name} must be a whole number from 1 to 2147483647, not ${value}.`,
        }),
      );
    }
  },
);
