import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");
let packed: ReadonlySet<string>;

beforeAll(async () => {
  const asked = ["pack", "--dry-run", "--json", "--ignore-scripts", "--offline"];
  const { stdout } = await promisify(execFile)("npm", asked, { cwd: root, maxBuffer: 50_000_000 });
  const answer = JSON.parse(stdout) as Readonly<
    Record<string, { readonly files: readonly { readonly path: string }[] }>
  >;
  packed = new Set(Object.values(answer).flatMap(({ files }) => files.map(({ path }) => path)));
}, 60_000);

/** Where the links of a document lead that are not to the web, nor within it. */
function linksOf(path: string): readonly string[] {
  const text = readFileSync(join(root, path), "utf8").replaceAll(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^(?:[a-z]+:|#)/.test(link))
    .map((link) => normalize(join(dirname(path), link.replace(/#.*/, ""))));
}

test("every relative link of the README and the documents leads to something in the package", () => {
  const documents = [...packed].filter((path) => path.endsWith(".md"));
  expect(documents).toEqual(
    expect.arrayContaining(["README.md", "CHANGELOG.md", "docs/errors.md", "docs/api/README.md"]),
  );
  const links = documents.flatMap((from) => linksOf(from).map((to) => ({ from, to })));
  expect(links.length).toBeGreaterThan(50);
  const isThere = (to: string) =>
    packed.has(to) || [...packed].some((path) => path.startsWith(`${to.replace(/\/$/, "")}/`));
  expect(links.filter(({ to }) => !isThere(to))).toEqual([]);
});

test("what maps, editors and readers need is in it, and nothing of the tests and tools", () => {
  for (const path of [
    "src/index.ts",
    "providers/azure/index.ts",
    "schemas/execution.json",
    "examples/lambda.ts",
    "LICENSE",
  ]) {
    expect(packed, path).toContain(path);
  }
  const tops = new Set([...packed].map((path) => path.split("/")[0]));
  for (const top of ["test", "tools", "bench", ".changeset", ".ci", "node_modules", "vitest.config.ts"]) {
    expect(tops, top).not.toContain(top);
  }
});
