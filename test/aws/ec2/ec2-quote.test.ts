import { describe, expect, test } from "vitest";
import type { Ec2Recommendation } from "../../../providers/aws/index.ts";
import { ec2At, instance, instances, offering, offerings, recommendation } from "./ec2-answers.ts";
import { calmly, marker } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { error, ok, recorded, startLoopback, type Reply } from "../aws-loopback.ts";

async function quote(replies: readonly Reply[], changes: Partial<Ec2Recommendation> = {}) {
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedInstancesOfferings", ...replies);
  loopback.on("DescribeReservedInstances", instances(instance("ri-b"), instance("ri-a")));
  const result = await ec2At(loopback).quote({ ...recommendation, ...changes }, marker, calmly);
  return { result, loopback };
}

describe("the question", () => {
  test("typed parameters, the exact duration, no Marketplace, a filter only for the scope", async () => {
    const { loopback } = await quote([offerings([offering("o-1")])]);
    expect(Object.fromEntries(loopback.last("DescribeReservedInstancesOfferings").parameters)).toEqual({
      Action: "DescribeReservedInstancesOfferings",
      Version: "2016-11-15",
      IncludeMarketplace: "false",
      InstanceType: "m5.large",
      ProductDescription: "Linux/UNIX",
      InstanceTenancy: "default",
      OfferingClass: "standard",
      OfferingType: "Partial Upfront",
      MinDuration: "31536000",
      MaxDuration: "31536000",
      "Filter.1.Name": "scope",
      "Filter.1.Value.1": "Region",
      MaxResults: "100",
    });
  });

  test("lesson: platform, tenancy, scope lost on the way; every one of them is asked for", async () => {
    const changes = {
      platform: "Red Hat Enterprise Linux",
      tenancy: "dedicated",
      scope: "Availability Zone",
      availabilityZone: "us-east-1b",
      offeringClass: "convertible",
      payment: "all-upfront",
      term: "P3Y",
    } as const;
    const found = offering("o-1", {
      productDescription: "Red Hat Enterprise Linux",
      instanceTenancy: "dedicated",
      scope: "Availability Zone",
      availabilityZone: "us-east-1b",
      offeringClass: "convertible",
      offeringType: "All Upfront",
      duration: "94608000",
      recurring: "",
      fixedPrice: "1000.01",
    });
    const { result, loopback } = await quote([offerings([found])], changes);
    const sent = loopback.last("DescribeReservedInstancesOfferings").parameters;
    expect(sent.get("ProductDescription")).toBeNull();
    expect(sent.get("Filter.2.Name")).toBe("product-description");
    expect(sent.get("Filter.2.Value.1")).toBe("Red Hat Enterprise Linux");
    expect(sent.get("AvailabilityZone")).toBe("us-east-1b");
    expect(sent.get("InstanceTenancy")).toBe("dedicated");
    expect(sent.get("OfferingType")).toBe("All Upfront");
    expect(sent.get("MinDuration")).toBe("94608000");
    expect(result.price).toEqual({ amount: "2000.02", currency: "USD" });
  });
});

