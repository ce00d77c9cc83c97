import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { driveCommand, type DriveCommandOptions } from "../../src/cli/commands/drive.ts";
import { createProgram } from "../../src/cli/program.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { exitCodeOfError } from "../../src/cli/terminal/exit-code.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { usePostgres } from "../ledger/postgres-fixture.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { thrownBy } from "../thrown-by.ts";
import { bought, executionOf, fakeTerminal, outcome, plainOptions, quoted, report, standInParts } from "./stand-ins.ts";

const price = { amount: "24.5", currency: "GBP" };

/** Drives against what counts as the real cloud, with stand-ins that send nothing; only the ledger is a real one. */
function setup({ tty = false, answer = "yes" }: { tty?: boolean; answer?: "yes" | "no" } = {}) {
  const folder = workingFolder();
  writeFileSync("execution.json", JSON.stringify(executionOf("azure")));
  const { terminal, written } = fakeTerminal({ tty, columns: 200 });
  /** What is there when a person is asked, and when it is driven. */
  const seen: Record<string, readonly string[]> = {};
  const stands = standInParts({
    terminal,
    answer,
    quotes: [quoted({ price })],
    drive: async () => {
      seen["driven"] = readdirSync(folder);
      return report([outcome(bought)]);
    },
  });
  const parts = {
    ...stands.parts,
    openLedger,
    confirm: (question: string, signal: AbortSignal) => {
      seen["asked"] = readdirSync(folder);
      return stands.parts.confirm(question, signal);
    },
  };
  const drive = (options: Partial<DriveCommandOptions> = {}) =>
    driveCommand("execution.json", { ...plainOptions, ...options }, parts);
  return { folder, drive, parts, calls: stands.calls, written, seen };
}

describe("A10: a ledger that does not exist, against a real cloud", () => {
  test.each([{ ledger: "typo.db" }, {}, { ledger: "postgres.db", json: true }])(
    "A10: without a question (%j) it is refused in one sentence, exit code 2, and nothing is made",
    async (options) => {
      const { folder, drive, calls } = setup();
      const error = await thrownBy(drive({ yes: true, ...options }));
      const file = join(folder, options.ledger ?? ".buyonce/ledger.db");
      expect((error as Error).message).toBe(
        `There is no ledger at ${file}, and a new, empty ledger knows nothing of what was bought before: name the one that earlier drives used (--ledger or BUYONCE_LEDGER), or give --new-ledger to begin a new one. Nothing was made, nothing was sent.`,
      );
      expect(exitCodeOfError(error)).toBe(2);
      expect(calls.names).toEqual([]);
      expect(readdirSync(folder)).toEqual(["execution.json"]);
    },
  );

  test("A10: a file of no bytes is no ledger either", async () => {
    const { drive } = setup();
    writeFileSync("empty.db", "");
    await expect(drive({ yes: true, ledger: "empty.db" })).rejects.toThrow("There is no ledger at");
    expect(readFileSync("empty.db", "utf8")).toBe("");
  });

  test("A10: --yes --new-ledger makes it; report, JSON and page say that it was new, and the next drive says nothing", async () => {
    const { folder, drive, written, seen } = setup();
    const options = { yes: true, newLedger: true, report: "night.html" };
    expect(await drive(options)).toBe(0);
    const file = join(folder, ".buyonce/ledger.db");
    expect(existsSync(file)).toBe(true);
    expect(seen["driven"]).toContain(".buyonce");
    expect(written.stdout).toMatch(/^ledger +new and empty before this drive: /m);
    expect(written.stdout).toContain(file);
    expect(readFileSync("night.html", "utf8")).toContain(`new and empty before this run (${file})`);

    written.stdout = "";
    expect(await drive(options)).toBe(0);
    expect(await drive({ yes: true, json: true })).toBe(0);
    expect(written.stdout).not.toMatch(/new and empty|newLedger/);
    expect(readFileSync("night.html", "utf8")).not.toContain("new and empty");
  });

  test("A10: --json names it, only where it was new", async () => {
    const { folder, drive, written } = setup();
    await drive({ yes: true, newLedger: true, json: true, ledger: "sqlite:a.db" });
    expect(JSON.parse(written.stdout)).toMatchObject({ newLedger: join(folder, "a.db") });
  });

  test("A10: at a terminal the question says so, and the ledger is made after the answer", async () => {
    const { folder, drive, calls, seen, written } = setup({ tty: true });
    expect(await drive({ ledger: "a.db" })).toBe(0);
    expect(calls.question).toBe(
      `This begins a new, empty ledger at ${join(folder, "a.db")}, which knows nothing of what was bought before. Buy 1 commitment for 24.50 GBP? This cannot be undone.`,
    );
    expect(seen["asked"]).toEqual(["execution.json"]);
    expect(seen["driven"]).toContain("a.db");
    expect(written.stdout).toContain("new and empty before this drive");
    await drive({ ledger: "a.db" });
    expect(calls.question).toBe("Buy 1 commitment for 24.50 GBP? This cannot be undone.");
  });

  test("A10: answered with no, nothing is made", async () => {
    const { folder, drive, calls } = setup({ tty: true, answer: "no" });
    await expect(drive({ ledger: "a.db" })).rejects.toMatchObject({ code: "aborted" });
    expect(calls.names).not.toContain("drive");
    expect(readdirSync(folder)).toEqual(["execution.json"]);
  });

  test.each([{ sandbox: true }, { azureEndpoint: "http://127.0.0.1:4001" }])(
    "A10: against an imitation (%j) it is made without a word",
    async (options) => {
      const { folder, drive, calls, written } = setup();
      expect(await drive(options)).toBe(0);
      expect(calls.question).toBeUndefined();
      expect(await drive({ ...options, ledger: "b.db", json: true })).toBe(0);
      expect(written.stdout + written.stderr).not.toContain("new");
      expect(readdirSync(folder)).toContain(".buyonce");
    },
  );

  test("A10: an imitation of another cloud than the file's makes it no imitation", async () => {
    const { drive } = setup();
    await expect(drive({ yes: true, awsEndpoint: "http://127.0.0.1:4001" })).rejects.toThrow("There is no ledger at");
  });
});

