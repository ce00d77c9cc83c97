import { type IncomingMessage, request as httpRequest } from "node:http";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { RequestError } from "../../src/door/problem.ts";
import { compute } from "../end-to-end/recommendations.ts";
import { blind, ec2In, fillNight, knownTokens, type Night, park, startNight, submitted, tokens } from "./night.ts";

let night: Night;
beforeAll(async () => {
  night = await startNight({ authenticate: knownTokens() });
  await fillNight(night);
});
afterAll(async () => {
  expect(night.errors).toEqual([]);
  await night.close();
});

const page = { accept: "text/html", "sec-fetch-site": "same-origin" };
const cookieName = () => `buyonce-${new URL(night.url).port}`;

/** Asks for a page as somebody's browser. */
function get(
  path: string,
  who?: keyof typeof tokens,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const cookie: Record<string, string> = who === undefined ? {} : { cookie: `${cookieName()}=${tokens[who]}` };
  return fetch(`${night.url}${path}`, { headers: { ...page, ...cookie, ...headers }, redirect: "manual" });
}

/** Sends a form as somebody's browser. */
function post(
  path: string,
  fields: Readonly<Record<string, string>>,
  who?: keyof typeof tokens,
  headers: Readonly<Record<string, string>> = { origin: night.url },
): Promise<Response> {
  const cookie: Record<string, string> = who === undefined ? {} : { cookie: `${cookieName()}=${tokens[who]}` };
  const body = new URLSearchParams(fields);
  return fetch(`${night.url}${path}`, {
    method: "POST",
    headers: { ...page, ...cookie, ...headers },
    body,
    redirect: "manual",
  });
}

/** A request with exactly these headers, which fetch does not let through. */
async function plain(path: string, headers: Readonly<Record<string, string>>, body?: string) {
  const { port } = new URL(night.url);
  const method = body === undefined ? "GET" : "POST";
  const answer = await new Promise<IncomingMessage>((done, failed) => {
    httpRequest({ port, path, method, headers: { ...page, ...headers } }, done)
      .on("error", failed)
      .end(body);
  });
  return { status: answer.statusCode, cookies: answer.headers["set-cookie"] ?? [], text: await textOf(answer) };
}

