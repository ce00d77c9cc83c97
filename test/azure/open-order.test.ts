import { describe, expect, test } from "vitest";
import {
  createReservationsClient,
  OpenOrderError,
  purchaseTwoStep,
  type IdempotentTwoStepOptions,
  type OpenOrder,
} from "../../providers/azure/index.ts";
import { TransportError } from "../../providers/http/transport-error.ts";
import { BuyonceError } from "../../src/contract/errors.ts";
import { startLoopback, type Reply } from "./support/azure-loopback.ts";
import {
  failure,
  fakeEnvironment,
  kindOf,
  notFound,
  order,
  orderId,
  otherToken,
  token,
} from "./support/azure-samples.ts";
import {
  body,
  created,
  list,
  orderShown,
  play,
  priced,
  second,
  timedOut,
  type Script,
} from "./support/two-step-wire.ts";

describe("A6: an open order is handed to the caller, who goes on from it", () => {
  const lost: Script = { purchase: [{ fault: "reset" }] };
  /** Ends open, and is kept as JSON. */
  async function openOf(
    script: Script = lost,
    options: Partial<IdempotentTwoStepOptions> = {},
    environment = fakeEnvironment(),
  ) {
    const { error, ...rest } = await play(script, options, undefined, environment);
    expect(OpenOrderError.isInstance(error)).toBe(true);
    expect(BuyonceError.isInstance(error)).toBe(true);
    const kept = JSON.parse(JSON.stringify(error)) as OpenOrderError;
    return { error: kept, ...rest };
  }

  test("answer lost, the service down for all attempts: the order is a field, survives JSON, and is not retryable", async () => {
    const { error, puts } = await openOf({ ...lost, list: [list(), { status: 503 }], order: [{ status: 503 }] });
    expect(error).toMatchObject({
      name: "OpenOrderError",
      code: "outcome-unknown",
      retryable: false,
      openOrder: {
        reservationOrderId: orderId,
        price: { amount: "24", currency: "GBP" },
        sentAt: "2026-01-05T10:00:00.000Z",
        requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        evidence: [],
      },
    });
    expect(JSON.stringify(error)).not.toContain(token.slice(0, 32));
    expect(puts).toHaveLength(1);
  });

  test("called again with it, the listing lags: its id is read, and it is the one", async () => {
    const { openOrder } = (await openOf()).error;
    const again = await play({ order: [orderShown] }, { resume: openOrder });
    expect(again.bought).toMatchObject({ orderId, adopted: false, price: { amount: "24" } });
    expect(again.steps).toEqual(["list", "order"]);
  });

  test("... nothing is shown: the same id is sent again, and no price is asked for", async () => {
    const { openOrder } = (await openOf()).error;
    const again = await play({}, { resume: openOrder });
    expect(again.bought).toMatchObject({ orderId });
    expect(again.steps).toEqual(["list", "order", "purchase"]);
    expect(again.puts.every(({ path }) => path.includes(orderId))).toBe(true);
  });

  test("... it stays open, however often: the same order with the time of its first send", async () => {
    let { openOrder } = (await openOf()).error;
    for (let call = 0; call < 3; call += 1) {
      const again = await openOf(lost, { resume: openOrder });
      expect(again.error.openOrder).toEqual(openOrder);
      expect(again.steps).not.toContain("price");
      openOrder = again.error.openOrder;
    }
  });

  test("... nothing can be read: open as before, nothing is sent", async () => {
    const { openOrder } = (await openOf()).error;
    for (const script of [{ list: [failure(403, "AuthorizationFailed")] }, { order: [failure(500, "Busy")] }]) {
      const again = await openOf(script, { resume: openOrder });
      expect(again.error.openOrder).toEqual(openOrder);
      expect(again.puts).toEqual([]);
    }
  });

  test("... its order came to nothing: a new price", async () => {
    const { openOrder } = (await openOf({ ...lost, price: [priced(second)] })).error;
    const failed = order({ provisioningState: "Failed" }, { name: second });
    const again = await play({ order: [{ status: 200, body: failed }] }, { resume: openOrder });
    expect(again.bought).toMatchObject({ orderId });
    expect(again.steps).toEqual(["list", "order", "price", "purchase"]);
  });

  test("... timed out: soon after the send it proves nothing; later, with nothing shown, it does", async () => {
    const { openOrder } = (await openOf({ ...lost, price: [priced(second)] })).error;
    const soon = await openOf({ purchase: [timedOut] }, { resume: openOrder });
    expect(soon.steps).not.toContain("price");
    const earlier = { ...openOrder, ...sentEarlier(openOrder) };
    const late = await play({ purchase: [timedOut, created] }, { resume: earlier });
    expect(late.bought).toMatchObject({ orderId });
    expect(late.steps).toEqual(["list", "order", "purchase", "order", "list", "order", "price", "purchase"]);
  });

  test("A22: a clock that steps ahead makes no time-out a proof", async () => {
    const environment = fakeEnvironment();
    let step = 0;
    const { error, steps } = await play(
      { purchase: [{ fault: "reset" }, timedOut] },
      {},
      (kind) => void (kind === "purchase" && (step = 600_000)),
      { ...environment, now: () => environment.now() + step },
    );
    expect(error).toMatchObject({ code: "outcome-unknown" });
    expect(steps.filter((kind) => kind === "price")).toHaveLength(1);
  });

  /** Sent ten minutes earlier, by both clocks. */
  function sentEarlier({ counted }: OpenOrder) {
    const clock = counted?.clock;
    if (counted === undefined || clock === undefined) throw new Error("It is counted on the clocks.");
    const minutes = 600_000;
    const before = { ...clock, monotonic: clock.monotonic - minutes, wall: clock.wall - minutes };
    return { sentAt: "2026-01-05T09:50:00.000Z", counted: { at: counted.at - minutes, clock: before } };
  }

  test("A22: nor does one that steps between two calls; what an older version kept is as old as its clock says", async () => {
    const { openOrder } = (await openOf({ ...lost, price: [priced(second)] })).error;
    const environment = fakeEnvironment();
    const stepped = { ...environment, now: () => environment.now() + 600_000 };
    const early = await openOf({ purchase: [timedOut] }, { resume: openOrder }, stepped);
    expect(early.steps).not.toContain("price");
    const { counted: _counted, ...older } = { ...openOrder, sentAt: "2026-01-05T09:50:00.000Z" };
    const late = await play({ purchase: [timedOut, created] }, { resume: older });
    expect(late.steps).toContain("price");
  });

  test("A22: one that steps back makes it wait anew, once", async () => {
    const { openOrder } = (await openOf({ ...lost, price: [priced(second)] })).error;
    const environment = fakeEnvironment();
    const back = { ...environment, now: () => environment.now() - 86_400_000 };
    const again = await openOf({ purchase: [timedOut] }, { resume: openOrder }, back);
    expect(again.steps).not.toContain("price");
    const { openOrder: kept } = again.error;
    expect(kept.sentAt).toBe(openOrder.sentAt);
    await back.sleep(300_000);
    const late = await play({ purchase: [timedOut, created] }, { resume: kept }, undefined, back);
    expect(late.steps).toContain("price");
  });

  test("a call that is stopped before it can look leaves it open, and sends nothing", async () => {
    const { openOrder } = (await openOf()).error;
    const stop = new AbortController();
    stop.abort(new Error("Stop."));
    const again = await openOf({}, { resume: openOrder, signal: stop.signal });
    expect(again.error.openOrder).toEqual(openOrder);
    expect(again.puts).toEqual([]);
  });

  test.each([
    ["another body", { body: { ...body, location: "eastus" } }],
    ["another token", { token: otherToken }],
    ["another source", { source: "somebody" }],
  ])("it was sent with %s: refused, and nothing is sent", async (_name, options) => {
    const { openOrder } = (await openOf()).error;
    const { error, arrived } = await play({}, { ...options, resume: openOrder });
    expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringContaining(orderId) });
    expect(arrived).toEqual([]);
  });

  test.each([
    ["no id", { reservationOrderId: "1" }, "reservationOrderId"],
    ["no time", { sentAt: "yesterday" }, "sentAt"],
    ["no price", { price: { amount: 24, currency: "GBP" } }, "price.amount"],
    ["no evidence", { evidence: undefined }, "evidence"],
    ["neither id nor time", { reservationOrderId: undefined, sentAt: 1 }, "reservationOrderId, sentAt"],
  ])("it has %s: refused, with what is wrong, and nothing is sent", async (_name, change, fields) => {
    const { openOrder } = (await openOf()).error;
    const { error, arrived } = await play({}, { resume: { ...openOrder, ...change } as unknown as OpenOrder });
    expect(error).toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(`: ${fields} cannot be read`),
    });
    expect(arrived).toEqual([]);
  });

  test("it is no open order at all: refused, and nothing is sent", async () => {
    const { error, arrived } = await play({}, { resume: orderId as unknown as OpenOrder });
    expect(error).toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(": itself cannot be read"),
    });
    expect(arrived).toEqual([]);
  });

  test("a first send that did not leave this machine is no open order, and its id is not asked about", async () => {
    await using server = await startLoopback(() => priced());
    const client = createReservationsClient({ endpoint: server.origin, environment: fakeEnvironment() });
    const refused = new TransportError({ stage: "connection", code: "ECONNREFUSED", message: "refused" });
    const unreached = { ...client, put: () => Promise.reject(refused) };
    await expect(purchaseTwoStep({ client: unreached, body })).rejects.toMatchObject({
      code: "purchase-rejected",
      providerCode: "ECONNREFUSED",
      retryable: true,
    });
    expect(server.arrived.map(kindOf)).toEqual(["price"]);
  });

  describe("purchaseTwoStep, without a token", () => {
    const unguarded = { token: "" };
    test("the order is a field, and called again with it the id is read", async () => {
      const { error, steps } = await openOf(lost, unguarded);
      expect(error).toMatchObject({ retryable: false, openOrder: { reservationOrderId: orderId } });
      expect(steps).toEqual(["price", "purchase"]);
      const again = await play({ order: [orderShown] }, { ...unguarded, resume: error.openOrder });
      expect(again.bought).toMatchObject({ orderId, adopted: false });
      expect(again.steps).toEqual(["order"]);
    });

    test("nothing is shown: the same id is sent once; not readable: nothing is sent", async () => {
      const { openOrder } = (await openOf(lost, unguarded)).error;
      expect((await play({}, { ...unguarded, resume: openOrder })).steps).toEqual(["order", "purchase"]);
      const unread = await openOf({ order: [failure(500, "Busy")] }, { ...unguarded, resume: openOrder });
      expect(unread.steps).toEqual(["order"]);
    });
  });
});

