import { protos } from "@google-cloud/compute";
import { describe, expect, test } from "vitest";
import type { GcpSettings } from "../../providers/gcp/index.ts";
import { families } from "../../providers/gcp/compute/gcp-families.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import { calmly, computeAt, fakeEnvironment, marker, name, problem, recommendation, request } from "./gcp-samples.ts";

/** A SKU of the price list, as the real one looks (fixtures of other projects show it; see docs/gcp.md). */
function sku(
  description: string,
  change: {
    usageType?: string;
    regions?: string[];
    unit?: string;
    nanos?: number;
    units?: string;
    currency?: string;
    rates?: object[];
    prices?: number;
    factor?: number;
  } = {},
) {
  const memory = /\bRam\b/.test(description);
  const {
    usageType = "Commit1Yr",
    regions = ["us-central1", "us-east1"],
    unit = memory ? "GiBy.h" : "h",
    currency = "USD",
  } = change;
  const unitPrice = {
    currencyCode: currency,
    units: change.units ?? "0",
    nanos: change.nanos ?? (memory ? 2_669_000 : 19_915_000),
  };
  const pricing = {
    summary: "",
    pricingExpression: {
      usageUnit: unit,
      displayQuantity: 1,
      tieredRates: change.rates ?? [{ startUsageAmount: 0, unitPrice }],
      baseUnit: memory ? "By.s" : "s",
      ...(change.factor === undefined ? {} : { baseUnitConversionFactor: change.factor }),
    },
    currencyConversionRate: 1,
    effectiveTime: "2026-07-14T00:00:00Z",
  };
  return {
    name: `services/6F81-5844-456A/skus/${description}`,
    skuId: "0000-0000-0001",
    description,
    category: {
      serviceDisplayName: "Compute Engine",
      resourceFamily: "Compute",
      resourceGroup: memory ? "RAM" : "CPU",
      usageType,
    },
    serviceRegions: regions,
    pricingInfo: Array.from({ length: change.prices ?? 1 }, () => pricing),
    serviceProviderName: "Google",
  };
}

const cpu = "Commitment v1: N2 Cpu in Americas for 1 Year";
const ram = "Commitment v1: N2 Ram in Americas for 1 Year";
const page = (skus: readonly object[], nextPageToken = ""): Reply => ok({ skus, nextPageToken });

async function quote(replies: readonly Reply[], change: Partial<AnyRecommendation> = {}, settings: GcpSettings = {}) {
  await using loopback = await startLoopback();
  loopback.on("skus", ...replies);
  const compute = computeAt(loopback.url, { readAttempts: 1, ...settings });
  const result = await compute
    .quote({ ...recommendation, ...change }, marker, calmly)
    .catch((thrown: unknown) => thrown);
  return { result, lists: loopback.arrived.filter(({ kind }) => kind === "skus"), arrived: loopback.arrived };
}

/** Beside what is sought, what else the list holds. */
const others = [
  sku("N2 Instance Core running in Americas", { usageType: "OnDemand", nanos: 31_611_000 }),
  sku("N2 Instance Ram running in Americas", { usageType: "OnDemand" }),
  sku("Spot Preemptible N2 Instance Core running in Americas", { usageType: "Preemptible" }),
  sku("Commitment v1: N2 Cpu in Americas for 3 Years", { usageType: "Commit3Yr", nanos: 14_225_000 }),
  sku("Commitment v1: N2 Ram in Americas for 3 Year", { usageType: "Commit3Yr", nanos: 1_907_000 }),
  sku("Commitment v1: N2 Cpu in Belgium for 1 Year", { regions: ["europe-west1"], nanos: 1 }),
  sku("Commitment v1: N2 Ram in Belgium for 1 Year", { regions: ["europe-west1"], nanos: 1 }),
  sku("Commitment v1: Cpu in Americas for 1 Year", { nanos: 2_000_000 }),
  sku("Commitment v1: Ram in Americas for 1 Year", { nanos: 2_000_000 }),
  sku("Commitment v1: N2D AMD Cpu in Americas for 1 Year", { nanos: 3 }),
  sku("Commitment v1: N2D AMD Ram in Americas for 1 Year", { nanos: 3 }),
  sku("Commitment v1: Local SSD in Americas for 1 Year", { unit: "GiBy.h" }),
  sku("Commitment v1: Nvidia L4 GPU running in Americas for 1 Year"),
  sku("Commitment v1: N2 Cpu in Americas for 5 Years", { usageType: "Commit" }),
];
const all = [...others, sku(cpu), sku(ram)];

