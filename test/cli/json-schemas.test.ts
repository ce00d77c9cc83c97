import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv, type AnySchemaObject } from "ajv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { createProviders, providerNames } from "../../src/cli/resources/providers.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { schemaFiles } from "../../tools/json-schemas.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { runCommand } from "./run-command.ts";

const root = resolve(import.meta.dirname, "../../schemas");
const files = globSync("**/*.json", { cwd: root }).toSorted();
const texts = await schemaFiles();
const read = (name: string) => JSON.parse(readFileSync(join(root, name), "utf8")) as AnySchemaObject & Shape;
const formats = { uuid: true as const, "date-time": (text: string) => !Number.isNaN(Date.parse(text)) };
const compile = (name: string) => new Ajv({ allErrors: true, strict: false, formats }).compile(read(name));

describe("schemas/", () => {
  test("holds what npm run docs makes, and nothing else, and is in the package", () => {
    expect(files).toEqual([...texts.keys()].toSorted());
    for (const name of files) expect(readFileSync(join(root, name), "utf8"), name).toBe(texts.get(name));
    expect(manifest.files).toContain("schemas");
  });

  test("an editor shows a description of every field of an execution", () => {
    const bare = fieldsOf(read("execution.json"), "").filter(([, { description }]) => (description ?? "") === "");
    expect(bare.map(([path]) => path)).toEqual([]);
    expect(fieldsOf(read("execution.json"), "").length).toBeGreaterThan(100);
  });
});

describe("schemas/execution.json", () => {
  const accepts = compile("execution.json");
  const fixture = fixtureExecution();
  const [first = {}] = fixture.recommendations;

  test("takes the fixture, with notes, an empty place, limits and $schema", async () => {
    const noted = fixture.recommendations.map((each) => ({ ...each, note: "seen" }));
    const whole = {
      $schema: "x",
      ...fixture,
      recommendations: [...noted, { skip: "later" }],
      maxTotals: [{ amount: "1", currency: "USD" }],
      notBefore: "2026-12-01T00:00:00Z",
    };
    expect([accepts(whole), accepts.errors]).toEqual([true, null]);
    const providers = await createProviders(providerNames, {}, 60_000);
    expect(validateExecution(whole, providers).recommendations).toHaveLength(noted.length + 1);
  });

  test.each([
    { ...first, maxPirce: { amount: "1", currency: "USD" } },
    { ...first, term: "P2Y" },
    { ...first, quantity: 0 },
    { ...first, service: "tape" },
    { ...first, skip: "why" },
  ])("refuses %o", (item) => {
    expect(accepts({ ...fixture, recommendations: [item] })).toBe(false);
  });
});

describe("schemas/output: what the commands print", () => {
  let sandbox: CloudSandbox;
  beforeAll(async () => (sandbox = await startCloudSandbox()));
  afterAll(async () => sandbox.close());

  /** Runs a command, and holds its document against a schema. */
  async function check(name: string, ...args: readonly string[]) {
    const { stdout, stderr } = await runCommand([...args, "--json"]);
    const accepts = compile(`output/${name}.json`);
    expect([accepts(JSON.parse(stdout || "null")), accepts.errors, args, stderr]).toEqual([
      true,
      null,
      args,
      expect.anything(),
    ]);
    // Not only because nothing is asked for.
    expect(accepts({})).toBe(false);
  }

  test("every command", async () => {
    const folder = workingFolder();
    const fixture = fixtureExecution();
    const recommendations = [...fixture.recommendations.slice(0, 3), { skip: "later" }];
    const write = (name: string, executionId: string, limit: string) =>
      writeFileSync(
        join(folder, name),
        JSON.stringify({
          ...fixture,
          executionId,
          recommendations: recommendations.map((each) =>
            "skip" in each ? each : { ...each, maxPrice: { amount: limit, currency: "GBP" } },
          ),
        }),
      );
    write("e.json", "one", "1000000");
    write("low.json", "low", "0.01");
    const clouds = ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);
    const ledger = ["--ledger", "l.db"];
    const at = [...clouds, ...ledger];
    const who = ["--person", "ann", "--reason", "seen", ...ledger];

    await check("quote", "quote", "e.json", ...at);
    await check("access", "doctor", "e.json", ...at);
    await check("execution", "submit", "low.json", ...ledger);
    await check("report", "drive", "e.json", ...at, "--yes");
    await check("report", "drive", "low.json", ...at, "--yes");
    await check("quote", "quote", "e.json", ...at);
    await check("reports", "redrive", ...at, "--yes");
    await check("reports", "settle", ...at);
    await check("status", "status", ...ledger);
    await check("history", "history", "one", ...ledger);
    await check("executions", "executions", ...ledger);
    await check("execution", "executions", "one", ...ledger);
    await check("execution", "cancel", "low", ...who);
    await check("audit", "audit", ...at);
    await check("ledger", "ledger", "check", ...ledger);
    await check("ledger", "ledger", "backup", "b.db", ...ledger);
    await check("webhooks", "webhooks", ...ledger);
    await check("error", "status", "none", ...ledger);
    await check("error", "drive", "none.json", ...at);
  });
});

interface Shape {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly definitions?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
}

/** Every field with its path. */
function fieldsOf({ properties, definitions, items, anyOf, oneOf }: Shape, at: string): [string, Shape][] {
  const inner = Object.entries({ ...properties }).flatMap(([name, shape]): [string, Shape][] => [
    [`${at}.${name}`, shape],
    ...fieldsOf(shape, `${at}.${name}`),
  ]);
  const others = [...Object.entries({ ...definitions }), ...[items, ...(anyOf ?? []), ...(oneOf ?? [])].entries()];
  return [
    ...inner,
    ...others.flatMap(([name, shape]) => (shape === undefined ? [] : fieldsOf(shape, `${at}/${name}`))),
  ];
}
