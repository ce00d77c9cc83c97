import { describe, expect, test } from "vitest";
import { createReservationsClient, OpenOrderError, purchaseTwoStep } from "../../providers/azure/index.ts";
import { TransportError } from "../../providers/http/transport-error.ts";
import { BuyonceError } from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import { startLoopback, type Reply } from "./support/azure-loopback.ts";
import {
  failure,
  fakeEnvironment,
  notFound,
  order,
  orderId,
  otherToken,
  reservation,
  subscriptionId,
  token,
} from "./support/azure-samples.ts";
import { body, created, list, play, priced, second, timedOut } from "./support/two-step-wire.ts";

const shown = (state: string, name = orderId): Reply => ({
  status: 200,
  body: order({ provisioningState: state }, { name }),
});
const busy = failure(500, "Busy");

describe("what the look after a first send shows", () => {
  test("refused, and the order under its id failed: the refusal stands, in Azure's words", async () => {
    const refused = failure(400, "InvalidRequestContent", "The quantity is too high.");
    const { error, puts } = await play({ purchase: [refused], order: [shown("Failed")] });
    expect(error).toMatchObject({
      code: "purchase-rejected",
      providerCode: "InvalidRequestContent",
      message: expect.stringContaining("The quantity is too high."),
    });
    expect(puts).toHaveLength(1);
  });

  test("timed out, and the order under its id failed: nothing was bought, and its state says why", async () => {
    const { error, puts } = await play({ purchase: [timedOut], order: [shown("BillingFailed")] });
    expect(error).toMatchObject({
      code: "purchase-rejected",
      providerCode: "BillingFailed",
      message: expect.stringContaining(`${orderId} came to nothing`),
    });
    expect(puts).toHaveLength(1);
  });

  test("a success whose order failed, and the look agrees: nothing was bought", async () => {
    for (const options of [{}, { token: "" }]) {
      const failed = shown("BillingFailed");
      const { error, puts, steps } = await play({ purchase: [failed], order: [failed] }, options);
      expect(error).toMatchObject({ code: "purchase-rejected", providerCode: "BillingFailed", retryable: false });
      expect([puts.length, steps.at(-1)]).toEqual([1, "order"]);
    }
  });

  test("a success whose order failed, and the look shows that it lives: bought", async () => {
    const { bought, puts } = await play({ purchase: [shown("Failed")], order: [shown("Succeeded")] });
    expect(bought).toMatchObject({ orderId, adopted: false, commitment: { state: "Succeeded" } });
    expect(puts).toHaveLength(1);
  });

  test("a success whose order failed, and it cannot be read: open", async () => {
    const { error, puts } = await play({ purchase: [shown("Failed")], order: [busy] });
    expect(error).toMatchObject({ code: "outcome-unknown", openOrder: { reservationOrderId: orderId } });
    expect(puts).toHaveLength(1);
  });

  test("refused, and no token can be had for the look: the refusal stands", async () => {
    await using server = await startLoopback(() => priced());
    const client = createReservationsClient({ endpoint: server.origin, environment: fakeEnvironment() });
    const text = JSON.stringify({ error: { code: "InvalidRequestContent", message: "no" } });
    const signedOut = new TransportError({ stage: "credential", code: "CredentialUnavailable", message: "Sign in." });
    const put = async () => ({ status: 400, text, retryAfter: undefined });
    const read: typeof client.read = (request) =>
      request.method === "GET" ? Promise.reject(signedOut) : client.read(request);
    await expect(purchaseTwoStep({ client: { ...client, put, read }, body })).rejects.toMatchObject({
      code: "purchase-rejected",
      providerCode: "InvalidRequestContent",
    });
  });

  test("without a token: what is found by its id is no marked order", async () => {
    const { bought } = await play({ purchase: [timedOut], order: [shown("Succeeded")] }, { token: "" });
    expect(bought).toMatchObject({ orderId, commitment: { marked: false } });
  });
});

