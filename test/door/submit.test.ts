import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { isProof, proofTest, standingForAll } from "../standing-for-all.ts";
import { ask, type Said, startWorld, type World } from "./door-world.ts";

/** More than are driven at once. */
const many = isProof ? 50 : 20;

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
const wait = { prefer: "wait=30" };
const put = (body: object = execution, headers: Readonly<Record<string, string>> = {}, id = "engine-1") =>
  ask(world.url, "PUT", `/v1/executions/${encodeURIComponent(id)}`, { body, headers });
const post = (body: object, key: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "POST", "/v1/executions", { body, headers: { "idempotency-key": key, ...headers } });
const get = (headers: Readonly<Record<string, string>> = {}, id = "engine-1") =>
  ask(world.url, "GET", `/v1/executions/${encodeURIComponent(id)}`, { headers });
const bought = () => world.sandbox.reservedInstances().length;
const statuses = ({ json }: Said) => json.outcomes.map(({ status }: { status: string }) => status);

/** A purchase that stays under way until it is let go. */
function holdPurchase() {
  world.sandbox.addFault({ match: purchase, fault: { kind: "delay", milliseconds: 1500 } });
}

describe("an execution is recorded first, and driven", () => {
  test("PUT: 202 with where it is and when to ask again; then bought, once", async () => {
    const first = await put();
    expect(first.status).toBe(202);
    expect(first.headers.get("location")).toBe("/v1/executions/engine-1");
    expect(first.headers.get("retry-after")).toBe("2");
    expect(first.headers.get("idempotency-replayed")).toBeNull();
    expect(first.json).toMatchObject({ executionId: "engine-1", state: "working" });
    expect(statuses(first)).toEqual(["in-progress"]);
    const after = await get(wait);
    expect(after).toMatchObject({ status: 200, json: { state: "complete", totals: [{ currency: "USD" }] } });
    expect(statuses(after)).toEqual(["purchased"]);
    expect(after.headers.get("retry-after")).toBeNull();
    expect(after.json.outcomes[0].token).toMatch(/^[0-9a-f]{64}$/);
    expect(bought()).toBe(1);
  });

  test("Prefer: wait answers 200 when all is decided, and says that it waited", async () => {
    const said = await put(execution, wait);
    expect(said).toMatchObject({ status: 200, json: { state: "complete" } });
    expect(said.headers.get("preference-applied")).toBe("wait=30");
    expect(said.headers.get("location")).toBe("/v1/executions/engine-1");
  });

  test("Prefer: wait answers 202 when the time is over first", async () => {
    holdPurchase();
    const said = await put(execution, { prefer: "respond-async, wait=1" });
    expect(said).toMatchObject({ status: 202, json: { state: "working" } });
    expect((await get(wait)).json.state).toBe("complete");
  });

  test("Prefer: wait answers as soon as it needs a person: a refusal is data", async () => {
    const said = await put(
      { ...execution, recommendations: [{ ...ec2, maxPrice: { amount: "1", currency: "USD" } }] },
      wait,
    );
    expect(said).toMatchObject({ status: 200, json: { state: "needs-person" } });
    expect(said.json.outcomes[0]).toMatchObject({ status: "refused", error: { code: "price-above-limit" } });
    expect(said.headers.get("retry-after")).toBeNull();
    expect(bought()).toBe(0);
  });

  test("POST under a key does the same, and the key may be written with quotes or without", async () => {
    const first = await post(execution, '"order-1"', wait);
    expect(first).toMatchObject({ status: 200, json: { state: "complete" } });
    const again = await post(execution, "order-1");
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.text).toBe(first.text);
    expect(await world.ledger.executionOfKey("local", "order-1")).toBe("engine-1");
  });

  const ids = ["a/b", "100%", "%2F", "a b", "ü-1", "a+b", "?x#y", "v1:executions"];
  test.each(standingForAll(ids, (id) => ["%2F", "?x#y"].includes(id)))("the id %s is found again", async (id) => {
    const first = await put({ ...execution, executionId: id }, wait, id);
    expect(first).toMatchObject({ status: 200, json: { executionId: id, state: "complete" } });
    const location = first.headers.get("location") ?? "";
    expect((await ask(world.url, "GET", location)).text).toBe(first.text);
    expect((await get({}, id)).text).toBe(first.text);
    expect(await world.ledger.recorded(id)).toBeDefined();
  });

  test("the id in the path is enough", async () => {
    const { executionId: _executionId, ...body } = execution;
    expect(await put(body, wait)).toMatchObject({ status: 200, json: { executionId: "engine-1", state: "complete" } });
  });

  test("empty places keep the index of the others", async () => {
    const said = await put({ ...execution, recommendations: [{ skip: "bought by hand" }, ec2] }, wait);
    expect(statuses(said)).toEqual(["skipped", "purchased"]);
    expect(said.json.outcomes[0]).toMatchObject({ recIndex: 0, note: "bought by hand" });
  });
});

