import { afterEach, beforeEach, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { planned } from "../../src/testing/ledger-values.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { compute, ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const path = "/v1/executions/order-1";
const get = async () => (await ask(world.url, "GET", path)).json;

/** What another server on this ledger has, which knows Azure too. */
function another() {
  const endpoint = world.sandbox.url;
  return createPurchaser({ ledger: world.ledger, providers: [createAws({ endpoint }), createAzure({ endpoint })] });
}

/** What the error of a place says, as the command line says it. */
const missing = (stands: string) => ({
  code: "executor-missing",
  retryable: false,
  message: `This worker has no executor for azure compute, so it stays in the ledger as it is (${stands}). Run a worker that has one.`,
});

test("what this server has no executor for is named, with what to do; once another one bought it, that nobody here looks after it", async () => {
  const elsewhere = another();
  await elsewhere.submit({ ...executionOf(compute, ec2), executionId: "order-1" });
  await ask(world.url, "POST", `${path}/redrive`);
  await expect.poll(async () => (await get()).outcomes[1].status).toBe("purchased");
  const [left] = (await get()).outcomes;
  expect(left).toMatchObject({ recIndex: 0, status: "in-progress", provider: "azure", error: missing("planned") });
  expect(world.sandbox.reservations()).toEqual([]);

  await elsewhere.redriveUnfinished();
  const pending = [`It was not looked at again: ${missing("purchased").message}`];
  expect((await get()).outcomes).toMatchObject([{ status: "purchased", warnings: pending }, { status: "purchased" }]);
  expect((await get()).outcomes[1].warnings).toBeUndefined();
});

test("what was sent and has no answer is at risk all the same, and may be bought; what a person has to decide stays so", async () => {
  const elsewhere = another();
  await elsewhere.submit({ ...executionOf(compute), executionId: "order-1" });
  const [record] = await world.ledger.recordsOf("order-1");
  if (record === undefined) throw new TypeError("It was recorded.");
  const { token, recommendation, scope } = record;
  const claimed = async () => {
    const [answer] = await world.ledger.claim([record], "driver", 1000);
    if (answer?.kind !== "granted") throw new TypeError("Nobody holds it.");
    return answer.claim;
  };
  const claim = await claimed();
  // A living driver has it.
  expect((await get()).outcomes).toMatchObject([{ status: "in-progress" }]);
  expect((await get()).outcomes[0].error).toBeUndefined();
  const price = { amount: "30.5", currency: "USD" };
  await world.ledger.submit(claim, planned({ token, recommendation, scope, price }));
  await world.ledger.unknown(claim, { code: "outcome-unknown", message: "Nobody knows." });
  expect(await get()).toMatchObject({
    atRisk: [price],
    outcomes: [{ status: "unresolved", price, error: missing("unknown") }],
  });
  await world.ledger.park(await claimed(), { code: "outcome-unknown", message: "Nobody knows." });
  expect((await get()).outcomes).toMatchObject([{ status: "unresolved", error: { code: "outcome-unknown" } }]);
});

test("the history says who asked for another try, as the console does", async () => {
  await another().submit({ ...executionOf(compute), executionId: "order-1" });
  const [record] = await world.ledger.recordsOf("order-1");
  const [answer] = await world.ledger.claim(record === undefined ? [] : [record], "driver", 1000);
  if (answer?.kind !== "granted") throw new TypeError("Nobody holds it.");
  await world.ledger.refuse(answer.claim, { code: "price-above-limit", message: "too dear" });
  await ask(world.url, "POST", `${path}/redrive`);
  const { history } = (await ask(world.url, "GET", `${path}/recommendations/0/history`)).json;
  expect(history.map(({ event, person }: Record<string, unknown>) => [event, person])).toEqual([
    ["claim", undefined],
    ["refuse", undefined],
    ["redrive", "local"],
  ]);
});
