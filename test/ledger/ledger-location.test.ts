import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { openLedger } from "../../src/cli/resources/open-ledger.ts";
import { exitCodeOfError } from "../../src/cli/terminal/exit-code.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { executionOf, fakeTerminal, standInParts } from "../cli/stand-ins.ts";
import { environmentVariables } from "../environment-variables.ts";
import { claimPlaces, claimRequest } from "../../src/testing/ledger-values.ts";
import { workingFolder } from "./working-folder.ts";

const neither = "is neither a path nor a URL that buyonce knows";

/** What names no ledger, and why not. */
const typos: readonly (readonly [location: string, why: string])[] = [
  ["", "is empty"],
  [" ", "begins or ends with white space"],
  [" postgres://u:s3cret@h/db", "begins or ends with white space"],
  ["postgres://u:s3cret@h/db\n", "begins or ends with white space"],
  ["\u00a0ledger.db", "begins or ends with white space"],
  ["ledger.db ", "begins or ends with white space"],
  ["\u200bledger.db", "begins or ends with white space|holds a character that does not show \\(U\\+200B\\)"],
  ["led\u0007ger.db", "holds a character that does not show \\(U\\+0007\\)"],
  ["--sandbox", "begins with a dash"],
  ["postgress://u:s3cret@h/db", neither],
  ["postgre://u:s3cret@h/db", neither],
  ["postgresqll:s3cret", neither],
  ["pgsql://u:s3cret@h/db", neither],
  ["mysql://u:s3cret@h/db", neither],
  ["sqlite3:s3cret.db", neither],
  ["http://u:s3cret@h/db", neither],
  ["postgresql+psycopg2://u:s3cret@h/db", neither],
  ["jdbc:postgresql://h/db?user=u&password=s3cret", neither],
  ["db.example:5432/db?password=s3cret", neither],
  ["10.0.0.5:5432/s3cret", neither],
  ["u:s3cret@h/db", neither],
  ["//u:s3cret@h/db", neither],
  ["/srv/u:s3cret@h", neither],
  ["/tmp/postgres://u:s3cret@h/db", neither],
  [":memory:", neither],
  ["c:s3cret.db", neither],
  ["host=h user=u password=s3cret dbname=d", neither],
  ["user = u password = s3cret", neither],
  ["host=/var/run/postgresql password=s3cret", neither],
  ["Server=tcp:h;Password=s3cret", neither],
  ["dbname=s3cret", neither],
  ["/tmp/x host=h password = s3cret", neither],
  ["postgres:/u:s3cret@h/db", "is no URL of a PostgreSQL database"],
  ["postgres:s3cret", "is no URL of a PostgreSQL database"],
  ["postgres://u:12/s3cret@h/db", "is no URL of a PostgreSQL database"],
  ["postgres://u:12#s3cret@h/db", "is no URL of a PostgreSQL database"],
  ["file:s3cret.db", "is no file: URL of a whole path on this machine"],
  ["file://h/s3cret.db", "is no file: URL of a whole path on this machine"],
  ["file:///tmp/s3cret.db?mode=memory", "is no file: URL of a whole path on this machine"],
  ["file:///tmp%2Fs3cret.db", "is no file: URL of a whole path on this machine"],
  ["sqlite:", "has no plain path behind sqlite"],
  ["sqlite: s3cret.db", "has no plain path behind sqlite"],
  ["sqlite://s3cret.db", "has no plain path behind sqlite"],
  ["sqlite:///s3cret.db", "has no plain path behind sqlite"],
  ["sqlite:postgres://u:s3cret@h/db", "has no plain path behind sqlite"],
];

/** What it throws; undefined for nothing. */
async function caught(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Asserts that it was refused in one sentence, as bad usage, without what it may hold of a password. */
function assertRefused(error: unknown, why: string): void {
  expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringMatching(why) });
  const { message } = error as Error;
  expect(message).toMatch(/^[^\n]*Nothing was (?:made, nothing was )?sent\.$/);
  expect(JSON.stringify(error) + String(error)).not.toMatch(/s3cret|u:/);
  expect(exitCodeOfError(error)).toBe(2);
}

