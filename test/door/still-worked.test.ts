// An answer says that something goes on as long as something of the execution may still be bought by itself.
import { afterAll, beforeAll, expect, test } from "vitest";
import { reportDocument } from "../../src/door/answers.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({ executionsAtOnce: 1 }));
});
afterAll(async () => world.close());

const put = (executionId: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "PUT", `/v1/executions/${executionId}`, { body: { ...executionOf(ec2), executionId }, headers });
const get = (executionId: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "GET", `/v1/executions/${executionId}`, { headers });

/** A purchase that is on its way until it is let go. */
function heldPurchase() {
  const [sent, letGo] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  world.sandbox.onRequest = async ({ action }) => {
    if (action !== "PurchaseReservedInstancesOffering") return;
    sent.resolve();
    await letGo.promise;
  };
  return { sent: sent.promise, letGo: () => letGo.resolve() };
}

test("cancelled after the send: it is stopped, and what was sent is waited for", async () => {
  const { sent, letGo } = heldPurchase();
  await put("engine-1");
  await sent;
  const reason = { reason: "wrong month" };
  expect((await ask(world.url, "POST", "/v1/executions/engine-1/cancellation", { body: reason })).status).toBe(200);
  const open = await get("engine-1");
  expect(open.json).toMatchObject({ state: "stopped", outcomes: [{ status: "in-progress" }] });
  expect(open.headers.get("retry-after")).toBe("2");
  const decided = get("engine-1", { prefer: "wait=30" });
  letGo();
  expect((await decided).json.outcomes).toMatchObject([{ status: "purchased" }]);
  expect((await decided).headers.get("retry-after")).toBeNull();
});

test("a redrive that waits for its turn: what is refused now may still be bought", async () => {
  world.sandbox.addFault({
    match: { action: "DescribeReservedInstancesOfferings" },
    fault: { kind: "status", status: 403, when: "before" },
  });
  const refused = await put("engine-2", { prefer: "wait=30" });
  expect(refused.json).toMatchObject({ state: "needs-person", outcomes: [{ status: "refused" }] });
  expect(refused.headers.get("retry-after")).toBeNull();
  const { sent, letGo } = heldPurchase();
  await put("engine-3");
  await sent;
  expect((await ask(world.url, "POST", "/v1/executions/engine-2/redrive")).status).toBe(202);
  const queued = await get("engine-2");
  expect(queued.json).toMatchObject({ state: "working", outcomes: [{ status: "in-progress" }] });
  expect(queued.headers.get("retry-after")).toBe("2");
  const decided = get("engine-2", { prefer: "wait=30" });
  letGo();
  expect((await decided).json.outcomes).toMatchObject([{ status: "purchased" }]);
});

test("what is complete stays the same byte for byte, also once its time is over", async () => {
  const body = { ...executionOf(ec2), executionId: "engine-4", expiresAt: "2999-01-01T00:00:00Z" };
  const done = await ask(world.url, "PUT", "/v1/executions/engine-4", { body, headers: { prefer: "wait=30" } });
  expect(done.json.state).toBe("complete");
  const found = await world.ledger.recorded("engine-4");
  expect(found && reportDocument(world, { ...found, at: Date.parse("3000-01-01T00:00:00Z") })).toEqual(done.json);
});
