import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { ExecutionPlan } from "../../src/drive/plan-execution.ts";
import type { Report } from "../../src/contract/report.ts";
import { runCommand } from "../cli/run-command.ts";
import { workingFolder } from "../ledger/working-folder.ts";
import { compute, ec2, executionOf, search } from "./recommendations.ts";
import { program } from "../test-programs.ts";

const main = program("src/cli/main.ts");
const { executionId } = executionOf(compute);

/** Ends the process that loads an SDK, and says which. */
const noSdk = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({ resolve(name, context, next) {
    if (/^@(azure|aws-sdk|smithy|google-cloud)\\//.test(name)) { process.stderr.write("loads " + name); process.exit(99); }
    return next(name, context);
  } });
`)}`;

let folder: string;
let sandbox: CloudSandbox;
beforeEach(async () => {
  folder = workingFolder();
  sandbox = await startCloudSandbox();
});
afterEach(async () => {
  await sandbox.close();
});

function start(args: readonly string[], node: readonly string[] = []) {
  const child = spawn(process.execPath, [...node, main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    child.once("close", (code) => done({ code, stdout, stderr }));
  });
  return { child, ended };
}
const cloud = () => ["--azure-endpoint", sandbox.url, "--aws-endpoint", sandbox.url, "--ledger", "l.db", "--json"];
/** Within this process. */
const runWithin = (...args: readonly string[]) => runCommand([...args, ...cloud()]);
const sends = () =>
  sandbox.requests.filter(({ method, action }) => method === "PUT" || action === "PurchaseReservedInstancesOffering");

interface Status {
  readonly recommendations: readonly { readonly status: string; readonly description: string }[];
}
/** What the ledger says, by a process that may load no SDK. */
async function status(...args: readonly string[]) {
  const { code, stdout, stderr } = await start(["status", "--ledger", "l.db", "--json", ...args], ["--import", noSdk])
    .ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return (JSON.parse(stdout) as Status).recommendations;
}

test("quoted, refused by its total, bought within it; what came to nothing is found by settle and bought by the next drive", async () => {
  await writeFile(join(folder, "e.json"), JSON.stringify(executionOf(compute, search, ec2)));
  const quoted = await runWithin("quote", "e.json");
  const { recommendations, totals } = JSON.parse(quoted.stdout) as ExecutionPlan;
  expect([quoted.code, recommendations.map(({ verdict }) => verdict)]).toEqual([0, ["buy", "buy", "buy"]]);
  expect(existsSync(join(folder, "l.db"))).toBe(false);

  const [gbp, usd] = totals.buy;
  if (gbp === undefined || usd === undefined) throw new Error("two currencies");
  const above = await runWithin("drive", "e.json", "--max-total", `${gbp.amount} GBP`, "--max-total", "1 USD");
  expect([above.code, sends().length]).toEqual([3, 0]);
  const just = ["--max-total", `${gbp.amount} GBP`, "--max-total", `${usd.amount} USD`];
  const said = ["--person", "operator", "--reason", "agreed", "--ledger", "l.db", "--json"];
  expect((await runCommand(["limits", executionOf(compute).executionId, ...just, ...said])).code).toBe(0);
  const driven = await runWithin("drive", "e.json", ...just);
  expect([driven.code, sends().length]).toEqual([0, 3]);
  expect((await status("--state", "purchased")).map((each) => each.status)).toEqual(Array(3).fill("purchased"));

  const [vm, searchService] = sandbox.orders();
  if (vm === undefined || searchService === undefined) throw new Error("two orders");
  sandbox.setOrderState(vm.id, "Succeeded");
  sandbox.setOrderState(searchService.id, "BillingFailed");
  const settled = await runWithin("settle");
  const [report] = (JSON.parse(settled.stdout) as { reports: readonly Report[] }).reports;
  expect(settled.code).toBe(3);
  expect(report?.outcomes.find(({ recIndex }) => recIndex === 1)).toMatchObject({
    status: "rejected",
    error: { providerCode: "BillingFailed" },
  });
  expect(report?.outcomes.find(({ recIndex }) => recIndex === 0)?.commitment?.settled).toBe(true);
  expect(sends()).toHaveLength(3);
  expect((await runWithin("drive", "e.json")).code).toBe(0);
  expect(sends()).toHaveLength(4);
}, 120_000);

test("killed after it sent: status and quote say unresolved, without an SDK or a request that buys; history names both drivers", async () => {
  await writeFile(join(folder, "e.json"), JSON.stringify(executionOf(ec2)));
  const sent = Promise.withResolvers<void>();
  sandbox.onRequest = ({ action }) => {
    if (action === "PurchaseReservedInstancesOffering") sent.resolve();
    return action === "PurchaseReservedInstancesOffering" ? new Promise(() => undefined) : undefined;
  };
  const { child, ended } = start(["drive", "e.json", ...cloud()]);
  await sent.promise;
  child.kill("SIGKILL");
  await ended;
  sandbox.onRequest = undefined;
  expect(await status()).toMatchObject([{ status: "in-progress", description: expect.stringContaining("m5.large") }]);
  expect((await runWithin("quote", "e.json")).code).toBe(4);
  const history = await start(["history", executionId, "0", "--ledger", "l.db"], ["--import", noSdk]).ended;
  expect(history.stdout).toMatch(/claimed[^]*written ahead +submitted +1/);
  expect(sends()).toHaveLength(1);
}, 120_000);
