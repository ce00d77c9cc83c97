// The command against the sandbox: as a process of its own where the process is what matters (what people read, its clock,
// its credentials), else within this one.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import fixture from "../../fixtures/execution.json" with { type: "json" };
import type { CloudSandbox, CloudSandboxOptions } from "../../providers/sandbox/index.ts";
import type { AccessFinding, AccessReport } from "../../src/access/access-report.ts";
import type { Report } from "../../src/contract/report.ts";
import { runCommand } from "../cli/run-command.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { sandboxFor, temporaryFolder } from "../sandbox/support.ts";
import { program } from "../test-programs.ts";
import { standingForAll } from "../standing-for-all.ts";

const main = program("src/cli/main.ts");
const execution = fileURLToPath(new URL("../../fixtures/execution.json", import.meta.url));
const [account, other] = ["123456789012", "210987654321"];
const tenant = "3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2";
const project = "my-project-123";

/** Nothing of the machine's own is found, and no address of a metadata service is tried. */
const nothing = {
  HOME: "/nonexistent",
  PATH: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_CONFIG_FILE: "/dev/null",
  AZURE_TOKEN_CREDENTIALS: "EnvironmentCredential",
  METADATA_SERVER_DETECTION: "none",
  NO_COLOR: "1",
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
};

/** What makes a process take the time for ten minutes later. */
const tenMinutesAhead = `--import=data:text/javascript,${encodeURIComponent("const now = Date.now; Date.now = () => now() + 600_000;")}`;

/** Runs `buyonce doctor` as a process of its own, in a folder. */
async function doctorProcess(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = nothing) {
  const child = spawn(process.execPath, [main, "doctor", ...args], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

const at = (url: string) => ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, url]);

/** What it says as JSON, within this process and in a new folder that holds a configuration; nothing is ever bought, nor anything made. */
async function examine(options: CloudSandboxOptions, configuration?: object, args: readonly string[] = [execution]) {
  const sandbox = await sandboxFor(options);
  const folder = workingFolder();
  if (configuration) writeFileSync(join(folder, "buyonce.config.json"), JSON.stringify(configuration));
  const { code, stdout } = await runCommand(["doctor", ...args, "--json", ...at(sandbox.url)]);
  const report = JSON.parse(stdout) as AccessReport;
  const of = (subject: string, service?: string) =>
    report.findings.filter((one) => one.subject === subject && (service === undefined || one.service === service));
  expectNothingDone(sandbox);
  expect(existsSync(join(folder, ".buyonce"))).toBe(false);
  return { code, report, of, sandbox };
}

function expectNothingDone(sandbox: CloudSandbox): void {
  expect([sandbox.purchases(), sandbox.purchaseRequests()]).toEqual([0, []]);
  const changing = sandbox.requests.filter(({ action }) => /^PUT|^CreateTags|AddTags|TagResource/.test(action));
  expect(changing).toEqual([]);
}

/** Some of what the fixture buys, as a file of its own. */
function fileWith(isWanted: (one: (typeof fixture.recommendations)[number]) => boolean): readonly [string] {
  const file = join(temporaryFolder(), "execution.json");
  writeFileSync(file, JSON.stringify({ ...fixture, recommendations: fixture.recommendations.filter(isWanted) }));
  return [file];
}

/** What it buys of one cloud. */
const onlyOf = (provider: string) => fileWith((one) => one.provider === provider);

/** One of each cloud. */
const oneOfEach = () => fileWith(({ service }) => ["cosmosdb", "rds", "bigquery"].includes(service));

const failedOf = ({ findings }: AccessReport) =>
  findings
    .filter(({ result }) => result === "failed")
    .map(({ subject, where }: AccessFinding) => `${subject} ${where}`);

const iam = "iam:SimulatePrincipalPolicy";

