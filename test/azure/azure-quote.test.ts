import { describe, expect, test } from "vitest";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import {
  executorOf,
  failure,
  fakeEnvironment,
  kindOf,
  marker,
  priceAnswer,
  recommend,
  recorded,
  signal,
  subscriptionId,
  token,
  digestOf,
} from "./support/azure-samples.ts";

function quote(server: Loopback, service = "compute", change: Readonly<Record<string, unknown>> = {}) {
  const executor = executorOf(service, { endpoint: server.origin });
  return executor.quote(executor.schema.parse(recommend(service, change)), marker, { signal });
}

/** Answers price calculations and catalogue reads. */
const answering = (price: Reply, catalog: Reply = { status: 200, body: { value: [] } }) =>
  startLoopback((request) => (kindOf(request) === "catalog" ? catalog : price));

const priced: Reply = { status: 200, body: priceAnswer };

const total = (change: Readonly<Record<string, unknown>>) => ({
  billingCurrencyTotal: { ...priceAnswer.properties.billingCurrencyTotal, ...change },
});

describe("calculatePrice", () => {
  test.each([
    ["no order id", "reservationOrderId", { reservationOrderId: undefined }],
    ["an order id that is none", "reservationOrderId", { reservationOrderId: "1" }],
    ["no total", "billingCurrencyTotal", { billingCurrencyTotal: undefined }],
    ["no currency", "billingCurrencyTotal.currencyCode", { billingCurrencyTotal: { amount: 24 } }],
    ["a word before the currency", "billingCurrencyTotal.currencyCode", total({ currencyCode: "GB GBP" })],
    ["a word after the currency", "billingCurrencyTotal.currencyCode", total({ currencyCode: "GBP GB" })],
    ["no amount", "billingCurrencyTotal.amount", { billingCurrencyTotal: { currencyCode: "GBP" } }],
    ["a negative total", "billingCurrencyTotal.amount", total({ amount: -1 })],
    [
      "nothing",
      "reservationOrderId, properties.billingCurrencyTotal",
      { reservationOrderId: null, billingCurrencyTotal: null },
    ],
  ])("an answer with %s is no quote, and it is said what is missing", async (_name, missing, change) => {
    const properties = { ...priceAnswer.properties, ...change };
    await using server = await answering({ status: 200, body: { properties } });
    await expect(quote(server)).rejects.toMatchObject({
      name: "RefusedError",
      code: "quote-failed",
      retryable: true,
      message: expect.stringContaining(`holds no usable properties.${missing}.`),
    });
  });

  test("an amount with decimals is exact", async () => {
    const body = `{"properties":{"reservationOrderId":"${priceAnswer.properties.reservationOrderId}","billingCurrencyTotal":{"currencyCode":"USD","amount":1234567.10}}}`;
    await using server = await answering({ status: 200, body });
    expect((await quote(server)).price).toEqual({ amount: "1234567.1", currency: "USD" });
  });

  test("lesson 685: Azure's own code and message reach the person", async () => {
    const { status, body } = recorded("error-displayname-invalid-400").response;
    await using server = await answering({ status, body });
    const refused = quote(server);
    await expect(refused).rejects.toMatchObject({ code: "quote-failed", retryable: false });
    await expect(refused).rejects.toThrow(/DisplayNameInvalid: Value of DisplayName property has invalid characters/);
    expect(server.arrived).toHaveLength(1);
  });

  test.each([401, 403])("HTTP %i is access denied", async (status) => {
    await using server = await answering(failure(status, "AuthorizationFailed"));
    await expect(quote(server)).rejects.toMatchObject({
      code: "access-denied",
      message: expect.stringMatching(status === 403 ? /Microsoft\.Capacity\/calculateprice\/action/ : /sign in/),
    });
  });

  test("it moves no money and is retried: 429, then 500, then a price", async () => {
    await using server = await startLoopback((_request, nth) =>
      nth === 1 ? failure(429, "TooManyRequests") : nth === 2 ? failure(500, "InternalServerError") : priced,
    );
    expect((await quote(server)).price.amount).toBe("24");
    expect(server.count("POST")).toBe(3);
  });

  test("429 to the end, each time in its turn, is retryable and says after how long", async () => {
    await using server = await answering({ status: 429, body: {}, headers: { "Retry-After": "30" } });
    await expect(quote(server)).rejects.toMatchObject({ code: "quote-failed", retryable: true, retryAfter: 30_000 });
    expect(server.arrived).toHaveLength(9);
  });

  test("200 with HTML is no quote", async () => {
    await using server = await answering({ status: 200, body: "<html></html>" });
    await expect(quote(server)).rejects.toMatchObject({ code: "quote-failed", retryable: true });
  });

  test.each([202, 203, 206])("C10: HTTP %i is no quote, whatever it holds", async (status) => {
    await using server = await answering({ status, body: priceAnswer });
    await expect(quote(server)).rejects.toMatchObject({ code: "quote-failed", retryable: true });
    expect(server.arrived).toHaveLength(1);
  });

  test("lesson 1076: nothing that is thrown holds the token", async () => {
    await using server = await answering(failure(400, "BadRequest", `display name buyonce-compute-${digestOf(token)}`));
    const message = await quote(server).catch(String);
    expect(message).not.toContain(digestOf(token));
  });
});