describe("the price of a commitment, from Google's public price list", () => {
  test("vCPUs and GiB per hour, over all hours of the term, exact", async () => {
    const { result, arrived } = await quote([page(all)]);
    // (8 × 0.019915 + 32 × 0.002669) × 8,760
    expect(result).toEqual({
      price: { amount: "2143.81728", currency: "USD" },
      payments: {
        dueNow: { amount: "0", currency: "USD" },
        monthly: { amount: "178.65144", currency: "USD", months: 12, kind: "average" },
      },
      handle: { name },
      request,
    });
    expect(arrived.map(({ kind }) => kind)).toEqual(["skus"]);
  });

  test("three years have their own prices, and 26,280 hours; both spellings of the years are read", async () => {
    const { result } = await quote([page(all)], { term: "P3Y" });
    // (8 × 0.014225 + 32 × 0.001907) × 26,280
    expect(result).toMatchObject({
      price: { amount: "4594.37472", currency: "USD" },
      payments: { monthly: { amount: "127.62152", months: 36 } },
      request: { plan: "THIRTY_SIX_MONTH" },
    });
  });

  test("a quarter of a GiB is not rounded", async () => {
    const { result } = await quote([page(all)], { vcpus: 1, memoryMb: 256 });
    // (0.019915 + 0.002669 / 4) × 8,760
    expect(result).toMatchObject({ price: { amount: "180.30051", currency: "USD" } });
  });

  test("whole units and billionths are one price", async () => {
    const { result } = await quote([page([sku(cpu, { units: "3", nanos: 1 }), sku(ram)])], {
      vcpus: 1,
      memoryMb: 1024,
    });
    expect(result).toMatchObject({ price: { amount: "26303.38044876", currency: "USD" } });
  });

  test("the currency is always asked for: that of maxPrice, else the setting", async () => {
    const euros = page([sku(cpu, { currency: "EUR" }), sku(ram, { currency: "EUR" })]);
    const limited = await quote([euros], { maxPrice: { amount: "1", currency: "EUR" } });
    expect(limited.result).toMatchObject({ price: { currency: "EUR" } });
    expect(limited.lists[0]?.query.get("currencyCode")).toBe("EUR");
    expect(limited.lists[0]?.query.get("pageSize")).toBe("2500");
    expect(limited.lists[0]?.path).toBe("/v1/services/6F81-5844-456A/skus");
    expect((await quote([page(all)])).lists[0]?.query.get("currencyCode")).toBe("USD");
    expect((await quote([euros], {}, { currency: "EUR" })).lists[0]?.query.get("currencyCode")).toBe("EUR");
  });

  test("every page is read", async () => {
    const pages = [page(others, "b"), page([sku(cpu)], "c"), page([sku(ram)])];
    const { result, lists } = await quote(pages);
    expect(result).toMatchObject({ price: { amount: "2143.81728" } });
    expect(lists.map(({ query }) => query.get("pageToken") ?? "")).toEqual(["", "b", "c"]);
  });

  test("lesson 1538: the family decides the type and the price; N1 is the general purpose one", async () => {
    expect((await quote([page(all)])).result).toMatchObject({ request: { type: "GENERAL_PURPOSE_N2" } });
    const n1 = await quote([page(all)], { machineFamily: "N1", vcpus: 1, memoryMb: 1024 });
    expect(n1.result).toMatchObject({ request: { type: "GENERAL_PURPOSE" }, price: { amount: "35.04" } });
    const c2 = [
      sku("Commitment: Compute optimized Core running in Americas for 1 Year"),
      sku("Commitment: Compute optimized Ram running in Americas for 1 Year"),
    ];
    expect((await quote([page([...all, ...c2])], { machineFamily: "C2" })).result).toMatchObject({
      request: { type: "COMPUTE_OPTIMIZED" },
    });
  });

  test("lesson: a used name: a later generation is in the name", async () => {
    await using loopback = await startLoopback();
    loopback.on("skus", page(all));
    const quoted = await computeAt(loopback.url).quote(recommendation, { ...marker, generation: 1 }, calmly);
    expect(quoted).toMatchObject({ handle: { name: `${name}-g1` }, request: { name: `${name}-g1` } });
  });

  test("is read once for several recommendations of a drive, and anew after ten minutes", async () => {
    await using loopback = await startLoopback();
    loopback.on("skus", page(all));
    let now = 1_000;
    const compute = computeAt(loopback.url, { environment: { ...fakeEnvironment(), now: () => now } });
    await compute.quote(recommendation, marker, calmly);
    await compute.quote({ ...recommendation, term: "P3Y" }, marker, calmly);
    expect(loopback.count("skus")).toBe(1);
    now += 600_000;
    await compute.quote(recommendation, marker, calmly);
    expect(loopback.count("skus")).toBe(2);
  });
});

