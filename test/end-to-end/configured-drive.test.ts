import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Report } from "../../src/contract/report.ts";
import { runCommand } from "../cli/run-command.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { standingForAll } from "../standing-for-all.ts";
import { program } from "../test-programs.ts";

const main = program("src/cli/main.ts");
const [first, second, third] = ["111111111111", "222222222222", "333333333333"];

/** The working folder, with an execution over three accounts, and a configuration in a folder of its own. */
function prepare(): string {
  const folder = workingFolder();
  const rds = fixture.recommendations.find(({ service }) => service === "rds");
  const recommendations = [first, second, third].map((accountId) => ({ ...rds, accountId }));
  writeFileSync(join(folder, "execution.json"), JSON.stringify({ ...fixture, recommendations }));
  const configuration = {
    aws: {
      accounts: {
        [first]: { roleArn: `arn:aws:iam::${first}:role/buyer`, externalId: { env: "FIRST_ID" } },
        [second]: { roleArn: `arn:aws:iam::${second}:role/team/buyer`, sessionName: "nightly" },
        [third]: { roleArn: `arn:aws:iam::${third}:role/buyer`, externalId: { env: "THIRD_ID" } },
      },
    },
    ledger: "real.db",
  };
  mkdirSync(join(folder, "settings"));
  writeFileSync(join(folder, "settings/c.json"), JSON.stringify(configuration));
  return folder;
}

/** Runs the command line as a process of its own, with these variables beside those of the test. */
async function buyonce(folder: string, args: readonly string[], variables: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

const statusesIn = (stdout: string) => (JSON.parse(stdout) as Report).outcomes.map(({ status }) => status);

describe("a drive with a configuration, as a process", () => {
  test("--sandbox --config: each account is signed in to by its role, and its recommendation bought once", async () => {
    const folder = prepare();
    const args = ["drive", "execution.json", "--sandbox", "--config", "settings/c.json", "--json"];
    const variables = { FIRST_ID: "one", THIRD_ID: "three" };
    const drive = await buyonce(folder, args, variables);
    expect([drive.code, statusesIn(drive.stdout)]).toEqual([0, ["purchased", "purchased", "purchased"]]);
    expect(drive.stderr).toContain("not in the ledger that settings/c.json names");
    const again = await runCommand(args, variables);
    expect(statusesIn(again.stdout)).toEqual(["already-purchased", "already-purchased", "already-purchased"]);
  });

  test("a variable that is not set refuses the recommendations of its account alone, before anything is sent for them", async () => {
    const folder = prepare();
    await using sandbox = await startCloudSandbox({
      aws: { accounts: { [first]: { roles: { buyer: { externalId: "one" } } } } },
    });
    const args = ["drive", "execution.json", "--aws-endpoint", sandbox.url, "--json"];
    const drive = await buyonce(folder, args, { BUYONCE_CONFIG: "settings/c.json", FIRST_ID: "one" });
    expect([drive.code, statusesIn(drive.stdout)]).toEqual([3, ["purchased", "purchased", "refused"]]);
    const { outcomes } = JSON.parse(drive.stdout) as Report;
    expect(outcomes[2]?.error).toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(
        `aws.accounts.${third}.externalId names the environment variable THIRD_ID, which is not set. Set it, or correct the name.`,
      ),
    });
    expect(sandbox.purchaseRequests()).toHaveLength(2);
    const sessions = sandbox.requests.filter(({ body }) => /Action=AssumeRole\b/.test(body));
    expect(sessions).toHaveLength(2);

    // Once it is set, the rest is bought, and nothing twice.
    const again = await runCommand(args, {
      BUYONCE_CONFIG: "settings/c.json",
      FIRST_ID: "one",
      THIRD_ID: "three",
    });
    expect(statusesIn(again.stdout)).toEqual(["already-purchased", "already-purchased", "purchased"]);
    expect(sandbox.purchases()).toBe(3);
  });

  test("a secret in the file: exit code 2, nothing sent, and no output of the process holds it", async () => {
    const folder = prepare();
    const secret = "wJalrXUtnFEMI-s3cret-K7MDENG";
    const accounts = { [first]: { accessKeyId: { env: "KEY" }, secretAccessKey: secret } };
    writeFileSync(join(folder, "buyonce.config.json"), JSON.stringify({ aws: { accounts } }));
    const ways = [[], ["--json"], ["--log-level", "debug"]];
    for (const more of standingForAll(ways, (_way, position) => position === 2)) {
      const args = ["drive", "execution.json", "--sandbox", ...more];
      const { code, stdout, stderr } = await buyonce(folder, args, { BUYONCE_DEBUG: "1" });
      expect([code, stderr]).toEqual([2, expect.stringContaining(`aws.accounts.${first}.secretAccessKey must`)]);
      expect(stdout + stderr).not.toContain(secret);
    }
  });
});
