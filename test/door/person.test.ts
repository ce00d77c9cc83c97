import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RefusedError } from "../../src/contract/errors.ts";
import type { Decision } from "../../src/drive/resolve-by-person.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";
import { looks } from "../../src/client/create-client.ts";
import { lookTime } from "../../src/door/look-time.ts";
import { longestIdle } from "../../src/door/start-server.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const purchase = { action: "PurchaseReservedInstancesOffering" };
const execution = { ...executionOf(ec2), executionId: "engine-1" };
const own = "/v1/executions/engine-1";
const wait = { prefer: "wait=30" };
const put = (query = "", body: object = execution) => ask(world.url, "PUT", `${own}${query}`, { body, headers: wait });
const say = (what: string, body?: object, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "POST", `${own}/${what}`, { ...(body === undefined ? {} : { body }), headers });
const terms = () => ask(world.url, "GET", `${own}/terms`);
const bought = () => world.sandbox.reservedInstances().length;

describe("approval", () => {
  test("it waits until the terms that were seen are approved, in the name of the caller; then it is bought", async () => {
    const waiting = await put("?requireApproval=true");
    expect(waiting).toMatchObject({ status: 202, json: { state: "waiting", forbidden: { code: "approval-missing" } } });
    expect(waiting.headers.get("retry-after")).toBeNull();
    expect(waiting.json.outcomes[0]).toMatchObject({ status: "refused", error: { code: "approval-missing" } });
    const seen = await terms();
    const tag = seen.headers.get("etag") ?? "";
    expect(tag).toBe(`"${seen.json.termsVersion}-${seen.json.termsHash.slice(0, 16)}"`);
    expect(seen.json).toMatchObject({ approvalRequired: true, recommendations: [{ service: "ec2", quantity: 2 }] });
    expect(bought()).toBe(0);

    const approved = await say("approval", { reason: "in the budget" }, { "if-match": tag, ...wait });
    expect(approved).toMatchObject({ status: 200, json: { state: "complete", outcomes: [{ status: "purchased" }] } });
    expect((await terms()).json.approval).toMatchObject({ person: "local", reason: "in the budget" });
    expect(bought()).toBe(1);
  });

  test("without If-Match, with one that is none, or with that of former terms: nothing is approved", async () => {
    await put("?requireApproval=true");
    const reason = { reason: "in the budget" };
    expect(await say("approval", reason)).toMatchObject({ status: 428, json: { code: "precondition-missing" } });
    const other = '"1-0123456789abcdef"';
    for (const tag of ["*", "1", '"1"', `W/${other}`, `"0${other.slice(2)}`, `${other}, ${other}`]) {
      expect(await say("approval", reason, { "if-match": tag })).toMatchObject({ status: 400 });
    }
    const tag = (await terms()).headers.get("etag") ?? "";
    const maxTotals = [{ amount: "5000", currency: "USD" }];
    await world.purchaser.setLimits("engine-1", { person: "p", reason: "r", maxTotals });
    expect(await say("approval", reason, { "if-match": tag })).toMatchObject({
      status: 412,
      json: { code: "terms-changed" },
    });
    expect((await terms()).json).toMatchObject({ maxTotals });
    expect((await terms()).json.approval).toBeUndefined();
    expect(bought()).toBe(0);
  });

  test("the person is the caller: a field of the body cannot be another one", async () => {
    await put("?requireApproval=true");
    const tag = (await terms()).headers.get("etag") ?? "";
    const said = await say("approval", { reason: "r", person: "the CFO" }, { "if-match": tag });
    expect(said).toMatchObject({
      status: 400,
      json: { problems: [{ pointer: "#/person", detail: "is not a known field" }] },
    });
    expect((await say("approval", {}, { "if-match": tag })).json.problems).toMatchObject([{ pointer: "#/reason" }]);
    expect((await terms()).json.approval).toBeUndefined();
  });

  test("two approvals at once: one is recorded", async () => {
    await put("?requireApproval=true");
    const tag = (await terms()).headers.get("etag") ?? "";
    const all = await Promise.all(
      ["a", "b", "c"].map((reason) => say("approval", { reason }, { "if-match": tag, ...wait })),
    );
    expect(all.map(({ status }) => status).toSorted()).toEqual([200, 412, 412]);
    expect(bought()).toBe(1);
  });
});

