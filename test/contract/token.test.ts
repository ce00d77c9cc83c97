import { describe, expect, test } from "vitest";
import { deriveIdempotencyToken, maskToken } from "../../src/contract/token.ts";

describe("the idempotency token", () => {
  test("is the SHA-256 of executionId:recIndex in lowercase hex", () => {
    // printf '6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11:0' | sha256sum
    expect(deriveIdempotencyToken("6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11", 0)).toBe(
      "322524eac0b0f5b16410ff6e2e104129f675c711049cd7777fe7050ebd79eb20",
    );
    expect(deriveIdempotencyToken("6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11", 12)).toBe(
      "06f3882cb999a5ecc2f6950d56dbe70e104932a5336ab25208aef9831a1a2439",
    );
  });

  test("takes the id as given: letter case and position fork it (1655, 1012)", () => {
    const tokens = [
      deriveIdempotencyToken("a", 0),
      deriveIdempotencyToken("A", 0),
      deriveIdempotencyToken("a", 1),
      deriveIdempotencyToken("a:1", 0),
    ];
    expect(new Set(tokens).size).toBe(4);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses the index %s", (recIndex) => {
    expect(() => deriveIdempotencyToken("a", recIndex)).toThrow(RangeError);
  });

  test("refuses an empty execution id", () => {
    expect(() => deriveIdempotencyToken("", 0)).toThrow(RangeError);
  });
});

describe("a masked token", () => {
  test("shows its first 8 characters", () => {
    expect(maskToken("0123456789abcdef0123")).toBe("01234567…");
  });

  test("hides short ones wholly (652, 1076)", () => {
    expect(maskToken("0123456789abcdef")).toBe("…");
    expect(maskToken("")).toBe("…");
  });
});
