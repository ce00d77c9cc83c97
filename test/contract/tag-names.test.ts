import { describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { defaultTagNames } from "../../src/contract/tag-names.ts";

describe("A23: tag names", () => {
  test.each([
    ["a hidden character", { ...defaultTagNames, token: "token\u200b" }, "U+200B"],
    ["half of a character", { ...defaultTagNames, source: "source\ud83d" }, "U+D83D"],
    ["no character", { ...defaultTagNames, token: "" }, "token"],
    ["one name for both", { source: "same", token: "same" }, "differ"],
  ])("%s is refused by every provider", (_what, tagNames, words) => {
    for (const create of [createAzure, createAws, createGcp]) {
      const refusal = expect.objectContaining({
        code: "invalid-configuration",
        message: expect.stringContaining(words) as string,
      });
      if (create === createGcp && words.startsWith("U+")) expect(() => create({ tagNames })).toThrow(/letters, digits/);
      else expect(() => create({ tagNames })).toThrow(refusal);
    }
  });

  test("Azure does not tell tag names apart by letter case", () => {
    expect(() => createAzure({ tagNames: { source: "Tag", token: "tag" } })).toThrow("must differ");
  });
});
