import { existsSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startWorld, type World } from "../door/door-world.ts";
import { ec2 } from "../end-to-end/recommendations.ts";

// The client in a page of another site, which the server names: what it reads of an answer, the browser has to show it.
const program = "/usr/bin/chromium";
const isThere = existsSync(program);
const source = resolve(import.meta.dirname, "../../src");

let site: Server;
let world: World;
let browser: Browser;
let origin: string;
beforeAll(async () => {
  if (!isThere) return;
  site = createServer(({ url = "/" }, response) => {
    if (!url.endsWith(".ts")) return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
    const text = stripTypeScriptTypes(readFileSync(resolve(source, `.${url}`), "utf8"));
    return response.writeHead(200, { "content-type": "text/javascript" }).end(text);
  }).listen(0, "127.0.0.1");
  await once(site, "listening");
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  const engine = { name: "engine", scopes: ["read", "write"] } as const;
  world = await startWorld(() => ({
    corsOrigins: [origin],
    authenticate: ({ headers }) => (headers.get("authorization") === "Bearer word" ? engine : undefined),
  }));
  browser = await chromium.launch({
    executablePath: program,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
    // What the browser wants for itself gets nowhere.
    proxy: { server: "http://127.0.0.1:9", bypass: "127.0.0.1" },
  });
});
afterAll(async () => {
  if (!isThere) return;
  await browser.close();
  await world.close();
  site.close();
});

test.skipIf(!isThere)(
  "(Chromium) a page submits, waits until it is decided, and is told of a replay and of a refusal",
  async () => {
    const match = { action: "PurchaseReservedInstancesOffering" };
    world.sandbox.addFault({ match, fault: { kind: "delay", milliseconds: 1000 } });
    const page = await browser.newPage();
    await page.goto(origin);
    const order = { executionId: "page-1", source: "test", recommendations: [ec2] };
    const program = `(async () => {
    const { createClient } = await import("/client/index.ts");
    const client = createClient({ baseUrl: ${JSON.stringify(world.url)}, token: "word" });
    const order = ${JSON.stringify(order)};
    const { isReplay, isWorking, retryAfter } = await client.submit(order, { idempotencyKey: "key" });
    const { state } = await client.wait("page-1");
    const again = await client.submit(order);
    const { etag } = await client.terms("page-1");
    const refused = await client.approve("page-1", { reason: "yes", etag }).catch((error) => error);
    return { first: { isReplay, isWorking, retryAfter }, state, again: again.isReplay, code: refused.code };
  })()`;
    expect(await page.evaluate(program)).toEqual({
      first: { isReplay: false, isWorking: true, retryAfter: 2000 },
      state: "complete",
      again: true,
      code: "not-permitted",
    });
    expect(world.sandbox.reservedInstances()).toHaveLength(1);
  },
);