describe("a repetition changes nothing and starts nothing", () => {
  test("once all is decided it is the same, byte for byte", async () => {
    const first = await put(execution, wait);
    const again = [await put(), await put(execution, wait), await post(execution, "k"), await get()];
    expect(again.map(({ text }) => text)).toEqual(again.map(() => first.text));
    expect(again.map(({ headers }) => headers.get("idempotency-replayed"))).toEqual(["true", "true", "true", null]);
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(bought()).toBe(1);
  });

  test("what was refused is not tried again: only a re-drive does", async () => {
    world.sandbox.addFault({
      match: purchase,
      fault: { kind: "status", when: "before", status: 400, code: "ReservedInstancesLimitExceeded" },
    });
    const first = await put(execution, wait);
    expect(statuses(first)).toEqual(["rejected"]);
    const asked = world.sandbox.purchaseRequests().length;
    for (let time = 0; time < 3; time += 1) expect((await put(execution, wait)).text).toBe(first.text);
    expect(world.sandbox.purchaseRequests()).toHaveLength(asked);
    const driven = await ask(world.url, "POST", "/v1/executions/engine-1/redrive", { headers: wait });
    expect(driven).toMatchObject({ status: 200, json: { state: "complete" } });
    expect(statuses(driven)).toEqual(["purchased"]);
    expect(bought()).toBe(1);
  });

  test("while it works it is answered with how it stands", async () => {
    holdPurchase();
    await put();
    await expect.poll(() => world.sandbox.purchaseRequests().length).toBe(1);
    const again = await put();
    expect(again.status).toBe(202);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.json.outcomes[0]).toMatchObject({ status: "in-progress", price: { currency: "USD" } });
    expect((await get(wait)).json.state).toBe("complete");
    expect(bought()).toBe(1);
  });

  test("with other content: 422 that names it, and nothing is bought beside", async () => {
    const first = await put(execution, wait);
    const other = await put({ ...execution, recommendations: [{ ...ec2, quantity: 3 }] });
    expect(other).toMatchObject({ status: 422, json: { code: "execution-changed", retryable: false } });
    expect(other.json.detail).toContain("#0 was changed (quantity)");
    const longer = await post({ ...execution, recommendations: [ec2, ec2] }, "other");
    expect(longer).toMatchObject({ status: 422, json: { code: "execution-changed" } });
    expect((await get()).text).toBe(first.text);
    expect(bought()).toBe(1);
  });

  test("a key of another execution: 422, and nothing of the new one is recorded", async () => {
    await post(execution, "order-1", wait);
    const other = await post({ ...execution, executionId: "engine-2" }, "order-1");
    expect(other).toMatchObject({ status: 422, json: { code: "execution-changed" } });
    expect(await world.ledger.recorded("engine-2")).toBeUndefined();
  });

  test("nothing is stored under the key of an invalid request", async () => {
    expect((await post({ ...execution, recommendations: [] }, "order-1")).status).toBe(400);
    expect(await post(execution, "order-1", wait)).toMatchObject({ status: 200, json: { state: "complete" } });
  });
});

describe("at once", () => {
  test("many first requests, by PUT and by POST under different keys: one execution, bought once, and every key replays it", async () => {
    const all = await Promise.all(
      Array.from({ length: many }, (_, index) =>
        index % 2 === 0 ? put(execution, wait) : post(execution, `key-${index}`, wait),
      ),
    );
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 200));
    expect(all.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
    expect(bought()).toBe(1);
    for (let index = 1; index < many; index += 2) {
      const again = await post(execution, `key-${index}`);
      expect(again.text).toBe(all[0]?.text);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
    }
  });

  test("two contents under one id: one is recorded, the other is refused, whichever comes first", async () => {
    const other = { ...execution, recommendations: [{ ...ec2, quantity: 3 }] };
    const all = await Promise.all(Array.from({ length: 10 }, (_, index) => put(index % 2 ? other : execution, wait)));
    const codes = all.map(({ status }) => status).toSorted();
    expect(codes).toEqual([200, 200, 200, 200, 200, 422, 422, 422, 422, 422]);
    expect(bought()).toBe(1);
  });

  proofTest("many executions: each is driven, a few at a time, and bought once", async () => {
    const ids = Array.from({ length: many }, (_, index) => `many-${index}`);
    const said = await Promise.all(ids.map((id) => put({ ...execution, executionId: id }, wait, id)));
    const left = said.filter(({ json }) => json.state !== "complete");
    for (const { json } of left) expect((await get(wait, json.executionId)).json.state).toBe("complete");
    expect(bought()).toBe(many);
  });
});