describe("the list is shared by those who ask at the same time", () => {
  test("one reading; where the drive that reads it is stopped, the others read it anew", async () => {
    await using loopback = await startLoopback();
    const stopped = new AbortController();
    // The first reading hangs until its drive is stopped.
    loopback.on("skus", () => stopped.abort(new Error("stopped")), page(all));
    const compute = computeAt(loopback.url);
    const first = compute.quote(recommendation, marker, { signal: stopped.signal });
    const second = compute.quote(recommendation, marker, calmly);
    const third = compute.quote(recommendation, marker, calmly);
    await expect(first).rejects.toThrow("stopped");
    expect(await second).toMatchObject({ price: { amount: "2143.81728" } });
    expect(await third).toMatchObject({ price: { amount: "2143.81728" } });
    expect(loopback.count("skus")).toBe(2);
  });

  test("a failed reading is not kept", async () => {
    await using loopback = await startLoopback();
    loopback.on("skus", { status: 400, body: problem(400, "invalid") }, page(all));
    const compute = computeAt(loopback.url);
    await expect(compute.quote(recommendation, marker, calmly)).rejects.toMatchObject({ code: "quote-failed" });
    expect(await compute.quote(recommendation, marker, calmly)).toMatchObject({ price: { amount: "2143.81728" } });
  });
});

describe("exactly one price must remain", () => {
  test.each<[string, readonly object[], Partial<AnyRecommendation>]>([
    ["no price for the vCPUs", [...others, sku(ram)], {}],
    ["no price for the memory", [...others, sku(cpu)], {}],
    ["not in the region", all, { region: "asia-east1" }],
    ["not for the family", all, { machineFamily: "T2D" }],
    ["a price on demand under the name of a commitment", [sku(cpu, { usageType: "OnDemand" }), sku(ram)], {}],
  ])("%s: not offered", async (_what, skus, change) => {
    expect((await quote([page(skus)], change)).result).toMatchObject({ name: "RefusedError", code: "not-offered" });
  });

  test("two that fit, as in the list for Tokyo and Japan: refused, both named", async () => {
    const twice = sku(cpu.replace("Americas", "Iowa"), { regions: ["us-central1"] });
    expect((await quote([page([...all, twice])])).result).toMatchObject({
      code: "several-offerings",
      message: expect.stringMatching(/in Americas.*in Iowa/),
    });
  });
});

test("the words of one family begin no other family's: a rule that fits one cannot price another", () => {
  const beginnings = Object.entries(families).flatMap(([family, { vcpus, memory }]) =>
    [vcpus, memory].flatMap((words, kind) => words.map((text) => ({ family, kind, text }))),
  );
  for (const { family, kind, text } of beginnings) {
    const others = beginnings.filter(
      (one) => (one.family !== family || one.kind !== kind) && one.text.startsWith(text),
    );
    expect(others, text).toEqual([]);
  }
});

test("every type of commitment that the API has can be bought, each as one family", () => {
  const { UNDEFINED_TYPE: _none, TYPE_UNSPECIFIED: _left, ...known } = protos.google.cloud.compute.v1.Commitment.Type;
  const types = Object.values(families).map(({ type }) => type);
  expect(types.toSorted()).toEqual(Object.keys(known).toSorted());
});

