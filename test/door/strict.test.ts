import { afterAll, beforeAll, expect, test } from "vitest";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const put = (executionId: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "PUT", `/v1/executions/${executionId}`, { body: { ...executionOf(ec2), executionId }, headers });

test("a repetition that comes while it works is a conflict for who asks for that, and for nobody else", async () => {
  const [sent, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.sandbox.onRequest = async ({ action }) => {
    if (action !== "PurchaseReservedInstancesOffering") return;
    sent.resolve();
    await letGo.promise;
  };
  const strict = { prefer: "handling=strict" };
  expect(await put("engine-1", strict)).toMatchObject({ status: 202 });
  await sent.promise;
  for (const prefer of ["handling=strict", "respond-async, Handling = Strict", 'wait=0; handling="strict"']) {
    const said = await put("engine-1", { prefer });
    expect(said).toMatchObject({ status: 409, json: { code: "in-progress", retryable: true, retryAfter: 2000 } });
    expect(said.headers.get("retry-after")).toBe("2");
    expect(said.headers.get("location")).toBe("/v1/executions/engine-1");
    const held = await world.ledger.recordsOf("engine-1");
    expect(said.json).toMatchObject({
      holder: held[0]?.holder,
      until: new Date(held[0]?.leaseUntil ?? 0).toISOString(),
    });
  }
  for (const prefer of ["handling=lenient", "handling=stricter", "x-handling=strict"]) {
    expect((await put("engine-1", { prefer })).status).toBe(202);
  }
  const other = await ask(world.url, "PUT", "/v1/executions/engine-1", {
    body: { ...executionOf({ ...ec2, quantity: 3 }), executionId: "engine-1" },
    headers: strict,
  });
  expect(other).toMatchObject({ status: 422, json: { code: "execution-changed" } });
  const decided = put("engine-1", { prefer: "wait=30, handling=strict" });
  letGo.resolve();
  expect(await decided).toMatchObject({ status: 200, json: { state: "complete" } });
  expect(await put("engine-1", strict)).toMatchObject({ status: 200 });
  expect(world.sandbox.purchaseRequests()).toHaveLength(1);
});

test("where it waits for its turn nobody holds it yet", async () => {
  const body = { ...executionOf(ec2), executionId: "engine-2" };
  await world.purchaser.submit(body, { submitter: { caller: "local" } });
  const said = await put("engine-2", { prefer: "handling=strict" });
  expect(said).toMatchObject({ status: 409, json: { code: "in-progress" } });
  expect(said.json).not.toHaveProperty("holder");
});

test("what differs is said so that nobody takes the recorded one for not bought", async () => {
  const bought = await put("engine-3", { prefer: "wait=30" });
  expect(bought.json.state).toBe("complete");
  const said = await ask(world.url, "PUT", "/v1/executions/engine-3", {
    body: { ...executionOf({ ...ec2, quantity: 3 }), executionId: "engine-3" },
  });
  expect(said.json.detail).toContain("what is recorded, and what of that is bought, stays as it is");
  expect(said.text).not.toMatch(/nothing (?:of it )?was bought/i);
});
