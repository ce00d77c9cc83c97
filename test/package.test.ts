import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };

const root = fileURLToPath(new URL("..", import.meta.url));
const text = (path: string) => readFileSync(`${root}${path}`, "utf8");

describe("the package", () => {
  test("brings its own Node for its two commands, and says which one it needs", () => {
    expect(manifest.devDependencies.node).toMatch(/^\^24\./);
    expect(manifest.allowScripts.node).toBe(true);
    expect(manifest.engines.node).toMatch(/^>=22\./);
    expect(manifest.scripts.start).toBe("node src/cli/main.ts drive fixtures/execution.json --sandbox");
  });

  test("C13: npm ci warns of nothing on an older Node, and who installs the package still hears which Node it needs", () => {
    // npm's warnings about engines are of level warn; errors are above it.
    expect(text(".npmrc")).toMatch(/^loglevel=error$/m);
    expect(text(".npmrc")).not.toMatch(/^(?:silent|force|engine-strict)\b/m);
    expect(manifest.engines.node).toMatch(/^>=22\.18\./);
    // It is not published: it is about this folder alone.
    expect(manifest.files).not.toContain(".npmrc");
  });

  test("names no address that is not known, and says by what it is found", () => {
    // docs/decisions/0020-what-the-package-holds.md
    for (const field of ["repository", "homepage", "bugs"]) expect(manifest).not.toHaveProperty(field);
    expect(manifest.keywords.length).toBeGreaterThan(5);
  });

  test("every entry point has its source, and its built file lies where the build puts it", () => {
    const entries = Object.entries(manifest.exports).filter(([name]) => name !== "./package.json");
    const names = entries.map(([name]) => name);
    expect(names).toEqual(expect.arrayContaining([".", "./azure", "./aws", "./gcp", "./sqlite", "./sandbox"]));
    for (const [name, entry] of entries) {
      if (typeof entry === "string") throw new Error(`${name} has no conditions`);
      const source = entry["buyonce-source"];
      expect(existsSync(`${root}${source}`), `${name}: ${source}`).toBe(true);
      expect(entry.default, name).toBe(source.replace("./", "./dist/").replace(/\.ts$/, ".js"));
      expect(entry.types, name).toBe(entry.default.replace(/\.js$/, ".d.ts"));
    }
    const command = manifest.bin.buyonce;
    expect(existsSync(`${root}${command.replace("./dist/", "").replace(/\.js$/, ".ts")}`)).toBe(true);
  });

  test("the lock file records no download address", () => {
    const { packages } = JSON.parse(text("package-lock.json")) as { packages: Record<string, { resolved?: string }> };
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  test("the lock file names every optional package of every platform: npm ci refuses it otherwise", () => {
    const { packages } = JSON.parse(text("package-lock.json")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  test("continuous integration tests with the README's own command", () => {
    expect(text("README.md")).toContain("npm ci && npm test");
    expect(text(".ci/run")).toMatch(/^npm ci\nnpm run verify\nnpm run proof$/m);
    expect(manifest.scripts.verify).toMatch(/&& npm test$/);
    for (const check of ["format", "lint", "types", "dead-code", "package"]) {
      expect(manifest.scripts.check).toContain(`npm run check:${check}`);
    }
  });

  test("a test file that changes its process's network takes that back: the files of a worker share it", () => {
    const importing = globSync("test/**/*.ts", { cwd: root }).filter((file) => /^import nock /m.test(text(file)));
    expect(importing.length).toBeGreaterThan(3);
    for (const file of importing) expect(text(file), file).toMatch(/useNock\(|onlyNock\(/);
  });

  test("OpenTelemetry is loaded by its entry point alone, pino by --log-level alone, both when they are needed", () => {
    const files = globSync("{src,providers}/**/*.ts", { cwd: root });
    const importing = (pattern: RegExp) => files.filter((file) => pattern.test(text(file))).toSorted();
    // Types are gone when it runs.
    // Itself loaded when a handler is made.
    expect(importing(/^import (?!type ).* from "(@opentelemetry\/|pino)/m)).toEqual(["src/door/door-meters.ts"]);
    expect(importing(/import\("\.\/door-meters\.ts"\)/)).toEqual(["src/door/door-metrics.ts"]);
    expect(importing(/^import (?!type ).* from "\.\/door-meters\.ts"/m)).toEqual([]);
    expect(importing(/import\("@opentelemetry\//)).toEqual(["src/opentelemetry/create-telemetry.ts"]);
    expect(importing(/import\("pino"\)/)).toEqual(["src/cli/command-log.ts"]);
  });

  test("the core imports no SDK and no provider, and its drive and its ledger's rules name no cloud", () => {
    const core = globSync("src/{contract,drive,audit,inspect,ledger}/**/*.ts", { cwd: root });
    expect(core.length).toBeGreaterThan(40);
    for (const file of core) {
      expect(text(file), file).not.toMatch(
        /from "(@azure|@aws-sdk|@smithy|@google-cloud)\/|import\("(@azure|@aws-sdk|@smithy|@google-cloud)\/|\/providers\//,
      );
      if (/^src\/(drive\/|ledger\/[a-z-]+\.ts$)/.test(file))
        expect(text(file), file).not.toMatch(/azure|aws|ec2|gcp|google/i);
    }
  });
});
