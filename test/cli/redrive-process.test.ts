import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import type { Outcome, Report } from "../../src/contract/report.ts";
import { compute, ec2, executionOf } from "../end-to-end/recommendations.ts";
import { moveClock } from "../end-to-end/moved-clock.ts";
import { runCommand } from "./run-command.ts";
import { type PostgresServer, startPostgresServer } from "../ledger/postgres-server.ts";
import { workingFolder } from "../ledger/working-folder.ts";

const purchase = { action: "PurchaseReservedInstancesOffering" };
const { executionId } = executionOf(ec2);
const who = ["--person", "operator on duty", "--reason", "not on the bill"];

let folder: string;
let sandbox: CloudSandbox;
beforeEach(async () => {
  folder = workingFolder();
  sandbox = await startCloudSandbox();
});
afterEach(async () => {
  await sandbox.close();
});

interface Document extends Partial<Report> {
  readonly reports?: readonly Report[];
  readonly status?: Outcome["status"];
  readonly error?: { readonly code: string; readonly message: string };
}

/** Runs the command with --json against the sandbox, as if it were `ahead` milliseconds later, its waits cut short. */
async function run(
  args: readonly string[],
  { ledger = "ledger.db", env = {}, ahead = 0 }: { ledger?: string; env?: Record<string, string>; ahead?: number } = {},
) {
  const where = ["--azure-endpoint", sandbox.url, "--aws-endpoint", sandbox.url, "--ledger", ledger, "--json"];
  const setBack = moveClock(ahead);
  const { code, stdout, stderr } = await runCommand([...args, ...where], env).finally(setBack);
  const document = JSON.parse(stdout) as Document;
  const outcomes = (document.reports ?? [document]).flatMap((report) => report.outcomes ?? []);
  return { code, stdout, stderr, document, outcomes, statuses: outcomes.map(({ status }) => status) };
}

async function writeExecution(execution: object = executionOf(ec2)): Promise<void> {
  await writeFile(join(folder, "execution.json"), JSON.stringify(execution));
}

