import { describe, expect, test } from "vitest";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import {
  executorOf,
  failure,
  kindOf,
  notFound,
  order,
  orderId,
  otherToken,
  recommend,
  reservation,
  signal,
  subscriptionId,
  submit,
  token,
  digestOf,
} from "./support/azure-samples.ts";

const scope = { key: "azure/default", label: "Azure" };
const second = "b1155536-c572-4349-b11e-6d62eed38326";
const shows = (...value: readonly unknown[]): Reply => ({ status: 200, body: { value } });
const commitment = { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true } as const;

/** Answers by kind of request; an order and its reservation as they were asked for where nothing is told. */
const azure = (told: Partial<Record<ReturnType<typeof kindOf>, Reply>> = {}) =>
  startLoopback((request) => {
    const kind = kindOf(request);
    const usual: Reply = kind === "reservations" ? shows(reservation()) : { status: 200, body: order() };
    return told[kind] ?? usual;
  });

const at = (server: Loopback) => executorOf("compute", { endpoint: server.origin, purchaseTimeout: 1_234 });
const verify = (executor: ReturnType<typeof at>) =>
  executor.verify(executor.schema.parse(recommend()), commitment, { signal });

test("after an unknown outcome: the same id again, no earlier than 5 minutes, a person after a day", async () => {
  await using server = await azure();
  expect(at(server).recovery).toEqual({ kind: "resend", minimumAge: 300_000, parkAfter: 86_400_000 });
  expect(at(server)).toMatchObject({ provider: "azure", service: "compute", sendTimeout: 1_234 });
});

test("a read shows the order, marked: it is asked for by ids of this package alone", async () => {
  await using server = await azure();
  expect(await at(server).read(scope, orderId, { signal })).toEqual({
    ...commitment,
    purchasedAt: "2026-01-05T09:00:00Z",
  });
});

describe("a read of an order that fails says which failure it is", () => {
  test.each([
    [failure(400, "BadRequest"), "lookup-failed", "HTTP 400"],
    [{ status: 300, body: order() }, "lookup-failed", "HTTP 300"],
    [{ status: 200, body: "<html></html>" }, "lookup-untrusted", "proves nothing"],
    [{ status: 200, body: {} }, "lookup-untrusted", "lacks its id or provisioningState"],
    [{ status: 200, body: order({}, { name: second }) }, "lookup-untrusted", second],
    [failure(403, "AuthorizationFailed"), "access-denied", "Microsoft.Capacity/reservationorders/read"],
  ] satisfies [Reply, string, string][])("%o", async (reply, code, said) => {
    await using server = await azure({ order: reply });
    await expect(at(server).read(scope, orderId, { signal })).rejects.toMatchObject({
      name: "RefusedError",
      code,
      message: expect.stringContaining(said),
    });
  });

  test("a comparison that cannot read the order is refused as a comparison", async () => {
    await using server = await azure({ order: failure(400, "BadRequest") });
    await expect(verify(at(server))).rejects.toMatchObject({ code: "commitment-unverifiable" });
  });

  test("a read or a comparison that is stopped ends at once, with the reason", async () => {
    const works: readonly ((one: ReturnType<typeof at>, stop: AbortSignal) => Promise<unknown>)[] = [
      (one, stop) => one.read(scope, orderId, { signal: stop }),
      (one, stop) => one.verify(one.schema.parse(recommend()), commitment, { signal: stop }),
      (one, stop) => one.resolve(submit(), { signal: stop, owned: new Set() }),
      (one, stop) => one.findByTokens(scope, { tokens: new Set([token]), ids: new Set() }, { signal: stop }),
    ];
    for (const work of works) {
      const stop = new AbortController();
      await using server = await startLoopback(() => {
        stop.abort(new Error("Stop."));
        return { fault: "hang" };
      });
      await expect(
        work(executorOf("compute", { endpoint: server.origin, readTimeout: 5000 }), stop.signal),
      ).rejects.toThrow("Stop.");
      // Not its own timeout, after which it would be tried again.
      expect(server.arrived).toHaveLength(1);
    }
  });
});

