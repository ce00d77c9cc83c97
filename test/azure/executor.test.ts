import { aged } from "../aged.ts";
import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import {
  compareWith,
  executorOf,
  failure,
  findWith,
  kindOf,
  listWith,
  notFound,
  order,
  orderId,
  otherToken,
  recommend,
  reservation,
  scope,
  serviceNames,
  signal,
  subscriptionId,
  submit,
  token,
  digestOf,
} from "./support/azure-samples.ts";

const second = "b1155536-c572-4349-b11e-6d62eed38326";
const shows = (...value: readonly unknown[]): Reply => ({ status: 200, body: { value } });
const commitment = { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true } as const;
const listedFacts = { quantity: "1", term: "P1Y", billingPlan: "Upfront" };

/** Answers by kind of request; an order and its reservation as they were asked for where nothing is told. */
const azure = (told: Partial<Record<ReturnType<typeof kindOf>, Reply>> = {}) =>
  startLoopback((request) => {
    const kind = kindOf(request);
    const usual: Reply = kind === "reservations" ? shows(reservation()) : { status: 200, body: order() };
    return told[kind] ?? usual;
  });

const at = (server: Loopback) => executorOf("compute", { endpoint: server.origin, purchaseTimeout: 1_234 });
/** As it is found by its id, without anything that it says of itself. */
const bare = { commitment, marks: [], facts: {} };

test("after an unknown outcome: the same id again, no earlier than 5 minutes, a person after a day", async () => {
  await using server = await azure();
  expect(at(server).recovery).toEqual({
    kind: "resend",
    handle: "minted",
    minimumAge: 300_000,
    parkAfter: 86_400_000,
  });
  expect(at(server)).toMatchObject({ provider: "azure", service: "compute", sendTimeout: 1_234 });
});

test("the seven services look into one inventory, whatever it holds", () => {
  const { services } = createAzure();
  const all = new Set(serviceNames.map((name) => services[name]));
  const inventories = new Set([...all].map((executor) => executor?.inventory));
  expect([all.size, inventories.size, inventories.has(undefined)]).toEqual([7, 1, false]);
});

