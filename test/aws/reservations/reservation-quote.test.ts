import { describe, expect, test } from "vitest";
import type { AnyRecommendation } from "../../../src/contract/recommendation.ts";
import { calmly, marker, serviceAt, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isOneOfEach, services, type TestedService } from "./reservation-services.ts";
import { payments, price, tokenPart } from "./reservation-wire.ts";

const hourly = (amount: number | undefined, frequency = "Hourly") => [
  { ...(amount === undefined ? {} : { RecurringChargeAmount: amount }), RecurringChargeFrequency: frequency },
];

async function quote(
  one: TestedService,
  replies: readonly Reply[],
  changes: Partial<AnyRecommendation> = {},
  generation = 0,
) {
  await using loopback = await startLoopback();
  loopback.on(one.offerings, ...replies);
  const executor = serviceAt(one.service, loopback);
  const asked = { ...one.recommendation, ...changes } as AnyRecommendation;
  return { result: await executor.quote(asked, { ...marker, generation }, calmly), loopback };
}

describe.each(standingForAll(services, isOneOfEach))("a quote of $service", (one) => {
  const { offered } = one;
  const offering = { offeringId: "o-1" };
  const own = `${one.service}-id-${tokenPart}`;

  test("asks with everything that can be asked for, in the service's own words", async () => {
    const { loopback } = await quote(one, [offered([offering])]);
    expect(one.asked(loopback.last(one.offerings))).toEqual(one.search);
  });

  test("is the price of the whole commitment, and exactly what will be sent", async () => {
    const { result, loopback } = await quote(one, [offered([offering])]);
    expect(result).toEqual({
      price,
      payments,
      handle: { name: own },
      request: {
        offeringId: "o-1",
        name: own,
        count: 2,
        tags: { "purchase-automation": "cudly-web", "cudly-idempotency-token": token },
      },
    });
    expect(loopback.count(one.purchase)).toBe(0);
  });

  test("lesson: a used reservation id in a failed state blocked for ever; the id carries the generation", async () => {
    const { result } = await quote(one, [offered([offering])], {}, 2);
    expect(result.handle).toEqual({ name: `${own}-g2` });
    expect(result.request["name"]).toBe(`${own}-g2`);
  });

  test("lesson: the cap looked only at the upfront part; nothing upfront has the charges of the whole term", async () => {
    const none = { ...offering, payment: "No Upfront", FixedPrice: 0, RecurringCharges: hourly(0.1) };
    const { result } = await quote(one, [offered([none])], { payment: "no-upfront" });
    expect(result.price.amount).toBe("1752");
  });

  test("lesson: money as float; 0.1 three times is 0.3, and three years are 94608000 seconds", async () => {
    const all = { ...offering, payment: "All Upfront", Duration: 94_608_000, FixedPrice: 0.1, RecurringCharges: [] };
    const changes = { payment: "all-upfront", term: "P3Y", quantity: 3 };
    const { result, loopback } = await quote(one, [offered([all])], changes);
    expect(result.price.amount).toBe("0.3");
    if ("Duration" in one.search) {
      expect(one.asked(loopback.last(one.offerings))).toMatchObject({
        Duration: "94608000",
        OfferingType: "All Upfront",
      });
    }
  });

  test.each([
    ...one.others.map(([changes]) => changes),
    { payment: "No Upfront" },
    { payment: "Heavy Utilization" },
    { payment: undefined },
    { Duration: 94_608_000 },
    { Duration: undefined },
  ])("lesson: every attribute is checked again; %o is not what was asked for", async (changes) => {
    expect(await thrownBy(quote(one, [offered([{ ...offering, ...changes }])]))).toMatchObject({
      code: "not-offered",
      message: expect.stringContaining("o-1"),
    });
    const { result } = await quote(one, [offered([{ ...offering, ...changes }, { offeringId: "o-2" }])]);
    expect(result.request["offeringId"]).toBe("o-2");
  });

  test("none: refused, with what was seen", async () => {
    expect(await thrownBy(quote(one, [offered([])]))).toMatchObject({
      code: "not-offered",
      message: expect.stringContaining(`${one.title} does not offer`),
    });
  });

  test("lesson: several offerings matched, the first was taken; refused, naming them", async () => {
    expect(await thrownBy(quote(one, [offered([offering, { offeringId: "o-2" }])]))).toMatchObject({
      code: "several-offerings",
      message: expect.stringMatching(/o-1 .*o-2 /),
    });
  });

  test.each([
    { offeringId: undefined },
    { FixedPrice: undefined },
    // MemoryDB has no price per hour of use.
    ...(one.service === "memorydb" ? [] : [{ UsagePrice: 0.034 }]),
    { RecurringCharges: undefined },
    { RecurringCharges: [] },
    { RecurringCharges: hourly(0) },
    { RecurringCharges: hourly(undefined) },
    { RecurringCharges: hourly(0.1, "Monthly") },
    { RecurringCharges: [...hourly(0.1), ...hourly(3, "Upfront")] },
    ...(one.currency ? [{ CurrencyCode: undefined }] : []),
  ])("a price that cannot be known, or no id: %o is refused", async (changes) => {
    const work = quote(one, [offered([{ ...offering, ...changes }])]);
    expect(await thrownBy(work)).toMatchObject({ code: "quote-failed" });
  });

  test.each([
    ["all upfront", { payment: "All Upfront", RecurringCharges: [] }, "all-upfront"],
    ["partial upfront", {}, "partial-upfront"],
  ])(
    "a part that is paid at once and said to be 0 would pass any limit: %s is refused",
    async (_what, terms, payment) => {
      const work = quote(one, [offered([{ ...offering, ...terms, FixedPrice: 0 }])], { payment });
      expect(await thrownBy(work)).toMatchObject({ code: "quote-failed" });
    },
  );

  describe("pages", () => {
    test("lesson: the first mismatch ended the search; all pages are read", async () => {
      const { result, loopback } = await quote(one, [
        offered([{ ...offering, Duration: 1 }], "two"),
        offered([], "three"),
        offered([{ offeringId: "o-3" }]),
      ]);
      expect(result.request["offeringId"]).toBe("o-3");
      expect(loopback.count(one.offerings)).toBe(3);
      expect(one.asked(loopback.last(one.offerings))).toEqual({ ...one.search, [one.next]: "three" });
    });

    test("a second match on a later page is seen", async () => {
      const pages = [offered([offering], "two"), offered([{ offeringId: "o-2" }])];
      expect(await thrownBy(quote(one, pages))).toMatchObject({ code: "several-offerings" });
    });

    test("lesson: endless empty pages; a repeated token and the page limit end them", async () => {
      expect(await thrownBy(quote(one, [offered([], "again")]))).toMatchObject({
        code: "quote-failed",
        message: expect.stringContaining("same next page twice"),
      });
      await using loopback = await startLoopback();
      loopback.on(one.offerings, ...Array.from({ length: 9 }, (_, page) => offered([offering], `page-${page}`)));
      const executor = serviceAt(one.service, loopback, { maxPages: 3 });
      expect(await thrownBy(executor.quote(one.recommendation, marker, calmly))).toMatchObject({
        code: "quote-failed",
        message: expect.stringContaining("within 3 pages"),
      });
      expect(loopback.count(one.offerings)).toBe(3);
    });

    test.each([
      ["an empty body", ok("")],
      ["an empty object or document", one.withoutList()],
      ["an HTML page", ok("<html><body>Sign in</body></html>")],
      ["a list that is none", ok(JSON.stringify({ ReservedNodesOfferings: {}, ReservedInstanceOfferings: "x" }))],
    ] satisfies [string, Reply][])("lesson: 200 without the array; %s is refused", async (_what, reply) => {
      expect(await thrownBy(quote(one, [reply]))).toMatchObject({ code: "quote-failed" });
    });

    test("a second page without the list is refused, although the first had a match", async () => {
      const pages = [offered([offering], "two"), one.withoutList()];
      expect(await thrownBy(quote(one, pages))).toMatchObject({ code: "quote-failed" });
    });
  });

  test.each([403, 400])("no right to ask, answered with %i: the permission is named", async (status) => {
    expect(await thrownBy(quote(one, [one.error(status, one.codes.denied)]))).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining(one.permissions.offerings),
    });
  });

  test("credentials that are not accepted are not called a lack of rights", async () => {
    expect(await thrownBy(quote(one, [one.error(403, "ExpiredTokenException")]))).toMatchObject({
      code: "credentials-unavailable",
    });
  });
});

