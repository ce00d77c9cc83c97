import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { apiReference } from "../tools/api-reference.ts";

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const text = (path: string) => readFileSync(file(path), "utf8");

/** It compiles the whole library, so it is no part of `npm test`. */
test("docs/api is what npm run docs makes, and every export has a doc comment", async () => {
  const pages = await apiReference();
  expect(readdirSync(file("docs/api")).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [name, page] of pages) expect(text(`docs/api/${name}`), `${name}: npm run docs`).toBe(page);
  const silent = [...pages.values()].flatMap((page) => {
    const [exported = ""] = page.split("# What these use");
    return [...exported.matchAll(/^## (\w+)\n\n```/gm)].map(([, name]) => name);
  });
  expect(pages.size).toBe(13);
  expect(silent).toEqual([]);
});