describe("what was seen of an order is kept for its comparison", () => {
  test.each([
    ["read", (one: ReturnType<typeof at>) => one.read(scope, orderId, { signal })],
    ["resolve", (one: ReturnType<typeof at>) => one.resolve(submit(), { signal, owned: new Set() })],
    ["doPurchase", (one: ReturnType<typeof at>) => one.doPurchase(submit(), { sentBefore: false })],
  ] as const)("%s: the comparison costs one request", async (_name, see) => {
    await using server = await azure();
    const executor = at(server);
    await see(executor);
    const before = server.arrived.length;
    expect(await verify(executor)).toEqual([]);
    expect(server.arrived.slice(before).map(kindOf)).toEqual(["reservations"]);
  });

  test.each([["originalQuantity"], ["term"], ["billingPlan"]])(
    "a listing that leaves %s out is not enough: the order is read",
    async (property) => {
      await using server = await azure({ list: shows(order({ [property]: null })) });
      const executor = at(server);
      await executor.findByTokens(scope, { tokens: new Set([token]), ids: new Set() }, { signal });
      expect(await verify(executor)).toEqual([]);
      expect(server.arrived.map(kindOf)).toEqual(["list", "order", "reservations"]);
    },
  );

  test("where it cannot be found, what the listing said is compared", async () => {
    await using server = await azure({ list: shows(order({ term: null })), order: notFound });
    const executor = at(server);
    await executor.findByTokens(scope, { tokens: new Set([token]), ids: new Set() }, { signal });
    expect(await verify(executor)).toEqual([]);
  });

  test("an order that nobody asked for is not kept", async () => {
    await using server = await azure({ list: shows(order()) });
    const executor = at(server);
    await executor.findByTokens(scope, { tokens: new Set([otherToken]), ids: new Set() }, { signal });
    expect(await verify(executor)).toEqual([]);
    expect(server.arrived.map(kindOf)).toEqual(["list", "order", "reservations"]);
  });
});

describe("for an audit", () => {
  test("list shows every order once, with the token that it carries, whole or in part", async () => {
    const other = order({ displayName: "VM", provisioningState: "Cancelled" }, { name: second });
    const tagged = order({}, { name: second, tags: { "cudly-idempotency-token": otherToken } });
    await using server = await startLoopback(({ headers, path }, nth) => ({
      status: 200,
      body: {
        value: nth === 1 ? [order(), other] : [tagged],
        nextLink: nth === 1 ? `http://${headers.host}${path}&page=2` : undefined,
      },
    }));
    const listed = await at(server).list?.(scope, { signal });
    const attributes = { term: "P1Y", billingPlan: "Upfront" };
    expect(listed).toMatchObject([
      { commitment: { id: orderId, marked: true }, token: digestOf(token), attributes, count: 1 },
      { commitment: { id: second, marked: true, standing: "live" }, token: otherToken, attributes, count: 1 },
    ]);
  });

  test("an order without a token is listed as unmarked; a listing that fails is refused", async () => {
    await using server = await azure({ list: shows(order({ displayName: "VM", term: null }, { tags: undefined })) });
    const [listed] = (await at(server).list?.(scope, { signal })) ?? [];
    expect(listed).toMatchObject({ commitment: { marked: false }, attributes: { billingPlan: "Upfront" } });
    expect(listed?.token).toBeUndefined();
    await using broken = await azure({ list: { status: 200, body: {} } });
    await expect(at(broken).list?.(scope, { signal })).rejects.toMatchObject({ code: "lookup-untrusted" });
  });

  test("details say what was bought, alike however Azure writes it", async () => {
    await using server = await azure({ reservations: shows(reservation({}, { location: "West US" })) });
    expect(await at(server).details?.(scope, orderId, { signal })).toEqual({
      sku: "standard_b1ls",
      region: "westus",
      reservedResourceType: "virtualmachines",
      subscription: subscriptionId,
    });
  });

  test("details of a split order name all that is in it; what no reservation says is left out", async () => {
    const bare = { location: undefined, properties: undefined };
    const parts = shows(reservation({}, { sku: { name: "B" } }), reservation({}, { sku: { name: "a" } }), {
      ...reservation(),
      ...bare,
    });
    await using split = await azure({ reservations: parts });
    expect(await at(split).details?.(scope, orderId, { signal })).toEqual({
      sku: "a, b, standard_b1ls",
      region: "westus",
      reservedResourceType: "virtualmachines",
      subscription: subscriptionId,
    });
    await using silent = await azure({ reservations: shows({ ...reservation(), ...bare }) });
    expect(await at(silent).details?.(scope, orderId, { signal })).toStrictEqual({ sku: "standard_b1ls" });
  });
});