describe("the answer", () => {
  test("price of the whole commitment, baseline, and exactly what will be sent", async () => {
    const { result, loopback } = await quote([offerings([offering("o-1")])]);
    expect(result).toEqual({
      // 2 × (182.2 + 0.05 × 8760)
      price: { amount: "1240.4", currency: "USD" },
      // 2 × 182.2, and 2 × 0.05 × 730
      payments: {
        dueNow: { amount: "364.4", currency: "USD" },
        monthly: { amount: "73", currency: "USD", months: 12, kind: "average" },
      },
      handle: { baseline: ["ri-a", "ri-b"], offeringId: "o-1" },
      request: {
        ReservedInstancesOfferingId: "o-1",
        InstanceCount: 2,
        LimitPrice: { Amount: 364.4, CurrencyCode: "USD" },
      },
    });
    expect(loopback.arrived.at(-1)?.action).toBe("DescribeReservedInstances");
  });

  test("lesson: the cap looked only at the upfront part; recurring charges of the term are in the price", async () => {
    const none = offering("o-1", { offeringType: "No Upfront", fixedPrice: "0.0", recurring: "0.0617" });
    const { result } = await quote([offerings([none])], { payment: "no-upfront" });
    expect(result.price).toEqual({ amount: "1080.984", currency: "USD" });
    expect(result.request).not.toHaveProperty("LimitPrice");
  });

  test("lesson: money as float; 0.1 three times is 0.3", async () => {
    const cheap = offering("o-1", { offeringType: "All Upfront", fixedPrice: "0.1", recurring: "" });
    const { result } = await quote([offerings([cheap])], { payment: "all-upfront", quantity: 3 });
    expect(result.price.amount).toBe("0.3");
    expect(result.request["LimitPrice"]).toEqual({ Amount: 0.3, CurrencyCode: "USD" });
  });

  test.each([
    ["partial-upfront", "Partial Upfront", "364.4"],
    ["no-upfront", "No Upfront", "0.0"],
  ] as const)(
    "%s without its hourly charge has no price that could be compared with a limit",
    async (payment, offeringType, fixedPrice) => {
      const found = offerings([offering("o-1", { offeringType, fixedPrice, recurring: "" })]);
      await expect(quote([found], { payment })).rejects.toMatchObject({ code: "quote-failed" });
    },
  );

  test.each([
    ["partial-upfront", "Partial Upfront", "0.05"],
    ["all-upfront", "All Upfront", ""],
  ] as const)(
    "%s whose upfront part is nothing would pass any limit: refused",
    async (payment, offeringType, recurring) => {
      const found = offerings([offering("o-1", { offeringType, fixedPrice: "0.0", recurring })]);
      await expect(quote([found], { payment })).rejects.toMatchObject({
        code: "quote-failed",
        message: expect.stringMatching(/without a price that can be known beforehand: o-1 \(m5\.large, .*, AWS\)\.$/),
      });
    },
  );

  test("LimitPrice knows USD only: another currency goes without", async () => {
    const { result } = await quote([offerings([offering("o-1", { currencyCode: "CNY" })])]);
    expect(result.price.currency).toBe("CNY");
    expect(result.request).not.toHaveProperty("LimitPrice");
  });

  test.each([
    { instanceType: "m5.xlarge" },
    { productDescription: "Windows" },
    { productDescription: "Linux/UNIX (Amazon VPC)" },
    { instanceTenancy: "dedicated" },
    { scope: "Availability Zone", availabilityZone: "us-east-1a" },
    { offeringClass: "convertible" },
    { offeringType: "All Upfront" },
    { duration: "2332800" },
    { marketplace: "true" },
    { marketplace: undefined },
    { instanceTenancy: undefined },
  ])("lesson: every attribute is checked again; %o is not what was asked for", async (changes) => {
    expect(await thrownBy(quote([offerings([offering("o-1", changes)])]))).toMatchObject({
      code: "not-offered",
      message: expect.stringContaining("o-1"),
    });
    const { result } = await quote([offerings([offering("o-1", changes), offering("o-2")])]);
    expect(result.handle).toMatchObject({ offeringId: "o-2" });
  });

  test("none: refused, with what was seen", async () => {
    expect(await thrownBy(quote([offerings([])]))).toMatchObject({
      code: "not-offered",
      message: expect.stringContaining("It listed no offering."),
    });
    const sample = ok(
      recorded("ec2-DescribeReservedInstancesOfferings.awsdocs.xml").replace(/<nextToken>.*<\/nextToken>/, ""),
    );
    expect(await thrownBy(quote([sample]))).toMatchObject({
      message: expect.stringContaining("c1.medium, Linux/UNIX, default, Availability Zone, us-east-1e"),
    });
  });

  test("lesson: several offerings matched, the first was taken; refused, naming them", async () => {
    expect(await thrownBy(quote([offerings([offering("o-1"), offering("o-2")])]))).toMatchObject({
      code: "several-offerings",
      message: expect.stringMatching(/o-1 .*o-2 /),
    });
    const many = Array.from({ length: 6 }, (_, position) => offering(`o-${position}`));
    const zonal = { scope: "Availability Zone", availabilityZone: "us-east-1b" } as const;
    const said = async (found: readonly string[], changes: Partial<Ec2Recommendation> = {}) =>
      String(await thrownBy(quote([offerings(found)], changes)));
    expect(await said(many)).toMatch(
      /lists 6 offerings for m5\.large .*, Region, .* in us-east-1, .*o-4 \([^)]*\) and 1 more\.$/,
    );
    expect(await said(many.slice(1))).toMatch(/o-5 \([^)]*\)\.$/);
    expect(await said(many.slice(1))).not.toContain("more");
    expect(await said([], zonal)).toMatch(
      /EC2 does not offer m5\.large Linux\/UNIX, default tenancy, us-east-1b, standard/,
    );
  });

  test.each([
    { fixedPrice: undefined },
    { currencyCode: undefined },
    { usagePrice: "0.034" },
    { recurring: undefined },
    { reservedInstancesOfferingId: undefined },
  ])("a price that cannot be known, or no id: %o is refused", async (changes) => {
    expect(await thrownBy(quote([offerings([offering("o-1", changes)])]))).toMatchObject({ code: "quote-failed" });
  });

  test("a charge that is not hourly is refused", async () => {
    const monthly = offering("o-1").replace("Hourly", "Monthly");
    expect(await thrownBy(quote([offerings([monthly])]))).toMatchObject({ code: "quote-failed" });
  });
});

