import { aged } from "../aged.ts";
import { describe, expect, test } from "vitest";
import type { Submission } from "../../src/contract/executor.ts";
import { startLoopback, type Arrived, type Reply } from "./support/azure-loopback.ts";
import {
  executorOf,
  failure,
  kindOf,
  notFound,
  order,
  orderId,
  otherToken,
  reservation,
  signal,
  submit,
  subscriptionId,
  token,
} from "./support/azure-samples.ts";

const other = "b1155536-c572-4349-b11e-6d62eed38326";
const third = "c2255536-c572-4349-b11e-6d62eed38326";
const ours = order({}, { name: other });
const unmarked = { displayName: "VM_RI_01" };

const request = {
  sku: { name: "Standard_b1ls" },
  location: "westus",
  properties: { quantity: 1, term: "P1Y", billingPlan: "Upfront", billingScopeId: `/subscriptions/${subscriptionId}` },
};
const sent = (change: Partial<Submission> = {}) => submit({ request, ...change });
const shows = (body: unknown, status = 200): Reply => ({ status, body });

/** Azure, where the orders that are named can be read; what it answers to the PUT. */
function azure(
  put: Reply,
  orders: Readonly<Record<string, Reply>> = {},
  reservations: Reply = shows({ value: [reservation()] }),
) {
  return startLoopback((one: Arrived) => {
    if (kindOf(one) === "purchase") return put;
    if (kindOf(one) === "reservations") return reservations;
    return orders[idOf(one)] ?? notFound;
  });
}
const idOf = ({ path }: Arrived) => new URL(path, "http://127.0.0.1").pathname.split("/").at(-1) ?? "";

const send = (server: Awaited<ReturnType<typeof azure>>, sentBefore = false) =>
  executorOf("compute", { endpoint: server.origin }).send(sent(), { sentBefore });

/** Sends once; what the answer named is kept as evidence, and read. */
async function sendAndLook(server: Awaited<ReturnType<typeof azure>>) {
  const answer = await send(server);
  expect(server.arrived.map(({ method }) => method)).toEqual(["PUT"]);
  const evidence = answer.kind === "unknown" ? answer.evidence : undefined;
  const executor = executorOf("compute", { endpoint: server.origin, readAttempts: 1 });
  const resolution = await executor.resolve(sent({ evidence }), { signal, owned: new Set(), age: aged() });
  return { answer, resolution };
}