describe("what was left behind, by the command line", () => {
  test("unresolved stays so; a person decides that it was not bought; it is bought once", async () => {
    await writeExecution();
    sandbox.addFault({ match: purchase, fault: { kind: "reset", when: "before" } });
    expect(await run(["drive", "execution.json"])).toMatchObject({
      code: 4,
      statuses: ["unresolved"],
    });

    // Too young for a redrive without an id.
    expect(await run(["redrive"])).toMatchObject({ code: 0, document: { reports: [] } });
    const again = await run(["redrive", "--older-than", "0"]);
    expect(again).toMatchObject({ code: 4, statuses: ["unresolved"] });
    expect(again.document.reports?.[0]?.executionId).toBe(executionId);

    // By then EC2 would show it.
    const later = { ahead: 6 * 60_000 };
    const resolved = await run(["resolve", executionId, "0", "--not-bought", ...who], later);
    expect(resolved).toMatchObject({
      code: 0,
      document: { status: "refused", error: { code: "resolved-as-not-bought" } },
    });
    expect(sandbox.reservedInstances()).toHaveLength(0);
    const ledger = await openSqliteLedger({ file: join(folder, "ledger.db") });
    const history = await ledger.history(again.outcomes[0]?.token ?? "");
    await ledger.close();
    expect(history.find(({ event }) => event === "decide")?.detail).toBe(
      "decided not bought by operator on duty: not on the bill",
    );

    const bought = await run(["redrive", "--older-than", "0", "--retry-refused"], later);
    expect(bought).toMatchObject({ code: 0, statuses: ["purchased"] });
    expect(await run(["redrive", executionId], later)).toMatchObject({ code: 0, statuses: ["already-purchased"] });
    expect(sandbox.reservedInstances()).toHaveLength(1);

    const late = await run(["resolve", executionId, "0", "--not-bought", ...who], later);
    expect(late).toMatchObject({ code: 3, document: { error: { code: "nothing-to-resolve" } } });
  });

  test("what the provider shows cannot be called not bought; its id is recorded", async () => {
    await writeExecution();
    sandbox.addFault([
      { match: purchase, fault: { kind: "reset", when: "after" } },
      {
        match: { action: "DescribeReservedInstances" },
        times: 1000,
        fault: { kind: "listing", listing: "empty" },
      },
    ]);
    expect(await run(["drive", "execution.json"])).toMatchObject({
      code: 4,
      statuses: ["unresolved"],
    });
    sandbox.clearFaults();

    const contradicted = await run(["resolve", executionId, "0", "--not-bought", ...who]);
    expect(contradicted).toMatchObject({ code: 3, document: { error: { code: "still-shown" } } });
    const unknownId = await run([
      "resolve",
      executionId,
      "0",
      "--bought",
      "0a1b2c3d-1111-2222-3333-444455556666",
      ...who,
    ]);
    expect(unknownId).toMatchObject({ code: 3, document: { error: { code: "commitment-unverifiable" } } });

    const id = sandbox.reservedInstances()[0]?.id ?? "";
    const resolved = await run(["resolve", executionId, "0", "--bought", id, ...who]);
    expect(resolved).toMatchObject({ code: 0, document: { status: "already-purchased", commitment: { id } } });
    expect(sandbox.reservedInstances()).toMatchObject([{ tags: { "cudly-idempotency-token": expect.any(String) } }]);
    expect(await run(["drive", "execution.json"])).toMatchObject({ code: 0, statuses: ["already-purchased"] });
    expect(sandbox.requests.filter(({ action }) => action === purchase.action)).toHaveLength(1);
  });

  test("a ledger that is not there is 1 and is not made; an unknown execution is 2; bad usage is 2", async () => {
    for (const args of [["redrive"], ["resolve", executionId, "0", "--not-bought", ...who]]) {
      const { code, document } = await run(args);
      expect({ code, document }).toMatchObject({ code: 1, document: { error: { code: "ledger-missing" } } });
      expect(existsSync(join(folder, "ledger.db"))).toBe(false);
    }
    await writeExecution(executionOf(compute));
    await run(["drive", "execution.json"]);
    const sent = sandbox.requests.length;
    for (const args of [
      ["redrive", "unknown"],
      ["redrive", executionId, "--limit", "5"],
      ["redrive", "--older-than", "-1"],
      ["resolve", "unknown", "0", "--not-bought", ...who],
      ["resolve", executionId, "1", "--not-bought", ...who],
      ["resolve", executionId, "0", ...who],
      ["resolve", executionId, "0", "--bought", "x", "--not-bought", ...who],
      ["resolve", executionId, "0", "--not-bought", "--person", "p"],
      ["resolve", executionId, "0", "--not-bought", "--person", " ", "--reason", "r"],
      ["resolve", executionId, "zero", "--not-bought", ...who],
    ]) {
      expect(await run(args), args.join(" ")).toMatchObject({
        code: 2,
        document: { error: { code: "invalid-configuration" } },
      });
    }
    expect(sandbox.requests).toHaveLength(sent);
  });
});

describe("--ledger postgres://", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgresServer();
  });
  afterAll(() => server.remove());

  test("drives, drives again and settles on a real server; the password is nowhere", async () => {
    const ledger = await server.connectionString("command_line");
    await writeExecution(executionOf(compute, ec2));
    const first = await run(["drive", "execution.json"], { ledger });
    expect(first).toMatchObject({ code: 0, statuses: ["purchased", "purchased"] });

    // The password from the environment, the other scheme.
    const url = new URL(ledger);
    const { password } = url;
    url.password = "";
    vi.stubEnv("PGPASSWORD", password);
    const plain = url.href.replace("postgres:", "postgresql:");
    const again = await run(["redrive", executionId], { ledger: plain });
    vi.unstubAllEnvs();
    expect(again).toMatchObject({ code: 0, statuses: ["already-purchased", "already-purchased"] });
    expect(sandbox.purchases()).toBe(2);
    expect(existsSync(join(folder, "ledger.db"))).toBe(false);

    url.password = "hunter2";
    const denied = await run(["redrive"], { ledger: url.href, env: { BUYONCE_DEBUG: "1" } });
    expect(denied).toMatchObject({ code: 1, document: { error: { code: "ledger-unavailable" } } });
    const malformed = await run(["redrive"], {
      ledger: "postgres://u:hunter2/x@127.0.0.1/db",
      env: { BUYONCE_DEBUG: "1" },
    });
    expect(malformed).toMatchObject({ code: 2, document: { error: { code: "invalid-configuration" } } });
    for (const { stdout, stderr } of [denied, malformed]) expect(stdout + stderr).not.toContain("hunter2");
    for (const { stdout, stderr } of [first, again]) expect(stdout + stderr).not.toContain(`${password}@`);
  });
});
