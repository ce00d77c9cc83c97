import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import type { PlanDocument } from "../../src/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { planned, resealed } from "../plan/planned.ts";
import { bearerOf, callersWith } from "./caller-world.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
let plan: PlanDocument;
beforeEach(async () => {
  const authenticate = callersWith({ engine: ["read", "write", "quote"], boss: ["read", "approve", "all"] });
  world = await startWorld(() => ({ authenticate }));
  plan = await planned(world.purchaser, { ...executionOf(ec2), executionId: "engine-1" });
});
afterEach(async () => {
  expect(world.errors).toEqual([]);
  await world.close();
});

const engine = bearerOf("engine");
const put = (body: object, id = "engine-1", query = "") =>
  ask(world.url, "PUT", `/v1/executions/${id}${query}`, { body, headers: { ...engine, prefer: "wait=30" } });
const post = (body: object) =>
  ask(world.url, "POST", "/v1/executions", {
    body,
    headers: { ...engine, "idempotency-key": "key", prefer: "wait=30" },
  });
const bought = () => world.sandbox.reservedInstances().length;

describe("a plan that is submitted over HTTP", () => {
  test("is recorded with its limits and bought once; repeated, also when its time is over, it is the same request", async () => {
    const first = await put(plan);
    expect(first).toMatchObject({ status: 200, json: { state: "complete", executionId: "engine-1" } });
    expect(await world.ledger.recorded("engine-1")).toMatchObject({
      execution: { owner: { caller: "engine" }, expiresAt: plan.holdsUntil, maxTotals: plan.execution.maxTotals },
      records: [{ recommendation: { maxPrice: plan.seen[0]?.limit } }],
    });
    const again = await put(plan);
    expect([again.status, again.headers.get("idempotency-replayed"), bought()]).toEqual([200, "true", 1]);
    const past = { plannedAt: "2020-01-01T00:00:00.000Z", holdsUntil: "2020-01-02T00:00:00.000Z" };
    expect(await put(resealed({ ...plan, ...past }))).toMatchObject({ status: 200 });
    expect(bought()).toBe(1);
  });

  test("POST takes it, too; approved by its own hash, it is bought", async () => {
    const waiting = await ask(world.url, "POST", "/v1/executions?requireApproval=true", {
      body: plan,
      headers: { ...engine, "idempotency-key": "key" },
    });
    expect(waiting.json).toMatchObject({ state: "waiting" });
    expect((await world.purchaser.execution("engine-1")).termsHash).toBe(plan.termsHash);
    await world.purchaser.approve("engine-1", { person: "boss", reason: "as planned", termsHash: plan.termsHash });
    await world.purchaser.redrive("engine-1");
    expect(await post(plan)).toMatchObject({ status: 200, json: { state: "complete" } });
    expect(bought()).toBe(1);
  });

  test("its id has to be the caller's own, wherever it stands", async () => {
    const others = await planned(world.purchaser, { ...executionOf(ec2), executionId: "other-1" });
    const smuggled = { ...others, executionId: "engine-1" };
    for (const said of [await put(others, "other-1"), await post(others), await post(smuggled)]) {
      expect(said).toMatchObject({
        status: 403,
        json: { code: "not-permitted", problems: [{ pointer: "#/execution/executionId" }] },
      });
    }
    expect(await put(others)).toMatchObject({
      status: 400,
      json: { problems: [{ pointer: "#/execution/executionId" }] },
    });
    const quoted = await ask(world.url, "POST", "/v1/quotes", { body: others, headers: engine });
    expect(quoted.status).toBe(403);
    expect([await world.ledger.recorded("other-1"), await world.ledger.recorded("engine-1"), bought()]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  test("one that was altered, is over, or was made of another cloud records nothing", async () => {
    const [place] = plan.execution.recommendations;
    const dearer = { ...place, maxPrice: { amount: "99999", currency: "USD" } };
    const altered = await put({ ...plan, execution: { ...plan.execution, recommendations: [dearer] } });
    expect(altered).toMatchObject({
      status: 400,
      json: { problems: [{ pointer: "#/execution/recommendations/0/maxPrice", recIndex: 0 }] },
    });
    const over = await put(resealed({ ...plan, holdsUntil: "2020-01-02T00:00:00.000Z" }));
    expect(over).toMatchObject({ status: 409, json: { code: "plan-expired" } });
    const real = createPurchaser({
      ledger: world.ledger,
      // The same prices, by what is taken for the real cloud.
      providers: [{ ...createAws({ endpoint: world.sandbox.url }), imitation: false }],
    });
    const meant = await planned(real, { ...executionOf(ec2), executionId: "engine-1" });
    expect(await put(meant)).toMatchObject({ status: 400, json: { problems: [{ pointer: "#/imitation" }] } });
    expect([await world.ledger.recorded("engine-1"), bought()]).toEqual([undefined, 0]);
  });
});
