import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { runCommand } from "../cli/run-command.ts";
import { certificate, expired, key } from "../http/certificates.ts";
import { decideSome, secret, startReceiver, until } from "./receiver.ts";
import { program } from "../test-programs.ts";
import { standingForAll } from "../standing-for-all.ts";

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "buyonce-webhooks-"));
});
afterEach(async () => {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  rmSync(folder, { recursive: true });
});

const main = program("src/cli/main.ts");
const ledgerFile = () => join(folder, "ledger.db");

/** Starts `buyonce serve` with an environment, and has something to say to `url`. */
async function serve(url: string, env: Readonly<Record<string, string>>): Promise<void> {
  const finance = { url, secret: { env: "FINANCE_SECRET" }, privateAddresses: ["127.0.0.1"] };
  writeFileSync(join(folder, "buyonce.config.json"), JSON.stringify({ webhooks: { finance } }));
  const args = [main, "serve", "--port", "0", "--sandbox", "--webhooks", "--ledger", ledgerFile()];
  const server = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, BUYONCE_LEDGER: undefined, BUYONCE_DEBUG: "", FINANCE_SECRET: secret, ...env },
  });
  child = server;
  let said = "";
  server.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  server.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  await until(() => /http:\/\/127\.0\.0\.1:\d+/.test(said) || server.exitCode !== null);
  const ledger = await openSqliteLedger({ file: ledgerFile() });
  await until(async () => (await ledger.webhooks()).length === 1);
  await decideSome(ledger);
  await until(async () => (await ledger.webhooks())[0]?.lastAnswer !== undefined);
  await ledger.close();
}

/** How the endpoint stands, as an operator reads it. */
async function standing() {
  const { stdout } = await runCommand(["webhooks", "--ledger", ledgerFile(), "--json"]);
  const [endpoint] = (JSON.parse(stdout) as { readonly webhooks: readonly Record<string, unknown>[] }).webhooks;
  return endpoint;
}

test("an authority of one's own, named in NODE_EXTRA_CA_CERTS: the message comes, signed", async () => {
  await using receiver = await startReceiver(undefined, { key, cert: certificate });
  const file = join(folder, "authority.pem");
  writeFileSync(file, certificate);
  await serve(receiver.url, { NODE_EXTRA_CA_CERTS: file });
  await until(() => receiver.received.length === 2);
  for (const { text, headers, body } of receiver.received)
    expect(new Webhook(secret).verify(text, headers)).toEqual(body);
  await until(async () => (await standing())?.["waiting"] === 0);
  expect(await standing()).toMatchObject({ state: "delivers", lastAnswer: { text: "answered 204" } });
});

const untrusted: readonly [string, string, Readonly<Record<string, string>>, string, string][] = [
  [
    "is not trusted",
    "127.0.0.1",
    {},
    certificate,
    "its certificate is not trusted; of an authority of your own, name the file in NODE_EXTRA_CA_CERTS, and restart",
  ],
  [
    "is not trusted, and the environment says that it does not matter",
    "127.0.0.1",
    { NODE_TLS_REJECT_UNAUTHORIZED: "0" },
    certificate,
    "its certificate is not trusted; of an authority of your own, name the file in NODE_EXTRA_CA_CERTS, and restart",
  ],
  ["has expired", "127.0.0.1", { NODE_EXTRA_CA_CERTS: "expired.pem" }, expired, "its certificate has expired"],
  [
    "is for another name",
    "localhost",
    { NODE_EXTRA_CA_CERTS: "certificate.pem" },
    certificate,
    "its certificate is for another name",
  ],
];
/** What the environment cannot talk it out of. */
const few = ["is not trusted, and the environment says that it does not matter"];
test.each(standingForAll(untrusted, ([what]) => few.includes(what)))(
  "a certificate that %s: nothing is sent, what waits is kept, and the last answer says why",
  async (_, host, env, cert, said) => {
    writeFileSync(join(folder, "certificate.pem"), certificate);
    writeFileSync(join(folder, "expired.pem"), expired);
    await using receiver = await startReceiver(undefined, { key, cert });
    await serve(receiver.url.replace("127.0.0.1", host), env);
    expect(await standing()).toMatchObject({
      state: "failing",
      waiting: 2,
      lastAnswer: { text: `not delivered: ${said}` },
    });
    expect(receiver.received).toEqual([]);
  },
);
