import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { staticTokens } from "../../src/door/static-tokens.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

const callers = {
  engine: { scopes: ["read", "write", "resolve"], executionIdPrefix: "engine-" },
  finance: { scopes: ["read", "approve", "all"] },
  night: { scopes: ["read", "write", "all"], executionIdPrefix: "night-" },
};
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const tokens = Object.entries(callers).map(([name, own]) => ({ name, sha256: sha256(name), ...own }));
type Name = keyof typeof callers;

let world: World;
/** How often `ledger.recorded` was asked, and what happens before its answer is used. */
let afterReading: (() => Promise<unknown>) | undefined;
beforeEach(async () => {
  afterReading = undefined;
  world = await startWorld(({ ledger }) => ({
    authenticate: staticTokens(JSON.stringify({ tokens }), "tokens.json").authenticate,
    ledger: {
      ...ledger,
      recorded: async (executionId) => {
        const recorded = await ledger.recorded(executionId);
        const between = afterReading;
        afterReading = undefined;
        await between?.();
        return recorded;
      },
    },
  }));
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const own = "/v1/executions/engine-1";
const other = { ...ec2, instanceType: "c5.large" };
const execution = { ...executionOf(ec2, other), executionId: "engine-1", maxTotals: [usd("90000")] };

function usd(amount: string) {
  return { amount, currency: "USD" };
}
const as = (name: Name, more = {}) => ({ authorization: `Bearer ${name}`, ...more });
const put = (query = "?requireApproval=true") =>
  ask(world.url, "PUT", `${own}${query}`, { body: execution, headers: as("engine", { prefer: "wait=30" }) });
const terms = () => ask(world.url, "GET", `${own}/terms`, { headers: as("finance") });
const tagNow = async () => (await terms()).headers.get("etag") ?? "";
const say = (name: Name, what: string, body: object | undefined, tag?: string, more = {}) =>
  ask(world.url, "POST", `${own}/${what}`, {
    ...(body === undefined ? {} : { body }),
    headers: as(name, { ...(tag === undefined ? {} : { "if-match": tag }), ...more }),
  });
const bought = () => world.sandbox.reservedInstances().length;

/** Each change of the terms, and what shows that it was made. */
const changes = [
  ["limits", { maxTotals: [usd("80000")], maxPrices: { 1: usd("1500") }, reason: "r" }, { maxTotals: [usd("80000")] }],
  ["source", { source: "finance-2", reason: "r" }, { source: "finance-2" }],
  ["recommendations/1/skip", { reason: "r" }, { termsVersion: 2 }],
] as const;

test("an approver reads the note that was submitted, in the terms and in the list; it is no part of them", async () => {
  await put();
  const tag = await tagNow();
  const note = "Capacity for May, asked for by the web team";
  const body = { ...execution, executionId: "engine-2", note };
  await ask(world.url, "PUT", "/v1/executions/engine-2?requireApproval=true", { body, headers: as("engine") });
  const read = (path: string) => ask(world.url, "GET", path, { headers: as("finance") });
  const said = await read("/v1/executions/engine-2/terms");
  expect(said.json).toMatchObject({ note });
  expect(said.headers.get("etag")).toBe(tag);
  expect((await read("/v1/executions")).json).toMatchObject({ executions: [{ note }, { executionId: "engine-1" }] });
});

describe.each(changes)("%s", (what, body, changed) => {
  test("is changed under the terms that were seen, by the caller; the answer has the next ETag", async () => {
    await put();
    const said = await say("finance", what, body, await tagNow());
    expect(said).toMatchObject({ status: 200, json: { executionId: "engine-1", ...changed } });
    expect(said.headers.get("etag")).toBe(await tagNow());
    expect(said.headers.get("content-location")).toBe(`${own}/terms`);
    const [last] = (await world.ledger.executionHistory("engine-1")).slice(-1);
    expect(last).toMatchObject({ person: "finance", reason: "r", termsVersion: 2 });
  });

  test("without If-Match 428, with that of other terms 412, of another form 400, without the scope 403: nothing is changed", async () => {
    await put();
    const before = (await terms()).text;
    const tag = await tagNow();
    expect(await say("finance", what, body)).toMatchObject({ status: 428, json: { code: "precondition-missing" } });
    const others = [tag.replace("1-", "2-"), `"1-${"0".repeat(16)}"`];
    for (const one of others) {
      expect(await say("finance", what, body, one)).toMatchObject({ status: 412, json: { code: "terms-changed" } });
    }
    for (const one of ["*", '"1"', `W/${tag}`]) {
      expect(await say("finance", what, body, one)).toMatchObject({ status: 400 });
    }
    expect(await say("engine", what, body, tag)).toMatchObject({ status: 403 });
    expect(await say("finance", what, { ...body, person: "the CFO" }, tag)).toMatchObject({
      status: 400,
      json: { problems: [{ pointer: "#/person" }] },
    });
    expect((await terms()).text).toBe(before);
  });

  test("a change between the check and the write is refused by the ledger", async () => {
    await put();
    const tag = await tagNow();
    afterReading = () => world.purchaser.setSource("engine-1", { person: "p", reason: "r", source: "meanwhile" });
    expect(await say("finance", what, body, tag)).toMatchObject({ status: 412, json: { code: "terms-changed" } });
    expect((await terms()).json).toMatchObject({ source: "meanwhile", termsVersion: 2 });
  });
});

describe("reopening", () => {
  test("undoes a cancellation under the terms that were seen; what needs no approval is driven", async () => {
    await put();
    await say("engine", "cancellation", { reason: "by mistake" });
    const cancelled = await tagNow();
    expect(await say("finance", "reopening", { reason: "r" })).toMatchObject({ status: 428 });
    expect(await say("engine", "reopening", { reason: "r" }, cancelled)).toMatchObject({ status: 403 });
    const reopened = await say("finance", "reopening", { reason: "needed after all" }, cancelled);
    expect(reopened.status).toBe(200);
    expect(reopened.json.cancelled).toBeUndefined();
    expect(await say("finance", "reopening", { reason: "r" }, cancelled)).toMatchObject({ status: 412 });
    const again = reopened.headers.get("etag") ?? "";
    expect(await say("finance", "reopening", { reason: "r" }, again)).toMatchObject({
      status: 409,
      json: { code: "nothing-to-change" },
    });
    const wait = { prefer: "wait=30" };
    const approved = await say("finance", "approval", { reason: "r" }, again, wait);
    expect(approved).toMatchObject({ status: 200, json: { outcomes: [{ status: "purchased" }, {}] } });
    expect(bought()).toBe(1);
  });
});

test("limits: what is none, or of no recommendation, is named by its pointer; null takes a limit away", async () => {
  await put();
  const tag = await tagNow();
  const cases = [
    [{ maxTotals: [{ amount: 5, currency: "USD" }] }, "#/maxTotals/0/amount"],
    [{ maxTotals: [] }, "#/maxTotals"],
    [{ maxPrices: { 7: usd("1") } }, "#/maxPrices/7"],
    [{ maxPrices: { "01": usd("1") } }, "#/maxPrices/01"],
    [{ maxPrices: { 1: "1 USD" } }, "#/maxPrices/1"],
    [{}, "#/maxTotals"],
  ] as const;
  for (const [body, pointer] of cases) {
    const said = await say("finance", "limits", { ...body, reason: "r" }, tag);
    expect(said, pointer).toMatchObject({ status: 400, json: { problems: [{ pointer }] } });
  }
  const said = await say("finance", "limits", { maxTotals: null, reason: "r" }, tag);
  expect(said.status).toBe(200);
  expect(said.json.maxTotals).toBeUndefined();
});

test("a place that is not there is not skipped; what was sent is not, either", async () => {
  await put("");
  const tag = await tagNow();
  for (const place of ["7", "x", "01"]) {
    expect(await say("finance", `recommendations/${place}/skip`, { reason: "r" }, tag)).toMatchObject({ status: 404 });
  }
  expect(await say("finance", "recommendations/0/skip", { reason: "r" }, tag)).toMatchObject({
    status: 409,
    json: { code: "already-sent" },
  });
});

test("a ledger that was restored reaches a version again: its tag is another one", async () => {
  await put();
  await world.purchaser.setSource("engine-1", { person: "p", reason: "r", source: "one" });
  const [version, hash] = (await tagNow()).slice(1, -1).split("-");
  expect(version).toBe("2");
  const { termsHash } = (await terms()).json;
  expect(termsHash.startsWith(hash)).toBe(true);
});

describe("a cancellation that is sent twice", () => {
  test("by the same caller: the state as it is, and nothing is changed; also with the ETag of before, and at once", async () => {
    await put();
    const tag = await tagNow();
    const send = () => say("engine", "cancellation", { reason: "r" }, tag);
    const [one, two] = await Promise.all([send(), send()]);
    const three = await send();
    expect([one, two, three].map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(two.text).toBe(one.text);
    expect(three.text).toBe(one.text);
    expect(three.json).toMatchObject({ state: "stopped", mayBeBought: [] });
    const events = (await world.ledger.executionHistory("engine-1")).map(({ event }) => event);
    expect(events).toEqual(["record", "cancel"]);
  });

  test("by another one it is a conflict", async () => {
    await put();
    await say("engine", "cancellation", { reason: "r" });
    expect(await say("night", "cancellation", { reason: "r" })).toMatchObject({
      status: 409,
      json: { code: "nothing-to-change" },
    });
  });
});

describe("a re-drive", () => {
  test("takes If-Match, and does nothing under other terms", async () => {
    await put("");
    const tag = await tagNow();
    expect(await say("engine", "redrive", undefined, '"7-0123456789abcdef"')).toMatchObject({ status: 412 });
    expect(await say("engine", "redrive", undefined, '"7"')).toMatchObject({ status: 400 });
    expect(await say("engine", "redrive", undefined, tag, { prefer: "wait=30" })).toMatchObject({ status: 200 });
  });

  test("has no body, or an empty object in JSON", async () => {
    await put("");
    const send = (body: string, type: string) =>
      ask(world.url, "POST", `${own}/redrive`, { body, headers: as("engine", { "content-type": type }) });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      expect(await send("a=b", type)).toMatchObject({ status: 415, json: { code: "unsupported-media-type" } });
    }
    expect(await send('{"a":1}', "application/json")).toMatchObject({ status: 400 });
    expect(await send("{", "application/json")).toMatchObject({ status: 400 });
    for (const body of ["{}", ""]) expect((await send(body, "application/json")).status).toBeLessThan(203);
  });
});

test("a resolution takes If-Match", async () => {
  await put("");
  const body = { finding: "not-bought", reason: "r" };
  const what = "recommendations/0/resolution";
  expect(await say("engine", what, body, '"7-0123456789abcdef"')).toMatchObject({
    status: 412,
    json: { code: "terms-changed" },
  });
  expect(await say("engine", what, body, await tagNow())).toMatchObject({
    status: 409,
    json: { code: "nothing-to-resolve" },
  });
});

test("the library decides nothing under other terms than those that were seen", async () => {
  await put();
  const decision = { executionId: "engine-1", recIndex: 0, person: "p", reason: "r" } as const;
  await expect(
    world.purchaser.resolveByPerson({ ...decision, finding: { notThis: "ri-1" }, expectedVersion: 7 }),
  ).rejects.toMatchObject({ code: "terms-changed" });
  expect((await world.ledger.recordsOf("engine-1"))[0]?.notThis).toBeUndefined();
});

describe("the document", () => {
  test("names 304, the headers of answers, and that the id of a PUT is in its path", async () => {
    const { json } = await ask(world.url, "GET", "/openapi.json");
    const { paths, components } = json;
    const read = paths["/v1/executions/{executionId}"].get.responses;
    expect(read["304"]).toMatchObject({ headers: { ETag: {} } });
    expect(Object.keys(read["200"].headers)).toEqual(expect.arrayContaining(["ETag", "Retry-After"]));
    const { requestBody, responses } = paths["/v1/executions/{executionId}"].put;
    const headers = ["ETag", "Location", "Retry-After", "Idempotency-Replayed"];
    expect(Object.keys(responses["202"].headers)).toEqual(expect.arrayContaining(headers));
    const [, name = ""] = /([^/]+)$/.exec(requestBody.content["application/json"].schema.$ref) ?? [];
    expect(components.schemas[name].required).not.toContain("executionId");
    expect(components.schemas.Execution.required).toContain("executionId");
    expect(paths["/v1/executions/{executionId}/redrive"].post.requestBody.required).toBe(false);
  });

  test("is made once, however often it is asked for", async () => {
    const made = vi.spyOn(Map, "groupBy");
    const first = await ask(world.url, "GET", "/openapi.json");
    const calls = made.mock.calls.length;
    expect(calls).toBeGreaterThan(0);
    expect((await ask(world.url, "GET", "/openapi.json")).text).toBe(first.text);
    expect(made.mock.calls.length).toBe(calls);
    made.mockRestore();
  });
});
