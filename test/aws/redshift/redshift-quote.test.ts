import { describe, expect, test } from "vitest";
import type { RedshiftRecommendation } from "../../../providers/aws/index.ts";
import { calmly, marker } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { computed, ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { fault, node, nodes, offering, offerings, recommendation, redshiftAt } from "./redshift-answers.ts";

const action = "DescribeReservedNodeOfferings";

async function quote(replies: readonly Reply[], changes: Partial<RedshiftRecommendation> = {}) {
  await using loopback = await startLoopback();
  loopback.on(action, ...replies);
  loopback.on("DescribeReservedNodes", nodes([node("rn-b")], "two"), nodes([node("rn-a", { State: "retired" })]));
  const result = await redshiftAt(loopback).quote({ ...recommendation, ...changes }, marker, calmly);
  return { result, loopback };
}

describe("a quote", () => {
  test("price of the whole commitment, the complete baseline, and exactly what will be sent", async () => {
    const { result, loopback } = await quote([offerings([offering("o-1")])]);
    expect(result).toEqual({
      // 2 × (2000.05 + 0.2708 × 8760)
      price: { amount: "8744.516", currency: "USD" },
      payments: {
        dueNow: { amount: "4000.1", currency: "USD" },
        monthly: { amount: "395.368", currency: "USD", months: 12, kind: "average" },
      },
      handle: { baseline: ["rn-a", "rn-b"], offeringId: "o-1" },
      request: { ReservedNodeOfferingId: "o-1", NodeCount: 2 },
    });
    expect(loopback.last(action).body).toBe("Action=DescribeReservedNodeOfferings&Version=2012-12-01");
    // The baseline is read last: what exists just before the purchase.
    expect(loopback.arrived.map((one) => one.action).slice(-2)).toEqual([
      "DescribeReservedNodes",
      "DescribeReservedNodes",
    ]);
    expect(loopback.last("DescribeReservedNodes").parameters.get("Marker")).toBe("two");
  });

  test("all upfront: a recurring charge of 0 is none, as the AWS CLI's examples show it", async () => {
    const found = offering("o-1", { OfferingType: "All Upfront", FixedPrice: "4295.0", recurring: "0.0" });
    const { result } = await quote([offerings([found])], { payment: "all-upfront" });
    expect(result.price).toEqual({ amount: "8590", currency: "USD" });
  });

  test.each([
    { NodeType: "ra3.4xlarge" },
    { ReservedNodeOfferingType: "Regular" },
    { ReservedNodeOfferingType: undefined },
    { OfferingType: "No Upfront" },
    { OfferingType: "Heavy Utilization" },
    { Duration: "94608000" },
    { Duration: undefined },
  ])("lesson: every attribute is compared; %o is not what was asked for", async (changes) => {
    expect(await thrownBy(quote([offerings([offering("o-1", changes)])]))).toMatchObject({
      code: "not-offered",
      message: expect.stringMatching(/Redshift does not offer ra3\.xlplus, Upgradable, .*o-1/),
    });
    const { result } = await quote([offerings([offering("o-1", changes), offering("o-2")])]);
    expect(result.handle).toMatchObject({ offeringId: "o-2" });
  });

  test("lesson: several offerings matched, the first was taken; refused, naming them, also across pages", async () => {
    const pages = [offerings([offering("o-1")], "two"), offerings([offering("o-2")])];
    expect(await thrownBy(quote(pages))).toMatchObject({
      code: "several-offerings",
      message: expect.stringMatching(/o-1 .*o-2 /),
    });
  });

  test("lesson: the first mismatch ended the search; every page is read", async () => {
    const { result, loopback } = await quote([
      offerings([offering("o-1", { NodeType: "dc2.large" })], "two"),
      offerings([], "three"),
      offerings([offering("o-3")]),
    ]);
    expect(result.handle).toMatchObject({ offeringId: "o-3" });
    expect(loopback.last(action).parameters.get("Marker")).toBe("three");
  });

  test("lesson: endless empty pages; a repeated marker and the page limit end them", async () => {
    expect(await thrownBy(quote([offerings([], "again")]))).toMatchObject({
      code: "quote-failed",
      message: expect.stringContaining("same next page twice"),
    });
    await using loopback = await startLoopback();
    const endless = computed(() => offerings([], `page-${loopback.arrived.length}`));
    loopback.on(action, endless);
    expect(await thrownBy(redshiftAt(loopback, { maxPages: 3 }).quote(recommendation, marker, calmly))).toMatchObject({
      message: expect.stringContaining("within 3 pages"),
    });
    expect(loopback.count(action)).toBe(3);
  });

  test.each([
    { FixedPrice: undefined },
    { CurrencyCode: undefined },
    { UsagePrice: "0.1" },
    { recurring: undefined },
    { recurring: "" },
    { ReservedNodeOfferingId: undefined },
  ])("a price that cannot be known, or no id: %o is refused", async (changes) => {
    expect(await thrownBy(quote([offerings([offering("o-1", changes)])]))).toMatchObject({ code: "quote-failed" });
  });

  test("an answer without the list is refused, and a missing right is named", async () => {
    expect(await thrownBy(quote([ok("<html><body>Sign in</body></html>")]))).toMatchObject({ code: "quote-failed" });
    expect(await thrownBy(quote([fault(403, "AccessDenied")]))).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("redshift:DescribeReservedNodeOfferings"),
    });
  });

  test("without a baseline there is no quote: a list that cannot be trusted is refused", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, offerings([offering("o-1")]));
    loopback.on("DescribeReservedNodes", ok(""));
    const work = redshiftAt(loopback).quote(recommendation, marker, calmly);
    expect(await thrownBy(work)).toMatchObject({ code: "lookup-untrusted" });
  });
});
