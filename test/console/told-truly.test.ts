// What the pages say about an action is what the door said about it, wherever the page was opened from.
import { request as httpRequest } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { LedgerError } from "../../src/contract/errors.ts";
import type { HandlerOptions } from "../../src/door/door-parts.ts";
import { ec2In, type Night, park, startNight, submitted } from "./night.ts";

async function opened(options: Partial<HandlerOptions> = {}): Promise<Night> {
  const night = await startNight(options);
  onTestFinished(() => night.close());
  await submitted(night, "engine-1", [ec2In("us-east-1"), ec2In("us-east-2")], { requireApproval: true });
  return night;
}

/** A page as a browser opens it that followed a link in a chat; fetch does not send these headers. */
async function followed({ url }: Night, path: string): Promise<string> {
  const headers = {
    accept: "text/html",
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  };
  return new Promise((done, failed) => {
    httpRequest(`${url}${path}`, { headers }, (answer) => void textOf(answer).then(done, failed)).end();
  });
}

/** Sends the form of a page. */
async function send({ url }: Night, path: string, page: string): Promise<Response> {
  const fields = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)];
  const body = new URLSearchParams({ reason: "as agreed" });
  for (const [, name = "", value = ""] of fields) body.set(name, value.replaceAll("&quot;", '"'));
  const headers = { accept: "text/html", origin: url };
  return fetch(url + path, { method: "POST", headers, body, redirect: "manual" });
}

test.each(["approve", "cancel", "recommendations/1/skip"])(
  "the form of a page that a link in a chat led to works: %s",
  async (action) => {
    const night = await opened();
    const path = `/executions/engine-1/${action}`;
    const page = await followed(night, path);
    expect(page).toMatch(/name="terms" value="&quot;1-[0-9a-f]{16}&quot;"/);
    expect((await send(night, path, page)).status).toBe(303);
  },
);

test("where the door fails, the page says so, and not that somebody changed it", async () => {
  const night = await opened();
  const { approve } = night.purchaser;
  const failing = { approve: () => Promise.reject(new LedgerError({ code: "ledger-unavailable", message: "Away." })) };
  Object.assign(night.purchaser, failing);
  onTestFinished(() => void Object.assign(night.purchaser, { approve }));
  const path = "/executions/engine-1/approve";
  const response = await send(night, path, await followed(night, path));
  const text = await response.text();
  expect(response.status).toBe(503);
  expect(text).toContain("It is not known whether anything was changed.");
  expect(text).toContain("ledger-unavailable");
  expect(text).not.toMatch(/somebody, or a drive|Nothing was changed/);
});

test("HEAD opens no stream of events: those that are left are for whoever reads them", async () => {
  const night = await opened({ eventStreams: 4 });
  const address = `${night.url}/executions/engine-1/events`;
  for (let time = 1; time <= 3; time += 1) {
    const head = await fetch(address, { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  }
  const stream = await fetch(address);
  expect(stream.status).toBe(200);
  await stream.body?.cancel();
});

test("what stands in a form is not masked, so that it comes back as it was typed", async () => {
  const night = await opened();
  const hex = "a1".repeat(32);
  const path = "/executions/engine-1/approve";
  const body = new URLSearchParams({ terms: "others", reason: `order "${hex}"` });
  const again = await fetch(night.url + path, { method: "POST", headers: { origin: night.url }, body });
  const text = await again.text();
  expect([again.status, text]).toEqual([412, expect.stringContaining(`value="order &quot;${hex}&quot;"`)]);
  await park(night, "engine-2", [ec2In("eu-west-1")]);
  const finding = "/executions/engine-2/recommendations/0/resolve/bought";
  const found = new URLSearchParams({ seen: "other", id: `ri-${hex}`, reason: "r" });
  const asked = await fetch(night.url + finding, { method: "POST", headers: { origin: night.url }, body: found });
  expect(await asked.text()).toContain(`value="ri-${hex}"`);
  // A text on a page is.
  await night.purchaser.cancel("engine-1", { person: "ann", reason: `order ${hex}` });
  expect(await (await fetch(`${night.url}/executions/engine-1`)).text()).not.toContain(hex);
});

test("the sign-in leads back to an id that looks like a token", async () => {
  const night = await opened({ authenticate: () => undefined });
  const next = `/executions/engine-${"a1".repeat(32)}?b=1&c='`;
  const page = await (await fetch(`${night.url}/sign-in?${new URLSearchParams({ next }).toString()}`)).text();
  expect(page).toContain(`name="next" value="${next.replace("&", "&amp;").replace("'", "&#39;")}"`);
});

test.each([19_999, 20_000, 20_001, 33_333])(
  "a page of a history of %i lines knows the number of the last one, as the events do",
  async (lines) => {
    const night = await opened();
    const { historySince } = night.ledger;
    const [line] = await historySince("engine-1", 0, 1);
    Object.assign(night.ledger, {
      historySince: async (_id: string, after: number, limit: number) =>
        Array.from({ length: Math.max(0, Math.min(limit, lines - after)) }, (_, index) => ({
          ...line,
          number: after + index + 1,
        })),
    });
    onTestFinished(() => void Object.assign(night.ledger, { historySince }));
    const page = await (await fetch(`${night.url}/executions/engine-1/approve`)).text();
    expect(page).toContain(`name="seen" value="${lines}"`);
    expect(page).toContain(`data-seen="${lines}"`);
  },
);