describe("cancellation", () => {
  test("after the answer nothing is sent; what was sent before is named, and looked after", async () => {
    world.sandbox.addFault({ match: purchase, fault: { kind: "delay", milliseconds: 2000 } });
    const submitting = put("", { ...execution, recommendations: [ec2, { ...ec2, instanceType: "c5.large" }] });
    await expect.poll(() => world.sandbox.purchaseRequests().length).toBeGreaterThan(0);
    const cancelled = await say("cancellation", { reason: "ordered by mistake" });
    expect(cancelled).toMatchObject({ status: 200, json: { forbidden: { code: "execution-cancelled" } } });
    expect(cancelled.json.mayBeBought.length).toBeGreaterThan(0);
    const sent = world.sandbox.purchaseRequests().length;
    await submitting;
    expect((await terms()).json.cancelled).toMatchObject({ person: "local", reason: "ordered by mistake" });
    const driven = await say("redrive", undefined, wait);
    expect(driven.json.outcomes.filter(({ status }: { status: string }) => status === "purchased")).toHaveLength(sent);
    expect(world.sandbox.purchaseRequests()).toHaveLength(sent);
  });

  test("with If-Match it holds for the terms that were seen", async () => {
    await put("?requireApproval=true");
    expect(await say("cancellation", { reason: "r" }, { "if-match": '"7-0123456789abcdef"' })).toMatchObject({
      status: 412,
    });
    const tag = (await terms()).headers.get("etag") ?? "";
    expect(await say("cancellation", { reason: "r" }, { "if-match": tag })).toMatchObject({
      status: 200,
      json: { state: "stopped" },
    });
  });
});

test("a re-drive of what is bought buys nothing; of what is worked on it waits its turn", async () => {
  const first = await put();
  const again = await Promise.all(Array.from({ length: 5 }, () => say("redrive", undefined, wait)));
  expect(again.map(({ text }) => text)).toEqual(again.map(() => first.text));
  expect(bought()).toBe(1);
});

test("a redrive that is sent again under its key, once it is done, starts nothing; another key does", async () => {
  const code = "ReservedInstancesLimitExceeded";
  const refuseOnce = () =>
    world.sandbox.addFault({ match: purchase, fault: { kind: "status", when: "before", status: 400, code } });
  refuseOnce();
  await put();
  refuseOnce();
  const asks = async () => {
    const history = await world.ledger.history((await world.ledger.recordsOf("engine-1"))[0]?.token ?? "");
    return history.filter(({ event }) => event === "redrive").length;
  };
  const under = (key: string) => say("redrive", undefined, { "idempotency-key": key, ...wait });
  const first = await under('"again-1"');
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  const sent = world.sandbox.purchaseRequests().length;
  const replay = await under("again-1");
  expect(replay).toMatchObject({ status: first.status, text: first.text });
  expect(replay.headers.get("idempotency-replayed")).toBe("true");
  expect([await asks(), world.sandbox.purchaseRequests().length]).toEqual([1, sent]);
  expect((await under("again-2")).json.state).toBe("complete");
  expect(await asks()).toBe(2);
  expect(world.sandbox.purchaseRequests().length).toBeGreaterThan(sent);

  // A submission under the same key is no redrive, and the other way round; a key belongs to one execution.
  const other = { ...execution, executionId: "engine-2" };
  const posted = { body: other, headers: { "idempotency-key": "again-1", ...wait } };
  expect((await ask(world.url, "POST", "/v1/executions", posted)).headers.get("idempotency-replayed")).toBeNull();
  const elsewhere = { headers: { "idempotency-key": "again-1" } };
  expect(await ask(world.url, "POST", "/v1/executions/engine-2/redrive", elsewhere)).toMatchObject({
    status: 422,
    json: { code: "execution-changed" },
  });
  expect(await under('"')).toMatchObject({ status: 400, json: { code: "malformed-request" } });
});

test("the history of a recommendation: each change, in order", async () => {
  await put();
  const { json } = await ask(world.url, "GET", `${own}/recommendations/0/history`);
  expect(json).toMatchObject({ executionId: "engine-1", recIndex: 0 });
  const events = json.history.map(({ event }: { event: string }) => event);
  expect(events.filter((event: string) => ["claim", "submit", "purchase"].includes(event)).slice(0, 3)).toEqual([
    "claim",
    "submit",
    "purchase",
  ]);
  for (const place of ["1", "01", "-1", "x", "1000000"]) {
    expect(await ask(world.url, "GET", `${own}/recommendations/${place}/history`)).toMatchObject({ status: 404 });
  }
});

test("a redrive of what waits for an approval is refused with that reason, and begins nothing once it is approved", async () => {
  await put("?requireApproval=true");
  const before = await world.ledger.recorded("engine-1");
  expect(await say("redrive")).toMatchObject({ status: 409, json: { code: "approval-missing" } });
  expect((await world.ledger.recorded("engine-1"))?.records).toEqual(before?.records);
  expect(bought()).toBe(0);
});