describe("A2: a success that holds another order", () => {
  test.each([
    ["200", shows(ours)],
    ["201", shows(ours, 201)],
    ["202", shows(order({ provisioningState: "Creating" }, { name: other }), 202)],
    ["without a state", shows({ name: other, properties: {} })],
    ["without properties", shows({ name: other })],
    ["with its id in the path alone", shows({ ...ours, name: undefined })],
    ["with its id in the path, and the sent one as its name", shows({ ...ours, name: orderId, id: ours.id })],
    ["with its id as a name, and the sent one in the path", shows({ ...ours, id: order().id })],
    ["in capital letters", shows({ ...ours, name: other.toUpperCase(), id: ours.id.toUpperCase() })],
    ["as calculatePrice names it", shows({ properties: { reservationOrderId: other } })],
    ["as a reservation of it", shows({ ...reservation(), name: third, id: `${ours.id}/reservations/${third}` })],
    ["with a reservation of it", shows({ properties: { reservations: [{ id: `${ours.id}/reservations/${third}` }] } })],
  ])("%s: read, found to carry the token, adopted", async (_name, put) => {
    await using server = await azure(put, { [other]: shows(ours) });
    const { answer, resolution } = await sendAndLook(server);
    expect(answer).toMatchObject({ kind: "unknown", evidence: [other] });
    const commitment = { id: other, standing: "live", marked: true, price: { amount: "24", currency: "GBP" } };
    expect(resolution).toMatchObject({ kind: "found", by: "proof", found: { commitment } });
  });

  test("the token in a tag is enough, whatever the display name", async () => {
    const tagged = { ...order(unmarked, { name: other }), tags: { "CUDLY-idempotency-token": token.toUpperCase() } };
    await using server = await azure(shows(ours), { [other]: shows(tagged) });
    expect((await sendAndLook(server)).resolution).toMatchObject({ found: { commitment: { id: other } } });
  });

  test("a new order, which shows no reservation yet, is no difference", async () => {
    await using server = await azure(shows(ours), { [other]: shows(ours) }, shows({ value: [] }));
    expect((await sendAndLook(server)).resolution).toMatchObject({ found: { commitment: { id: other } } });
  });

  test("the order that was sent is shown after all: it is the one", async () => {
    await using server = await azure(shows(order(unmarked, { name: other })), {
      [orderId]: shows(order()),
      [other]: shows(order(unmarked, { name: other })),
    });
    expect((await sendAndLook(server)).resolution).toMatchObject({ found: { commitment: { id: orderId } } });
  });

  test.each([
    ["no token", shows(order(unmarked, { name: other })), "carries no token"],
    [
      "another token",
      shows(order({ displayName: `x-${otherToken.slice(0, 32)}` }, { name: other })),
      "carries another token",
    ],
    [
      "another token in its tag: the tag wins",
      shows({ ...ours, tags: { "cudly-idempotency-token": otherToken } }),
      "another token",
    ],
    ["another term", shows(order({ term: "P3Y" }, { name: other })), "term: asked P1Y, found P3Y"],
    ["404", notFound, "which it does not show"],
    ["500", failure(500, "InternalServerError"), "InternalServerError"],
    ["403", failure(403, "AuthorizationFailed"), "AuthorizationFailed"],
    ["something unreadable", shows("<html></html>"), "not a JSON object"],
    ["yet another order", shows(order({}, { name: third })), third],
  ] satisfies [string, Reply, string][])(
    "its reading shows %s: unknown, with its id as evidence",
    async (_name, get, said) => {
      await using server = await azure(shows(ours), { [other]: get });
      const { answer, resolution } = await sendAndLook(server);
      const reason = expect.stringContaining(`HTTP 200 with another order, ${other}`);
      expect(answer).toMatchObject({ kind: "unknown", evidence: [other], reason });
      expect(resolution).toMatchObject({ kind: "unclear", reason: expect.stringContaining(said) });
    },
  );

  test("another term or quantity is seen although no reservation shows yet", async () => {
    for (const change of [{ term: "P3Y" }, { originalQuantity: 2 }, { billingPlan: "Monthly" }]) {
      await using server = await azure(
        shows(ours),
        { [other]: shows(order(change, { name: other })) },
        shows({ value: [] }),
      );
      const { answer, resolution } = await sendAndLook(server);
      expect([answer, resolution]).toMatchObject([{ evidence: [other] }, { kind: "unclear" }]);
    }
  });

  test("it hangs: the look is given up", async () => {
    await using server = await azure(shows(ours), { [other]: { fault: "hang" } });
    const executor = executorOf("compute", { endpoint: server.origin, readTimeout: 1000, readAttempts: 1 });
    const resolution = await executor.resolve(sent({ evidence: [other] }), { signal, owned: new Set(), age: aged() });
    expect(resolution).toMatchObject({ kind: "unclear", reason: expect.stringContaining("within 1000 ms") });
  });

  test("it carries the token and came to nothing: that says nothing about the id that was sent", async () => {
    await using server = await azure(shows(ours), {
      [other]: shows(order({ provisioningState: "BillingFailed" }, { name: other })),
    });
    const { answer, resolution } = await sendAndLook(server);
    expect(answer).toMatchObject({ kind: "unknown", evidence: [other] });
    expect(resolution).toMatchObject({ kind: "absent", reason: expect.stringContaining(orderId) });
  });

  test("the reservation's own name is no order", async () => {
    const put = shows({ ...reservation(), name: third, id: `${ours.id}/reservations/${third}` });
    await using server = await azure(put);
    expect(await send(server)).toMatchObject({ kind: "unknown", evidence: [other] });
  });

  test("a list of orders is none: unknown without evidence", async () => {
    await using server = await azure(shows({ value: [ours] }));
    const answer = await send(server);
    expect(answer).toMatchObject({ kind: "unknown" });
    expect(answer).not.toHaveProperty("evidence");
  });
});

