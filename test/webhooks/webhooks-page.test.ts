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
import { granted } from "../../src/testing/ledger/ledger-world.ts";
import { bought, claimRequest, planned, recordPlaces } from "../../src/testing/ledger-values.ts";
import { decideSome, endpointAt, secret, startReceiver, until } from "./receiver.ts";

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

/** The compiler; not everywhere is one. */
const go: string = "go";
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
    isHere: isThere(go, "version"),
    make: (text: string) => {
      writeFileSync(join(folder, "receiver.go"), text);
      const binary = join(folder, "receiver");
      const env = { ...process.env, GO111MODULE: "off", GOCACHE: join(folder, "go-cache"), GOFLAGS: "" };
      execFileSync(go, ["build", "-o", binary, join(folder, "receiver.go")], { env });
      return [binary];
    },
  },
];

interface Described {
  readonly webhooks: Readonly<Record<string, unknown>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

const document = JSON.parse(
  readFileSync(new URL("../../docs/openapi.json", import.meta.url), "utf8").replaceAll(
    "#/components/schemas/",
    "#/$defs/",
  ),
) as Described;

/** What docs/openapi.json says of the body of a message; what it does not name is refused. */
function schemaOf(type: string): z.ZodType {
  const name = type.startsWith("execution.") ? "ExecutionMessage" : "RecommendationMessage";
  const { schemas } = document.components;
  return z.fromJSONSchema({ ...schemas[name], $defs: schemas } as never);
}

test("what is sent is as docs/openapi.json says", async () => {
  await using receiver = await startReceiver();
  const ledger = createMemoryLedger();
  const delivery = await startWebhooks({ ledger, endpoints: [endpointAt(receiver)], pollInterval: 5 });
  await recordPlaces(ledger, 5);
  const claims = await ledger.claim([0, 1, 2, 3].map(claimRequest), "driver", 30_000);
  const [first, second, third, fourth] = claims.map((answer) => granted(answer).claim);
  if (!first || !second || !third || !fourth) throw new Error("four places");
  for (const [index, claim] of [first, second, third].entries()) {
    await ledger.submit(claim, planned({ token: claim.token, handle: { orderId: `order-${index}` } }));
  }
  await ledger.purchase(first, bought({ id: "order-0", furtherIds: ["plan-0"], settled: false }));
  await ledger.reject(second, { code: "purchase-rejected", message: "no", providerCode: "No" });
  await ledger.park(third, { code: "outcome-unknown", message: "nobody knows", said: "Conflict" });
  await ledger.refuse(fourth, { code: "price-above-limit", message: "too dear" });
  await ledger.amend("execution-1", { kind: "skip", recIndex: 4, person: "ann", reason: "not needed" });
  const again = await ledger.claim([claimRequest(0)], "driver", 30_000);
  await ledger.reopen(granted(again[0]).claim, bought({ id: "order-0", state: "Failed", standing: "failed" }));
  await ledger.decide(granted((await ledger.claim([claimRequest(2)], "driver", 30_000, { asIs: true }))[0]).claim, {
    kind: "written-off",
    person: "ann",
    reason: "nobody finds out",
  });
  await ledger.amend("execution-1", { kind: "cancel", person: "ann", reason: "enough" });
  await until(async () => (await ledger.webhooks())[0]?.waiting === 0);
  await delivery.drain();
  expect(receiver.received.map(({ body }) => body.type).toSorted()).toEqual([
    "execution.stopped",
    "recommendation.decided",
    "recommendation.decided",
    "recommendation.decided",
    "recommendation.decided",
    "recommendation.decided",
    "recommendation.needs-person",
    "recommendation.reopened",
  ]);
  for (const { body } of receiver.received) expect(schemaOf(body.type).safeParse(body).error).toBeUndefined();
});

describe("docs/webhooks.md", () => {
  test("names every type of message, and shows a configuration and a message that are right", () => {
    for (const type of messageTypes) expect(page).toContain(`\`${type}\``);
    const [configuration, message] = blocks("json").map((text) => JSON.parse(text) as unknown);
    expect(configurationSchema.safeParse(configuration).error).toBeUndefined();
    expect(Object.keys(document.webhooks)).toEqual([...messageTypes]);
    expect(schemaOf("recommendation.decided").safeParse(message).error).toBeUndefined();
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