/** The hidden fields of the form on a page. */
async function formOf(path: string, who: keyof typeof tokens = "operator"): Promise<Record<string, string>> {
  const text = await (await get(path, who)).text();
  const [, form = ""] = /<form[^>]* class="ask">([^]*?)<\/form>/.exec(text) ?? [];
  const fields = [...form.matchAll(/<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"/g)];
  expect(fields.length, `${path}: a form`).toBeGreaterThan(0);
  return Object.fromEntries(fields.map(([, name = "", value = ""]) => [name, value.replaceAll("&quot;", '"')]));
}

const recorded = async (executionId: string) => (await night.ledger.recorded(executionId))!;
let last = 0;
/** A new execution that waits for an approval. */
async function waiting(recommendations = [ec2In("ap-northeast-1")]): Promise<string> {
  const executionId = `engine-w-${++last}`;
  await submitted(night, executionId, recommendations, { requireApproval: true });
  return executionId;
}

describe("every page", () => {
  test.each(["/", "/executions/engine-parked", "/executions/engine-waiting/approve", "/executions/nix", "/sign-in"])(
    "%s loads nothing from elsewhere, is framed by nobody, and is kept by nobody",
    async (path) => {
      const response = await get(path, "operator");
      const csp = response.headers.get("content-security-policy") ?? "";
      expect(csp).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
      expect(csp).not.toMatch(/unsafe|nonce|https?:|\*/);
      expect(csp).toContain("frame-ancestors 'none'");
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "cache-control": "no-store",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "content-type": "text/html; charset=utf-8",
      });
      const text = await response.text();
      expect(text).not.toMatch(/ style=| on\w+=|<style|<script(?! src="\/console\/script\.js" defer>)/i);
      const links = [...text.matchAll(/(?:src|action|<link[^>]*href)="([^"]*)"/g)].map(([, address]) => address);
      expect(links.filter((address) => !address?.startsWith("/"))).toEqual([]);
    },
  );

  test("can be turned off: then there is nothing at /", async () => {
    const other = await startNight({ console: false });
    const response = await fetch(`${other.url}/`, { headers: { accept: "text/html" } });
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
    await other.close();
  });

  test("what is not there is a page for a browser, and a problem for a program", async () => {
    expect((await get("/executions/nix", "operator")).headers.get("content-type")).toContain("text/html");
    const program = await fetch(`${night.url}/v1/executions/nix`, {
      headers: { accept: "text/html", authorization: `Bearer ${tokens.operator}` },
    });
    expect([program.status, program.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  });
});

describe("who looks", () => {
  test("nobody that is known: is sent to the sign-in, and back afterwards", async () => {
    const response = await get("/executions/engine-parked?done=cancel");
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      "/sign-in?next=%2Fexecutions%2Fengine-parked%3Fdone%3Dcancel",
    ]);
    const signed = await post("/sign-in", { token: tokens.operator, next: "/executions/engine-parked" });
    expect(signed.headers.get("location")).toBe("/sign-in?next=%2Fexecutions%2Fengine-parked&kept=1");
    expect(signed.headers.getSetCookie()).toEqual([
      `${cookieName()}=${tokens.operator}; Path=/; HttpOnly; SameSite=Strict`,
    ]);
    expect((await get("/sign-in?next=%2Fexecutions%2Fengine-parked&kept=1", "operator")).headers.get("location")).toBe(
      "/executions/engine-parked",
    );
    expect(await (await get("/sign-in?kept=1")).text()).toContain("The browser did not keep the sign-in");
  });

  test("under a name that is not this machine's the cookie goes over https only", async () => {
    const headers = {
      host: "buyonce.example",
      origin: "https://buyonce.example",
      "content-type": "application/x-www-form-urlencoded",
    };
    const { cookies } = await plain("/sign-in", headers, `token=${tokens.operator}`);
    expect(cookies).toEqual([`__Host-buyonce=${tokens.operator}; Path=/; HttpOnly; Secure; SameSite=Strict`]);
  });

  test.each([
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/%5cevil",
    "javascript:alert(1)",
    "/\n/evil",
  ])("the way back is never elsewhere: %j", async (next) => {
    const response = await post("/sign-in", { token: tokens.operator, next });
    const to = new URL(response.headers.get("location") ?? "", night.url).searchParams.get("next") ?? "";
    expect(new URL(to, night.url).origin).toBe(night.url);
    expect(to).toMatch(/^\/(?![/\\])/);
  });

  test("a wrong token, one of 10,000 characters, and one of another form: told, and nothing is kept", async () => {
    for (const [token, status] of [
      ["wrong", 401],
      ["x".repeat(10_000), 400],
      ["a b\nc", 401],
      ["", 401],
    ] as const) {
      const response = await post("/sign-in", { token });
      expect([response.status, response.headers.getSetCookie()]).toEqual([status, []]);
      expect(await response.text()).not.toContain("x".repeat(100));
    }
  });

  test("another caller's session sees nothing of an execution, and does nothing about it", async () => {
    const executionId = `finance-${++last}`;
    await submitted(night, executionId, [ec2In("eu-north-1")], { requireApproval: true, caller: "finance" });
    expect((await get(`/executions/${executionId}`, "operator")).status).toBe(200);
    for (const path of ["", "/cancel", "/redrive", "/events", "/recommendations/0"]) {
      expect((await get(`/executions/${executionId}${path}`, "engine")).status, path).toBe(404);
    }
    const fields = await formOf(`/executions/${executionId}/cancel`);
    expect((await post(`/executions/${executionId}/cancel`, { ...fields, reason: "r" }, "engine")).status).toBe(404);
    expect((await recorded(executionId)).execution.cancelled).toBeUndefined();
    const list = await (await get("/", "engine")).text();
    expect(list).not.toContain(executionId);
    expect(list).toContain("engine-waiting");
  });

  test("what somebody may not do is not offered, and is refused", async () => {
    const text = await (await get("/executions/engine-waiting", "reader")).text();
    expect(text).not.toMatch(/\/(approve|cancel|redrive)"/);
    expect(await (await get("/executions/engine-waiting", "finance")).text()).toMatch(/\/approve"/);
    expect(await (await get("/executions/engine-parked", "reader")).text()).not.toContain("/resolve");
    for (const path of [
      "/executions/engine-waiting/approve",
      "/executions/engine-parked/recommendations/0/resolve/bought",
    ]) {
      expect((await get(path, "reader")).status).toBe(403);
      expect((await post(path, { reason: "r" }, "reader")).status).toBe(403);
    }
  });

  test("after signing out the cookie is gone, and a form is not carried out", async () => {
    const out = await post("/sign-out", {}, "operator");
    expect(out.headers.getSetCookie()[0]).toMatch(new RegExp(`^${cookieName()}=; .*Max-Age=0`));
    const executionId = await waiting();
    const fields = await formOf(`/executions/${executionId}/approve`);
    const response = await post(`/executions/${executionId}/approve`, { ...fields, reason: "r" });
    expect(response.headers.get("location")).toContain("why=over");
    expect((await recorded(executionId)).execution.approval).toBeUndefined();
  });

  test("the cookie opens no door: the addresses for programs take the header only", async () => {
    const response = await fetch(`${night.url}/v1/executions`, {
      headers: { cookie: `${cookieName()}=${tokens.operator}` },
    });
    expect(response.status).toBe(401);
  });
});

test("a token that is over leads to the sign-in; where nobody can say who it is, that is told", async () => {
  let error = new RequestError("not-authenticated", "The token has expired.");
  const authenticate = () => {
    throw error;
  };
  const other = await startNight({ authenticate });
  try {
    const ask = (path: string, init = {}) => fetch(other.url + path, { headers: page, redirect: "manual", ...init });
    expect((await ask("/")).headers.get("location")).toBe("/sign-in");
    const body = new URLSearchParams({ token: "t" });
    const form = { method: "POST", headers: { ...page, origin: other.url }, body };
    expect((await ask("/sign-in", form)).status).toBe(401);
    error = new RequestError("shutting-down", "Who calls cannot be found out now.", { retryAfter: 5000 });
    const unknown = await ask("/");
    expect([unknown.status, unknown.headers.get("retry-after")]).toEqual([503, "5"]);
    expect(await unknown.text()).toContain("Who calls cannot be found out now.");
  } finally {
    await other.close();
  }
});

describe("a request from elsewhere", () => {
  test.each([
    ["of another site", { origin: "https://evil.example" }],
    ["without an origin", {}],
    ["with the origin null", { origin: "null" }],
    ["of another port of this machine", { origin: "http://127.0.0.1:1" }],
    ["of the same site, by what the browser says", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }],
  ])("a form %s does nothing", async (_name, headers) => {
    const executionId = await waiting();
    const fields = await formOf(`/executions/${executionId}/approve`);
    const response = await post(`/executions/${executionId}/approve`, { ...fields, reason: "r" }, "operator", headers);
    expect(response.status).toBe(403);
    expect((await post("/sign-in", { token: tokens.operator }, undefined, headers)).headers.getSetCookie()).toEqual([]);
    expect((await recorded(executionId)).execution.approval).toBeUndefined();
  });

  test("a link in a chat leads to the page: the browser is asked to come again, now with its cookie", async () => {
    const followed = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    const response = await plain("/executions/engine-parked?a=1&b=2", followed);
    expect(response.status).toBe(200);
    expect(response.text).toContain(`content="0; url=/executions/engine-parked?a=1&amp;b=2"`);
    // In a frame, or by a script, it is no link; and no address for programs is opened by one.
    expect((await plain("/", { ...followed, "sec-fetch-dest": "iframe" })).status).toBe(403);
    expect((await plain("/", { ...followed, "sec-fetch-mode": "no-cors" })).status).toBe(403);
    expect((await plain("/v1/executions", followed)).status).toBe(403);
  });

  test("a form that is none: told, and nothing is done", async () => {
    const executionId = await waiting();
    const path = `/executions/${executionId}/approve`;
    const fields = new URLSearchParams(await formOf(path)).toString();
    const headers = { ...page, origin: night.url, cookie: `${cookieName()}=${tokens.operator}` };
    const send = (body: string, type: string) =>
      fetch(night.url + path, {
        method: "POST",
        headers: { ...headers, "content-type": type },
        body,
        redirect: "manual",
      });
    const form = "application/x-www-form-urlencoded";
    expect((await send(`${fields}&reason=a&reason=b`, form)).status).toBe(400);
    expect((await send("{}", "application/json")).status).toBe(415);
    expect((await send(`reason=${"x".repeat(200_000)}`, form)).status).toBe(413);
    expect((await send("reason=r", form)).status).toBe(412);
    expect((await send(`${fields}&reason=${"x".repeat(256)}`, form)).status).toBe(400);
    expect((await send(`${fields}&reason=`, form)).status).toBe(400);
    expect((await recorded(executionId)).execution.approval).toBeUndefined();
  });
});

describe("an action", () => {
  test("approve: the page names the money, the record the person; sent twice it is one approval", async () => {
    const { maxPrice: _none, ...unlimited } = ec2In("ap-southeast-2");
    const executionId = await waiting([
      ec2In("ap-southeast-1"),
      { ...compute, region: "uksouth", maxPrice: { amount: "30.00", currency: "GBP" } },
      unlimited,
    ]);
    const path = `/executions/${executionId}/approve`;
    const text = await (await get(path, "finance")).text();
    expect(text).toContain("<strong>9,000.00 USD, 30.00 GBP</strong>");
    expect(text).toMatch(/<strong>1 recommendation<\/strong> has no\s+limit/);
    const fields = { ...(await formOf(path)), reason: "in the budget of May" };
    const all = await Promise.all([1, 2, 3].map(() => post(path, fields, "finance")));
    expect(all.map(({ status, headers }) => [status, headers.get("location")])).toEqual(
      all.map(() => [303, `/executions/${executionId}?done=approve`]),
    );
    const { execution } = await recorded(executionId);
    expect(execution.approval).toMatchObject({ person: "finance", reason: "in the budget of May" });
    const history = await night.ledger.executionHistory(executionId);
    expect(history.filter(({ event }) => event === "approve")).toHaveLength(1);
    expect(await (await get(`/executions/${executionId}?done=approve`, "finance")).text()).toMatch(
      /finance<\/bdi> approved it/,
    );
  });

  test("two operators: what changed in between is told, nothing is done, and what was typed is kept", async () => {
    const executionId = await waiting();
    const path = `/executions/${executionId}/approve`;
    const fields = await formOf(path);
    const maxTotals = [{ amount: "5000", currency: "USD" }];
    await night.purchaser.setLimits(executionId, { person: "finance", reason: "less", maxTotals });
    const response = await post(path, { ...fields, reason: "it's <fine>" }, "operator");
    expect(response.status).toBe(412);
    const text = await response.text();
    expect(text).toContain("Nothing was changed.");
    expect(text).toContain(`value="it&#39;s &lt;fine&gt;"`);
    expect(text).toContain("<strong>5,000.00 USD</strong>");
    expect((await recorded(executionId)).execution.approval).toBeUndefined();
    // With the terms that are shown now it is approved.
    const [, terms = ""] = /name="terms" value="([^"]*)"/.exec(text) ?? [];
    const again = await post(path, { ...fields, terms: terms.replaceAll("&quot;", '"'), reason: "fine" }, "operator");
    expect(again.status).toBe(303);
  });

  test("somebody else's approval is not taken for one's own", async () => {
    const executionId = await waiting();
    const path = `/executions/${executionId}/approve`;
    const fields = { ...(await formOf(path)), reason: "mine" };
    expect((await post(path, fields, "finance")).status).toBe(303);
    expect((await post(path, fields, "operator")).status).toBe(412);
    expect((await recorded(executionId)).execution.approval?.person).toBe("finance");
  });

  test("cancel: recorded once, in the name of the caller", async () => {
    const executionId = await waiting();
    const path = `/executions/${executionId}/cancel`;
    const fields = { ...(await formOf(path)), reason: "ordered twice" };
    const [one, two] = [await post(path, fields, "operator"), await post(path, fields, "operator")];
    expect([one.status, two.status]).toEqual([303, 303]);
    expect((await recorded(executionId)).execution.cancelled).toMatchObject({ person: "operator" });
  });

  test("re-drive: what was refused is tried again, and bought where it can be now", async () => {
    const executionId = `engine-r-${++last}`;
    night.sandbox.addFault({
      match: { action: "DescribeReservedInstancesOfferings" },
      fault: { kind: "status", status: 403, when: "before", code: "UnauthorizedOperation" },
      times: 1000,
    });
    await submitted(night, executionId, [ec2In("eu-south-1")]);
    night.sandbox.clearFaults();
    expect((await recorded(executionId)).records[0]?.state).toBe("refused");
    const path = `/executions/${executionId}/redrive`;
    const fields = await formOf(path);
    expect((await post(path, fields, "operator")).status).toBe(303);
    await expect
      .poll(async () => (await recorded(executionId)).records[0])
      .toMatchObject({ state: "purchased", commitment: { marked: true, settled: true } });
    // A second press is answered as the first one, also when the drive is over; somebody else's is about something that is over.
    const lines = async () => (await night.ledger.historySince(executionId, 0, 100)).length;
    const before = await lines();
    expect((await post(path, fields, "operator")).headers.get("location")).toBe(
      `/executions/${executionId}?done=redrive`,
    );
    const other = await post(path, fields, "engine");
    expect([other.status, await other.text()]).toEqual([412, expect.stringContaining("somebody, or a drive")]);
    expect(await lines()).toBe(before);
  });

  test("re-drive: while the rest is still driven it is recorded, and done afterwards; a second press finds it asked for", async () => {
    const executionId = `engine-r-${++last}`;
    const { submit } = night.ledger;
    const gate = Promise.withResolvers<void>();
    Object.assign(night.ledger, {
      submit: async (...given: Parameters<typeof submit>) => {
        if (given[0].executionId === executionId) await gate.promise;
        return submit(...given);
      },
    });
    onTestFinished(() => {
      gate.resolve();
      Object.assign(night.ledger, { submit });
    });
    const limited = ec2In("sa-east-1", { maxPrice: { amount: "1.00", currency: "USD" } });
    const headers = { authorization: `Bearer ${tokens.engine}`, "content-type": "application/json" };
    const body = JSON.stringify({ source: "engine", recommendations: [limited, ec2In("ca-west-1")] });
    await fetch(`${night.url}/v1/executions/${executionId}`, { method: "PUT", headers, body });
    const first = async () => (await recorded(executionId)).records[0];
    await expect.poll(async () => (await first())?.state).toBe("refused");
    const path = `/executions/${executionId}/redrive`;
    const fields = await formOf(path);
    for (let press = 1; press <= 2; press += 1) expect((await post(path, fields, "operator")).status).toBe(303);
    const events = async () => (await night.ledger.history((await first())?.token ?? "")).map(({ event }) => event);
    expect(await events()).toEqual(["claim", "refuse", "redrive"]);
    gate.resolve();
    await expect.poll(events).toEqual(["claim", "refuse", "redrive", "claim", "refuse"]);
  });

  test("reopen: an approval has to be given anew; sent twice it is one", async () => {
    const executionId = await waiting();
    await night.purchaser.cancel(executionId, { person: "finance", reason: "too dear" });
    const path = `/executions/${executionId}/reopen`;
    expect(await (await get(path, "finance")).text()).toContain("It waits for an approval, which has to be given anew");
    const fields = { ...(await formOf(path)), reason: "needed after all" };
    const all = [await post(path, fields, "operator"), await post(path, fields, "operator")];
    expect(all.map(({ status }) => status)).toEqual([303, 303]);
    const { execution } = await recorded(executionId);
    expect([execution.cancelled, execution.approval]).toEqual([undefined, undefined]);
    expect((await night.ledger.executionHistory(executionId)).map(({ event }) => event)).toEqual([
      "record",
      "cancel",
      "reopen",
    ]);
  });

  test("drop: one recommendation is never bought; sent twice it is one, and under other terms none", async () => {
    const executionId = await waiting([ec2In("ap-south-2"), ec2In("ap-southeast-4")]);
    const path = `/executions/${executionId}/recommendations/1/skip`;
    expect(await (await get(`/executions/${executionId}/recommendations/1`, "operator")).text()).toContain("Drop …");
    expect(await (await get(path, "operator")).text()).toContain("<strong>at most 9,000.00 USD</strong>");
    const fields = { ...(await formOf(path)), reason: "sold out" };
    const maxTotals = [{ amount: "5000", currency: "USD" }];
    await night.purchaser.setLimits(executionId, { person: "finance", reason: "less", maxTotals });
    expect((await post(path, fields, "operator")).status).toBe(412);
    const now = { ...(await formOf(path)), reason: "sold out" };
    const all = [await post(path, now, "operator"), await post(path, now, "operator")];
    expect(all.map(({ status }) => status)).toEqual([303, 303]);
    expect((await recorded(executionId)).records.map(({ state }) => state)).toEqual(["planned", "skipped"]);
  });

  test("two persons: who submitted it is not offered the approval, and the door's refusal is told", async () => {
    const executionId = "operator-two-persons";
    const execution = { executionId, source: "cost-engine", recommendations: [ec2In("eu-central-1")] };
    const submitter = { caller: "operator" };
    await night.purchaser.submit(execution, { requireApproval: true, twoPersons: true, submitter });
    expect(await (await get(`/executions/${executionId}`, "operator")).text()).not.toContain("Approve …");
    expect(await (await get(`/executions/${executionId}`, "finance")).text()).toContain("Approve …");
    const path = `/executions/${executionId}/approve`;
    expect(await (await get(path, "operator")).text()).not.toContain('class="ask"');
    const refused = await post(path, { ...(await formOf(path, "finance")), reason: "mine" }, "operator");
    expect(refused.status).toBeGreaterThanOrEqual(400);
    const told = await refused.text();
    expect(told).toContain("Nothing was changed.");
    expect(told).toContain("second-person-needed");
    expect((await recorded(executionId)).execution.approval).toBeUndefined();
  });

  test("the server ends: an action is refused, and nothing is recorded", async () => {
    const other = await startNight();
    await submitted(other, "engine-1", [ec2In("us-east-1")], { requireApproval: true });
    const text = await (await fetch(`${other.url}/executions/engine-1/approve`)).text();
    const [, terms = ""] = /name="terms" value="([^"]*)"/.exec(text) ?? [];
    const [, seen = ""] = /name="seen" value="([^"]*)"/.exec(text) ?? [];
    const closing = other.close();
    const body = new URLSearchParams({ terms: terms.replaceAll("&quot;", '"'), seen, reason: "r" });
    const headers = { ...page, origin: other.url };
    const answer = await fetch(`${other.url}/executions/engine-1/approve`, { method: "POST", headers, body }).catch(
      () => undefined,
    );
    expect([undefined, 503]).toContain(answer?.status);
    await closing;
  });
});