describe("reading", () => {
  test("the report has a tag: 304 while it is the same, with when to ask again", async () => {
    holdPurchase();
    await put();
    await expect.poll(() => world.sandbox.purchaseRequests().length).toBe(1);
    const working = await get();
    const tag = working.headers.get("etag") ?? "";
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
      const same = await get({ "if-none-match": known });
      expect(same).toMatchObject({ status: 304, text: "" });
      expect(same.headers.get("etag")).toBe(tag);
      expect(same.headers.get("retry-after")).toBe("2");
    }
    const decided = await get({ ...wait, "if-none-match": tag });
    expect(decided).toMatchObject({ status: 200, json: { state: "complete" } });
    expect((await get({ "if-none-match": decided.headers.get("etag") ?? "" })).status).toBe(304);
    expect((await get({ "if-none-match": tag })).status).toBe(200);
  });

  test("HEAD says what GET does, without the report", async () => {
    await put(execution, wait);
    const [read, head] = [await get(), await ask(world.url, "HEAD", "/v1/executions/engine-1")];
    expect(head).toMatchObject({ status: 200, text: "" });
    const tag = read.headers.get("etag") ?? "";
    expect(head.headers.get("etag")).toBe(tag);
    const same = await ask(world.url, "HEAD", "/v1/executions/engine-1", { headers: { "if-none-match": tag } });
    expect(same.status).toBe(304);
  });

  test("the list goes page by page, and by state", async () => {
    for (const id of ["a", "b", "c", "d", "e"]) {
      const isDear = id === "c";
      const limited = isDear ? { ...ec2, maxPrice: { amount: "1", currency: "USD" } } : ec2;
      await put({ ...execution, executionId: id, recommendations: [limited] }, wait, id);
    }
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ask(world.url, "GET", `/v1/executions?limit=2${cursor ? `&cursor=${cursor}` : ""}`);
      expect(page.status).toBe(200);
      expect(page.json.executions.length).toBeLessThanOrEqual(2);
      found.push(...page.json.executions.map(({ executionId }: { executionId: string }) => executionId));
      cursor = page.json.next;
    } while (cursor !== undefined);
    expect(found.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
    const { json } = await ask(world.url, "GET", "/v1/executions?state=needs-person");
    expect(json.executions).toMatchObject([{ executionId: "c", state: "needs-person", places: { toCome: 1 } }]);
    expect(json.next).toBeUndefined();
  });

  test.each([
    ["state=done", "state"],
    ["limit=0", "limit"],
    ["limit=1e2", "limit"],
    ["cursor=x", "cursor"],
    ["cursor=WzEsMl0", "cursor"],
  ])("a query that is none: %s", async (query, parameter) => {
    const said = await ask(world.url, "GET", `/v1/executions?${query}`);
    expect(said).toMatchObject({ status: 400, json: { code: "malformed-request", problems: [{ parameter }] } });
  });
});

describe("when the ledger fails", () => {
  let broken: World;
  let isBroken = false;
  beforeAll(async () => {
    broken = await startWorld(({ purchaser, ledger }) => ({
      ledger: { ...ledger, now: async () => (isBroken ? ledgerIsGone() : ledger.now()) },
      purchaser: { ...purchaser, submit: async (...given) => (isBroken ? ledgerIsGone() : purchaser.submit(...given)) },
    }));
  });
  afterAll(() => broken.close());
  const ledgerIsGone = async () => {
    const { LedgerError } = await import("../../src/contract/errors.ts");
    throw new LedgerError({ code: "ledger-unavailable", message: "The disk is gone.", retryable: true });
  };

  test("503 says that nothing is known to be recorded; the same request is carried out later", async () => {
    isBroken = true;
    const asked = () => ask(broken.url, "PUT", "/v1/executions/engine-1", { body: execution, headers: wait });
    expect(await asked()).toMatchObject({ status: 503, json: { code: "ledger-unavailable", retryable: true } });
    expect(await ask(broken.url, "GET", "/readyz")).toMatchObject({
      status: 503,
      json: { code: "ledger-unavailable" },
    });
    expect((await ask(broken.url, "GET", "/livez")).status).toBe(200);
    isBroken = false;
    expect(await asked()).toMatchObject({ status: 200, json: { state: "complete" } });
  });
});