describe("everything right", () => {
  test("every service: who it is, and that it may list, price and buy; exit code 0", async () => {
    const { code, report, of } = await examine({});
    expect(failedOf(report)).toEqual([]);
    expect([code, report.ready, report.install]).toEqual([0, true, undefined]);
    expect(of("sign-in").map(({ where }) => where)).toEqual([
      `Azure tenant ${tenant}`,
      `AWS account ${account}`,
      `GCP project ${project}`,
    ]);
    expect(of("sign-in")[1]).toMatchObject({
      by: "sts:GetCallerIdentity",
      detail: `Signed in as arn:aws:iam::${account}:user/sandbox.`,
    });
    const named = ({ provider, service }: { readonly provider?: string; readonly service?: string }) =>
      `${provider} ${service}`;
    const services = [...new Set(fixture.recommendations.map(named))].toSorted();
    for (const subject of ["price", "purchase"]) {
      expect(of(subject).map(named).toSorted()).toEqual(services);
      expect(new Set(of(subject).map(({ result }) => result))).toEqual(new Set(["ok"]));
    }
    expect(
      Object.fromEntries(of("purchase").map(({ provider, service, by }) => [`${provider} ${service}`, by])),
    ).toMatchObject({
      "azure compute": "Microsoft.Authorization/permissions",
      "azure savings-plans": "Microsoft.Authorization/permissions",
      "aws ec2": `ec2:PurchaseReservedInstancesOffering (DryRun), ${iam}`,
      "aws rds": iam,
      "aws redshift": iam,
      "aws savings-plans": iam,
      "gcp bigquery": "testIamPermissions",
      "gcp compute": "testIamPermissions",
      "gcp compute-license": "testIamPermissions",
    });
    expect(of("clock").map(({ result }) => result)).toEqual(["ok", "ok", "ok"]);
    expect(of("ledger")).toMatchObject([{ result: "warning", detail: expect.stringContaining("There is none yet") }]);
  });

  test("for people: a table and what follows from it", async () => {
    const sandbox = await sandboxFor();
    workingFolder();
    const { code, stdout, stderr } = await runCommand(["doctor", ...oneOfEach(), ...at(sandbox.url)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^account +what +result +found +known by +what to do\n/);
    expect(stdout).toMatch(/\nA drive could go through\.\nNothing was bought, nothing was changed\.\n$/);
    expect(stderr).toBe("");
  });

  test("a ledger that holds something is no warning", async () => {
    const folder = workingFolder();
    const sandbox = await sandboxFor();
    const given = [...oneOfEach(), "--json", ...at(sandbox.url)];
    await runCommand(["drive", ...given]);
    const bought = sandbox.purchases();
    const files = readdirSync(join(folder, ".buyonce"));
    const { code, stdout } = await runCommand(["doctor", ...given]);
    const { findings } = JSON.parse(stdout) as AccessReport;
    expect(findings.at(-1)).toMatchObject({ subject: "ledger", result: "ok" });
    expect([code, sandbox.purchases(), readdirSync(join(folder, ".buyonce"))]).toEqual([0, bought, files]);
  });
});

describe("one thing wrong", () => {
  test("a wrong role: its account cannot be signed in to, the others are looked at; exit code 3", async () => {
    const configuration = {
      aws: {
        accounts: {
          [account]: { roleArn: `arn:aws:iam::${account}:role/nobody` },
          [other]: { roleArn: `arn:aws:iam::${other}:role/team/buyer`, externalId: "right" },
        },
      },
    };
    const accounts = {
      [account]: { roles: { buyer: {} } },
      [other]: { roles: { "team/buyer": { externalId: "right" } } },
    };
    const { code, report, of } = await examine({ aws: { accounts } }, configuration);
    expect([code, report.ready]).toEqual([3, false]);
    expect(failedOf(report)).toEqual([`sign-in AWS account ${account}`]);
    const [, wrong] = of("sign-in");
    expect(wrong).toMatchObject({ error: { code: "access-denied" }, detail: expect.stringContaining("role/nobody") });
    expect(of("sign-in").at(-1)).toMatchObject({
      where: `AWS account ${other}`,
      result: "ok",
      detail: `Signed in as arn:aws:sts::${other}:assumed-role/buyer/buyonce.`,
    });
    expect(of("price", "compute").map(({ provider }) => provider)).toEqual(["azure", "gcp"]);
    expect(of("purchase", "rds")).toEqual([]);
  });

  const deniedByAws: readonly (readonly [string, readonly string[], string])[] = [
    ["ec2:DescribeReservedInstances", ["list", "price"], "ec2"],
    ["rds:DescribeReservedDBInstancesOfferings", ["price"], "rds"],
    ["ec2:PurchaseReservedInstancesOffering", ["purchase"], "ec2"],
    ["ec2:CreateTags", ["purchase", "purchase"], "ec2"],
    ["memorydb:PurchaseReservedNodesOffering", ["purchase"], "memorydb"],
    ["savingsplans:CreateSavingsPlan", ["purchase"], "savings-plans"],
    ["redshift:CreateTags", ["purchase"], "redshift"],
  ];
  /** A dry run tells, and IAM does. */
  const few = ["ec2:PurchaseReservedInstancesOffering", "savingsplans:CreateSavingsPlan"];
  test.each(standingForAll(deniedByAws, ([permission]) => few.includes(permission)))(
    "AWS denies %s",
    async (permission, subjects, service) => {
      const { code, report } = await examine(
        { aws: { accounts: { [account]: { denied: [permission] } } } },
        undefined,
        onlyOf("aws"),
      );
      expect(code).toBe(3);
      const failed = report.findings.filter(({ result }) => result === "failed");
      expect(failed.map(({ subject }) => subject)).toEqual(subjects);
      for (const finding of failed) {
        expect(finding).toMatchObject({ provider: "aws", service: expect.stringMatching(`^${service}(-host)?$`) });
        expect(`${finding.detail} ${finding.todo}`).toContain(permission);
      }
    },
  );

  test("whoever may not ask IAM: unknown, what to do about it, and no failure", async () => {
    const { code, of } = await examine(
      { aws: { accounts: { [account]: { denied: [iam] } } } },
      undefined,
      onlyOf("aws"),
    );
    expect(code).toBe(0);
    expect(of("purchase", "rds")).toMatchObject([{ result: "unknown", todo: `To have it asked: grant ${iam}.` }]);
    expect(of("purchase", "ec2")).toMatchObject([{ result: "ok" }]);
  });

  test("Azure denies a purchase in the tenant", async () => {
    const denied = ["Microsoft.Capacity/reservationorders/write"];
    const { code, report, of } = await examine(
      { azure: { tenants: { [tenant]: { denied } } } },
      undefined,
      onlyOf("azure"),
    );
    expect(code).toBe(3);
    expect(new Set(failedOf(report).map((line) => line.split(" ")[0]))).toEqual(new Set(["purchase"]));
    expect(of("purchase", "savings-plans").find(({ provider }) => provider === "azure")).toMatchObject({
      result: "ok",
    });
    expect(of("purchase", "cosmosdb")).toMatchObject([
      { result: "failed", todo: "Assign the role Reservation Purchaser on it." },
    ]);
  });

  test("Azure does not say what is allowed: unknown, and no failure", async () => {
    const denied = ["Microsoft.Authorization/*"];
    const { code, of } = await examine({ azure: { tenants: { [tenant]: { denied } } } }, undefined, onlyOf("azure"));
    expect(code).toBe(0);
    expect(of("purchase", "cosmosdb")).toMatchObject([{ result: "unknown" }]);
  });

  const deniedByGoogle: readonly (readonly [string, readonly string[]])[] = [
    ["compute.commitments.list", ["list"]],
    ["bigquery.capacityCommitments.list", ["list", "price"]],
    ["serviceusage.services.use", ["price", "price", "price"]],
    ["compute.commitments.create", ["purchase", "purchase"]],
    ["bigquery.capacityCommitments.create", ["purchase"]],
  ];
  test.each(standingForAll(deniedByGoogle, ([permission]) => permission === "compute.commitments.create"))(
    "GCP denies %s",
    async (permission, subjects) => {
      const { code, report } = await examine(
        { gcp: { projects: { [project]: { denied: [permission] } } } },
        undefined,
        onlyOf("gcp"),
      );
      expect(code).toBe(3);
      expect(failedOf(report).map((line) => line.split(" ")[0])).toEqual(subjects);
    },
  );

  test("this machine's clock is ten minutes ahead: each cloud says so, and is asked all the same", async () => {
    const sandbox = await sandboxFor();
    const args = [...oneOfEach(), "--json", ...at(sandbox.url)];
    const { code, stdout } = await doctorProcess(temporaryFolder(), args, {
      ...nothing,
      NODE_OPTIONS: tenMinutesAhead,
    });
    const { findings } = JSON.parse(stdout) as AccessReport;
    const clocks = findings.filter(({ subject }) => subject === "clock");
    expect(code).toBe(3);
    expect(clocks.map(({ result }) => result)).toEqual(["failed", "failed", "failed"]);
    for (const { detail } of clocks) expect(detail).toMatch(/This machine's clock is (59\d|60\d) s ahead of/);
    expect(findings.filter(({ result }) => result === "failed")).toEqual(clocks);
  });
});

describe("nothing configured", () => {
  test("and no file: there is nothing to look at, and it says what to give; exit code 2", async () => {
    workingFolder();
    const { code, stdout, stderr } = await runCommand(["doctor"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Nothing names an account, a tenant or a project to look at: give an execution file");
  });

  test("no credentials anywhere: each account is said, and how to sign in; nothing is sent", async () => {
    // https gets real credentials, of which there are none; nobody listens there.
    const folder = temporaryFolder();
    const { code, stdout } = await doctorProcess(folder, [...oneOfEach(), "--json", ...at("https://127.0.0.1:9")]);
    const { findings, ready } = JSON.parse(stdout) as AccessReport;
    expect([code, ready]).toEqual([3, false]);
    expect(findings.map(({ subject, result }) => `${subject} ${result}`)).toEqual([
      "packages ok",
      "sign-in failed",
      "sign-in failed",
      "sign-in failed",
      "ledger warning",
    ]);
    for (const { error } of findings.slice(1, 4)) expect(error?.code).toBe("credentials-unavailable");
    expect(findings.slice(1, 4).map(({ detail }) => detail)).toEqual([
      expect.stringContaining("az login"),
      expect.stringContaining("Sign in, or set the credentials"),
      expect.stringContaining("gcloud auth application-default login"),
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a configuration alone", () => {
  test("what it names by id is signed in to; the rest needs a file, and it says so", async () => {
    const sandbox = await sandboxFor();
    const folder = workingFolder();
    const configuration = {
      aws: { accounts: { [other]: { roleArn: `arn:aws:iam::${other}:role/buyer` }, "*": { use: "default" } } },
      gcp: { projects: { "another-project": { use: "default" } } },
      ledger: "real.db",
    };
    writeFileSync(join(folder, "buyonce.config.json"), JSON.stringify(configuration));
    const { code, stdout } = await runCommand(["doctor", ...at(sandbox.url)]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`AWS account\\s.*\n?${other}`));
    expect(stdout).toContain("another-project");
    expect(stdout).toContain(
      "List, price and purchase are looked at for what a file buys: buyonce doctor execution.json",
    );
    expectNothingDone(sandbox);
  });

  test("one that names only * names no account", async () => {
    const folder = workingFolder();
    writeFileSync(
      join(folder, "buyonce.config.json"),
      JSON.stringify({ aws: { accounts: { "*": { use: "default" } } } }),
    );
    const { code, stderr } = await runCommand(["doctor"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Nothing names an account");
  });
});

test("a drive says what is not ready before it sends anything, and refuses only what is concerned", async () => {
  const sandbox = await sandboxFor({ aws: { accounts: { [account]: { roles: { buyer: {} } } } } });
  const folder = workingFolder();
  const configuration = { aws: { accounts: { "*": { roleArn: "arn:aws:iam::{accountId}:role/nobody" } } } };
  writeFileSync(join(folder, "buyonce.config.json"), JSON.stringify(configuration));
  const { code, stdout, stderr } = await runCommand(["drive", execution, "--json", ...at(sandbox.url)]);
  expect(code).toBe(3);
  const lines = stderr.split("\n");
  const said = lines.findIndex((line) => line.includes(`AWS account ${account} is not ready: The role arn:aws:iam::`));
  expect(said).toBeGreaterThan(0);
  expect(said).toBeLessThan(lines.findIndex((line) => line.endsWith("buying")));
  const { outcomes } = JSON.parse(stdout) as Report;
  const refused = outcomes.filter(({ status }) => status === "refused");
  expect(new Set(refused.map(({ provider }) => provider))).toEqual(new Set(["aws"]));
  expect(outcomes.filter(({ status }) => status === "purchased")).toHaveLength(outcomes.length - refused.length);
});
