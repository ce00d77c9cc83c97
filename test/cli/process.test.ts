import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import execution from "../../fixtures/execution.json" with { type: "json" };
import manifest from "../../package.json" with { type: "json" };
import { program } from "../test-programs.ts";
import { standingForAll } from "../standing-for-all.ts";
import { runCommand } from "./run-command.ts";

const main = program("src/cli/main.ts");

let folder: string;
let elsewhere: string;
/** The first recommendation of the fixture, where it does not matter what is bought. */
let one: string;
let sandbox: CloudSandbox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "buyonce-process-"));
  sandbox = await startCloudSandbox();
  elsewhere = await mkdtemp(join(tmpdir(), "buyonce-process-"));
  one = join(elsewhere, "execution.json");
  await writeFile(one, JSON.stringify({ ...execution, recommendations: execution.recommendations.slice(0, 1) }));
});
afterAll(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
  await rm(elsewhere, { recursive: true });
});

/** Runs the command as its users do, in a folder of its own. */
function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BUYONCE_DEBUG: "" },
  });
  const written = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (written.stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    child.on("close", (code) => done({ code, ...written }));
  });
  return { child, ended, written };
}
const run = (...args: readonly string[]) => start(...args).ended;
/** The same within this process, where a process of its own shows nothing more. */
async function runWithin(...args: readonly string[]) {
  const before = process.cwd();
  process.chdir(folder);
  return runCommand(args).finally(() => process.chdir(before));
}
const endpoints = () => ["azure", "aws", "gcp"].flatMap((name) => [`--${name}-endpoint`, sandbox.url]);

