import { describe, expect, test } from "vitest";
import { applyPurchaseTags, createReservationsClient, purchaseTwoStep } from "../../providers/azure/index.ts";
import { startLoopback, type Reply } from "./support/azure-loopback.ts";
import {
  failure,
  fakeEnvironment,
  kindOf,
  notFound,
  order,
  orderId,
  otherToken,
  reservation,
  token,
  digestOf,
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

describe("purchaseTwoStep", () => {
  test("price, then one PUT, without token, tags or lookup", async () => {
    await using server = await startLoopback((request) => (kindOf(request) === "price" ? priced() : created));
    const bought = await purchaseTwoStep({ client: createReservationsClient({ endpoint: server.origin }), body });
    expect(bought).toMatchObject({ orderId, adopted: false, price: { amount: "24", currency: "GBP" } });
    expect(bought.commitment).toMatchObject({ state: "Creating", marked: false });
    expect(server.arrived.map(kindOf)).toEqual(["price", "purchase"]);
    for (const { text } of server.arrived) expect(JSON.parse(text)).toEqual(body);
  });

  test("an unknown outcome is not sent again", async () => {
    await using server = await startLoopback((request) =>
      kindOf(request) === "price" ? priced() : failure(500, "InternalServerError"),
    );
    const unknown = purchaseTwoStep({ client: createReservationsClient({ endpoint: server.origin }), body });
    await expect(unknown).rejects.toMatchObject({ code: "outcome-unknown" });
    expect(server.count("PUT")).toBe(1);
  });

  test("A1: session timed out proves nothing: the id is read, and it stays unknown", async () => {
    await using server = await startLoopback((request) =>
      kindOf(request) === "price" ? priced() : request.method === "PUT" ? timedOut : notFound,
    );
    const unknown = purchaseTwoStep({ client: createReservationsClient({ endpoint: server.origin }), body });
    await expect(unknown).rejects.toMatchObject({
      code: "outcome-unknown",
      providerCode: "BadRequest",
      retryable: false,
    });
    expect(server.arrived.map(kindOf)).toEqual(["price", "purchase", "order"]);
  });

  test("aborted after the price: nothing is bought", async () => {
    const stop = new AbortController();
    await using server = await startLoopback(() => {
      stop.abort(new Error("stop"));
      return priced();
    });
    const client = createReservationsClient({ endpoint: server.origin });
    await expect(purchaseTwoStep({ client, body, signal: stop.signal })).rejects.toThrow("stop");
    expect(server.count("PUT")).toBe(0);
  });
});

describe("purchaseTwoStepIdempotent", () => {
  test("nothing found: looks up, prices, buys once; tags and display name are in both bodies", async () => {
    const { bought, steps, arrived } = await play({});
    expect(bought).toMatchObject({ orderId, adopted: false, price: { amount: "24" }, commitment: { marked: true } });
    expect(steps).toEqual(["list", "price", "purchase"]);
    for (const { text } of arrived.slice(1)) {
      expect(JSON.parse(text)).toEqual(applyPurchaseTags(body, "cudly-web", token));
    }
  });

  test("an empty token goes straight through, without tags", async () => {
    const { bought, steps, arrived } = await play({}, { token: "" });
    expect(bought).toMatchObject({ orderId, adopted: false, commitment: { marked: false } });
    expect(steps).toEqual(["price", "purchase"]);
    expect(JSON.parse(arrived[1]?.text ?? "")).toEqual(body);
  });

  test.each([["Creating"], ["PendingBilling"], ["Succeeded"], ["Unheard-of"]])(
    "short-circuit: a %s order with the token is adopted, with zero POST and PUT",
    async (provisioningState) => {
      const { bought, steps } = await play({ list: [list(order({ provisioningState }))] });
      expect(bought).toMatchObject({ orderId, adopted: true, commitment: { state: provisioningState, marked: true } });
      expect(steps).toEqual(["list", "reservations"]);
    },
  );

  test.each([["Failed"], ["BillingFailed"], ["Cancelled"], ["Expired"]])(
    "lesson 1930: a %s order does not suppress the purchase",
    async (provisioningState) => {
      const dead = order({ provisioningState }, { name: second });
      const { bought, steps } = await play({ list: [list(dead)] });
      expect(bought).toMatchObject({ orderId, adopted: false });
      expect(steps).toEqual(["list", "price", "purchase"]);
    },
  );

  test.each([
    [{ source: "" }, "the source is empty"],
    [{ attempts: 0 }, "attempts must be a whole number from 1 to 100, not 0"],
    [{ attempts: 101 }, "attempts must be a whole number from 1 to 100, not 101"],
    [{ attempts: Number.NaN }, "not NaN"],
    [{ retryDelay: -1 }, "retryDelay must be a whole number from 0 to 2147483647 (milliseconds), not -1"],
    [{ retryDelay: 2 ** 31 }, "not 2147483648"],
  ])("%o makes no sense, and sends nothing", async (options, said) => {
    const { error, arrived } = await play({}, options);
    expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringContaining(said) });
    expect(arrived).toEqual([]);
  });

  test("the wait doubles up to the longest that a timer can wait: a longer one would end at once", async () => {
    const longest = 2 ** 31 - 1;
    const { slept } = await play({ purchase: [{ fault: "reset" }] }, { attempts: 4, retryDelay: 2 ** 29 });
    expect(slept).toEqual([2 ** 29, 2 ** 30, longest]);
  });

  test("different tokens are distinct orders", async () => {
    const { bought } = await play({ list: [list(order({}, { name: second }))] }, { token: otherToken });
    expect(bought).toMatchObject({ orderId, adopted: false });
  });

  test.each([
    ["HTTP 500", failure(500, "InternalServerError")],
    ["HTTP 403", failure(403, "AuthorizationFailed")],
    ["200 without the array", { status: 200, body: {} }],
    ["a cut answer", { fault: "cut", status: 200, body: { value: [] } }],
  ] satisfies [string, Reply][])("lessons 1937, 1941: a lookup that fails (%s) buys nothing", async (_name, reply) => {
    const { error, steps } = await play({ list: [reply] });
    expect(error).toMatchObject({ name: "RefusedError" });
    expect(steps).toEqual(["list"]);
  });

  test("lesson 1495: an order with the token that is something else is refused, and so are two", async () => {
    const mismatch = await play({ list: [list(order({ term: "P3Y", billingPlan: "Monthly" }))] });
    expect(mismatch.error).toMatchObject({
      code: "commitment-mismatch",
      message: expect.stringMatching(/term: asked P1Y, found P3Y; billingPlan: asked Upfront, found Monthly/),
    });
    const two = await play({ list: [list(order(), order({}, { name: second }))] });
    expect(two.error).toMatchObject({
      code: "several-commitments",
      message: expect.stringContaining(`${orderId}, ${second}`),
    });
    expect([...mismatch.puts, ...two.puts]).toEqual([]);
  });

  test("what the body leaves out is not compared: Azure chose it; a billing plan that is left out means Upfront", async () => {
    const short = { sku: body.sku, properties: { reservedResourceType: "VirtualMachines", quantity: 1 } };
    const shown = order({ term: undefined });
    const found = await play(
      { list: [list(shown)], reservations: [list(reservation({ term: undefined }))] },
      { body: short },
    );
    expect(found.bought).toMatchObject({ orderId, adopted: true });
    const monthly = await play({ list: [list(order({ billingPlan: "Monthly" }))] }, { body: short });
    expect(monthly.error).toMatchObject({ code: "commitment-mismatch", message: expect.stringMatching(/Monthly/) });
  });

  test("lesson 1774: bought and the answer lost; the next look finds it by its id, and nothing is priced anew", async () => {
    const { bought, steps } = await play({
      purchase: [{ fault: "reset" }],
      order: [{ status: 200, body: order({ provisioningState: "PendingBilling" }) }],
    });
    expect(bought).toMatchObject({
      orderId,
      adopted: false,
      price: { amount: "24" },
      commitment: { state: "PendingBilling" },
    });
    expect(steps).toEqual(["list", "price", "purchase", "list", "order"]);
  });

  test("bought and the answer lost; the next listing shows it", async () => {
    const { bought, steps } = await play({ list: [list(), list(order())], purchase: [failure(500, "PurchaseError")] });
    expect(bought).toMatchObject({ orderId, adopted: false, price: { amount: "24" } });
    // Its own order needs no comparison: it was bought with this very body.
    expect(steps).toEqual(["list", "price", "purchase", "list"]);
  });

  test("unknown and not shown: the same id is sent again, never a new one", async () => {
    const { bought, steps, puts, slept } = await play({
      purchase: [failure(500, "InternalServerError"), failure(503, "ServerBusy"), created],
    });
    expect(bought).toMatchObject({ orderId, adopted: false });
    expect(steps).toEqual(["list", "price", "purchase", "list", "order", "purchase", "list", "order", "purchase"]);
    expect(new Set(puts.map(({ path, text }) => path + text)).size).toBe(1);
    expect(slept).toEqual([2_000, 4_000]);
  });

  test.each([
    ["a listing that fails", { list: [list(), failure(403, "AuthorizationFailed"), list(order())] }],
    ["a read of the id that fails", { order: [failure(403, "AuthorizationFailed"), orderShown] }],
  ] satisfies [string, Script][])("%s while a send is open is no refusal: the next look decides", async (_, script) => {
    const { bought, puts } = await play({ purchase: [failure(500, "InternalServerError")], ...script });
    expect(bought).toMatchObject({ orderId, adopted: false, price: { amount: "24" } });
    expect(puts).toHaveLength(1);
  });

  test("stopped while a send is open: still unknown, at once, with the order's id", async () => {
    for (const stoppedAt of ["list", "order"] as const) {
      const stop = new AbortController();
      const looks = { list: [list()], order: [notFound] };
      const hang: Reply = { fault: "hang" };
      const { error, steps, puts } = await play(
        { ...looks, [stoppedAt]: [...(stoppedAt === "list" ? [list()] : []), hang], purchase: [{ fault: "reset" }] },
        { attempts: 2, signal: stop.signal },
        (kind, nth) => void (kind === stoppedAt && nth === (kind === "list" ? 1 : 0) && stop.abort(new Error("Stop."))),
      );
      expect(error).toMatchObject({ code: "outcome-unknown", message: expect.stringContaining(orderId) });
      expect(error).toMatchObject({ message: expect.stringContaining("Stop.") });
      expect([steps.at(-1), puts.length]).toEqual([stoppedAt, 1]);
    }
  });

  test("stopped between the look and the send: the open one is still unknown, and nothing more is sent", async () => {
    const stop = new AbortController();
    let looked = false;
    let asked = 0;
    const environment = fakeEnvironment();
    // Its answer asks for the time.
    const now = () => {
      if (looked && (asked += 1) === 1) stop.abort(new Error("Stop."));
      return environment.now();
    };
    const { error, puts } = await play(
      { purchase: [{ fault: "reset" }] },
      { signal: stop.signal },
      (kind) => void (looked ||= kind === "order"),
      { ...environment, now },
    );
    expect(error).toMatchObject({ code: "outcome-unknown", message: expect.stringContaining(orderId) });
    expect([stop.signal.aborted, puts.length]).toEqual([true, 1]);
  });

  test("a single attempt is one", async () => {
    const once = await play({ purchase: [failure(500, "InternalServerError")] }, { attempts: 1 });
    expect(once.error).toMatchObject({ code: "outcome-unknown", message: expect.stringContaining("after 1 attempt") });
    expect(once.steps).toEqual(["list", "price", "purchase"]);
    expect((await play({}, { attempts: 1 })).bought).toMatchObject({ orderId });
  });

  test("unknown and not shown for more than 5 minutes is no proof: still the same id, no new price", async () => {
    const { bought, steps } = await play(
      { price: [priced(), priced(second)], purchase: [failure(500, "InternalServerError"), created] },
      { attempts: 2, retryDelay: 600_000 },
    );
    expect(steps).toEqual("list price purchase list order purchase".split(" "));
    expect(bought).toMatchObject({ orderId, adopted: false });
  });

  test("bought by another meanwhile, with the own send unknown: that order is adopted, at a price that is not known", async () => {
    const { bought, puts } = await play({
      price: [priced(second)],
      list: [list(), list(order())],
      purchase: [failure(500, "InternalServerError")],
    });
    expect(bought).toMatchObject({ orderId, adopted: true, price: undefined });
    expect(puts).toHaveLength(1);
  });

  test("unknown to the end: says so, and names the order; nothing is called failed", async () => {
    const { error, puts } = await play({ purchase: [failure(500, "InternalServerError")] });
    expect(error).toMatchObject({ code: "outcome-unknown", message: expect.stringContaining(orderId) });
    expect(String(error)).not.toContain(digestOf(token));
    expect(puts).toHaveLength(3);
  });

  test("a read of the id that fails: nothing is sent before it can be read", async () => {
    const { error, puts } = await play({
      purchase: [failure(500, "InternalServerError")],
      order: [failure(500, "InternalServerError")],
    });
    expect(error).toMatchObject({ code: "outcome-unknown" });
    expect(puts).toHaveLength(1);
  });

  test("session timed out soon after an earlier send: that send may have used the id up, so it stays unknown", async () => {
    const { error, puts } = await play(
      { price: [priced(second)], purchase: [failure(500, "InternalServerError"), timedOut] },
      { attempts: 4 },
    );
    expect(error).toMatchObject({
      code: "outcome-unknown",
      message: expect.stringContaining("that send has to be proven dead"),
    });
    expect(puts.every(({ path }) => path.includes(second))).toBe(true);
  });

  test("session timed out 5 minutes after an earlier send: a new price only after a fresh listing and 404 for the old id", async () => {
    const { bought, steps, puts } = await play(
      {
        price: [priced(second), priced()],
        purchase: [failure(500, "InternalServerError"), timedOut, created],
      },
      { attempts: 4, retryDelay: 300_000 },
    );
    expect(bought).toMatchObject({ orderId, adopted: false });
    expect(steps).toEqual("list price purchase list order purchase order list order price purchase".split(" "));
    expect(puts.map(({ path }) => path.includes(second))).toEqual([true, true, false]);
  });

  test("session timed out after an earlier send that had bought: the order is found, no new price", async () => {
    const found: Reply = { status: 200, body: order({}, { name: second }) };
    const { bought, puts } = await play({
      price: [priced(second)],
      purchase: [failure(500, "InternalServerError"), timedOut],
      order: [notFound, found],
    });
    expect(bought).toMatchObject({ orderId: second });
    expect(puts).toHaveLength(2);
  });

  test("an id whose order failed is proven dead: a new price", async () => {
    const { bought, steps } = await play({
      price: [priced(second), priced()],
      purchase: [failure(500, "InternalServerError"), created],
      order: [{ status: 200, body: order({ provisioningState: "BillingFailed" }, { name: second }) }],
    });
    expect(bought).toMatchObject({ orderId });
    expect(steps).toEqual(["list", "price", "purchase", "list", "order", "price", "purchase"]);
  });

  test("a definite no is not tried again", async () => {
    const { error, puts } = await play({ purchase: [failure(403, "AuthorizationFailed")] });
    expect(error).toMatchObject({ code: "purchase-rejected", providerCode: "AuthorizationFailed" });
    expect(puts).toHaveLength(1);
  });

  test("a definite no to a second send says nothing about the first: still unknown", async () => {
    const { error } = await play({
      purchase: [failure(500, "InternalServerError"), failure(403, "AuthorizationFailed")],
    });
    expect(error).toMatchObject({ code: "outcome-unknown" });
  });
});