describe("A1: the first PUT is carried out, a hop repeats it, and the listing lags", () => {
  test.each([
    ["session timed out", "much", timedOut],
    ["in small letters", "much", failure(400, "BadRequest", "session timed out")],
    ["it exists", "much", failure(409, "ReservationOrderIdAlreadyExists")],
    ["not found", "nothing", failure(404, "ReservationOrderNotFound")],
    ["in conflict", "nothing", failure(409, "OperationCannotBePerformedInCurrentState")],
    ["refused", "much", failure(400, "InvalidRequestContent")],
    ["denied", "much", failure(403, "AuthorizationFailed")],
  ] satisfies [string, string, Reply][])("%s: the id is read, one PUT, one price", async (_name, says, reply) => {
    for (const options of [{ token }, { token: "" }]) {
      const { bought, error, puts, steps } = await play({ purchase: [reply], order: [orderShown] }, options);
      // Without a token there is one attempt, and so no look after an answer that says nothing: it stays open.
      if (options.token === "" && says === "nothing") {
        expect(error).toMatchObject({ openOrder: { reservationOrderId: orderId } });
      } else expect(bought).toMatchObject({ orderId, adopted: false });
      expect([puts.length, steps.filter((kind) => kind === "price").length]).toEqual([1, 1]);
    }
  });

  test("session timed out, and nothing is shown yet: unknown, never a new price", async () => {
    const { error, steps } = await play({ purchase: [timedOut] });
    expect(error).toMatchObject({ code: "outcome-unknown", openOrder: { reservationOrderId: orderId } });
    expect(steps.filter((kind) => kind === "price")).toHaveLength(1);
  });

  test("refused, and the id cannot be read: unknown; may this identity not even read, the refusal stands", async () => {
    const refused = failure(400, "InvalidRequestContent");
    const unread = await play({ purchase: [refused], order: [failure(500, "Busy")] }, { attempts: 1 });
    expect(unread.error).toMatchObject({ openOrder: { reservationOrderId: orderId } });
    const denied = await play({ purchase: [failure(401, "Expired")], order: [failure(401, "Expired")] });
    expect(denied.error).toMatchObject({ code: "purchase-rejected", providerCode: "Expired" });
  });
});

