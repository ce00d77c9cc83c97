// The pages are behind the same entrance as the addresses for programs: false tokens, rates and seats are counted together.
import { type IncomingMessage, request as httpRequest } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { DoorLimits } from "../../src/door/door-parts.ts";
import { ec2In, knownTokens, type Night, startNight, submitted, tokens } from "./night.ts";

/** A server with these limits, whose clock stands still: nothing comes back with time. */
async function limited(limits: DoorLimits): Promise<Night> {
  const environment = { ...systemEnvironment, now: () => 0 };
  const night = await startNight({ authenticate: knownTokens(), limits, environment });
  onTestFinished(() => night.close());
  return night;
}

const cookieOf = ({ url }: Night, token: string) => ({ cookie: `buyonce-${new URL(url).port}=${token}` });

function get(night: Night, path: string, token: string): Promise<Response> {
  const headers = { accept: "text/html", ...cookieOf(night, token) };
  return fetch(night.url + path, { headers, redirect: "manual" });
}

function post(night: Night, path: string, fields: Readonly<Record<string, string>>, token?: string): Promise<Response> {
  const cookie = token === undefined ? {} : cookieOf(night, token);
  const headers = { accept: "text/html", origin: night.url, ...cookie };
  return fetch(night.url + path, { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual" });
}

const program = async ({ url }: Night, token: string) =>
  (await fetch(`${url}/v1/executions`, { headers: { authorization: `Bearer ${token}` } })).status;

/** The fields of the form that asks whether to approve. */
async function approval(night: Night, executionId: string): Promise<Record<string, string>> {
  const text = await (await get(night, `/executions/${executionId}/approve`, tokens.operator)).text();
  const [, terms = ""] = /name="terms" value="([^"]*)"/.exec(text) ?? [];
  return { terms: terms.replaceAll("&quot;", '"'), reason: "in the budget" };
}

test("who guesses tokens at the sign-in is made to wait, there and everywhere; who was valid lately signs in", async () => {
  const night = await limited({ failuresPerMinute: 2 });
  const signIn = (token: string) => post(night, "/sign-in", { token });
  expect((await signIn(tokens.operator)).status).toBe(303);
  const guesses = [await signIn("guess-1"), await signIn("guess-2"), await signIn("guess-3")];
  expect(guesses.map(({ status }) => status)).toEqual([401, 401, 429]);
  expect(Number(guesses[2]?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await guesses[2]?.text()).toContain("Too many requests without a valid token");
  expect([(await signIn(tokens.finance)).status, await program(night, tokens.finance)]).toEqual([429, 429]);
  expect([(await signIn(tokens.operator)).status, await program(night, tokens.operator)]).toEqual([303, 200]);
});

test.each(["/", "/sign-in?kept=1", "/executions/engine-1/events"])(
  "who guesses with a cookie at %s is made to wait",
  async (path) => {
    const night = await limited({ failuresPerMinute: 2 });
    const statuses: number[] = [];
    for (const token of ["guess-1", "guess-2", "guess-3"]) statuses.push((await get(night, path, token)).status);
    expect(statuses.slice(0, 2)).not.toContain(429);
    expect(statuses[2]).toBe(429);
    // Whoever has no cookie guesses nothing.
    expect((await fetch(`${night.url}/`, { redirect: "manual" })).status).toBe(303);
  },
);

test("a page counts once as a request of its caller, also where it asks the door; nothing is done of one too many", async () => {
  const night = await limited({ ratePerCaller: 1 });
  await submitted(night, "engine-1", [ec2In("us-east-1")], { requireApproval: true });
  const fields = await approval(night, "engine-1");
  for (let page = 2; page <= 9; page += 1) expect((await get(night, "/", tokens.operator)).status).toBe(200);
  const path = "/executions/engine-1/cancel";
  expect((await post(night, path, fields, tokens.operator)).status).toBe(303);
  expect((await night.ledger.recorded("engine-1"))?.execution.cancelled?.person).toBe("operator");
  const late = await post(night, "/executions/engine-1/reopen", fields, tokens.operator);
  expect([late.status, late.headers.get("retry-after")]).toEqual([429, "1"]);
  expect(await program(night, tokens.operator)).toBe(429);
  expect((await post(night, "/sign-in", { token: tokens.operator })).status).toBe(429);
  expect((await night.ledger.recorded("engine-1"))?.execution.cancelled?.person).toBe("operator");
  expect((await get(night, "/", tokens.finance)).status).toBe(200);
});

test("a page takes one seat of its caller, which the request that it sends to the door shares", async () => {
  const night = await limited({ requestsAtOnce: 2 });
  await submitted(night, "engine-1", [ec2In("us-east-1")], { requireApproval: true });
  const body = new URLSearchParams(await approval(night, "engine-1")).toString();
  const { port, hostname } = new URL(night.url);
  const headers = {
    origin: night.url,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": body.length,
    ...cookieOf(night, tokens.operator),
  };
  const answer = Promise.withResolvers<IncomingMessage>();
  const path = "/executions/engine-1/approve";
  const form = httpRequest({ port, hostname, path, method: "POST", headers }, answer.resolve).on(
    "error",
    answer.reject,
  );
  form.write(body.slice(0, 10));
  await expect.poll(async () => (await get(night, "/", tokens.operator)).status).toBe(503);
  expect(await program(night, tokens.operator)).toBe(503);
  expect((await get(night, "/", tokens.finance)).status).toBe(200);
  form.end(body.slice(10));
  expect((await answer.promise).statusCode).toBe(303);
  expect((await night.ledger.recorded("engine-1"))?.execution.approval?.person).toBe("operator");
  await expect.poll(async () => (await get(night, "/", tokens.operator)).status).toBe(200);
});
