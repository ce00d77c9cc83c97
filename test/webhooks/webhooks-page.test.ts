import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { configurationSchema } from "../../src/cli/resources/configuration-schema.ts";
import { messageTypes } from "../../src/contract/webhook-ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { startWebhooks } from "../../src/webhooks/index.ts";
import { signer } from "../../src/webhooks/sign-message.ts";
import { decideSome, secret, until } from "./receiver.ts";

const page = readFileSync(new URL("../../docs/webhooks.md", import.meta.url), "utf8");
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, block = ""]) => block);

const folder = mkdtempSync(join(tmpdir(), "buyonce-webhooks-"));
afterAll(() => rmSync(folder, { recursive: true }));
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
});

const isThere = (command: string, ...args: readonly string[]) => spawnSync(command, args).status === 0;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The programs of the page: how each is made, and then run. */
const programs = [
  {
    language: "js",
    isHere: true,
    make: (text: string) => {
      writeFileSync(join(folder, "receiver.mjs"), text);
      return [process.execPath, join(folder, "receiver.mjs")];
    },
  },
  {
    language: "python",
    isHere: isThere("python3", "--version"),
    make: (text: string) => {
      writeFileSync(join(folder, "receiver.py"), text);
      return ["python3", join(folder, "receiver.py")];
    },
  },
  {
    language: "go",
    isHere: isThere("go", "version"),
    make: (text: string) => {
      writeFileSync(join(folder, "receiver.go"), text);
      const binary = join(folder, "receiver");
      const env = { ...process.env, GO111MODULE: "off", GOCACHE: join(folder, "go-cache"), GOFLAGS: "" };
      execFileSync("go", ["build", "-o", binary, join(folder, "receiver.go")], { env });
      return [binary];
    },
  },
];

describe("docs/webhooks.md", () => {
  test("names every type of message, and shows a configuration and a message that are right", () => {
    for (const type of messageTypes) expect(page).toContain(`\`${type}\``);
    const [configuration, message] = blocks("json").map((text) => JSON.parse(text) as unknown);
    expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
    const document = JSON.parse(readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8")) as {
      readonly webhooks: object;
      readonly components: { readonly schemas: Readonly<Record<string, object>> };
    };
    expect(Object.keys(document.webhooks)).toEqual([...messageTypes]);
    const { schemas } = document.components;
    const text = JSON.stringify({ ...schemas["RecommendationMessage"], $defs: schemas });
    const schema = z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")) as never);
    expect(schema.safeParse(message).error).toBeUndefined();
  });

  test.for(programs)(
    "the receiver in $language takes what is genuine, once, and nothing that is forged or old",
    { timeout: 120_000 },
    async ({ language, isHere, make }, { skip }) => {
      if (!isHere) skip(`${language} is not installed`);
      const [command = "", ...args] = make(blocks(language)[0] ?? "");
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/`;
      const env = { ...process.env, PORT: String(port), WEBHOOK_SECRET: secret };
      const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "inherit"] });
      children.push(child);
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      await until(async () => (await fetch(url, { method: "POST", body: "" }).catch(() => undefined)) !== undefined);
      const ledger = createMemoryLedger();
      const endpoint = {
        name: "finance",
        url,
        secrets: `whsec_${"A".repeat(32)} ${secret}`,
        privateAddresses: ["127.0.0.1"],
      };
      const delivery = await startWebhooks({ ledger, endpoints: [endpoint], pollInterval: 5 });
      await decideSome(ledger);
      await until(async () => (await ledger.webhooks())[0]?.waiting === 0);
      await delivery.drain();
      const all = "recommendation.decided execution-0 3\nexecution.complete execution-0 3\n";
      await until(() => said.length >= all.length);
      const body = JSON.stringify({ type: "forged", data: { executionId: "e", number: 1 } });
      const post = async (id: string, seconds: number, signature: string) => {
        const headers = { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signature };
        return (await fetch(url, { method: "POST", headers, body })).status;
      };
      const now = Math.floor(Date.now() / 1000);
      const own = signer([secret]);
      const signed = (id: string, at: number) => own(id, new Date(at * 1000), body);
      expect(await post("msg_1", now, signer([`whsec_${"B".repeat(32)}`])("msg_1", new Date(now * 1000), body))).toBe(
        400,
      );
      expect(await post("msg_1", now, signed("msg_2", now))).toBe(400);
      expect(await post("msg_1", now - 1000, signed("msg_1", now - 1000))).toBe(400);
      expect(await post("msg_1", now + 1000, signed("msg_1", now + 1000))).toBe(400);
      expect(await post("msg_1", now, "")).toBe(400);
      expect(said).toBe(all);
      expect(await post("msg_1", now, signed("msg_1", now))).toBe(204);
      expect(await post("msg_1", now, signed("msg_1", now))).toBe(204);
      await until(() => said.includes("forged"));
      expect(said).toBe(`${all}forged e 1\n`);
    },
  );
});