describe("A2: a success that holds another order, and the listing lags", () => {
  const another: Reply = { status: 200, body: order({}, { name: second }) };
  test("it carries the token: adopted, one PUT", async () => {
    const { bought, puts } = await play({ purchase: [another], order: [notFound, another] });
    expect(bought).toMatchObject({ orderId: second, adopted: false, price: { amount: "24" } });
    expect(puts).toHaveLength(1);
  });

  test("it is nobody's: nothing is sent again, and its id goes along as evidence", async () => {
    const nobodys: Reply = { status: 200, body: order({ displayName: "VM" }, { name: second }) };
    const order404 = { order: [notFound, nobodys, notFound, nobodys, notFound, nobodys] };
    const { error, puts } = await play({ purchase: [another], ...order404 });
    expect(error).toMatchObject({ openOrder: { reservationOrderId: orderId, evidence: [second] } });
    expect(puts).toHaveLength(1);
    const { openOrder } = error as OpenOrderError;
    const later = await play({ order: [notFound, another] }, { resume: openOrder });
    expect(later.bought).toMatchObject({ orderId: second });
    expect(later.puts).toEqual([]);
  });

  test("without a token nothing tells whose it is: open, with its id", async () => {
    const { error, puts } = await play({ purchase: [another], order: [notFound, another] }, { token: "" });
    expect(error).toMatchObject({ retryable: false, openOrder: { evidence: [second] } });
    expect(String(error)).toContain("without a token nothing tells");
    expect(puts).toHaveLength(1);
    const again = await play(
      { order: [notFound, another] },
      { token: "", resume: (error as OpenOrderError).openOrder },
    );
    expect(again.error).toMatchObject({ openOrder: { evidence: [second] } });
    expect(again.puts).toEqual([]);
  });
});