describe("A10: what names no ledger", () => {
  test.each(typos)("A10: %j is refused by the library: nothing is made", async (location, why) => {
    const folder = workingFolder();
    assertRefused(await caught(() => openSqliteLedger({ file: location })), why);
    for (const how of [{}, { mustExist: true }, { emptyIfMissing: true }]) {
      assertRefused(await caught(() => openLedger(location, how)), why);
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(typos)("A10: %j as connectionString is refused: nobody is asked", async (connectionString, why) => {
    // A path or an SQLite URL is no database of PostgreSQL either.
    assertRefused(await caught(() => openPostgresLedger({ connectionString })), why);
  });

  test.each(["ledger.db", "/tmp/ledger.db", "sqlite:ledger.db"])(
    "A10: %j names a file, and no connection",
    async (connectionString) => {
      assertRefused(await caught(() => openPostgresLedger({ connectionString })), "is no URL of a PostgreSQL database");
    },
  );

  test("A10: the URL of a PostgreSQL database is no file", async () => {
    const folder = workingFolder();
    const error = await caught(() => openSqliteLedger({ file: "postgres://u:s3cret@h/db" }));
    assertRefused(error, "which openPostgresLedger opens");
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** Runs a command with stand-ins for all but the opening of the ledger. */
async function run(args: readonly string[], variable: string | undefined) {
  using _variable = environmentVariables({ BUYONCE_LEDGER: variable });
  writeFileSync("execution.json", JSON.stringify(executionOf("azure")));
  const { terminal, written } = fakeTerminal();
  const env = { ...terminal.env, ...(variable === undefined ? {} : { BUYONCE_LEDGER: variable }) };
  const { parts, calls } = standInParts({ terminal: { ...terminal, env } });
  const program = createProgram(
    {
      ...parts,
      openLedger: async (...given) => {
        calls.ledger = given[0];
        return openLedger(...given);
      },
    },
    "1",
    () => undefined,
  );
  const error = await caught(() => program.parseAsync(args, { from: "user" }));
  return { error, calls, written };
}

const commands: readonly (readonly string[])[] = [
  ["drive", "execution.json", "--sandbox"],
  ["drive", "execution.json", "--yes"],
  ["quote", "execution.json", "--sandbox"],
  ["redrive", "--sandbox"],
  ["settle", "--sandbox"],
  ["status", "--sandbox"],
  ["history", "a", "--sandbox"],
  ["resolve", "a", "0", "--not-bought", "--person", "p", "--reason", "r", "--sandbox"],
  ["audit", "--sandbox"],
];

describe("A10: on the command line", () => {
  test.each(commands)(
    "A10: %s %s %s refuses what names no ledger, by option and variable, before anything is made",
    async (...args) => {
      const folder = workingFolder();
      const given = args.filter((arg) => arg !== undefined);
      for (const [location, why] of typos) {
        const byOption = await run([...given, "--ledger", location], undefined);
        assertRefused(byOption.error, why);
        // Against an imitation the variable is not looked at.
        const real = [...given.filter((arg) => arg !== "--sandbox"), ...(args[0] === "drive" ? ["--yes"] : [])];
        const byVariable = await run(real, location);
        assertRefused(byVariable.error, why);
        expect([...byOption.calls.names, ...byVariable.calls.names]).toEqual([]);
      }
      expect(readdirSync(folder)).toEqual(["execution.json"]);
    },
  );

  test("A10: BUYONCE_LEDGER names the ledger of real purchases, and --ledger goes before it", async () => {
    workingFolder();
    const drive = ["drive", "execution.json", "--yes", "--new-ledger"];
    expect((await run(["status"], "a.db")).error).toMatchObject({ message: expect.stringContaining("a.db") });
    expect((await run(drive, "a.db")).calls.ledger).toBe("a.db");
    expect((await run([...drive, "--ledger", "b.db"], "a.db")).calls.ledger).toBe("b.db");
    expect((await run(drive, undefined)).calls.ledger).toBe(".buyonce/ledger.db");
    // Another cloud is imitated than the one that is bought from.
    expect((await run([...drive, "--aws-endpoint", "http://127.0.0.1:4001"], "a.db")).calls.ledger).toBe("a.db");
  });

  test.each([["--sandbox"], ["--azure-endpoint", "http://127.0.0.1:4001"]])(
    "A10: against an imitation (%s) BUYONCE_LEDGER is not used, whatever it names, and a drive says so; --ledger is",
    async (...imitation) => {
      const folder = workingFolder();
      const drive = ["drive", "execution.json", ...imitation];
      const own = ".buyonce/sandbox-ledger.db";
      const said = `This trial is recorded in ${own}, not in the ledger that BUYONCE_LEDGER names.`;
      for (const variable of ["a.db", " "]) {
        const { calls, written, error } = await run(drive, variable);
        expect([calls.ledger, written.stderr, error]).toEqual([own, expect.stringContaining(said), undefined]);
      }
      expect((await run(drive, undefined)).written.stderr).not.toContain("This trial");
      expect((await run(["quote", "execution.json", ...imitation], "a.db")).calls.ledger).toBe(own);
      for (const command of [["redrive"], ["settle"], ["audit"], ["confirm", "a", "--person", "p", "--reason", "r"]]) {
        expect((await run([...command, ...imitation], "a.db")).calls.ledger).toBe(own);
      }
      expect((await run([...drive, "--ledger", "b.db"], "a.db")).calls.ledger).toBe("b.db");
      expect((await run([...drive, "--ledger", "b.db"], "b.db")).written.stderr).toContain("leave out --ledger");
      expect(readdirSync(folder)).not.toContain("a.db");
    },
  );

  test("A10: with --sandbox no command of the ledger alone uses the variable either", async () => {
    workingFolder();
    const words = ["--person", "p", "--reason", "r"];
    for (const command of [
      ["status"],
      ["executions"],
      ["history", "a"],
      ["cancel", "a", ...words],
      ["ledger", "check"],
    ]) {
      const { error } = await run([...command, "--sandbox"], "a.db");
      expect(error).toMatchObject({ message: expect.stringContaining("sandbox-ledger.db") });
    }
  });

  test("A10: a report is never written over the ledger, by whatever it is named", async () => {
    const folder = workingFolder();
    for (const location of ["night.html", "sqlite:night.html", pathToFileURL(join(folder, "night.html")).href]) {
      for (const [args, variable] of [
        [[], location],
        [["--ledger", location], undefined],
      ] as const) {
        const { error } = await run(
          ["drive", "execution.json", "--sandbox", "--report", "night.html", ...args],
          variable,
        );
        expect(error).toMatchObject({ message: expect.stringContaining("which is for the ledger") });
      }
    }
    expect(readdirSync(folder)).toEqual(["execution.json"]);
  });
});

describe("A10: what names a file", () => {
  test.each([
    ["ledger.db", "ledger.db"],
    ["./night:1.db", "night:1.db"],
    ["./host=h", "host=h"],
    ["./-a.db", "-a.db"],
    ["../{folder}/ledger.db", "ledger.db"],
    ["env=prod.d/../ledger.db", ""],
    ["sqlite:ledger.db", "ledger.db"],
    ["SQLite:./ledger.db", "ledger.db"],
    ["sqlite:{path}/ledger.db", "ledger.db"],
    ["{path}/day=1.db", "day=1.db"],
    ["{url}/my%20ledger.db", "my ledger.db"],
    ["FILE:{path}/ledger.db", "ledger.db"],
    ["my ledger.db", "my ledger.db"],
  ])("A10: %j", async (location, made) => {
    const folder = workingFolder();
    const path = location
      .replace("{path}", folder)
      .replace("{url}", pathToFileURL(folder).href)
      .replace("{folder}", folder.split("/").at(-1) ?? "");
    for (const open of [() => openSqliteLedger({ file: path }), () => openLedger(path)]) {
      if (made === "") {
        // A first name with an equals sign may be a connection; so it is not guessed.
        assertRefused(await caught(open), neither);
        continue;
      }
      const ledger = await open();
      await claimPlaces(ledger, [claimRequest(0)], "driver-1", 30_000);
      await ledger.close();
      expect(readdirSync(folder)).toContain(made);
    }
  });
});

describe("A10: the folder of a ledger", () => {
  test.each([
    "none/ledger.db",
    "none/deep/ledger.db",
    ".buyonce/deep/ledger.db",
    "none/.buyonce/ledger.db",
    "~/ledger.db",
  ])("A10: %j: what is missing is said and not made", async (location) => {
    const folder = workingFolder();
    for (const open of [
      () => openSqliteLedger({ file: location }),
      () => openLedger(location),
      () => openLedger(location, { mustExist: true }),
      () => openLedger(location, { emptyIfMissing: true }),
    ]) {
      const error = await caught(open);
      expect(error).toMatchObject({
        code: "invalid-configuration",
        message: expect.stringMatching(
          /there is no such folder\. Correct the path, or make the folder\. Nothing was made/,
        ),
      });
    }
    for (const command of commands) {
      const { error, calls } = await run([...command, "--ledger", location], undefined);
      expect(error).toMatchObject({ message: expect.stringContaining("there is no such folder") });
      expect(calls.names).toEqual([]);
    }
    expect(readdirSync(folder)).toEqual(["execution.json"]);
  });

  test("A10: a file in the place of the folder is no folder", async () => {
    workingFolder();
    writeFileSync("none", "");
    await expect(openSqliteLedger({ file: "none/ledger.db" })).rejects.toThrow("there is no such folder");
  });

  test("A10: .buyonce is made, and a link to a folder is one", async () => {
    const folder = workingFolder();
    await (await openSqliteLedger({ file: ".buyonce/engine.db" })).close();
    mkdirSync("there");
    symlinkSync("there", "link");
    await (await openLedger("link/ledger.db")).close();
    expect(readdirSync(folder)).toEqual([".buyonce", "link", "there"]);
    expect(readdirSync(".buyonce")).toContain("engine.db");
  });
});