describe("A2: resolve reads the own id and all evidence", () => {
  async function resolve(orders: Readonly<Record<string, Reply>>, evidence: readonly string[] = [other]) {
    await using server = await azure({ status: 500 }, orders);
    const executor = executorOf("compute", { endpoint: server.origin, readAttempts: 1 });
    return await executor.resolve(sent({ evidence }), { signal, owned: new Set(), age: aged() });
  }

  test("one that carries the token: found", async () => {
    expect(await resolve({ [other]: shows(ours) })).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: other, standing: "live" } },
    });
    expect(await resolve({ [third]: shows(order({}, { name: third })) }, [third])).toMatchObject({
      found: { commitment: { id: third } },
    });
  });

  test("the own id is shown, the other is somebody's: the own one is found", async () => {
    const orders = { [orderId]: shows(order()), [other]: shows(order(unmarked, { name: other })) };
    expect(await resolve(orders)).toMatchObject({ kind: "found", found: { commitment: { id: orderId } } });
  });

  test.each([
    ["no token", shows(order(unmarked, { name: other })), "carries no token"],
    ["another token", shows({ ...ours, tags: { "cudly-idempotency-token": otherToken } }), "carries another token"],
    ["404", notFound, "does not show"],
    ["500", failure(500, "InternalServerError"), "InternalServerError"],
  ] satisfies [string, Reply, string][])(
    "it shows %s: unclear with the reason, never absent",
    async (_name, get, said) => {
      expect(await resolve({ [other]: get })).toMatchObject({ kind: "unclear", reason: expect.stringContaining(said) });
    },
  );

  test("one of several that is not judged is enough", async () => {
    const result = await resolve({ [third]: shows(order({ provisioningState: "Failed" }, { name: third })) }, [
      third,
      other,
    ]);
    expect(result).toMatchObject({ kind: "unclear" });
  });

  test("the own id failed, and the other is not judged: not dead", async () => {
    expect(await resolve({ [orderId]: shows(order({ provisioningState: "Failed" })) })).toMatchObject({
      kind: "unclear",
    });
  });

  test("the own id failed or cannot be read, and the other carries the token: it is the one", async () => {
    for (const own of [shows(order({ provisioningState: "Failed" })), failure(500, "InternalServerError")]) {
      expect(await resolve({ [orderId]: own, [other]: shows(ours) })).toMatchObject({
        found: { commitment: { id: other } },
      });
    }
  });

  test("both are live: a person looks, nothing is picked", async () => {
    expect(await resolve({ [orderId]: shows(order()), [other]: shows(ours) })).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining(`${orderId}, ${other}`),
    });
  });

  test("B3: bought and over goes before came to nothing", async () => {
    const orders = {
      [orderId]: shows(order({ provisioningState: "Failed" })),
      [other]: shows(order({ provisioningState: "Cancelled" }, { name: other })),
    };
    expect(await resolve(orders)).toMatchObject({
      kind: "found",
      found: { commitment: { id: other, standing: "ended" } },
    });
  });

  test("the own id as evidence is read once", async () => {
    expect(await resolve({}, [orderId])).toMatchObject({ kind: "absent" });
  });
});

test("B5: what is not known says the provider's code and words", async () => {
  await using server = await azure(failure(409, "FulfillmentError", "These are Azure's words."));
  expect(await send(server)).toMatchObject({
    kind: "unknown",
    providerCode: "FulfillmentError",
    reason: expect.stringContaining("These are Azure's words"),
  });
});

describe("B4: whether anything left this machine", () => {
  test("a refused connection and a handle that Azure did not mint: nothing did", async () => {
    const server = await azure({ status: 500 });
    const executor = executorOf("compute", { endpoint: server.origin });
    for (const handle of [{}, { reservationOrderId: "1" }]) {
      expect(await executor.send(sent({ handle }), { sentBefore: false })).toMatchObject({ left: false });
    }
    await server[Symbol.asyncDispose]();
    const refused = await executor.send(sent(), { sentBefore: false });
    expect(refused).toMatchObject({ kind: "rejected", left: false, retryable: true });
  });

  test("an answer: it did", async () => {
    await using server = await azure(failure(403, "AuthorizationFailed"));
    expect(await send(server)).toMatchObject({ kind: "rejected", left: true });
  });
});

test.each(["Cancelled", "Canceled", "Expired", "CANCELED"])(
  "B3: %s is bought and over, however it shows",
  async (provisioningState) => {
    const over = order({ provisioningState });
    await using server = await azure(shows(over), { [orderId]: shows(over) });
    expect(await send(server)).toMatchObject({
      kind: "bought",
      commitment: { id: orderId, standing: "ended", settled: true },
    });
    const executor = executorOf("compute", { endpoint: server.origin });
    const resolved = await executor.resolve(sent(), { signal, owned: new Set(), age: aged() });
    expect(resolved).toMatchObject({
      kind: "found",
      found: { commitment: { state: provisioningState, standing: "ended" } },
    });
  },
);