describe("the process", () => {
  test("--version, and --help with exit codes and statuses, on standard output", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
    const help = await run("drive", "--help");
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("Exit codes");
    expect(help.stdout).toContain("unresolved          sent, and nobody can say yet");
  });

  test("a Node that is too old is told so, and what to do, before anything else is loaded", async () => {
    const old = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.17.9" } })';
    const child = spawn(process.execPath, ["--import", `data:text/javascript,${old}`, main, "--help"]);
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const code = await new Promise((done) => child.on("close", done));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        `buyonce needs Node ${manifest.engines.node.slice(2)} or newer; this is Node 22.17.9. Nothing was sent.\n` +
        "Install a newer Node, or put one beside buyonce, which npx then uses: npm install node@24\n",
    });
  });

  test("bad usage is 2, and with --json a document says so", async () => {
    const plain = await runWithin("drive", one, "--unknown");
    expect(plain).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("unknown option '--unknown'") });
    const json = await runWithin("drive", one, "--sandbox", "--concurrency", "0", "--json");
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: "invalid-configuration" } });
  });

  test("an invalid file is 2: one sentence a problem, no stack trace, no file left behind", async () => {
    const file = join(folder, "bad.json");
    await writeFile(file, JSON.stringify({ executionId: "a", source: "b", recommendations: [], extra: 1 }));
    const { code, stdout, stderr } = await runWithin("drive", file, "--sandbox", "--json");
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: { path: string }[] } };
    expect(error.code).toBe("invalid-execution");
    expect(error.problems.map(({ path }) => path).sort()).toEqual(["extra", "recommendations"]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readdir(folder)).toEqual(["bad.json"]);
  });

  test("a broken ledger is 1, with the ledger's own sentence and no stack trace", async () => {
    const ledger = join(folder, "no.db");
    await writeFile(ledger, "this is no database");
    const { code, stdout, stderr } = await run("drive", one, ...endpoints(), "--ledger", ledger);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("is no SQLite database");
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  test("all of a file is bought once: 0, one JSON document; again 0, already bought, no purchase request", async () => {
    // The whole fixture is bought by what the README shows: test/docs.test.ts.
    const recommendations = standingForAll(execution.recommendations, (_one, position) => position % 9 === 0);
    const { length } = recommendations;
    const file = join(elsewhere, "several.json");
    await writeFile(file, JSON.stringify({ ...execution, recommendations }));
    const first = await run("drive", file, ...endpoints(), "--json");
    expect(first.code).toBe(0);
    const statuses = (text: string) =>
      (JSON.parse(text) as { outcomes: { status: string }[] }).outcomes.map(({ status }) => status);
    expect(statuses(first.stdout)).toEqual(Array(length).fill("purchased"));
    expect(sandbox.purchases()).toBe(length);

    const sent = sandbox.requests.filter(({ method }) => method === "PUT").length;
    const second = await run("drive", file, ...endpoints(), "--json");
    expect(second.code).toBe(0);
    expect(statuses(second.stdout)).toEqual(Array(length).fill("already-purchased"));
    expect(sandbox.purchases()).toBe(length);
    expect(sandbox.requests.filter(({ method }) => method === "PUT").length).toBe(sent);
    expect(await readdir(join(folder, ".buyonce"))).toContain("sandbox-ledger.db");
  });

  test("SIGINT during a send: it is waited for and recorded, nothing new is started, the report says how to go on", async () => {
    const file = join(folder, "interrupted.json");
    const recommendations = execution.recommendations.slice(0, 2);
    await writeFile(file, JSON.stringify({ ...execution, executionId: "interrupted", recommendations }));
    const before = sandbox.purchases();
    const stopping = Promise.withResolvers<void>();
    const sending = new Promise<void>((reached) => {
      sandbox.onRequest = ({ method }) => {
        if (method !== "PUT") return;
        reached();
        return stopping.promise;
      };
    });
    const { child, ended, written } = start("drive", file, ...endpoints(), "--concurrency", "1");
    child.stderr.on("data", () => {
      if (written.stderr.includes("Stopping:")) stopping.resolve();
    });
    await sending;
    child.kill("SIGINT");
    const { code, stdout, stderr } = await ended;
    sandbox.onRequest = undefined;
    expect(code).toBe(3);
    expect(sandbox.purchases()).toBe(before + 1);
    expect(stderr).toContain("purchases under way are waited for");
    expect(stdout).toMatch(/0 {2}1 × Standard_B1ls .* purchased/);
    expect(stdout).toContain("→ #1: Nothing was sent. To go on, drive the same file again.");
  });

  test.each(standingForAll(["SIGHUP", "SIGQUIT"] as const, (name) => name === "SIGHUP"))(
    "C6: %s during a send, the terminal gone with it: the send is waited for, recorded, and no claim is left",
    async (name) => {
      const file = join(folder, `${name}.json`);
      const recommendations = execution.recommendations.slice(0, 2);
      await writeFile(file, JSON.stringify({ ...execution, executionId: name, recommendations }));
      const before = sandbox.purchases();
      const stopped = Promise.withResolvers<void>();
      const sending = new Promise<void>((reached) => {
        sandbox.onRequest = ({ method }) => {
          if (method !== "PUT") return;
          reached();
          return stopped.promise;
        };
      });
      const { child, ended } = start("drive", file, ...endpoints(), "--concurrency", "1");
      await sending;
      // Whoever read what it says is gone.
      child.stdout.destroy();
      child.stderr.destroy();
      child.kill(name);
      stopped.resolve();
      expect((await ended).code).toBe(3);
      sandbox.onRequest = undefined;
      expect(sandbox.purchases()).toBe(before + 1);
      const { stdout } = await runWithin("status", name, "--sandbox", "--json");
      const shown = (JSON.parse(stdout) as { recommendations: { status: string; leaseUntil?: string }[] })
        .recommendations;
      expect(shown.map(({ status, leaseUntil }) => [status, leaseUntil])).toEqual([
        ["purchased", undefined],
        [expect.stringMatching(/^(refused|abandoned)$/), undefined],
      ]);
    },
  );

  test("the sandbox command says where it is and how to use it, and ends with 0 on SIGTERM", async () => {
    const { child, ended, written } = start("sandbox", "--port", "0");
    await new Promise<void>((ready) => child.stdout.on("data", () => ready()));
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(written.stdout)?.[0] ?? "";
    const fault = /-d '(.*)'/.exec(written.stdout)?.[1] ?? "";
    const headers = { "content-type": /-H 'content-type: (.*?)'/.exec(written.stdout)?.[1] ?? "" };
    const answer = await fetch(`${url}/_sandbox/faults`, { method: "POST", headers, body: fault });
    expect(await answer.json()).toEqual({ added: 1 });
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
  });
});

describe("what is said by the command that it is about", () => {
  test("a ledger that is none: only a command that sends says what to do about what may be under way", async () => {
    const underWay = "If a drive was under way";
    const unusable = ["--sandbox", "--ledger", folder];
    const drive = await runWithin("drive", one, ...unusable);
    expect(drive).toMatchObject({ code: 1, stdout: "" });
    expect(drive.stderr).toContain("is a folder, not a file");
    expect(drive.stderr).toContain(underWay);
    for (const command of ["status", "settle", "audit"]) {
      const { code, stderr } = await runWithin(command, ...unusable);
      expect({ code, says: stderr.includes(underWay) }, stderr).toEqual({ code: 1, says: false });
    }
  });

  test("a report for a folder that is not there, and an id that nothing was bought under, are said as what they are", async () => {
    const report = await runWithin("drive", one, "--sandbox", "--report", "none/night.html");
    expect(report).toMatchObject({ code: 2, stdout: "" });
    expect(report.stderr).toContain("there is no folder none");
    expect(await runWithin("drive", one, "--sandbox", "--ledger", "known.db", "--json")).toMatchObject({ code: 0 });
    const words = ["--person", "p", "--reason", "r"];
    const loss = await runWithin("audit", "--sandbox", "--ledger", "known.db", "--accept-loss", "abc", ...words);
    expect(loss).toMatchObject({ code: 2, stdout: "" });
    expect(loss.stderr).toContain("The request is not valid; nothing was sent.");
    expect(loss.stderr).toContain("id: is not known to the ledger as bought");
  });
});