describe("what the look after a second send shows", () => {
  test("its order lives: bought, in the same attempt", async () => {
    const script = { purchase: [busy, timedOut], order: [notFound, shown("Succeeded")] };
    const { bought, puts } = await play(script, { attempts: 2 });
    expect(bought).toMatchObject({ orderId, adopted: false, price: { amount: "24" } });
    expect(puts).toHaveLength(2);
  });

  test("its order failed: said, open until the next look agrees, and then a new price", async () => {
    const script = { purchase: [busy, timedOut, created], order: [notFound, shown("Failed")] };
    const { error } = await play(script, { attempts: 2 });
    expect(error).toMatchObject({
      code: "outcome-unknown",
      providerCode: "Failed",
      message: expect.stringContaining(`${orderId} came to nothing`),
    });
    const failed = shown("Failed", second);
    const later = await play({ ...script, price: [priced(second), priced()], order: [notFound, failed, failed] });
    expect(later.bought).toMatchObject({ orderId });
    expect(later.puts.map(({ path }) => path.includes(second))).toEqual([true, true, false]);
  });

  test("a success whose order failed, after an earlier send: that id is dead only once a look agrees", async () => {
    const failed = shown("Failed", second);
    const { bought, steps } = await play({
      price: [priced(second), priced()],
      purchase: [busy, failed, created],
      order: [notFound, failed],
    });
    expect(bought).toMatchObject({ orderId });
    expect(steps).toEqual("list price purchase list order purchase list order price purchase".split(" "));
  });

  test("it exists, and nothing is shown, however late: no proof, and never a new price", async () => {
    const exists = failure(409, "ReservationOrderIdAlreadyExists");
    const { error, steps } = await play({ purchase: [busy, exists] }, { attempts: 4, retryDelay: 600_000 });
    expect(error).toMatchObject({ code: "outcome-unknown" });
    expect(steps.filter((kind) => kind === "price")).toHaveLength(1);
  });

  test("timed out late, and the look cannot be taken: no proof; the same id again, until one is", async () => {
    const { bought, puts } = await play(
      {
        price: [priced(second), priced()],
        purchase: [busy, timedOut, timedOut, created],
        order: [notFound, busy, notFound],
      },
      { attempts: 5, retryDelay: 300_000 },
    );
    expect(bought).toMatchObject({ orderId });
    expect(puts.map(({ path }) => path.includes(second))).toEqual([true, true, true, false]);
  });

  test("a send is as old as the first one of its id, however often it is sent again", async () => {
    // Sent at 0, 2 and 6 minutes: late by the first, not by the second.
    const { bought } = await play(
      { price: [priced(second), priced()], purchase: [busy, busy, timedOut, created] },
      { attempts: 4, retryDelay: 120_000 },
    );
    expect(bought).toMatchObject({ orderId });
  });
});