describe("catalogue", () => {
  const recordedItem = (recorded("catalog-item-200").response.body["value"] as Record<string, unknown>[])[0];
  const offers = (...items: Readonly<Record<string, unknown>>[]): Reply => ({ status: 200, body: { value: items } });
  const searchItem = {
    name: "Search_Standard_S1",
    terms: ["P1Y"],
    locations: ["westus"],
    billingPlans: { p1Y: ["Upfront"] },
  };

  test("is not read for what can be priced without it", async () => {
    await using server = await answering(priced);
    for (const service of ["compute", "cache", "cosmosdb", "database", "managed-redis", "synapse"]) {
      await quote(server, service);
    }
    expect(server.arrived.map(kindOf)).not.toContain("catalog");
  });

  test("search: a SKU that it lists is priced, letter case aside", async () => {
    await using server = await answering(priced, offers(searchItem));
    await quote(server, "search", { sku: "search_standard_s1" });
    expect(server.arrived.map(kindOf)).toEqual(["catalog", "price"]);
    const url = new URL(server.arrived[0]?.path ?? "", server.origin);
    expect(url.pathname).toBe(`/subscriptions/${subscriptionId}/providers/Microsoft.Capacity/catalogs`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      "api-version": "2022-11-01",
      reservedResourceType: "SearchService",
      location: "westus",
    });
  });

  test("search: a SKU that it does not list is refused, with the reason, before a price is asked for", async () => {
    await using server = await answering(priced, offers(searchItem));
    const refused = quote(server, "search", { sku: "Search_Standard_S9" });
    await expect(refused).rejects.toMatchObject({ name: "RefusedError", code: "not-offered", retryable: false });
    await expect(refused).rejects.toThrow(/Search_Standard_S9.*SearchService is an assumption/);
    expect(server.arrived.map(kindOf)).toEqual(["catalog"]);
  });

  test.each([
    ["another term", { ...searchItem, terms: ["P3Y"] }],
    ["another region", { ...searchItem, locations: ["eastus"] }],
    ["another billing plan", { ...searchItem, billingPlans: { p1Y: ["Monthly"] } }],
    [
      "a restricted region",
      { ...searchItem, restrictions: [{ type: "Location", values: ["West US"], reasonCode: "No" }] },
    ],
  ])("search: %s contradicts", async (_name, item) => {
    await using server = await answering(priced, offers(item));
    await expect(quote(server, "search", { sku: "Search_Standard_S1" })).rejects.toMatchObject({ code: "not-offered" });
  });

  test.each([
    ["no terms", { terms: undefined }],
    ["no regions", { locations: [] }],
    ["an unreadable list of regions", { locations: "westus" }],
    ["a plan for another term alone", { billingPlans: { p3Y: ["Monthly"] } }],
    ["a restriction elsewhere", { restrictions: [{ type: "Location", values: ["East US"] }] }],
    ["a restriction of another kind", { restrictions: [{ type: "Zone", values: ["westus", "P1Y"] }] }],
    ["a restriction that names nothing", { restrictions: [{}, { type: "Location" }, { values: ["westus"] }] }],
  ])("search: %s is no contradiction", async (_name, change) => {
    await using server = await answering(priced, offers({ ...searchItem, ...change }));
    expect((await quote(server, "search", { sku: searchItem.name })).price.amount).toBe("24");
  });

  test("a restriction without a reason is said as that, and only search has an assumption to explain", async () => {
    const restricted = { ...recordedItem, restrictions: [{ type: "Term", values: ["P5Y"] }] };
    await using server = await answering(priced, offers(restricted));
    await expect(quote(server, "compute", { term: "P5Y" })).rejects.toThrow(
      `The catalogue of subscription ${subscriptionId} restricts Standard_b1ls: P5Y is not for this subscription (no reason given). Nothing was sent.`,
    );
  });

  test("an entry that cannot be read offers nothing, and does not hide the others", async () => {
    await using server = await answering(priced, offers({ sku: "?" }, searchItem));
    expect((await quote(server, "search", { sku: searchItem.name })).price.amount).toBe("24");
  });

  test("200 without the list is no catalogue", async () => {
    await using server = await answering(priced, { status: 200, body: {} });
    await expect(quote(server, "search")).rejects.toMatchObject({ code: "quote-failed", retryable: true });
  });

  test("P5Y: the recorded catalogue restricts it for this subscription, so it is refused", async () => {
    await using server = await answering(priced, offers(recordedItem ?? {}));
    await expect(quote(server, "compute", { term: "P5Y" })).rejects.toThrow(/NotAvailableForSubscription/);
    expect(server.arrived.map(kindOf)).toEqual(["catalog"]);
  });

  test("P5Y: bought where the catalogue offers it, refused where it is silent", async () => {
    const offered = { ...recordedItem, restrictions: [] };
    await using generous = await answering(priced, offers(offered));
    expect((await quote(generous, "compute", { term: "P5Y" })).price.amount).toBe("24");
    for (const catalog of [
      offers(),
      offers({ ...offered, terms: undefined }),
      offers({ ...offered, terms: ["P1Y"] }),
    ]) {
      await using server = await answering(priced, catalog);
      await expect(quote(server, "compute", { term: "P5Y" })).rejects.toMatchObject({ code: "not-offered" });
    }
  });

  describe("is shared by what is driven", () => {
    /** A catalogue that answers as it is told at the time, an executor with a clock of its own, and how often it was read. */
    async function shared(catalog: () => Reply) {
      const server = await startLoopback((request) => (kindOf(request) === "catalog" ? catalog() : priced));
      const environment = fakeEnvironment();
      const clock = { now: environment.now() };
      const executor = executorOf("search", {
        endpoint: server.origin,
        environment: { ...environment, now: () => clock.now },
      });
      return {
        clock,
        reads: () => server.arrived.filter((request) => kindOf(request) === "catalog").length,
        ask: (stop = signal, region = "westus") =>
          executor.quote(executor.schema.parse(recommend("search", { sku: searchItem.name, region })), marker, {
            signal: stop,
          }),
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      };
    }
    const everywhere = offers(searchItem, { ...searchItem, locations: ["eastus"] });

    test("read once per subscription and region, also when several ask at once", async () => {
      await using one = await shared(() => everywhere);
      await Promise.all([one.ask(), one.ask(), one.ask()]);
      expect(one.reads()).toBe(1);
      await one.ask(signal, "eastus");
      expect(one.reads()).toBe(2);
    });

    test("read again after ten minutes, and where the clock jumped back", async () => {
      await using one = await shared(() => everywhere);
      await one.ask();
      one.clock.now += 599_999;
      await one.ask();
      expect(one.reads()).toBe(1);
      one.clock.now += 1;
      await one.ask();
      expect(one.reads()).toBe(2);
      one.clock.now -= 1;
      await one.ask();
      expect(one.reads()).toBe(3);
    });

    test("a failure is told to all who wait for it, and is not kept", async () => {
      let answer = failure(400, "BadRequest");
      await using one = await shared(() => answer);
      const results = await Promise.allSettled([one.ask(), one.ask()]);
      expect(results).toMatchObject([{ reason: { code: "quote-failed" } }, { reason: { code: "quote-failed" } }]);
      expect(one.reads()).toBe(1);
      answer = everywhere;
      await one.ask();
      expect(one.reads()).toBe(2);
    });

    test("who waits for the reading of another can be stopped, which leaves that reading alone", async () => {
      const stop = new AbortController();
      const asked = Promise.withResolvers<void>();
      await using one = await shared(() => (asked.resolve(), { fault: "hang" }));
      const reading = new AbortController();
      const reader = one.ask(reading.signal);
      await asked.promise;
      const waiting = one.ask(stop.signal);
      stop.abort(new Error("Stop."));
      await expect(waiting).rejects.toThrow("Stop.");
      reading.abort(new Error("Enough."));
      await expect(reader).rejects.toThrow("Enough.");
      expect(one.reads()).toBe(1);
    });
  });

  test("403 names the right that is needed", async () => {
    await using server = await answering(priced, failure(403, "AuthorizationFailed"));
    const refused = quote(server, "search");
    await expect(refused).rejects.toMatchObject({ code: "access-denied" });
    await expect(refused).rejects.toThrow(/Microsoft\.Capacity\/catalogs\/read/);
  });
});
