import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, onTestFinished } from "vitest";
import fixture from "../fixtures/execution.json" with { type: "json" };
import manifest from "../package.json" with { type: "json" };
import { startCloudSandbox } from "../providers/sandbox/index.ts";
import { startPostgresServer } from "./ledger/postgres-server.ts";

// Packs the package and installs it into an empty project, as its users do. It builds, and needs the package registry,
// so only where asked for: BUYONCE_PUBLISH=1, which .ci/run sets.
const asked = (process.env["BUYONCE_PUBLISH"] ?? "") !== "";
const root = resolve(import.meta.dirname, "..");
const entries = Object.keys(manifest.exports).filter((name) => name !== "./package.json");
const specifier = (entry: string) => entry.replace(/^\./, "buyonce");
const optional = Object.keys(manifest.peerDependencies);

describe.skipIf(!asked)("the packed package in an empty project (BUYONCE_PUBLISH=1)", () => {
  let project: string;

  async function run(command: string, args: readonly string[], cwd = project) {
    // The Node of this test, for npm and for what the package brings.
    const PATH = `${dirname(process.execPath)}:${process.env["PATH"]}`;
    // The condition by which the tests reach the sources is none of its users'.
    const env = { ...process.env, PATH, NODE_OPTIONS: "", BUYONCE_DEBUG: "" };
    const options = { cwd, env, maxBuffer: 10_000_000 };
    return promisify(execFile)(command, args, options).then(
      ({ stdout, stderr }) => ({ code: 0 as unknown, stdout, stderr }),
      (error: { code?: unknown; stdout: string; stderr: string }) => ({ code: error.code, ...error }),
    );
  }
  const write = (name: string, text: string | object) =>
    writeFileSync(join(project, name), typeof text === "string" ? text : JSON.stringify(text));
  const buyonce = (...args: readonly string[]) => run(process.execPath, ["node_modules/.bin/buyonce", ...args]);
  const executionOf = (...services: readonly string[]) => {
    const wanted = services.map((name) =>
      fixture.recommendations.find(({ provider, service }) => `${provider} ${service}` === name),
    );
    if (wanted.includes(undefined)) throw new Error(`The fixture lacks one of ${services.join(", ")}.`);
    return { ...fixture, recommendations: wanted };
  };

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), "buyonce-publish-"));
    const packed = await run("npm", ["pack", "--silent", "--pack-destination", project], root);
    expect(packed, packed.stderr).toMatchObject({ code: 0 });
    const tarball = packed.stdout.trim().split("\n").at(-1) ?? "";
    write("package.json", { private: true, type: "module" });
    const installed = await run("npm", [
      "install",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts",
      "--prefer-offline",
      "--omit=peer",
      "--omit=optional",
      join(project, tarball),
    ]);
    expect(installed, installed.stderr).toMatchObject({ code: 0 });
  }, 600_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test("holds what is run and read, nothing of the tests, and no optional package came with it", () => {
    const installed = (path: string) => existsSync(join(project, "node_modules", path));
    for (const path of [
      "LICENSE",
      "README.md",
      "CHANGELOG.md",
      "docs/errors.md",
      "examples/engine.json",
      "fixtures/execution.json",
      "src/index.ts",
    ]) {
      expect(installed(`buyonce/${path}`), path).toBe(true);
    }
    for (const path of ["test", "tools", "dist/test"]) expect(installed(`buyonce/${path}`), path).toBe(false);
    expect(optional.length).toBeGreaterThan(5);
    expect(optional.filter(installed)).toEqual([]);
  });

  test("every map of its code and of its types leads to a source in the package", () => {
    const dist = join(project, "node_modules/buyonce/dist");
    const maps = globSync("**/*.map", { cwd: dist });
    const kinds = (end: string) => maps.filter((path) => path.endsWith(end)).length;
    expect(kinds(".d.ts.map")).toBeGreaterThan(500);
    expect(kinds(".js.map")).toBeGreaterThan(500);
    const missing = maps.filter((path) => {
      const { sources } = JSON.parse(readFileSync(join(dist, path), "utf8")) as { readonly sources: readonly string[] };
      // A part of the command line that only passes on what others have.
      const isEmpty = sources.length === 0 && !path.startsWith("src/cli/parts/");
      return isEmpty || sources.some((source) => !existsSync(resolve(dist, dirname(path), source)));
    });
    expect(missing).toEqual([]);
  });

  test("docs/lambda.md: esbuild makes one file of the handler, which buys in the sandbox, once, with nothing beside it", async () => {
    // The one optional package of the recipe: from here, so that nobody downloads it again.
    symlinkSync(join(root, "node_modules/pg"), join(project, "node_modules/pg"));
    // What comes after finds the project as npm made it.
    onTestFinished(() => rmSync(join(project, "node_modules/pg")));
    cpSync(join(project, "node_modules/buyonce/examples/lambda.ts"), join(project, "handler.ts"));
    const recipe = /^npx esbuild (?:.*\\\n)*.*/m.exec(readFileSync(join(root, "docs/lambda.md"), "utf8"))?.[0] ?? "";
    const esbuild = join(root, "node_modules/.bin/esbuild");
    expect(await run("sh", ["-c", recipe.replace("npx esbuild", esbuild)])).toMatchObject({ code: 0 });
    const alone = mkdtempSync(join(tmpdir(), "buyonce-lambda-"));
    const server = await startPostgresServer();
    const sandbox = await startCloudSandbox();
    try {
      cpSync(join(project, "out/handler.mjs"), join(alone, "handler.mjs"));
      const events = ["azure compute", "azure savings-plans"].map((service) => executionOf(service));
      const program = `process.env.DATABASE_URL = ${JSON.stringify(await server.connectionString("postgres"))};
        process.env.AZURE_ENDPOINT = ${JSON.stringify(sandbox.url)};
        const { handler } = await import("./handler.mjs");
        const call = async (event, executionId) => {
          const answer = await handler({ ...event, executionId }, { getRemainingTimeInMillis: () => 60_000 });
          return answer.outcomes.map(({ status, error }) => [status, error?.message]);
        };
        const [compute, plan] = ${JSON.stringify(events)};
        console.log(JSON.stringify([await call(compute, "a"), await call(compute, "a"), await call(plan, "b")]));
        process.exit(0);`;
      writeFileSync(join(alone, "call.mjs"), program);
      const { stdout, stderr } = await run(process.execPath, ["call.mjs"], alone);
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual([
        [["purchased", null]],
        [["already-purchased", null]],
        [["refused", expect.stringContaining("npm install @azure/arm-billingbenefits@1. Nothing was sent.")]],
      ]);
      expect(sandbox.purchases()).toBe(1);
    } finally {
      await sandbox.close();
      await server.remove();
      rmSync(alone, { recursive: true });
    }
  });

  test("every entry point is imported, and none needs an optional package for that", async () => {
    write("imports.js", entries.map((entry) => `console.log(await import("${specifier(entry)}"));`).join("\n"));
    const { stdout, stderr, code } = await run(process.execPath, ["imports.js"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/Module: null prototype/g)).toHaveLength(entries.length);
    expect(stdout).toContain("createPurchaser: [");
  });

  test("TypeScript finds the types of all of them, those of no optional package, and checks against them", async () => {
    // Its types are made of those of the API, which who uses it has.
    const typed = entries.filter((entry) => entry !== "./opentelemetry");
    const imports = typed.map((entry, index) => `import * as entry${index} from "${specifier(entry)}";`);
    const uses = `import { createPurchaser, createMemoryLedger, type DriveEvent, type Report } from "buyonce";
      const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [] });
      const report: Report = await purchaser.drive(purchaser.validate({}), { onEvent: (event: DriveEvent) => console.log(event.at) });
      // @ts-expect-error: the types are there; with any this would be no error.
      const wrong: number = report.outcomes;
      export { report, wrong, ${typed.map((_, index) => `entry${index}`).join(", ")} };`;
    write("use.ts", [...imports, uses].join("\n"));
    write("tsconfig.json", {
      compilerOptions: {
        target: "es2024",
        module: "nodenext",
        strict: true,
        noEmit: true,
        types: ["node"],
        typeRoots: [join(root, "node_modules/@types")],
      },
      files: ["use.ts"],
    });
    const { stdout, code } = await run(process.execPath, [join(root, "node_modules/.bin/tsc"), "-p", "."]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  });

  test("the command says its version and its help", async () => {
    expect(await buyonce("--version")).toMatchObject({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
    const help = await buyonce("drive", "--help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("Exit codes");
  });

  test("the command buys Azure reservations in the sandbox, once", async () => {
    write("azure.json", executionOf("azure compute", "azure cache"));
    const drive = async () => {
      const { stdout, code } = await buyonce("drive", "azure.json", "--sandbox", "--json");
      const { outcomes } = JSON.parse(stdout) as { outcomes: readonly { status: string }[] };
      return { code, statuses: outcomes.map(({ status }) => status) };
    };
    expect(await drive()).toEqual({ code: 0, statuses: ["purchased", "purchased"] });
    expect(await drive()).toEqual({ code: 0, statuses: ["already-purchased", "already-purchased"] });
  });

  test.each([
    ["aws rds", "npm install @aws-sdk/client-rds"],
    ["aws redshift", "npm install @aws-sdk/client-redshift"],
    ["aws savings-plans", "npm install @aws-sdk/client-savingsplans"],
    ["azure savings-plans", "npm install @azure/arm-billingbenefits"],
  ])("what needs an SDK that is not there is refused, naming it: %s", async (service, command) => {
    const file = `${service.replace(" ", "-")}.json`;
    write(file, { ...executionOf(service), executionId: file });
    const { stdout, code } = await buyonce("drive", file, "--sandbox", "--json");
    const { outcomes } = JSON.parse(stdout) as { outcomes: readonly unknown[] };
    expect(code).toBe(3);
    expect(outcomes).toMatchObject([
      {
        status: "refused",
        error: { code: "invalid-configuration", message: expect.stringContaining(command) as string },
      },
    ]);
  });

  test("buyonce/client runs with no other package beside it, on every Node that is here, and its types need only the DOM's", async () => {
    const alone = join(project, "alone");
    mkdirSync(join(alone, "node_modules"), { recursive: true });
    cpSync(join(project, "node_modules/buyonce"), join(alone, "node_modules/buyonce"), { recursive: true });
    const use = `import { ClientError, createClient, type Report } from "buyonce/client";
      const client = createClient({ baseUrl: "http://127.0.0.1:9" });
      const wait = (id: string): Promise<Report> => client.wait(id);
      // @ts-expect-error: the types are there; with any this would be no error.
      const wrong: number = (await wait("a")).outcomes;
      export { ClientError, wrong };`;
    write("alone/use.ts", use);
    const compilerOptions = {
      target: "es2022",
      lib: ["es2022", "dom"],
      module: "nodenext",
      strict: true,
      noEmit: true,
      types: [],
    };
    write("alone/package.json", { private: true, type: "module" });
    write("alone/tsconfig.json", { compilerOptions, files: ["use.ts"] });
    const checked = await run(process.execPath, [join(root, "node_modules/.bin/tsc"), "-p", "."], alone);
    expect(checked).toMatchObject({ code: 0, stdout: "" });
    const program = `import { createClient } from "buyonce/client";
      const report = { executionId: "a", state: "complete", outcomes: [] };
      const answers = [() => { throw new TypeError("fetch failed"); }, () => Response.json(report)];
      const client = createClient({ baseUrl: "http://127.0.0.1:9", fetch: async () => answers.shift()() });
      const { isReplay } = await client.submit({ executionId: "a", source: "b", recommendations: [] });
      console.log(isReplay, (await client.submit("{").catch((error) => error)).code);`;
    write("alone/use.js", program);
    const others = (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, "node"));
    const nodes = new Set([process.execPath, ...others.filter((file) => existsSync(file))]);
    for (const node of nodes) {
      const ran = await run(node, ["use.js"], alone);
      expect(ran, node).toMatchObject({ code: 0, stdout: "false malformed-request\n", stderr: "" });
    }
  });

  test("telemetry names its package", async () => {
    write("telemetry.js", `import { createTelemetry } from "buyonce/opentelemetry"; await createTelemetry();`);
    const { stderr, code } = await run(process.execPath, ["telemetry.js"]);
    expect(stderr).toContain("needs the package @opentelemetry/api, which is not installed");
    expect(code).toBe(1);
  });

  test("a PostgreSQL ledger names its package", async () => {
    const { stderr, code } = await buyonce("redrive", "--sandbox", "--ledger", "postgres://buyer@127.0.0.1:9/buyonce");
    expect(stderr).toContain("npm install pg");
    expect(code).toBe(2);
  });
});

test("continuous integration packs and installs the package", () => {
  expect(readFileSync(join(root, ".ci/run"), "utf8")).toMatch(/^export BUYONCE_PUBLISH=1$/m);
  expect(manifest.files).toContain("CHANGELOG.md");
});
