import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { readConfiguration } from "../../src/cli/resources/read-configuration.ts";
import { environmentVariables } from "../environment-variables.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { goodConfigurations, refusedConfigurations, secret } from "./configurations.ts";
import { runCommand } from "./run-command.ts";

const file = "buyonce.config.json";
const write = (content: unknown, path = file) =>
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));

/** A folder with an execution of one recommendation. */
function folderWithExecution(): string {
  const folder = workingFolder();
  write({ ...fixture, recommendations: fixture.recommendations.slice(0, 1) }, "execution.json");
  return folder;
}

describe("a configuration that cannot be used", () => {
  test.each(refusedConfigurations)(
    "$name: one sentence with the path, no value, nothing made, nothing sent",
    async ({ content, problem, isJson = true }) => {
      const folder = folderWithExecution();
      await using sandbox = await startCloudSandbox();
      write(content);
      const files = readdirSync(folder);
      const drive = ["drive", "execution.json", "--azure-endpoint", sandbox.url];
      const { code, stdout, stderr } = await runCommand(drive);
      const subject = `buyonce: The configuration ${file} `;
      const [begin, end] = isJson ? ["cannot be used: ", " Nothing was made, nothing was sent.\n"] : ["", "\n"];
      expect(stderr).toBe(`${subject}${begin}${problem}${end}`);
      expect([code, stdout, readdirSync(folder)]).toEqual([2, "", files]);
      expect(sandbox.requests).toEqual([]);
      const asJson = await runCommand([...drive, "--json"]);
      expect([asJson.code, JSON.parse(asJson.stdout)]).toMatchObject([2, { error: { code: "invalid-configuration" } }]);
      expect(stderr + asJson.stderr + asJson.stdout).not.toContain(secret);
    },
  );

  test("several problems are a list, each with its path", async () => {
    folderWithExecution();
    write({ azur: {}, aws: { accounts: { "*": { roleArn: secret } } } });
    expect((await runCommand(["drive", "execution.json", "--sandbox"])).stderr).toBe(
      `buyonce: The configuration ${file} cannot be used; nothing was made, nothing was sent.
  aws.accounts.*.roleArn must be the ARN of a role, such as arn:aws:iam::{accountId}:role/buyonce
  azur is not a known field; did you mean "azure"?
`,
    );
  });

  test.each([
    [
      "--config that is not there",
      ["--config", "none.json"],
      {},
      "The configuration none.json cannot be read: there is",
    ],
    [
      "BUYONCE_CONFIG that is not there",
      [],
      { BUYONCE_CONFIG: "none.json" },
      "The configuration none.json, which BUYONCE_CONFIG names, cannot be read: there is no such file. Nothing was sent.",
    ],
    ["an empty BUYONCE_CONFIG", [], { BUYONCE_CONFIG: "" }, "BUYONCE_CONFIG is empty: name a file, or leave it out."],
    ["an empty --config", ["--config", ""], {}, "--config is empty: name a file, or leave it out."],
    ["an option for a file", ["--config", "--sandbox"], {}, "--config begins with a dash, as an option does"],
    ["a folder", ["--config", "."], {}, "The configuration . cannot be read: it is a folder."],
    ["a file without an end", ["--config", "/dev/zero"], {}, "is larger than 1 MB. Check the path."],
  ])("%s", async (_name, options, env, message) => {
    const folder = folderWithExecution();
    for (const command of [
      ["drive", "execution.json"],
      ["status"],
      ["ledger", "check"],
      ["import", "export.csv", "--from", "go-engine"],
    ]) {
      const { code, stderr } = await runCommand([...command, ...options], env);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
    expect(readdirSync(folder)).toEqual(["execution.json"]);
  });

  test("a link in the working directory that leads nowhere is not passed over", async () => {
    folderWithExecution();
    symlinkSync("moved.json", file);
    const { code, stderr } = await runCommand(["status"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${file} cannot be read: there is no such file`)]);
  });

  test("help is given all the same, and the command without a ledger runs", async () => {
    folderWithExecution();
    write("{");
    expect((await runCommand(["drive", "--help"])).code).toBe(0);
    expect((await runCommand(["status"])).code).toBe(2);
  });
});

test("azure.reservationFlow says how reservations are bought; driven again without it, nothing is bought twice", async () => {
  folderWithExecution();
  await using sandbox = await startCloudSandbox();
  const drive = ["drive", "execution.json", "--azure-endpoint", sandbox.url];
  const puts = () => sandbox.purchaseRequests().map(({ action }) => action);
  write({ azure: { reservationFlow: "alias" } });
  expect((await runCommand(drive)).code).toBe(0);
  expect(puts()).toEqual(["PUT reservationOrderAliases"]);
  write({});
  expect((await runCommand(drive)).code).toBe(0);
  expect([puts().length, sandbox.purchases()]).toEqual([1, 1]);
});

describe("which configuration, and which ledger", () => {
  /** What `status` says of a ledger that is not there names it. */
  const ledgerOf = async (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) =>
    /There is no ledger at (.*?)\. Name/.exec((await runCommand(["status", ...args], env)).stderr)?.[1];

  test("--config goes before BUYONCE_CONFIG, and that before the file in the working directory", async () => {
    const folder = folderWithExecution();
    expect(await ledgerOf()).toBe(join(folder, ".buyonce/ledger.db"));
    for (const name of ["option", "variable", "folder"]) {
      write({ ledger: `${name}.db` }, name === "folder" ? file : `${name}.json`);
    }
    const env = { BUYONCE_CONFIG: "variable.json" };
    expect(await ledgerOf()).toBe(join(folder, "folder.db"));
    expect(await ledgerOf([], env)).toBe(join(folder, "variable.db"));
    expect(await ledgerOf(["--config", "option.json"], env)).toBe(join(folder, "option.db"));
  });

  test("--ledger goes before BUYONCE_LEDGER, and that before the configuration, which names it or a variable", async () => {
    const folder = folderWithExecution();
    write({ ledger: "configured.db" });
    const env = { BUYONCE_LEDGER: "variable.db" };
    expect(await ledgerOf([], env)).toBe(join(folder, "variable.db"));
    expect(await ledgerOf(["--ledger", "option.db"], env)).toBe(join(folder, "option.db"));
    write({ ledger: { env: "OUR_LEDGER" } });
    expect(await ledgerOf([], { OUR_LEDGER: "ours.db" })).toBe(join(folder, "ours.db"));
    expect(await ledgerOf([], { OUR_LEDGER: "postgres://u@127.0.0.1:1/db" })).toBeUndefined();
  });

  test("a path begins at the folder of the file, wherever it is named from", async () => {
    const folder = folderWithExecution();
    mkdirSync("settings");
    for (const [ledger, place] of [
      ["l.db", join(folder, "settings/l.db")],
      ["../l.db", join(folder, "l.db")],
      ["sqlite:l.db", join(folder, "settings/l.db")],
      [`file://${folder}/l.db`, join(folder, "l.db")],
    ]) {
      write({ ledger }, "settings/c.json");
      expect(await ledgerOf(["--config", "settings/c.json"])).toBe(place);
    }
    write(
      {
        aws: { accounts: { "*": { roleArn: "arn:aws:iam::{accountId}:role/b", webIdentityTokenFile: "aws/token" } } },
        gcp: { projects: { "*": { keyFile: "/keys/a.json" } } },
      },
      "settings/c.json",
    );
    expect(await readConfiguration("settings/c.json", {})).toMatchObject({
      aws: { accounts: { "*": { webIdentityTokenFile: join(folder, "settings/aws/token") } } },
      gcp: { projects: { "*": { keyFile: "/keys/a.json" } } },
    });
  });

  test.each([
    [
      "not set",
      {},
      `The configuration ${file} cannot be used: ledger names the environment variable OUR_LEDGER, which is not`,
    ],
    ["empty", { OUR_LEDGER: "" }, "which is empty. Set it, or correct the name. Nothing was sent."],
    [
      "a password in no URL",
      { OUR_LEDGER: `host=h password=${secret}` },
      `The variable OUR_LEDGER, which ledger in ${file} names, is neither a path nor a URL`,
    ],
  ])("the variable of the ledger: %s", async (_name, env, message) => {
    const folder = folderWithExecution();
    write({ ledger: { env: "OUR_LEDGER" } });
    const files = readdirSync(folder);
    for (const command of [["drive", "execution.json", "--yes", "--new-ledger"], ["status"], ["redrive"], ["audit"]]) {
      const { code, stderr } = await runCommand(command, env);
      expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
      expect(stderr).not.toContain(secret);
    }
    expect(readdirSync(folder)).toEqual(files);
    // Another one is named: this one is not asked for.
    expect((await runCommand(["status", "--ledger", "l.db"], env)).stderr).toContain("There is no ledger at");
  });

  test.each([["--sandbox"], ["loopback"]])(
    "A10: against an imitation (%s) the configured ledger is not used, and a drive says so; --ledger is",
    async (imitation) => {
      const folder = folderWithExecution();
      await using sandbox = await startCloudSandbox();
      const cloud = imitation === "loopback" ? ["--azure-endpoint", sandbox.url] : [imitation];
      const drive = ["drive", "execution.json", ...cloud];
      for (const ledger of ["real.db", { env: "NOT_SET" }]) {
        write({ ledger });
        const { code, stderr } = await runCommand(drive);
        expect([code, stderr]).toEqual([
          0,
          expect.stringContaining(
            `This trial is recorded in .buyonce/sandbox-ledger.db, not in the ledger that ${file} names.\n`,
          ),
        ]);
      }
      expect(readdirSync(folder)).not.toContain("real.db");
      expect((await runCommand(["status", "--sandbox"])).stdout).toContain("purchased");
      write({ ledger: "real.db" });
      expect((await runCommand([...drive, "--ledger", "other.db"])).stderr).not.toContain("This trial");
      expect((await runCommand([...drive, "--ledger", "./real.db"])).stderr).toContain(
        `This trial is recorded in the ledger that ${file} names. If real purchases are in it, stop, and leave out --ledger.\n`,
      );
    },
  );

  test.each([["drive", "execution.json", "--yes"], ["quote", "execution.json"], ["audit"], ["settle"]])(
    "%s: real clouds are not asked with the ledger of trials, whatever names it",
    async (...command) => {
      // Were they asked: with these keys, and nobody else.
      using _keys = environmentVariables({ AWS_ACCESS_KEY_ID: "AKIATRIAL", AWS_SECRET_ACCESS_KEY: "s" });
      const folder = folderWithExecution();
      const [rds] = fixture.recommendations.filter(({ service }) => service === "rds");
      writeFileSync("execution.json", JSON.stringify({ ...fixture, recommendations: [rds] }));
      await runCommand(["drive", "execution.json", "--sandbox"]);
      symlinkSync(".buyonce/sandbox-ledger.db", "link.db");
      const said = async (...options: string[]) => {
        const { code, stderr } = await runCommand([...command, "--aws-endpoint", "https://127.0.0.1:9", ...options]);
        return [code, stderr];
      };
      const of = (by: string, ledger: string) => [
        2,
        expect.stringContaining(`${by} names ${join(folder, ledger)}, the ledger of trials with --sandbox.`),
      ];
      const trials = ".buyonce/sandbox-ledger.db";
      expect(await said("--ledger", trials)).toEqual(of("--ledger", trials));
      write({ ledger: "link.db" });
      expect(await said()).toEqual(of(file, "link.db"));
    },
  );

  test("the report may not be written over the configured ledger", async () => {
    folderWithExecution();
    write({ ledger: "real.db" });
    const { code, stderr } = await runCommand(["drive", "execution.json", "--sandbox", "--report", "real.db"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("--report names real.db, which is for the ledger")]);
  });

  test("a command to be copied names the configuration that was named", async () => {
    folderWithExecution();
    write({ ledger: "real.db" }, "c.json");
    const { stdout } = await runCommand(["drive", "execution.json", "--sandbox", "--config", "c.json"]);
    expect(stdout).toContain("    buyonce drive execution.json --config c.json --sandbox\n");
  });
});

test.each([
  "drive",
  "quote",
  "redrive",
  "settle",
  "status",
  "history",
  "resolve",
  "audit",
  "confirm",
  "import",
  "submit",
  "approve",
  "executions",
  "ledger backup",
  "ledger check",
  "ledger restore",
])("buyonce %s takes --config, and its help says what that is", async (name) => {
  const { stdout } = await runCommand([...name.split(" "), "--help"]);
  expect(stdout).toMatch(/^ {2}--config <file> [^]*^The configuration\n {2}buyonce\.config\.json says/m);
});

test("what is configured is read: no field of it is lost", async () => {
  workingFolder();
  for (const content of goodConfigurations) {
    write(content);
    const { $schema: _schema, ledger, ...sections } = content;
    expect(await readConfiguration(undefined, {})).toMatchObject(sections);
    if (typeof ledger === "object") expect(await readConfiguration(undefined, {})).toMatchObject({ ledger });
  }
});

test("the variables that it names are those of the command", async () => {
  workingFolder();
  await using sandbox = await startCloudSandbox({
    aws: { accounts: { "123456789012": { roles: { buyer: { externalId: "ours" } } } } },
  });
  const recommendations = fixture.recommendations.filter(({ service }) => service === "rds");
  write({ ...fixture, recommendations }, "execution.json");
  const entry = { roleArn: "arn:aws:iam::{accountId}:role/buyer", externalId: { env: "OUR_EXTERNAL_ID" } };
  write({ aws: { accounts: { "*": entry } } });
  const drive = ["drive", "execution.json", "--aws-endpoint", sandbox.url];
  expect((await runCommand(drive, { OUR_EXTERNAL_ID: "theirs" })).code).toBe(3);
  expect((await runCommand(drive, { OUR_EXTERNAL_ID: "ours" })).code).toBe(0);
  expect(sandbox.purchases()).toBe(1);
});

test("tagNames reach every provider", async () => {
  workingFolder();
  await using sandbox = await startCloudSandbox();
  const wanted = ["azure compute", "aws rds", "gcp compute"];
  const recommendations = fixture.recommendations.filter(({ provider, service }) =>
    wanted.includes(`${provider} ${service}`),
  );
  write({ ...fixture, recommendations }, "execution.json");
  write({ tagNames: { source: "who", token: "which" } });
  const cloud = ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);
  expect((await runCommand(["drive", "execution.json", ...cloud])).code).toBe(0);
  const sent = sandbox.purchaseRequests().map(({ body }) => body);
  expect(sent).toHaveLength(recommendations.length);
  for (const body of sent) {
    expect(body).toMatch(/\bwho\b[^]*cudly-web/);
    expect(body).toMatch(/\bwhich\b/);
    expect(body).not.toContain("cudly-idempotency-token");
  }
});