describe("pages", () => {
  test("all pages are read; the first mismatch does not end the search", async () => {
    const { result, loopback } = await quote([
      offerings([offering("o-1", { duration: "1" })], "two"),
      offerings([], "three"),
      offerings([offering("o-3")]),
    ]);
    expect(result.handle).toMatchObject({ offeringId: "o-3" });
    expect(loopback.last("DescribeReservedInstancesOfferings").parameters.get("NextToken")).toBe("three");
  });

  test("an empty token is the end", async () => {
    const { body } = offerings([offering("o-1")]) as { body: string };
    const page = ok(body.replace("</DescribeReservedInstancesOfferingsResponse>", "<nextToken/>$&"));
    const { result, loopback } = await quote([page]);
    expect(result.handle).toMatchObject({ offeringId: "o-1" });
    expect(loopback.count("DescribeReservedInstancesOfferings")).toBe(1);
  });

  test("a second match on a later page is seen", async () => {
    expect(await thrownBy(quote([offerings([offering("o-1")], "two"), offerings([offering("o-2")])]))).toMatchObject({
      code: "several-offerings",
    });
  });

  test("lesson: endless empty pages; a repeated token and the page limit end them", async () => {
    expect(await thrownBy(quote([offerings([], "again")]))).toMatchObject({
      code: "quote-failed",
      retryable: true,
      message: expect.stringContaining("same next page twice"),
    });
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstancesOfferings", (response) => {
      const { body } = offerings([], `page-${loopback.arrived.length}`) as { body: string };
      response.writeHead(200).end(body);
    });
    expect(await thrownBy(ec2At(loopback, { maxPages: 3 }).quote(recommendation, marker, calmly))).toMatchObject({
      message: expect.stringContaining("within 3 pages"),
    });
    expect(loopback.count("DescribeReservedInstancesOfferings")).toBe(3);
  });

  test("a page without the list is refused", async () => {
    expect(await thrownBy(quote([ok("<html><body>Sign in</body></html>")]))).toMatchObject({ code: "quote-failed" });
  });

  test("no right to ask: the permission is named", async () => {
    expect(await thrownBy(quote([error(403, "UnauthorizedOperation")]))).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("ec2:DescribeReservedInstancesOfferings"),
    });
  });

  test("another error is a failed quote, and a question that hangs ends with the signal", async () => {
    expect(await thrownBy(quote([error(400, "InvalidParameterValue")]))).toMatchObject({ code: "quote-failed" });
    await using loopback = await startLoopback();
    const controller = new AbortController();
    loopback.on("DescribeReservedInstancesOfferings", () => controller.abort(new Error("Stop.")));
    const { signal } = controller;
    expect(
      await thrownBy(ec2At(loopback, { readTimeout: 5000 }).quote(recommendation, marker, { signal })),
    ).toMatchObject({
      message: "Stop.",
    });
    // Not its own timeout, after which it would be tried again.
    expect(loopback.count("DescribeReservedInstancesOfferings")).toBe(1);
  });
});
