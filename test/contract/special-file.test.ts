import type { Stats } from "node:fs";
import { expect, test } from "vitest";
import { specialFile } from "../../src/contract/special-file.ts";
import { temporaryFolder } from "../sandbox/support.ts";

const kinds = ["isFile", "isDirectory", "isSymbolicLink", "isFIFO", "isSocket", "isCharacterDevice", "isBlockDevice"];
const statsOf = (is: string) => Object.fromEntries(kinds.map((kind) => [kind, () => kind === is])) as unknown as Stats;

test.each([
  ["isFile", undefined],
  ["isDirectory", "a folder"],
  ["isSymbolicLink", "a link"],
  ["isFIFO", "a pipe"],
  ["isSocket", "a socket"],
  ["isCharacterDevice", "a device"],
  ["isBlockDevice", "a device"],
])("C7: what says %s is %s", (is, words) => {
  expect(specialFile("any", () => statsOf(is))).toBe(words);
});

test("C7: nothing, and a path below a file, are nothing special; what cannot be looked at is thrown", () => {
  const folder = temporaryFolder();
  expect(specialFile(`${folder}/none`)).toBeUndefined();
  expect(specialFile(`${import.meta.filename}/below`)).toBeUndefined();
  const denied = Object.assign(new Error("denied"), { code: "EACCES" });
  expect(() =>
    specialFile("any", () => {
      throw denied;
    }),
  ).toThrow(denied);
});
