import { describe, expect, test } from "vitest";
import { characterProblem, textProblem } from "../../src/contract/text-problem.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";

/** What a text must not hold, and the code point that the refusal names. */
const refused: readonly (readonly [string, string])[] = [
  ["night-\ud83d", "U+D83D"],
  ["night-\ud83e", "U+D83E"],
  ["\ude00night", "U+DE00"],
  ["night-\ufffd", "U+FFFD"],
  ["cafe\u0301", "U+0301"],
  ["\u212bngstrom", "U+212B"],
  // A character that the newest Unicode takes apart, beyond U+FFFF.
  ["\u{1d15e}", "U+1D15E"],
  ["night\u200bshift", "U+200B"],
  ["\u200bnight", "U+200B"],
  ["night\ufeff", "U+FEFF"],
  ["night\u0000", "U+0000"],
  ["night\nshift", "U+000A"],
  ["night\u001b[2K", "U+001B"],
  ["night\u009b", "U+009B"],
  ["night\u202e", "U+202E"],
  ["night\u2066", "U+2066"],
  ["night\u061c", "U+061C"],
  ["night\u2028", "U+2028"],
  ["night\u{e0041}", "U+E0041"],
  ["night\u00ad", "U+00AD"],
  ["night\ufe0f", "U+FE0F"],
  ["night\u3164", "U+3164"],
  ["night\u034f", "U+034F"],
  ["night\u00a0shift", "U+00A0"],
  ["\u3000night", "U+3000"],
  ["night\ue000", "U+E000"],
  ["night\ufdd0", "U+FDD0"],
];

describe("A23: the text of an id, a name or a reason", () => {
  test.each(refused)("%j is refused, and %s named", (text, codePoint) => {
    expect(textProblem(text)).toContain(codePoint);
    expect(characterProblem(text)).toContain(codePoint);
    expect(() => deriveIdempotencyToken(text, 0)).toThrow(RangeError);
    expect(() => deriveIdempotencyToken(text, 0)).toThrow(codePoint);
  });

  test.each([
    "night-2026-11-22",
    "caf\u00e9",
    "ночь 夜 ليل",
    "😀",
    // Marks that no composed character exists for.
    "q\u0323",
    "क्षि",
    "#1: sold, \"as agreed\" <ops@example.com> & 'more'",
    "x",
    "x".repeat(255),
    // A key of the Go engine, with the account that it fans out to.
    `6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11:${"0".repeat(184)}`,
  ])("%j is taken as it is", (text) => {
    expect(textProblem(text)).toBeUndefined();
    expect(deriveIdempotencyToken(text, 0)).toMatch(/^[0-9a-f]{64}$/);
  });

  test("1 to 255 characters, one beyond U+FFFF counted as two", () => {
    expect(textProblem("x".repeat(256))).toBe("must have at most 255 characters");
    expect(textProblem("😀".repeat(127))).toBeUndefined();
    expect(textProblem("😀".repeat(128))).toBe("must have at most 255 characters");
    for (const text of ["", " ", " a", "a ", "\ta", "a\n"]) {
      expect(textProblem(text), JSON.stringify(text)).toBe("must not be empty, nor begin or end with white space");
    }
  });

  test("of two long texts the place is named, and found without reading them again and again", () => {
    const text = `${"x".repeat(200_000)}e\u0301${"y".repeat(200_000)}`;
    expect(characterProblem(text)).toContain("U+0301 at character 200002");
  });
});

test("of ASCII, exactly the characters that show and the plain space are taken", () => {
  const taken = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code))
    .filter((character) => characterProblem(`a${character}b`) === undefined)
    .join("");
  expect(taken).toBe(Array.from({ length: 95 }, (_, at) => String.fromCharCode(0x20 + at)).join(""));
});