describe("a decision", () => {
  test("bought: what is named is compared first; a wrong number is told, the right one recorded once", async () => {
    const executionId = "engine-d-1";
    const known = new Set(night.sandbox.reservedInstances().map(({ id }) => id));
    await park(night, executionId, [ec2In("me-south-1")]);
    const [bought] = night.sandbox.reservedInstances().filter(({ id }) => !known.has(id));
    const path = `/executions/${executionId}/recommendations/0/resolve/bought`;
    const wrong = await post(
      path,
      { ...(await formOf(path)), id: "00000000-0000-0000-0000-000000000000", reason: "on the bill" },
      "operator",
    );
    expect(wrong.status).toBeGreaterThanOrEqual(400);
    expect(await wrong.text()).toMatch(/Nothing was changed[^]*value="00000000-0000-0000-0000-000000000000"/);
    const fields = { ...(await formOf(path)), id: bought!.id, reason: "on the bill" };
    expect((await post(path, fields, "operator")).status).toBe(303);
    const [record] = (await recorded(executionId)).records;
    expect(record).toMatchObject({ state: "purchased", commitment: { id: bought!.id } });
    const entries = await night.ledger.history(record!.token);
    const twice = await post(path, fields, "operator");
    expect([303, 412, 409]).toContain(twice.status);
    expect((await night.ledger.history(record!.token)).length).toBe(entries.length);
    expect(await (await get(`/executions/${executionId}/recommendations/0`, "operator")).text()).toContain("operator");
  });

  test("not bought: recorded with its reason; what changed after it was shown is not decided", async () => {
    await park(night, "engine-d-2", [ec2In("af-south-1")], "before");
    const path = "/executions/engine-d-2/recommendations/0/resolve/not-bought";
    const fields = { ...(await formOf(path)), reason: "not on the bill" };
    expect((await post(path, fields, "operator")).status).toBe(303);
    const [record] = (await recorded("engine-d-2")).records;
    expect(record?.decision).toMatchObject({ kind: "not-bought", person: "operator", reason: "not on the bill" });
    expect((await post(path, fields, "operator")).status).toBe(303);
    const late = await post(path, { ...fields, reason: "another one" }, "operator");
    expect(late.status).toBe(412);
    expect(await late.text()).toContain("Somebody, or a drive, changed it");
  });

  test("not this: the other purchase counts no longer", async () => {
    const known = new Set(night.sandbox.reservedInstances().map(({ id }) => id));
    await park(night, "engine-d-3", [ec2In("mx-central-1")]);
    const other = night.sandbox.reservedInstances().find(({ id }) => !known.has(id))!;
    const path = "/executions/engine-d-3/recommendations/0/resolve/not-this";
    const fields = { ...(await formOf(path)), id: other.id, reason: "another team's" };
    expect((await post(path, fields, "operator")).status).toBe(303);
    expect((await recorded("engine-d-3")).records[0]).toMatchObject({ state: "unknown", notThis: [other.id] });
  });

  test("written off: not while the provider answers; then with its reason", async () => {
    const path = "/executions/engine-parked/recommendations/0/resolve/write-off";
    const refused = await post(path, { ...(await formOf(path)), reason: "no way to tell" }, "operator");
    expect(refused.status).toBe(409);
    expect((await recorded("engine-parked")).records[0]?.state).toBe("unknown");
    night.sandbox.addFault(blind);
    const written = await post(path, { ...(await formOf(path)), reason: "no way to tell" }, "operator");
    night.sandbox.clearFaults();
    expect(written.status).toBe(303);
    expect((await recorded("engine-parked")).records[0]).toMatchObject({
      state: "written-off",
      decision: { person: "operator", reason: "no way to tell" },
    });
  });
});