test("a read shows the order, marked: it is asked for by ids of this package alone", async () => {
  await using server = await azure();
  expect(await at(server).inventory.read(scope, orderId, { signal })).toEqual({
    commitment: { ...commitment, purchasedAt: "2026-01-05T10:00:00Z" },
    marks: [{ text: digestOf(token), whole: false }],
    facts: listedFacts,
  });
  await using unmarked = await azure({ order: { status: 200, body: order({ displayName: "VM" }) } });
  const read = await at(unmarked).inventory.read(scope, orderId, { signal });
  expect(read).toMatchObject({ commitment: { marked: true }, marks: [] });
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
    await expect(at(server).inventory.read(scope, orderId, { signal })).rejects.toMatchObject({
      name: "RefusedError",
      code,
      message: expect.stringContaining(said),
    });
  });

  test("a comparison that cannot read the order is refused as a comparison", async () => {
    await using server = await azure({ order: failure(400, "BadRequest") });
    await expect(compareWith(at(server), bare)).rejects.toMatchObject({ code: "commitment-unverifiable" });
  });

  test("a read or a comparison that is stopped ends at once, with the reason", async () => {
    const works: readonly ((one: ReturnType<typeof at>, stop: AbortSignal) => Promise<unknown>)[] = [
      (one, stop) => one.inventory.read(scope, orderId, { signal: stop }),
      (one, stop) => compareWith(one, bare, recommend(), stop),
      (one, stop) => one.resolve(submit(), { signal: stop, owned: new Set(), age: aged() }),
      (one, stop) => findWith(one, [token], [], stop),
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

describe("what was seen of an order is compared", () => {
  const readIt = (one: ReturnType<typeof at>) => one.inventory.read(scope, orderId, { signal });
  const resolveIt = async (one: ReturnType<typeof at>) => {
    const resolution = await one.resolve(submit(), { signal, owned: new Set(), age: aged() });
    return resolution.kind === "found" ? resolution.found : undefined;
  };
  const listIt = async (one: ReturnType<typeof at>) => (await listWith(one))[0];
  async function compareSeen(server: Loopback, see: typeof readIt) {
    const executor = at(server);
    const found = await see(executor);
    if (found === undefined) throw new Error("No order is shown.");
    const before = server.arrived.length;
    await compareWith(executor, found);
    return server.arrived.slice(before).map(kindOf);
  }

  test.each([
    ["read", readIt],
    ["resolve", resolveIt],
    ["list", listIt],
  ])("%s: the comparison costs one request", async (_name, see) => {
    await using server = await azure({ list: shows(order()) });
    expect(await compareSeen(server, see)).toEqual(["reservations"]);
  });

  test.each([["originalQuantity"], ["term"], ["billingPlan"]])(
    "a listing that leaves %s out is not enough: the order is read",
    async (property) => {
      await using server = await azure({ list: shows(order({ [property]: null })) });
      expect(await compareSeen(server, listIt)).toEqual(["order", "reservations"]);
    },
  );

  test("where it cannot be found, what the listing said is compared", async () => {
    await using server = await azure({ list: shows(order({ term: null })), order: notFound });
    expect(await compareSeen(server, listIt)).toEqual(["order", "reservations"]);
    await using other = await azure({ list: shows(order({ term: null, originalQuantity: 2 })), order: notFound });
    await expect(compareSeen(other, listIt)).rejects.toMatchObject({ code: "commitment-mismatch" });
  });
});

describe("for an audit", () => {
  /** Where the listing has said all that it says. */
  const factsAt = (server: Loopback) =>
    at(server).inventory.facts?.(scope, commitment, { signal, stated: listedFacts });

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
    const listed = await listWith(at(server));
    const marks = [{ text: otherToken, whole: true }, expect.objectContaining({ whole: false })];
    expect(listed).toMatchObject([
      { commitment: { id: orderId, marked: true }, marks: [{ text: digestOf(token) }], facts: listedFacts },
      { commitment: { id: second, marked: true, standing: "live" }, marks, facts: listedFacts },
    ]);
  });

  test("an order without a token is listed as unmarked; a listing that fails is refused", async () => {
    await using server = await azure({ list: shows(order({ displayName: "VM", term: null }, { tags: undefined })) });
    const [listed] = await listWith(at(server));
    expect(listed).toMatchObject({ commitment: { marked: false }, marks: [] });
    expect(listed?.facts).toStrictEqual({ quantity: "1", billingPlan: "Upfront" });
    await using broken = await azure({ list: { status: 200, body: {} } });
    await expect(listWith(at(broken))).rejects.toMatchObject({ code: "lookup-untrusted" });
  });

  test("facts say what was bought, alike however Azure writes it", async () => {
    await using server = await azure({ reservations: shows(reservation({}, { location: "West US" })) });
    expect(await factsAt(server)).toStrictEqual({
      sku: "standard_b1ls",
      region: "westus",
      reservedResourceType: "virtualmachines",
      subscriptionId,
    });
  });

  test("facts of a split order name all that is in it; what no reservation says is left out", async () => {
    const bare = { location: undefined, properties: undefined };
    const parts = shows(reservation({}, { sku: { name: "B" } }), reservation({}, { sku: { name: "a" } }), {
      ...reservation(),
      ...bare,
    });
    await using split = await azure({ reservations: parts });
    expect(await factsAt(split)).toStrictEqual({
      sku: "a, b, standard_b1ls",
      region: "westus",
      reservedResourceType: "virtualmachines",
      subscriptionId,
    });
    await using silent = await azure({ reservations: shows({ ...reservation(), ...bare }) });
    expect(await factsAt(silent)).toStrictEqual({ sku: "standard_b1ls" });
  });

  test("an order without a reservation in force says nothing more, which ends no audit", async () => {
    for (const value of [[], [reservation({ provisioningState: "Cancelled" })]]) {
      await using server = await azure({ reservations: shows(...value) });
      expect(await factsAt(server)).toStrictEqual({});
    }
  });
});
