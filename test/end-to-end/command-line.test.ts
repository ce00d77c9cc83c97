import type { ChildProcess } from "node:child_process";
import { openSync, writeSync, closeSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { type CloudSandbox, type FaultRule, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { type CommandLine, commandLine } from "./run-command-line.ts";
import { cache, compute, ec2, executionOf } from "./recommendations.ts";

/** Runs a test with a sandbox and the command line in a folder of its own. */
async function withCommandLine(
  execution: unknown,
  run: (cli: CommandLine, sandbox: CloudSandbox) => Promise<void>,
  options: Parameters<typeof startCloudSandbox>[0] = {},
): Promise<void> {
  await using sandbox = await startCloudSandbox(options);
  const cli = commandLine(sandbox, execution);
  try {
    await run(cli, sandbox);
  } finally {
    cli.remove();
  }
}

const statuses = (outcomes: readonly Outcome[]) => outcomes.map(({ status }) => status);
const sends = (sandbox: CloudSandbox) =>
  sandbox.requests.filter(({ method, action }) => method === "PUT" || action === "PurchaseReservedInstancesOffering");

/** Holds the answer to the first PUT, which has had its effect, until it is let go. */
function holdFirstPut(sandbox: CloudSandbox) {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  sandbox.onRequest = async ({ method }) => {
    if (method !== "PUT") return;
    sandbox.onRequest = undefined;
    reached.resolve();
    await released.promise;
  };
  return { reached: reached.promise, release: released.resolve };
}

/** Resolves when the process has written the text to its standard error. */
function written({ stderr }: ChildProcess, text: string): Promise<void> {
  let all = "";
  return new Promise((seen) => {
    stderr?.on("data", (chunk: Buffer) => {
      all += chunk.toString();
      if (all.includes(text)) seen();
    });
  });
}

describe.concurrent("several at once and once more", () => {
  test("lessons 1013, 1037, 1908: three processes drive one execution on one ledger; each is bought once, all say the same", () =>
    withCommandLine(executionOf(compute, cache, ec2), async (cli, sandbox) => {
      const runs = await Promise.all([cli.drive("--wait"), cli.drive("--wait"), cli.drive("--wait")]);
      expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
      expect(sends(sandbox)).toHaveLength(3);
      expect([sandbox.orders().length, sandbox.reservedInstances().length]).toEqual([2, 1]);
      const ids = runs.map(({ outcomes }) => outcomes.map(({ commitment }) => commitment?.id).join());
      expect(new Set(ids).size).toBe(1);
      for (const recIndex of [0, 1, 2]) {
        const seen = runs.map(({ outcomes }) => outcomes[recIndex]?.status).toSorted();
        expect(seen).toEqual(["already-purchased", "already-purchased", "purchased"]);
      }
    }));

  test("alike twice, of Azure and of EC2: distinct tokens, distinct commitments, each with its own tag", () =>
    withCommandLine(executionOf(compute, compute, ec2, ec2), async (cli, sandbox) => {
      const { code, outcomes } = await cli.driveWithin();
      expect({ code, statuses: statuses(outcomes) }).toEqual({ code: 0, statuses: Array(4).fill("purchased") });
      const bought = [...sandbox.orders(), ...sandbox.reservedInstances()];
      expect(bought.map(({ id, tags }) => `${id} ${tags["cudly-idempotency-token"]}`).toSorted()).toEqual(
        outcomes.map(({ commitment, token }) => `${commitment?.id} ${token}`).toSorted(),
      );
      expect(new Set(bought.map(({ id }) => id)).size).toBe(4);
    }));

  test("a replay says the same as the first time, field for field; only the state moves on", () =>
    withCommandLine(executionOf(compute, cache, ec2), async (cli) => {
      const first = await cli.driveWithin();
      const later = [await cli.driveWithin(), await cli.driveWithin()];
      const fixed = ({ status: _status, commitment, ...rest }: Outcome) => ({ ...rest, id: commitment?.id });
      for (const { outcomes } of later) {
        expect(outcomes.map(fixed)).toEqual(first.outcomes.map(fixed));
        expect(statuses(outcomes)).toEqual(Array(3).fill("already-purchased"));
      }
      expect(first.outcomes.map(({ price }) => price)).toEqual([
        { amount: "24", currency: "GBP" },
        expect.objectContaining({ currency: "GBP" }),
        { amount: "1160.5248", currency: "USD" },
      ]);
    }));
});

describe.concurrent("exit codes and the JSON document", () => {
  const denied: FaultRule = {
    match: { action: "GET reservationOrders" },
    times: 100,
    fault: { kind: "status", status: 403, when: "before" },
  };

  test("3: something was refused, though another was bought", () =>
    withCommandLine(executionOf(compute, ec2), async (cli, sandbox) => {
      sandbox.addFault(denied);
      const { code, stdout, stderr } = await cli.driveWithin();
      expect(code).toBe(3);
      const azure = { provider: "azure", account: compute["subscriptionId"] };
      const aws = { provider: "aws", account: ec2["accountId"] };
      const price = { amount: "1160.5248", currency: "USD" };
      const dueNow = { amount: "0", currency: "USD" };
      const monthly = { amount: "96.7104", currency: "USD", months: 12, kind: "average" };
      expect(JSON.parse(stdout)).toEqual({
        executionId: executionOf().executionId,
        outcomes: [
          {
            recIndex: 0,
            status: "refused",
            token: expect.stringMatching(/^[0-9a-f]{64}$/),
            ...azure,
            service: "compute",
            error: {
              code: "access-denied",
              message: expect.stringContaining("Microsoft.Capacity/reservationorders/read"),
              retryable: false,
            },
          },
          {
            recIndex: 1,
            status: "purchased",
            token: expect.stringMatching(/^[0-9a-f]{64}$/),
            ...aws,
            service: "ec2",
            commitment: { id: expect.any(String), state: expect.any(String), settled: expect.any(Boolean) },
            price,
            payments: { dueNow, monthly },
          },
        ],
        totals: [price],
        atRisk: [],
        payments: [{ price, dueNow, monthly: [monthly] }],
        accounts: [
          { ...azure, totals: [], atRisk: [], payments: [] },
          { ...aws, totals: [price], atRisk: [], payments: [{ price, dueNow, monthly: [monthly] }] },
        ],
      });
      expect(stderr).not.toBe("");
      expect(sends(sandbox)).toHaveLength(1);
    }));

  test("4: another driver is at it", () =>
    withCommandLine(executionOf(compute), async (cli, sandbox) => {
      const put = holdFirstPut(sandbox);
      const first = cli.start();
      await put.reached;
      const { code, outcomes } = await cli.driveWithin();
      expect(code).toBe(4);
      expect(outcomes).toMatchObject([
        { status: "in-progress", error: { code: "held-by-another-driver", retryable: true } },
      ]);
      put.release();
      expect((await first.ended).code).toBe(0);
      expect(sandbox.purchases()).toBe(1);
    }));

  test("4 before 3, by --timeout while two endpoints hang: unresolved and refused; the next drive goes on from there", () =>
    withCommandLine(executionOf(compute, ec2), async (cli, sandbox) => {
      const hang = { kind: "hang", when: "before" } as const;
      sandbox.addFault([
        { match: { method: "PUT" }, times: 1000, fault: hang },
        { match: { action: "DescribeReservedInstances" }, times: 1000, fault: hang },
      ]);
      const minutes = 60_000;
      const drive = cli.startLeaping(10 * minutes, "--timeout", "10m");
      const hanging = () => new Set(sandbox.requests.flatMap(({ action, fault }) => (fault ? [action] : [])));
      await expect.poll(() => hanging().size).toBe(2);
      drive.process.kill("SIGUSR2");
      // Without an end of its own the process would hang with the endpoints, and the test with it.
      const { code, outcomes } = await drive.ended;
      expect({ code, statuses: statuses(outcomes) }).toEqual({ code: 4, statuses: ["unresolved", "refused"] });
      expect(outcomes.map(({ error }) => error?.code)).toEqual(["outcome-unknown", "deadline-too-near"]);
      sandbox.clearFaults();
      const again = await cli.driveLater(10 * minutes);
      expect({ code: again.code, statuses: statuses(again.outcomes) }).toEqual({
        code: 0,
        statuses: ["purchased", "purchased"],
      });
      expect([sandbox.orders().length, sandbox.reservedInstances().length]).toEqual([1, 1]);
    }));

  test("3: the credentials are of another account; nothing but the question who it is was sent", () =>
    withCommandLine(
      executionOf(ec2),
      async (cli, sandbox) => {
        const config = join(cli.folder, "config.json");
        writeFileSync(config, JSON.stringify({ aws: { accounts: { "*": { use: "default" } } } }));
        const { code, outcomes } = await cli.driveWithin("--config", config);
        expect({ code, error: outcomes[0]?.error?.code }).toEqual({ code: 3, error: "wrong-account" });
        expect(new Set(sandbox.requests.map(({ action }) => action))).toEqual(new Set(["GetCallerIdentity"]));
      },
      { aws: { accountId: "999999999999" } },
    ));
});

describe.concurrent("Ctrl-C", () => {
  test("while a PUT is under way: recorded; the next drive reports it without sending it, and goes on", () =>
    withCommandLine(executionOf(compute, cache), async (cli, sandbox) => {
      const put = holdFirstPut(sandbox);
      const first = cli.start("--concurrency", "1");
      const stopping = written(first.process, "Stopping:");
      await put.reached;
      first.process.kill("SIGINT");
      await stopping;
      put.release();
      const stopped = await first.ended;
      expect(stopped.code).toBe(3);
      expect(stopped.outcomes).toMatchObject([
        { status: "purchased", commitment: { id: sandbox.orders()[0]?.id } },
        { status: "refused", error: { code: "aborted", retryable: true } },
      ]);
      expect(stopped.stderr).toContain("Stopping: nothing new is started, purchases under way are waited for.");
      expect(stopped.stderr).toContain("Stopped. To go on, drive the same file again.");
      expect(sandbox.orders()).toHaveLength(1);

      const again = await cli.driveWithin();
      expect({ code: again.code, statuses: statuses(again.outcomes) }).toEqual({
        code: 0,
        statuses: ["already-purchased", "purchased"],
      });
      expect(again.outcomes[0]?.commitment?.id).toBe(stopped.outcomes[0]?.commitment?.id);
      expect(sends(sandbox)).toHaveLength(2);
    }));

  test("before anything was sent: 130, nothing is sent, one document on standard output", () =>
    withCommandLine(executionOf(compute), async (cli, sandbox) => {
      sandbox.addFault({ match: { action: "POST calculatePrice" }, fault: { kind: "delay", milliseconds: 20_000 } });
      const asked = new Promise<void>((reached) => {
        sandbox.onRequest = ({ method }) => void (method === "POST" && reached());
      });
      const run = cli.start();
      await asked;
      run.process.kill("SIGINT");
      const { code, stdout } = await run.ended;
      expect(code).toBe(130);
      expect(JSON.parse(stdout)).toMatchObject({ error: { code: "aborted", retryable: true } });
      expect(sends(sandbox)).toEqual([]);
    }));

  test("a second time: ends at once, and says that a purchase may be under way", () =>
    withCommandLine(executionOf(compute), async (cli, sandbox) => {
      const put = holdFirstPut(sandbox);
      const run = cli.start();
      const stopping = written(run.process, "Stopping:");
      await put.reached;
      run.process.kill("SIGINT");
      await stopping;
      // Two signals within half a second are one key press.
      await new Promise((done) => setTimeout(done, 800));
      run.process.kill("SIGINT");
      const { code, stdout, stderr } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
      expect(stderr).toContain("Ended at once. A purchase may be under way: drive the same file again");
    }));
});

describe.concurrent("a ledger that cannot be used: 1, its own sentence, nothing sent", () => {
  test.each<[string, string, (file: string) => Disposable | undefined]>([
    [
      "of a newer version",
      "ledger-newer-schema",
      (file) => {
        using database = new DatabaseSync(file);
        database.exec("PRAGMA user_version = 99");
        return undefined;
      },
    ],
    [
      "locked by another program",
      "ledger-locked",
      (file) => {
        const database = new DatabaseSync(file);
        database.exec("BEGIN IMMEDIATE");
        return database;
      },
    ],
    [
      "damaged in the middle",
      "ledger-corrupt",
      (file) => {
        const copy = `${file}.copy`;
        copyFileSync(file, copy);
        using database = new DatabaseSync(copy);
        const { rootpage } =
          database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'token_record'").get() ?? {};
        const { page_size: size } = database.prepare("PRAGMA page_size").get() ?? {};
        const handle = openSync(file, "r+");
        writeSync(handle, Buffer.alloc(Number(size), 0xff), 0, Number(size), (Number(rootpage) - 1) * Number(size));
        closeSync(handle);
        return undefined;
      },
    ],
  ])("%s", (_name, code, damage) =>
    withCommandLine(executionOf(compute), async (cli, sandbox) => {
      expect((await cli.driveWithin()).code).toBe(0);
      const before = sandbox.requests.length;
      using _held = damage(join(cli.folder, "ledger.db"));
      const run = await cli.driveWithin();
      expect(run.code).toBe(1);
      expect(JSON.parse(run.stdout)).toMatchObject({ error: { code } });
      expect(run.stderr).toContain("ledger.db");
      expect(run.stderr).not.toMatch(/\n\s+at /);
      expect(sandbox.requests).toHaveLength(before);
    }),
  );
});