describe("A10: commands that only read", () => {
  test.each([
    ["quote", "execution.json"],
    ["redrive"],
    ["settle"],
    ["status"],
    ["history", "a"],
    ["resolve", "a", "0", "--not-bought", "--person", "p", "--reason", "r"],
    ["audit"],
    ["audit", "--azure"],
  ])("A10: %s %s makes no ledger", async (...args) => {
    const { folder, parts } = setup();
    for (const where of [[], ["--sandbox"], ["--ledger", "a.db"]]) {
      const program = createProgram(parts, "1", () => undefined);
      const given = [...args, ...where].filter((arg) => arg !== undefined);
      await program.parseAsync(given, { from: "user" }).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "ledger-missing", message: expect.stringContaining("There is no ledger") });
      });
    }
    expect(readdirSync(folder)).toEqual(["execution.json"]);
  });
});

describe("A10: create: false", () => {
  test("A10: on SQLite refuses what does not exist, makes nothing, and opens what does", async () => {
    const folder = workingFolder();
    const refused = {
      code: "ledger-missing",
      retryable: false,
      message: expect.stringMatching(/There is no ledger at .*Name the ledger that earlier drives used/),
    };
    for (const file of ["a.db", ".buyonce/a.db"]) {
      await expect(openSqliteLedger({ file, create: false })).rejects.toMatchObject(refused);
    }
    expect(readdirSync(folder)).toEqual([]);
    writeFileSync("b.db", "");
    await expect(openSqliteLedger({ file: "b.db", create: false })).rejects.toMatchObject(refused);
    expect(readFileSync("b.db", "utf8")).toBe("");
    await (await openSqliteLedger({ file: "a.db" })).close();
    await (await openSqliteLedger({ file: "a.db", create: false })).close();
  });

  const postgres = usePostgres();

  test("A10: on PostgreSQL refuses a schema that is missing or empty, makes nothing, and opens what is there", async () => {
    const schema = postgres.newSchema();
    const refused = { code: "ledger-missing", message: expect.stringContaining(`schema ${schema}`) };
    await expect(postgres.open({ schema, create: false })).rejects.toMatchObject(refused);
    const schemas = () => postgres.rows("SELECT nspname FROM pg_namespace WHERE nspname = $1", [schema]);
    expect(await schemas()).toEqual([]);
    await postgres.rows(`CREATE SCHEMA ${schema}`);
    await expect(postgres.open({ schema, create: false })).rejects.toMatchObject(refused);
    expect(await postgres.rows("SELECT 1 FROM pg_tables WHERE schemaname = $1", [schema])).toEqual([]);
    await postgres.open({ schema });
    await postgres.open({ schema, create: false });
  });

  test("A10: on the command line PostgreSQL is as SQLite is: refused, then made, then there; and no password is shown", async () => {
    const { drive, parts, written } = setup();
    const ledger = await postgres.server().connectionString("fresh");
    const tables = async () => {
      const pool = postgres.newPool({ connectionString: ledger });
      const { rowCount } = await pool.query("SELECT 1 FROM pg_tables WHERE schemaname = 'buyonce'");
      await pool.end();
      return rowCount;
    };
    const place = `postgres://127.0.0.1:${postgres.server().port}/fresh`;
    for (const args of [["status"], ["redrive"], ["audit"]]) {
      const program = createProgram(parts, "1", () => undefined);
      const error = await thrownBy(program.parseAsync([...args, "--ledger", ledger], { from: "user" }));
      expect(error).toMatchObject({
        code: "ledger-missing",
        message: expect.stringContaining(`There is no ledger at ${place}.`),
      });
    }
    const quote = ["quote", "execution.json", "--ledger", ledger, "--sandbox"];
    await createProgram(parts, "1", () => undefined).parseAsync(quote, { from: "user" });
    const refused = await thrownBy(drive({ yes: true, ledger }));
    expect((refused as Error).message).toContain(`There is no ledger at ${place}, and a new, empty ledger`);
    expect(String(refused)).not.toContain("imitation@");
    expect(await tables()).toBe(0);

    written.stdout = "";
    expect(await drive({ yes: true, newLedger: true, json: true, ledger })).toBe(0);
    expect(JSON.parse(written.stdout)).toMatchObject({ newLedger: place });
    expect(await tables()).toBeGreaterThan(0);
    written.stdout = "";
    expect(await drive({ yes: true, json: true, ledger })).toBe(0);
    expect(JSON.parse(written.stdout)).not.toHaveProperty("newLedger");
  });
});
