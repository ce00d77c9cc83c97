import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { Webhook } from "standardwebhooks";
import type { Report } from "../../src/contract/report.ts";
import { startPostgresServer } from "../ledger/postgres-server.ts";
import { runCommand } from "../cli/run-command.ts";
import { ask } from "../door/door-world.ts";
import { ec2 } from "../end-to-end/recommendations.ts";
import { decideSome, secret, startReceiver, until } from "./receiver.ts";
import { program } from "../test-programs.ts";
import { proofTest, standingForAll } from "../standing-for-all.ts";

const main = program("src/cli/main.ts");
const order = { source: "docs", recommendations: [ec2] };

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "buyonce-webhooks-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  rmSync(folder, { recursive: true });
});

function configure(webhooks: object): void {
  writeFileSync(join(folder, "buyonce.config.json"), JSON.stringify({ webhooks }));
}

const serve = (...args: readonly string[]) => start(/http:\/\/127\.0\.0\.1:\d+/, "serve", "--port", "0", ...args);

/** Starts a command, and waits until it says that it listens or works, or has ended. */
async function start(isUp: RegExp, ...args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args, "--sandbox"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BUYONCE_LEDGER: undefined, BUYONCE_DEBUG: "", FINANCE_SECRET: secret },
  });
  children.push(child);
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.stderr += chunk.toString()));
  await until(() => isUp.test(said.stdout) || child.exitCode !== null);
  const [url = ""] = isUp.exec(said.stdout) ?? [];
  const end = async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    return (await ended)[0] as unknown;
  };
  return { child, said, url, end };
}

describe("buyonce serve", () => {
  test("sends each decision to the webhooks of its configuration, with the secret of a variable or a file", async () => {
    await using finance = await startReceiver();
    await using chat = await startReceiver();
    writeFileSync(join(folder, "chat.secret"), `${secret}\n`);
    const privateAddresses = ["127.0.0.1"];
    configure({
      finance: { url: finance.url, secret: { env: "FINANCE_SECRET" }, privateAddresses },
      chat: { url: chat.url, secretFile: "chat.secret", privateAddresses },
    });
    const server = await serve("--webhooks");
    const headers = { prefer: "wait=20" };
    const { text } = await ask(server.url, "PUT", "/v1/executions/order-1", { body: order, headers });
    await until(() => finance.received.length === 2 && chat.received.length === 2);
    expect(await server.end()).toBe(0);
    const report = JSON.parse(text) as Pick<Report, "outcomes">;
    for (const { received } of [finance, chat]) {
      expect(received.map(({ body }) => body.type)).toEqual(["recommendation.decided", "execution.complete"]);
      // Its marker came after it.
      const { status, token, price, commitment } = report.outcomes[0] ?? {};
      expect(token).toMatch(/^[0-9a-f]{64}$/);
      expect(received[0]?.body.data["outcome"]).toMatchObject({
        status,
        token,
        price,
        commitment: { id: commitment?.id },
      });
      for (const one of received) expect(new Webhook(secret).verify(one.text, one.headers)).toEqual(one.body);
    }
    expect(server.said.stdout + server.said.stderr).not.toContain(secret.slice(6));
  });

  proofTest("sends nothing of what an imitation sells unless it is told to, and registers nothing", async () => {
    await using finance = await startReceiver();
    configure({ finance: { url: finance.url, secret: { env: "FINANCE_SECRET" }, privateAddresses: ["127.0.0.1"] } });
    const server = await serve();
    await ask(server.url, "PUT", "/v1/executions/order-1", { body: order, headers: { prefer: "wait=20" } });
    expect(await server.end()).toBe(0);
    const ledger = await openSqliteLedger({ file: join(folder, ".buyonce/sandbox-ledger.db") });
    expect(await ledger.webhooks()).toEqual([]);
    await ledger.close();
    expect(finance.received).toEqual([]);
  });

  test("is ready while an endpoint is dead; a killed server loses nothing", async () => {
    await using finance = await startReceiver(() => undefined);
    configure({ finance: { url: finance.url, secret: { env: "FINANCE_SECRET" }, privateAddresses: ["127.0.0.1"] } });
    const first = await serve("--webhooks");
    await ask(first.url, "PUT", "/v1/executions/order-1", { body: order, headers: { prefer: "wait=20" } });
    await until(() => finance.received.length === 1);
    expect((await ask(first.url, "GET", "/readyz")).status).toBe(200);
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const ledger = await openSqliteLedger({ file: join(folder, ".buyonce/sandbox-ledger.db") });
    expect(await ledger.webhooks()).toMatchObject([{ name: "finance", waiting: 2 }]);
    await ledger.close();
  });

  const wrong: readonly [object, string][] = [
    [
      { url: "https://finance.example", secret: { env: "NOT_SET" } },
      "webhooks.finance.secret names the environment variable NOT_SET, which is not set",
    ],
    [{ url: "https://finance.example", secret: { env: "HOME" } }, "holds no secret of this form"],
    [
      { url: "https://finance.example", secretFile: "none" },
      "which webhooks.finance.secretFile names, cannot be read: there is no such file",
    ],
    [
      { url: "https://169.254.169.254/", secret: { env: "FINANCE_SECRET" } },
      "169.254.169.254, which is no public address",
    ],
    [{ url: "http://finance.example/", secret: { env: "FINANCE_SECRET" } }, "webhooks.finance.url must be https"],
  ];
  test.each(standingForAll(wrong, (_wrong, position) => position === 0))(
    "%j: it does not start",
    async (endpoint, said) => {
      configure({ finance: endpoint });
      const server = await serve("--webhooks");
      expect(server.child.exitCode).toBe(2);
      expect(server.said.stderr).toContain(said);
      expect(server.said.stderr.trim().split("\n")).toHaveLength(1);
    },
  );
});