describe("hostile texts", () => {
  const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>' & </bdi>`;

  test("in ids, sources, reasons and numbers they are texts, and links lead where they should", async () => {
    const ids = [
      `engine-${evil}`,
      "engine-%2F..%2Fx?a=b#c",
      "engine-שלום-עולם",
      `engine-${"a".repeat(64)}`,
      "engine-a/b",
      "engine-ﷺ".repeat(20),
    ];
    for (const executionId of ids) {
      await night.purchaser.submit(
        {
          executionId,
          source: "cost-engine",
          recommendations: [ec2In("il-central-1"), { skip: `${evil} ${"long ".repeat(2000)}`.slice(0, 255).trim() }],
        },
        { requireApproval: true, submitter: { caller: "engine" } },
      );
      const list = await (await get("/", "operator")).text();
      const own = `/executions/${encodeURIComponent(executionId).replaceAll("'", "&#39;")}`;
      expect(list).toContain(`href="${own}"`);
      const text = await (await get(`/executions/${encodeURIComponent(executionId)}`, "operator")).text();
      for (const one of [list, text]) expect(one).not.toMatch(/<img|<script>|onerror=alert\(1\)>(?!&)/);
      const path = `/executions/${encodeURIComponent(executionId)}/cancel`;
      expect((await post(path, { ...(await formOf(path)), reason: evil }, "operator")).status).toBe(303);
      const after = await (await get(`/executions/${encodeURIComponent(executionId)}`, "operator")).text();
      expect(after).toContain("&lt;img src=x onerror=alert(1)&gt;");
      expect(after).not.toMatch(/<img|<script>/);
    }
  });

  test("a provider's error of 10,000 characters with signs that turn the direction is cut, and shows none of them", async () => {
    night.sandbox.addFault({
      match: { action: "PurchaseReservedInstancesOffering" },
      fault: {
        kind: "status",
        status: 400,
        when: "before",
        body: `<Response><Errors><Error><Code>Nope</Code><Message>&#x202E;&lt;b&gt;${"x".repeat(10_000)}</Message></Error></Errors></Response>`,
      },
    });
    await submitted(night, "engine-long", [ec2In("ca-west-1")]);
    const text = await (await get("/executions/engine-long", "operator")).text();
    expect(text).not.toContain("\u202E");
    expect(text).not.toContain("<b>");
    expect(text).not.toContain("x".repeat(1000));
  });

  test("a query that is none is told", async () => {
    for (const path of ["/?state=nix", "/?cursor=nix"]) expect((await get(path, "operator")).status).toBe(400);
    expect((await get("/executions/engine-parked/recommendations/99", "operator")).status).toBe(404);
    expect((await get("/executions/engine-parked/recommendations/0/resolve/guess", "operator")).status).toBe(404);
    expect((await get("/executions/%E0%A4%A", "operator")).status).toBe(400);
  });
});

test("the list goes by pages and by state, and shows each execution once", async () => {
  const other = await startNight();
  try {
    for (let index = 0; index < 60; index += 1) {
      await submitted(other, `engine-${index}`, [ec2In("us-east-1")], {
        requireApproval: index % 2 === 0,
        isDriven: false,
      });
    }
    const read = async (path: string) => (await fetch(`${other.url}${path}`)).text();
    for (const [query, size] of [
      ["", 60],
      ["?state=waiting", 30],
      ["?state=complete", 0],
    ] as const) {
      const ids: string[] = [];
      let path: string | undefined = `/${query}`;
      while (path !== undefined) {
        const text = await read(path);
        ids.push(...[...text.matchAll(/<a class="strong" href="\/executions\/([^"]*)"/g)].map(([, id = ""]) => id));
        path = /<a class="button" href="([^"]*)">Older executions/.exec(text)?.[1]?.replaceAll("&amp;", "&");
      }
      expect(new Set(ids).size).toBe(size);
    }
    expect(await read("/")).toContain("Needs a person (30)");
  } finally {
    await other.close();
  }
});