describe("A17: another engine's order with the token is adopted while the own send is open", () => {
  test("the open one is named", async () => {
    const script = { price: [priced(second)], list: [list(), list(order())], purchase: [failure(500, "Busy")] };
    const { bought } = await play(script);
    expect(bought).toMatchObject({ orderId, adopted: true, openOrder: { reservationOrderId: second } });
  });

  test("... and where it is live as well, nobody picks one", async () => {
    const { error, puts } = await play({
      price: [priced(second)],
      list: [list(), list(order())],
      purchase: [failure(500, "Busy")],
      order: [{ status: 200, body: order({}, { name: second }) }],
    });
    expect(error).toMatchObject({ code: "outcome-unknown", message: expect.stringContaining(`${second}, ${orderId}`) });
    expect(puts).toHaveLength(1);
  });
});

describe("B3: bought and over", () => {
  test.each(["Cancelled", "Canceled", "Expired"])(
    "%s is said as it is: never bought, never bought again",
    async (provisioningState) => {
      const over: Reply = { status: 200, body: order({ provisioningState }) };
      for (const options of [{}, { token: "" }]) {
        for (const script of [{ purchase: [over] }, { purchase: [timedOut], order: [over] }]) {
          const { error, puts } = await play(script, options);
          expect(error).toMatchObject({
            code: "purchase-rejected",
            providerCode: provisioningState,
            retryable: false,
            message: expect.stringContaining(`was bought as reservation order ${orderId} and is over`),
          });
          expect(puts).toHaveLength(1);
        }
      }
      const later = await play({ purchase: [{ fault: "reset" }], order: [over] });
      expect(later.error).toMatchObject({ code: "purchase-rejected", providerCode: provisioningState });
      expect(later.puts).toHaveLength(1);
    },
  );
});