describe("what stays open says what is known of it", () => {
  test("Azure's words and code, how often it was tried, and for which token", async () => {
    const { error } = await play({ purchase: [failure(500, "Busy", "Come back later.")] });
    expect(error).toMatchObject({
      providerCode: "Busy",
      message: expect.stringMatching(/Come back later/),
      cause: { code: "outcome-unknown" },
    });
    expect(String(error)).toContain(`was bought for token ${maskToken(token)} is not known after 3 attempts: `);
    const once = await play({ purchase: [busy] }, { token: "" });
    expect(String(once.error)).toContain(`${orderId} was bought is not known after 1 attempt: `);
  });

  test("a refusal of the second send is its cause", async () => {
    const { error } = await play({ purchase: [busy, failure(403, "AuthorizationFailed")] }, { attempts: 2 });
    expect(error).toMatchObject({ providerCode: "AuthorizationFailed", cause: { code: "purchase-rejected" } });
  });

  test("what the look after it showed, or what kept it from being taken", async () => {
    const absent = await play({ purchase: [timedOut] }, { attempts: 1 });
    expect(absent.error).toMatchObject({
      message: expect.stringContaining("No order is shown under the id."),
      cause: { code: "outcome-unknown" },
    });
    const unread = await play({ purchase: [timedOut], order: [busy] }, { attempts: 1 });
    expect(unread.error).toMatchObject({
      message: expect.stringContaining("What became of it could not be read (Could not read a reservation order"),
      cause: { code: "outcome-unknown", cause: { code: "lookup-failed" } },
    });
  });

  test("a failed look before the next send is its cause", async () => {
    const { error } = await play({ purchase: [{ fault: "reset" }], order: [busy] });
    expect(error).toMatchObject({ cause: { code: "lookup-failed" } });
  });

  test("stopped while it waits for the next attempt: after one, and it waits no more", async () => {
    const stop = new AbortController();
    const environment = fakeEnvironment();
    let waits = 0;
    const sleep = async (milliseconds: number, signal?: AbortSignal) => {
      waits += 1;
      stop.abort(new Error("Stop."));
      await environment.sleep(milliseconds, signal);
    };
    const { error, puts } = await play({ purchase: [{ fault: "reset" }] }, { signal: stop.signal }, () => {}, {
      ...environment,
      sleep,
    });
    expect(error).toMatchObject({ message: expect.stringMatching(/is not known after 1 attempt: Stop\./) });
    expect([waits, puts.length]).toEqual([1, 1]);
  });

  test("an error is one of these by its mark and its name, across two copies of the package", () => {
    const other = new BuyonceError({ code: "outcome-unknown", message: "Not known." });
    const named = Object.assign(new Error("Not known."), { name: "OpenOrderError" });
    const copy = Object.assign(new Error("Not known."), {
      name: "OpenOrderError",
      [Symbol.for("buyonce.error")]: true,
    });
    expect([other, named, copy].map((error) => OpenOrderError.isInstance(error))).toEqual([false, false, true]);
  });
});

describe("an order that an answer named besides", () => {
  const another = shown("Succeeded", second);
  const looks = (reservations: readonly Reply[]) =>
    play({ purchase: [another], order: [notFound, another, notFound, another], reservations }, { attempts: 2 });

  test("carries the token, and its reservation is what was asked for, or says nothing yet: bought", async () => {
    for (const reservations of [list(reservation()), list(), list({ properties: {} })]) {
      const { bought, puts } = await looks([reservations]);
      expect(bought).toMatchObject({ orderId: second, adopted: false });
      expect(puts).toHaveLength(1);
    }
  });

  test("carries the token, and its reservation is something else: for a person, with its id", async () => {
    const { error, puts } = await looks([list(reservation({}, { sku: { name: "Standard_D2" } }))]);
    expect(error).toMatchObject({ openOrder: { evidence: [second] } });
    expect(String(error)).toContain("is something else (sku: asked standard_b1ls, found standard_d2)");
    expect(puts).toHaveLength(1);
  });

  test("carries the token, and its reservations cannot be read: open until they can", async () => {
    const { error, puts } = await looks([busy]);
    expect(error).toMatchObject({ cause: { code: "commitment-unverifiable" }, openOrder: { evidence: [second] } });
    expect(puts).toHaveLength(1);
    const later = await looks([busy, list(reservation())]);
    expect(later.bought).toMatchObject({ orderId: second, adopted: false });
  });

  test("carries another token, or is not shown: said so, of each", async () => {
    const third = "39ec957b-9e55-40b3-abd4-f695b02430b4";
    const named = { id: `/x/${second}`, name: third, properties: { provisioningState: "Succeeded" } };
    const others = order({ displayName: "VM" }, { name: second, tags: { "cudly-idempotency-token": otherToken } });
    const { error } = await play(
      { purchase: [{ status: 200, body: named }], order: [notFound, { status: 200, body: others }, notFound] },
      { attempts: 1 },
    );
    expect(error).toMatchObject({ openOrder: { evidence: [second, third] } });
    expect(String(error)).toContain(
      `Azure answered with ${second}, which carries another token; Azure answered with ${third}, which it does not show`,
    );
  });

  test("carries no token: the words say so in every later attempt as well", async () => {
    const nobodys: Reply = { status: 200, body: order({ displayName: "VM" }, { name: second }) };
    const script = { purchase: [another], order: [notFound, nobodys, notFound, nobodys] };
    const { error, puts } = await play(script, { attempts: 2 });
    expect(String(error)).toContain(`Azure answered with ${second}, which carries no token`);
    expect(puts).toHaveLength(1);
  });

  test("failed: nothing was bought by it, whatever it was, and the same id is sent again", async () => {
    const failed = shown("Failed", second);
    const { bought, puts } = await play({
      purchase: [failed, created],
      order: [notFound, failed, notFound, failed],
      reservations: [list(reservation({}, { sku: { name: "Standard_D2" } }))],
    });
    expect(bought).toMatchObject({ orderId });
    expect(puts).toHaveLength(2);
  });

  test("is listed by the next look: it is the purchase, at the price that was sent", async () => {
    const { bought, puts } = await play({
      list: [list(), list(order({}, { name: second }))],
      purchase: [another],
      order: [notFound, notFound, notFound, another],
    });
    expect(bought).toMatchObject({ orderId: second, adopted: false, price: { amount: "24" } });
    expect(bought).not.toHaveProperty("openOrder");
    expect(puts).toHaveLength(1);
  });
});

