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
    return JSON.parse(stdout) as object;
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
    await check("ledger", "ledger", "restore", "b.db", "--ledger", "r.db");
    await check("ledger-restored", "ledger", "restore", "--ledger", "r.db");
    await check("webhooks", "webhooks", ...ledger);
    await check("services", "schema");
    const n2 = ["projectId=my-project-123", "vcpus=8", "memoryMb=32768", "term=P1Y", "autoRenew=false"];
    const set = [...n2, "machineFamily=N2", "region=us-central1"].flatMap((field) => ["--set", field]);
    const identity = ["--execution", "e", "--source", "s"];
    await check("written", "init", "--provider", "gcp", "--service", "compute", ...identity, ...set);
    await check("error", "status", "none", ...ledger);
    await check("error", "drive", "none.json", ...at);
  });

  test("what is imported, and what a person decides about it and about what is gone", async () => {
    const folder = workingFolder();
    const [first] = fixtureExecution().recommendations;
    const clouds = ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);
    const at = [...clouds, "--ledger", "l.db"];
    const who = ["--person", "ann", "--reason", "seen"];

    const nowhere = "7f8a64d9-e452-4763-97bc-1a6017ef1339";
    const row = (id: string, ...recommendations: readonly object[]) => {
      return { execution_id: id, idempotency_key: null, status: "approved", source: "cudly-web", recommendations };
    };
    const chosen = { ...first, Selected: true, Purchased: false, PurchaseID: "", Error: null };
    const not = { Selected: false, Purchased: false };
    const rows = [
      row("open", chosen, not),
      row("waits", { ...chosen, Purchased: true, PurchaseID: nowhere }),
      row("wrong", { ...chosen, term: "P2Y" }),
      row("nothing", not),
    ];
    writeFileSync(join(folder, "export.json"), JSON.stringify(rows));
    const imported = await check("import", "import", "--from", "go-engine", "export.json", ...at);
    expect(imported).toMatchObject({
      executions: ["recorded", "recorded", "not-taken", "nothing"].map((result) => ({ result })),
    });
    const decided = await check("outcome", "resolve", "waits", "0", "--not-this", nowhere, ...at, ...who);
    expect(decided).toMatchObject({ decision: { kind: "not-this" } });

    const answer = resolve(root, "../fixtures/recommendations/cost-explorer-ec2-convertible.json");
    const identity = ["--execution", "night", "--source", "finops"];
    const set = ["--set", "ec2.scope=Region", "--out", "made.json"];
    await check("recommendation-import", "import", "--from", "cost-explorer", answer, ...identity, ...set);

    const execution = { ...fixtureExecution(), executionId: "lost", recommendations: [first] };
    writeFileSync(join(folder, "lost.json"), JSON.stringify(execution));
    await check("report", "drive", "lost.json", ...at, "--yes");
    const id = sandbox.orders().at(-1)?.id ?? "";
    sandbox.setOrderState(id, "Cancelled");
    await check("accepted-loss", "audit", "--accept-loss", id, ...at, ...who);
  });

  test("no document is left out", () => {
    const described = files.flatMap((name) => (name.startsWith("output/") ? [name] : []));
    const source = readFileSync(import.meta.filename, "utf8");
    const held = new Set([...source.matchAll(/check\("([a-z-]+)"/g)].map(([, name]) => `output/${name}.json`));
    expect([...held].toSorted()).toEqual(described);
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
