import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { runCommand } from "../cli/run-command.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { execution, ourEngine, runGo, startClouds } from "./take-over-run.ts";

const by = { from: "go-engine", file: "export" } as const;
const rds = execution.recommendations.findIndex(({ service }) => service === "rds");
const open = { ...execution.recommendations[rds], Selected: true, Purchased: false, PurchaseID: "", Error: null };
const unselected = { anything: "of the other engine", Selected: false, Purchased: false };
const row = (changes: object = {}) => ({
  execution_id: "e-1",
  idempotency_key: null,
  status: "approved",
  source: "cudly-web",
  recommendations: [unselected, open],
  ...changes,
});

/** A purchaser that asks nobody: nothing here is said to be bought. */
function engineOf() {
  const ledger = createMemoryLedger();
  // Nobody listens there.
  const engine = ourEngine({ url: "http://127.0.0.1:9" } as Parameters<typeof ourEngine>[0], { ledger });
  return { ledger, take: (text: string) => engine.importExecutions(text, by) };
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const columns = "execution_id,idempotency_key,status,source,recommendations";
const csvRow = (id: string, recommendations: unknown = [unselected, open]) =>
  [id, "", "approved", "cudly-web", quoted(JSON.stringify(recommendations, undefined, 1))].join(",");

describe("the forms of an export", () => {
  const forms = {
    "a JSON array": JSON.stringify([row(), row({ execution_id: "e-2" })], undefined, 2),
    "JSON with the recommendations as text": JSON.stringify([
      row({ recommendations: JSON.stringify([unselected, open]) }),
      row({ execution_id: "e-2" }),
    ]),
    "JSON lines": `${JSON.stringify(row())}\n\n${JSON.stringify(row({ execution_id: "e-2" }))}\n`,
    CSV: [columns, csvRow("e-1"), csvRow("e-2")].join("\n"),
    "CSV with the line ends of Windows, a byte order mark, an empty line": `\uFEFF${[columns, csvRow("e-1"), "", csvRow("e-2")].join("\r\n")}\r\n`,
  };
  test.each(Object.entries(forms))("%s", async (_, text) => {
    const { ledger, take } = engineOf();
    const { executions } = await take(text);
    expect(executions.map(({ executionId, result, status }) => [executionId, result, status])).toEqual([
      ["e-1", "recorded", "approved"],
      ["e-2", "recorded", "approved"],
    ]);
    expect(await ledger.recorded("e-2")).toMatchObject({
      execution: {
        source: "cudly-web",
        approvalRequired: true,
        size: 2,
        emptyPlaces: [{ recIndex: 0, why: "not selected in the Go engine" }],
      },
      records: [{ recIndex: 1, state: "planned" }],
    });
  });

  test("the example of docs/take-over.md", async () => {
    await using sandbox = await startClouds();
    const page = readFileSync(new URL("../../docs/take-over.md", import.meta.url), "utf8");
    const [, example = ""] = /```json\n([^]*?)```/.exec(page) ?? [];
    const { executions } = await ourEngine(sandbox).importExecutions(`[${example}]`, by);
    expect(executions).toMatchObject([{ result: "recorded", places: [{ result: "skipped" }, { result: "waits" }] }]);
  });

  test("names in small letters with underscores say the same; a skip of ours stays one", async () => {
    const { take } = engineOf();
    const recommendations = [
      { skip: "bought by hand" },
      { ...execution.recommendations[rds], selected: true, purchased: false, purchase_id: null, error: "" },
    ];
    const { executions } = await take(JSON.stringify(row({ recommendations })));
    expect(executions[0]?.places).toEqual([
      { recIndex: 0, result: "skipped", note: "bought by hand" },
      { recIndex: 1, result: "open" },
    ]);
  });

  test("nothing was selected: there is nothing to record, and nothing is wrong", async () => {
    const { ledger, take } = engineOf();
    const { executions } = await take(JSON.stringify(row({ recommendations: [unselected] })));
    expect(executions).toMatchObject([{ result: "nothing", problems: [] }]);
    expect(await ledger.executions({ limit: 10 })).toEqual([]);
  });
});

describe("an export that cannot be read: each problem with its place, and nothing is recorded", () => {
  const { status: _status, ...lacking } = row();
  test.each([
    ["empty", " \n", "export: holds no row"],
    ["no row", columns, "export: holds no row"],
    ["an array that ends", `[${JSON.stringify(row())}`, /^line 1, column \d+: is not JSON: /],
    ["a name twice", '[\n{"execution_id":"a","execution_id":"b"}]', "line 2, column 21: is not JSON: the name"],
    ["a line that is not JSON", `${JSON.stringify(row())}\n{"a"`, "line 2, column 5: is not JSON: "],
    ["no object", "[1]", "row 1: must be an object"],
    [
      "a column that is missing",
      JSON.stringify(lacking),
      "row 1, status: is missing: the export has to have this column",
    ],
    [
      "a column that is not known",
      JSON.stringify(row({ cloud_account: "1" })),
      "row 1, cloud_account: is not a known column",
    ],
    ["CSV without a column", `${columns.replace(",source", "")}\na,b,c,d`, "row 1 (line 2), source: is missing"],
    ["CSV with a column twice", `${columns},status\na,b,c,d,e,f`, "line 1, status: is named twice"],
    ["CSV with a value too few", `${columns}\na,b`, "row 1 (line 2): must have 5 values as the first line, not 2"],
    ["CSV with an open quote", `${columns}\na,"b`, "line 2: holds a quoted value that never ends"],
    ["CSV with a quote within", `${columns}\n"a\nb",c"d`, "line 3, column 5: must be a comma or the end of the line"],
  ])("%s", async (_, text, expected) => {
    const { ledger, take } = engineOf();
    const error = await take(text).catch((thrown: unknown) => thrown);
    if (!InvalidExecutionError.isInstance(error)) throw error;
    const [first] = error.problems;
    expect(`${first?.path}: ${first?.message}`).toEqual(
      expected instanceof RegExp ? expect.stringMatching(expected) : expect.stringContaining(expected),
    );
    expect(error.message).toContain("The export is not valid; nothing was sent.");
    expect(await ledger.executions({ limit: 10 })).toEqual([]);
  });
});

describe("a row that is not valid is not taken, and the others are", () => {
  const place = (changes: object) => ({ recommendations: [{ ...open, ...changes }] });
  const { Selected: _selected, ...noSelected } = open;
  const { sku: _sku, ...azure } = { ...execution.recommendations[0], Selected: true, Purchased: false } as Record<
    string,
    unknown
  >;
  test.each([
    ["no id", { execution_id: "" }, "execution_id", "is missing, and so is idempotency_key"],
    ["an id that is none", { execution_id: " a" }, "execution_id", "must not be empty, nor begin or end"],
    ["a key that is none", { idempotency_key: "a\u200Bb" }, "idempotency_key", "must not hold U+200B"],
    ["a number for a text", { cloud_account_id: 12 }, "cloud_account_id", "must be a text"],
    ["no source", { source: null }, "source", "is missing"],
    ["no list", { recommendations: {} }, "recommendations", "must be a JSON array"],
    ["a list that is not JSON", { recommendations: "[{]" }, "recommendations", "is not JSON: line 1, column 3"],
    ["no object", { recommendations: [1] }, "recommendations[0]", "must be an object"],
    [
      "not said whether it was selected",
      { recommendations: [noSelected] },
      "recommendations[0].Selected",
      "is missing",
    ],
    ["a word for a flag", place({ Purchased: "false" }), "recommendations[0].Purchased", "must be true or false"],
    ["a flag twice", place({ purchased: true }), "recommendations[0].purchased", "says Purchased a second time"],
    ["bought without an id", place({ Purchased: true }), "recommendations[0].PurchaseID", "is missing, though"],
    ["an id and not bought", place({ PurchaseID: "a" }), "recommendations[0].Purchased", "is false, though PurchaseID"],
    [
      "bought and not selected",
      place({ Selected: false, Purchased: true, PurchaseID: "a" }),
      "recommendations[0].Selected",
      "is false, though",
    ],
    [
      "the other engine's form",
      { recommendations: [{ Selected: true, Purchased: false, Service: "rds" }] },
      "recommendations[0].provider",
      "is missing: a recommendation has to be in the form of an execution file",
    ],
    [
      "a field that ours needs",
      { recommendations: [azure] },
      "recommendations[0].sku",
      "is required: it must be a SKU",
    ],
    ["a field that is not known", place({ count: 2 }), "recommendations[0].count", "is not a known field"],
    ["money that is none", place({ maxPrice: "30 USD" }), "recommendations[0].maxPrice", "must be"],
    ["a word that is none", place({ payment: "NoUpfront" }), "recommendations[0].payment", 'must be "no-upfront" or'],
  ])("%s", async (_, changes, path, message) => {
    const { ledger, take } = engineOf();
    const { executions } = await take(JSON.stringify([row(changes), row({ execution_id: "good" })]));
    expect(executions.map(({ result }) => result)).toEqual(["not-taken", "recorded"]);
    expect(executions[0]?.problems).toContainEqual({
      path: `row 1, ${path}`,
      message: expect.stringContaining(message),
    });
    expect((await ledger.executions({ limit: 10 })).map(({ executionId }) => executionId)).toEqual(["good"]);
  });

  test("one purchase for two places", async () => {
    const { take } = engineOf();
    const bought = { ...open, Purchased: true, PurchaseID: "a" };
    const { executions } = await take(
      JSON.stringify(row({ recommendations: [bought, { ...bought, PurchaseID: "A" }] })),
    );
    expect(executions[0]?.problems).toEqual([
      { path: "row 1, recommendations[1].PurchaseID", message: "is that of recommendations[0] too" },
    ]);
  });

  test("an execution twice: neither is taken, for nobody knows which is right", async () => {
    const { take } = engineOf();
    const { executions } = await take(JSON.stringify([row(), row({ execution_id: "x", idempotency_key: "e-1" })]));
    expect(executions.map(({ problems }) => problems[0]?.message)).toEqual([
      "is the execution of row 2 too: give each once",
      "is the execution of row 1 too: give each once",
    ]);
  });
});

describe("buyonce import", () => {
  test("a table, what to look at, the next step, JSON; the exit code says whether all was taken", async () => {
    const folder = workingFolder();
    await using sandbox = await startClouds();
    const [line] = (await runGo(sandbox, [rds])).lines;
    const bought = { ...open, Purchased: true, PurchaseID: line?.bought };
    const skips = execution.recommendations.slice(0, rds).map(() => unselected);
    const good = row({ idempotency_key: execution.executionId, recommendations: [...skips, bought, open] });
    const write = (...rows: object[]) => writeFileSync(join(folder, "e.json"), JSON.stringify(rows));
    const run = (...more: string[]) =>
      runCommand([
        "import",
        "--from",
        "go-engine",
        "e.json",
        "--aws-endpoint",
        sandbox.url,
        "--ledger",
        "l.db",
        ...more,
      ]);

    write(row({ source: "" }));
    const none = await run();
    expect([none.code, none.stdout]).toEqual([3, expect.stringContaining("row 1, source: is missing")]);
    expect(existsSync(join(folder, "l.db"))).toBe(false);

    write(good);
    const first = await run();
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toMatch(
      new RegExp(`^row 1 +${execution.executionId.slice(0, 12)}.* recorded +approved +1 +1 +9$`, "m"),
    );
    expect(first.stdout.replaceAll("\n", " ")).toContain(
      "Nothing was bought. What is open is bought once its execution is approved",
    );

    write(good, row({ execution_id: "bad", source: "" }));
    const second = await run("--json");
    expect(second.code).toBe(3);
    expect(JSON.parse(second.stdout)).toMatchObject({
      executions: [{ result: "known" }, { row: "row 2", result: "not-taken", problems: [{ path: "row 2, source" }] }],
    });

    write(good, row({ execution_id: "hidden", recommendations: [{ ...bought, PurchaseID: "hidden" }] }));
    const third = await run();
    expect([third.code, third.stdout]).toEqual([4, expect.stringContaining("row 2, #0 waits (hidden): ")]);
    const status = (await runCommand(["status", "hidden", "--ledger", "l.db"])).stdout;
    expect(status.replaceAll(/\s+/g, " ")).toMatch(
      /at risk 1 sent, and may be bought: [\d.]+ USD .* planned .* says that it/,
    );
  }, 60_000);

  test("a file that cannot be read, another engine, no ledger at a real cloud: one sentence, and nothing is made", async () => {
    const folder = workingFolder();
    writeFileSync(join(folder, "e.json"), "[{]");
    writeFileSync(join(folder, "good.json"), JSON.stringify(row()));
    const run = (...args: string[]) => runCommand(["import", ...args]);
    expect(await run("--from", "go-engine", "e.json", "--sandbox")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("line 1, column 3: is not JSON"),
    });
    expect(await run("--from", "go-engine", "none.json", "--sandbox")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("The export none.json cannot be read: there is no such file."),
    });
    expect(await run("--from", "another", "good.json", "--sandbox")).toMatchObject({ code: 2 });
    // It asks no cloud: nothing of it is said to be bought.
    expect(await run("--from", "go-engine", "good.json", "--ledger", "l.db")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("give --new-ledger to begin a new one"),
    });
    expect(existsSync(join(folder, "l.db"))).toBe(false);
  });
});
