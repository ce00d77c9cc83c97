// What a server says of itself is for who runs it; other callers get a sentence that stays, and the log the rest.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LedgerError, RefusedError } from "../../src/contract/errors.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { bearerOf, callersWith } from "./caller-world.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
let failure: Error | undefined;
let meanwhile: (() => Promise<unknown>) | undefined;
beforeAll(async () => {
  world = await startWorld(({ purchaser, ledger }) => ({
    authenticate: callersWith({
      engine: ["read", "write", "quote"],
      other: ["write", "quote"],
      auditor: ["read", "write", "quote", "all"],
    }),
    purchaser: {
      ...purchaser,
      submit: async (...given) => {
        if (failure !== undefined) throw failure;
        return purchaser.submit(...given);
      },
      plan: async (...given) => {
        const planned = await purchaser.plan(...given);
        await meanwhile?.();
        return planned;
      },
    },
    ledger: {
      ...ledger,
      now: async () => {
        if (failure !== undefined) throw failure;
        return ledger.now();
      },
    },
  }));
});
beforeEach(() => {
  failure = undefined;
  meanwhile = undefined;
});
afterAll(() => world.close());

const body = (executionId: string) => ({ ...executionOf(ec2), executionId });
const put = (id: string, by: string) =>
  ask(world.url, "PUT", `/v1/executions/${id}`, { body: body(id), headers: { ...bearerOf(by), prefer: "wait=30" } });

describe("a server that cannot serve", () => {
  const path = "/var/lib/secret/ledger.db";
  test.each([
    ["the ledger", new LedgerError({ code: "ledger-unavailable", message: `${path} is gone.`, retryable: false }), 503],
    ["a ledger that is missing", new LedgerError({ code: "ledger-missing", message: `No ledger at ${path}.` }), 503],
    ["a setting", new RefusedError({ code: "invalid-configuration", message: `${path} is none.` }), 500],
    ["a defect", new Error(`${path} undefined`), 500],
    ["a defect with a code", new RefusedError({ code: "internal", message: `${path} undefined` }), 500],
  ])("%s: the path is in the log, not in the answer", async (_, error, status) => {
    failure = error;
    const said = await put("engine-0", "engine");
    expect(said.status).toBe(status);
    expect(said.text).not.toContain("secret");
    expect(said.json.detail).toMatch(/log.*Send the same again/);
    expect(said.json.retryable).toBe(!(error instanceof RefusedError) || error.code === "internal");
    expect(said.headers.get("retry-after")).toBe(status === 503 ? "5" : null);
    expect(world.errors.splice(0)).toEqual([expect.stringContaining(path)]);
    const ready = await ask(world.url, "GET", "/readyz");
    expect([ready.status, ready.text.includes("secret")]).toEqual([status, false]);
    expect(world.errors.splice(0)).toEqual([expect.stringMatching(/^GET \/readyz: .*secret/)]);
    const told = await put("auditor-0", "auditor");
    expect(told.text.includes(path)).toBe("code" in error);
    world.errors.splice(0);
    expect(await world.ledger.recorded("engine-0")).toBeUndefined();
  });
});

describe("a quote asks whose the id is, as a submit does", () => {
  const quote = (id: string, by: string) =>
    ask(world.url, "POST", "/v1/quotes", { body: body(id), headers: bearerOf(by) });

  test("its prefix, and its owner", async () => {
    expect((await put("engine-1", "engine")).json.state).toBe("complete");
    await world.purchaser.submit(body("other-1"), { submitter: { caller: "engine" } });
    let planned = 0;
    meanwhile = async () => (planned += 1);
    expect(await quote("engine-1", "other")).toMatchObject({ status: 403, json: { code: "not-permitted" } });
    expect(await quote("engine-none", "other")).toMatchObject({ status: 403, json: { code: "not-permitted" } });
    expect(await quote("other-1", "other")).toMatchObject({ status: 409, json: { code: "execution-id-taken" } });
    // No provider is asked for what is refused.
    expect(planned).toBe(0);
    expect(await quote("other-none", "other")).toMatchObject({ status: 200 });
    expect(await quote("engine-1", "engine")).toMatchObject({ status: 200 });
    expect(await quote("engine-1", "auditor")).toMatchObject({ status: 200 });
    expect(await quote("..", "other")).toMatchObject({ status: 400 });
  });

  test("one that somebody else records while it is planned is not told", async () => {
    meanwhile = () => world.purchaser.submit(body("other-2"), { submitter: { caller: "engine" } });
    expect(await quote("other-2", "other")).toMatchObject({ status: 409, json: { code: "execution-id-taken" } });
    meanwhile = () => put("other-3", "other");
    expect(await quote("other-3", "other")).toMatchObject({ status: 200 });
  });
});