proofTest("buyonce work sends them as well", async () => {
  const postgres = await startPostgresServer();
  onTestFinished(() => postgres.remove());
  await using finance = await startReceiver();
  configure({
    finance: { url: finance.url, secret: { env: "FINANCE_SECRET" }, privateAddresses: ["127.0.0.1"] },
  });
  const connectionString = await postgres.connectionString("works");
  const worker = await start(/buyonce works/, "work", "--ledger", connectionString, "--webhooks");
  const ledger = await openPostgresLedger({ connectionString });
  await decideSome(ledger, 1);
  await until(() => finance.received.length === 2);
  expect(await worker.end()).toBe(0);
  expect(await ledger.webhooks()).toMatchObject([{ name: "finance", waiting: 0 }]);
  await ledger.close();
});

describe("buyonce webhooks and buyonce status", () => {
  const at = 1_795_305_600_000;
  const run = async (...args: readonly string[]) => runCommand([...args, "--ledger", join(folder, "ledger.db")]);

  async function failing(code: number) {
    const ledger = await openSqliteLedger({ file: join(folder, "ledger.db"), clock: () => at });
    await ledger.registerWebhook({ name: "finance", url: "https://finance.example/hook" });
    await decideSome(ledger);
    const { messages } = await ledger.takeMessages("finance", { limit: 1, hold: 1000 });
    const result = { kind: code === 410 ? "gone" : "failed", text: `answered ${code}` } as const;
    await ledger.settleMessage("finance", messages[0]?.sequence ?? 0, result, 0.5);
    await ledger.close();
  }

  test("show what waits, since when, and the last answer", async () => {
    await failing(500);
    const flat = (text: string) => text.replaceAll(/\s+/g, " ");
    expect(flat((await run("webhooks")).stdout)).toMatch(
      /finance failing 2 2026-11-22 .*answered 500.* https:\/\/finance\.example\/hook/,
    );
    expect(flat((await run("status")).stdout)).toContain("finance failing 2");
    const expected = {
      name: "finance",
      url: "https://finance.example/hook",
      state: "failing",
      waiting: 2,
      oldestAt: "2026-11-22T00:00:00.000Z",
      failures: 1,
      failingSince: "2026-11-22T00:00:00.000Z",
      pausedUntil: "2026-11-22T00:00:05.000Z",
      lastAnswer: { at: "2026-11-22T00:00:00.000Z", text: "answered 500" },
      givenUp: 0,
      registeredAt: "2026-11-22T00:00:00.000Z",
    };
    for (const command of ["webhooks", "status"]) {
      expect(JSON.parse((await run(command, "--json")).stdout)).toMatchObject({ webhooks: [expected] });
    }
    expect(JSON.parse((await run("status", "execution-0", "--json")).stdout)).not.toHaveProperty("webhooks");
  });

  test("one that answered 410 is enabled again, and one is forgotten", async () => {
    await failing(410);
    expect(JSON.parse((await run("webhooks", "--json")).stdout)).toMatchObject({ webhooks: [{ state: "disabled" }] });
    const enabled = await run("webhooks", "--enable", "finance", "--json");
    expect(JSON.parse(enabled.stdout)).toMatchObject({ webhooks: [{ state: "delivers", waiting: 2 }] });
    const unknown = await run("webhooks", "--enable", "nobody");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('no endpoint "nobody" (known: finance)'),
    ]);
    expect((await run("webhooks", "--remove", "finance")).stdout).toMatch(/^No endpoint is registered/);
    expect((await run("status")).stdout).not.toContain("webhook");
  });
});