test("lesson: a product description matches parts; sqlserver-se does not buy sqlserver-se (byol)", async () => {
  const one = services.find(({ service }) => service === "rds");
  if (!one) throw new Error("No RDS.");
  const se = { offeringId: "o-se", ProductDescription: "sqlserver-se" };
  const byol = { offeringId: "o-byol", ProductDescription: "sqlserver-se (byol)" };
  const asked = (productDescription: string) => ({ productDescription });
  const listed = [one.offered([byol, se])];
  expect((await quote(one, listed, asked("sqlserver-se"))).result.request["offeringId"]).toBe("o-se");
  expect((await quote(one, listed, asked("sqlserver-se (byol)"))).result.request["offeringId"]).toBe("o-byol");
  expect(await thrownBy(quote(one, [one.offered([byol])], asked("sqlserver-se")))).toMatchObject({
    code: "not-offered",
    message: expect.stringContaining("o-byol (db.r6g.large, sqlserver-se (byol)"),
  });
});

describe.each(services.filter(({ currency }) => !currency))(
  "assumption: $service names no currency, so it is the region's",
  (one) => {
    test.each([
      ["us-east-1", "USD"],
      ["us-gov-west-1", "USD"],
      ["cn-north-1", "CNY"],
    ])("%s: %s", async (region, currency) => {
      const { result } = await quote(one, [one.offered([{ offeringId: "o-1" }])], { region });
      expect(result.price).toEqual({ amount: price.amount, currency });
    });

    test("in the European Sovereign Cloud it cannot be told, and nothing is quoted", async () => {
      const work = quote(one, [one.offered([{ offeringId: "o-1" }])], { region: "eusc-de-east-1" });
      expect(await thrownBy(work)).toMatchObject({ code: "quote-failed" });
    });
  },
);