test("a family that the list names in two ways, here and there", async () => {
  const named = (begins: string) => sku(`${begins} Johannesburg for 1 Year`, { regions: ["africa-south1"] });
  const skus = [
    ...others,
    named("Commitment v1: Compute optimized Cpu in"),
    named("Commitment v1: Compute optimized Ram in"),
  ];
  const change = { machineFamily: "C2", region: "africa-south1" };
  expect((await quote([page(skus)], change)).result).toMatchObject({ request: { type: "COMPUTE_OPTIMIZED" } });
  const twice = [...skus, named("Commitment: Compute optimized Core running in")];
  expect((await quote([page(twice)], change)).result).toMatchObject({ code: "several-offerings" });
});

describe("a price that is not what it has to be is no price", () => {
  test.each<[string, object]>([
    ["per GB instead of per GiB", sku(ram, { unit: "GBy.h" })],
    ["per month", sku(ram, { unit: "GiBy.mo" })],
    ["in another currency than was asked for", sku(ram, { currency: "EUR" })],
    ["0", sku(ram, { nanos: 0 })],
    ["negative", sku(ram, { nanos: -1 })],
    ["A4: negative in whole units", sku(ram, { units: "-1", nanos: 0 })],
    ["A4: -0", sku(ram, { nanos: -0 })],
    ["A4: a billionth beside a whole unit taken away", sku(ram, { units: "-1", nanos: 1 })],
    ["A4: in GiB of a month, by its base units", sku(ram, { factor: 3_600 * 730 * 1_024 ** 3 })],
    ["A4: in GB, by its base units", sku(ram, { factor: 3_600 * 1_000 ** 3 })],
    ["tiered", sku(ram, { rates: [{ startUsageAmount: 0 }, { startUsageAmount: 10 }] })],
    [
      "tiered, from the first unit on not",
      sku(ram, { rates: [{ startUsageAmount: 5, unitPrice: { currencyCode: "USD", units: "0", nanos: 1 } }] }),
    ],
    ["none", sku(ram, { prices: 0 })],
    ["two", sku(ram, { prices: 2 })],
  ])("%s", async (_what, memory) => {
    expect((await quote([page([sku(cpu), memory])])).result).toMatchObject({
      name: "RefusedError",
      code: "quote-failed",
      message: expect.stringContaining("Nothing was bought"),
    });
  });

  test("A4: rates that make nothing of the whole commitment are no price", async () => {
    const tiny = [sku(cpu, { nanos: 1 }), sku(ram, { nanos: 1 })];
    // (1 + 1) × 0.000000001 × 8,760
    expect((await quote([page(tiny)], { vcpus: 1, memoryMb: 1_024 })).result).toMatchObject({
      code: "quote-failed",
      message: expect.stringContaining("0.00001752 USD"),
    });
    expect((await quote([page(tiny)], { vcpus: 1_000, memoryMb: 1_024 })).result).toMatchObject({
      price: { amount: "0.00876876" },
    });
  });

  test("A4: base units that agree with the unit are no contradiction", async () => {
    const skus = [sku(cpu, { factor: 3_600 }), sku(ram, { factor: 3_600 * 1_024 ** 3 })];
    expect((await quote([page(skus)])).result).toMatchObject({ price: { amount: "2143.81728" } });
  });

  test.each<[string, readonly Reply[], number]>([
    ["an empty list", [ok({})], 1],
    ["an empty page between others", [page(all, "b"), page([], "c"), page(all)], 2],
    ["a page token that repeats", [page(all, "b")], 2],
    ["HTML", [ok("<html></html>")], 1],
    ["500", [{ status: 500, body: {} }], 1],
  ])("%s", async (_what, replies, count) => {
    const { result, lists } = await quote(replies);
    expect(result).toMatchObject({ code: "quote-failed" });
    expect(lists).toHaveLength(count);
  });

  test("more pages than the limit", async () => {
    const endless = Array.from({ length: 5 }, (_, index) => page(all, `page-${index}`));
    const { result, lists } = await quote(endless, {}, { maxPages: 3 });
    expect(result).toMatchObject({ code: "quote-failed", message: expect.stringContaining("more than 3 pages") });
    expect(lists).toHaveLength(3);
  });

  test("403: the right is missing", async () => {
    const { result } = await quote([{ status: 403, body: problem(403, "forbidden") }]);
    expect(result).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("The identity needs the permission serviceusage.services.use."),
    });
  });
});