test("a redrive of what was refused and is cancelled is answered as stopped, and buys nothing once it is reopened", async () => {
  const dear = [{ ...execution.recommendations[0], maxPrice: { amount: "0.01", currency: "USD" } }];
  expect(await put("", { ...execution, recommendations: dear })).toMatchObject({ json: { state: "needs-person" } });
  await say("cancellation", { reason: "ordered twice" });
  expect(await say("redrive", undefined, wait)).toMatchObject({
    json: { state: "stopped", forbidden: { code: "execution-cancelled" } },
  });
  expect((await world.ledger.recordsOf("engine-1"))[0]?.redriveAskedAt).toBeUndefined();
  await world.purchaser.reopen("engine-1", { person: "ann", reason: "needed" });
  expect((await world.purchaser.execution("engine-1")).state).toBe("needs-person");
});

describe("resolution", () => {
  test("what a person found out is compared first, and recorded in the name of the caller", async () => {
    await put();
    const late = await say("recommendations/0/resolution", { finding: "not-bought", reason: "not on the bill" });
    expect(late).toMatchObject({ status: 409, json: { code: "nothing-to-resolve" } });
    expect(await say("recommendations/1/resolution", { finding: "not-bought", reason: "r" })).toMatchObject({
      status: 404,
    });
  });

  test("each finding reaches the purchaser with the caller as the person; what it refuses says when to ask again", async () => {
    const decisions: Decision[] = [];
    const other = await startWorld(({ purchaser }) => ({
      purchaser: {
        ...purchaser,
        resolveByPerson: async (decision) => {
          decisions.push(decision);
          throw new RefusedError({ code: "too-early", message: "Ask later.", retryable: true, retryAfter: 61_500 });
        },
      },
    }));
    await ask(other.url, "PUT", own, { body: execution, headers: wait });
    const reason = "asked the provider";
    const bodies = [
      { finding: "bought", id: "a-1", reason },
      { finding: "not-this", id: "a-2", reason },
      { finding: "not-bought", reason },
      { finding: "write-off", reason },
    ];
    for (const body of bodies) {
      const said = await ask(other.url, "POST", `${own}/recommendations/0/resolution`, { body });
      expect(said).toMatchObject({ status: 409, json: { code: "too-early", retryable: true, retryAfter: 61_500 } });
      expect(said.headers.get("retry-after")).toBe("62");
    }
    const by = { executionId: "engine-1", recIndex: 0, person: "local", reason };
    const findings = [{ bought: "a-1" }, { notThis: "a-2" }, "not-bought", "write-off"];
    expect(decisions).toEqual(findings.map((finding) => ({ ...by, finding })));
    await other.close();
  });

  test.each([
    [{ finding: "bought", reason: "r" }, "#/id"],
    [{ finding: "guess", reason: "r" }, "#/finding"],
    [{ finding: "not-bought", reason: "" }, "#/reason"],
    [{ finding: "not-bought", id: "x", reason: "r" }, "#/id"],
    [{ finding: "not-bought", reason: "r", person: "x" }, "#/person"],
  ])("%j is not one", async (body, pointer) => {
    await put();
    const said = await say("recommendations/0/resolution", body);
    expect(said).toMatchObject({ status: 400, json: { code: "malformed-request", problems: [{ pointer }] } });
  });
});

describe("a quote", () => {
  test("says what it would cost, and records nothing", async () => {
    const said = await ask(world.url, "POST", "/v1/quotes", { body: execution });
    expect(said).toMatchObject({
      status: 200,
      json: { executionId: "engine-1", recommendations: [{ verdict: "buy" }], totals: { buy: [{ currency: "USD" }] } },
    });
    expect(await world.ledger.recorded("engine-1")).toBeUndefined();
    expect(bought()).toBe(0);
    await put();
    const again = await ask(world.url, "POST", "/v1/quotes", { body: execution });
    expect(again.json.recommendations).toMatchObject([{ verdict: "bought" }]);
  });

  test("an invalid one is refused with every problem", async () => {
    const said = await ask(world.url, "POST", "/v1/quotes", { body: { ...execution, recommendations: [{}] } });
    expect(said).toMatchObject({ status: 400, json: { code: "invalid-execution", recIndex: 0 } });
  });
});

test("no connection is cut, and no client gives up, while the server may still look and record what it saw", () => {
  expect(longestIdle).toBeGreaterThanOrEqual(lookTime + 30_000);
  expect(looks.attemptTimeout).toBeGreaterThan(lookTime);
  const row = readFileSync(resolve(import.meta.dirname, "../../docs/http.md"), "utf8");
  expect(row).toContain(`30 seconds; ${longestIdle / 1000} seconds`);
});