describe("an order with the token that cannot be compared is not adopted, and nothing is bought beside it", () => {
  const ended = reservation({ provisioningState: "Cancelled" });
  test.each([
    ["it shows no reservation yet", order(), list()],
    ["all its reservations have ended", order(), list(ended)],
    ["it shows no term", order({ term: undefined }), list(reservation({ term: undefined }))],
    ["it shows no quantity", order({ originalQuantity: null }), list(reservation({ quantity: null }))],
  ])("%s", async (problem, found, reservations) => {
    const { error, steps } = await play({ list: [list(found)], reservations: [reservations] });
    expect(error).toMatchObject({
      code: "commitment-unverifiable",
      retryable: true,
      message: expect.stringContaining(problem),
    });
    expect(steps).toEqual(["list", "reservations"]);
  });

  test("what it does not show itself, its reservation may", async () => {
    const { bought } = await play({ list: [list(order({ term: undefined, originalQuantity: null }))] });
    expect(bought).toMatchObject({ orderId, adopted: true });
  });
});

test("a body that bills no subscription asks for something else than an order that bills one", async () => {
  const billingScopeId = "/providers/Microsoft.Billing/billingAccounts/1";
  const { error, puts } = await play(
    { list: [list(order())] },
    { body: { ...body, properties: { ...body.properties, billingScopeId } } },
  );
  expect(error).toMatchObject({
    code: "commitment-mismatch",
    message: expect.stringContaining(`subscriptionId: asked ${billingScopeId.toLowerCase()}, found ${subscriptionId}`),
  });
  expect(puts).toEqual([]);
});

test("a body that names no SKU and no quantity leaves both to Azure: neither is compared", async () => {
  const { bought } = await play({ list: [list(order())] }, { body: { sku: {}, properties: { term: "P1Y" } } });
  expect(bought).toMatchObject({ orderId, adopted: true });
});

test("A17: another engine's order is adopted, and the own send came to nothing: nothing is open besides", async () => {
  const { bought, puts } = await play({
    price: [priced(second)],
    list: [list(), list(order())],
    purchase: [busy],
    order: [shown("Failed", second)],
  });
  expect(bought).toMatchObject({ orderId, adopted: true, price: undefined });
  expect(bought).not.toHaveProperty("openOrder");
  expect(puts).toHaveLength(1);
});
