import { describe, expect, test } from "vitest";
import type { SavingsPlanRecommendation } from "../../../providers/aws/index.ts";
import { calmly, marker, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { computed, ok, startLoopback, type Reply } from "../aws-loopback.ts";
import {
  compute,
  ec2Instance,
  json,
  jsonError,
  offering,
  offerings,
  request,
  savingsPlansAt,
} from "./aws-plan-answers.ts";

const action = "DescribeSavingsPlansOfferings";

async function quote(recommendation: SavingsPlanRecommendation, ...replies: Reply[]) {
  await using loopback = await startLoopback();
  loopback.on(action, ...replies);
  const quoted = await savingsPlansAt(loopback).quote(recommendation, marker, calmly);
  return { ...quoted, asked: JSON.parse(loopback.last(action).body) as unknown };
}

const refusal = async (recommendation: SavingsPlanRecommendation, ...replies: Reply[]) =>
  thrownBy(quote(recommendation, ...replies));

const m5 = {
  planType: "EC2Instance",
  productTypes: ["EC2"],
  paymentOption: "Partial Upfront",
  durationSeconds: 94_608_000,
  properties: [
    { name: "region", value: "us-east-1" },
    { name: "instanceFamily", value: "m5" },
  ],
};

describe("a quote", () => {
  test("is the commitment for all hours of the term, and the whole request, frozen", async () => {
    const { asked, ...quoted } = await quote(compute, offerings([offering("offering-1")]));
    expect(quoted).toEqual({
      price: { amount: "10950", currency: "USD" },
      payments: {
        dueNow: { amount: "0", currency: "USD" },
        monthly: { amount: "912.5", currency: "USD", months: 12, kind: "average" },
      },
      handle: { clientToken: token },
      request,
    });
    expect(asked).toEqual({
      planTypes: ["Compute"],
      paymentOptions: ["No Upfront"],
      durations: [31_536_000],
      currencies: ["USD"],
      maxResults: 1000,
    });
  });

  test("an EC2Instance plan is looked for by region and family", async () => {
    const { asked } = await quote(ec2Instance, offerings([offering("offering-1", m5)]));
    expect(asked).toMatchObject({
      planTypes: ["EC2Instance"],
      filters: [
        { name: "region", values: ["us-east-1"] },
        { name: "instanceFamily", values: ["m5"] },
      ],
    });
  });

  test.each([
    ["1.25", "P1Y", "10950"],
    ["0.00123", "P1Y", "10.7748"],
    ["0.00001", "P3Y", "0.2628"],
    ["333.33333", "P3Y", "8759999.9124"],
  ] as const)("lesson: money as a float; %s an hour for %s is exactly %s", async (amount, term, total) => {
    const recommendation = { ...compute, term, hourlyCommitment: { amount, currency: "USD" } };
    const durationSeconds = term === "P1Y" ? 31_536_000 : 94_608_000;
    const { price } = await quote(recommendation, offerings([offering("o", { durationSeconds })]));
    expect(price).toEqual({ amount: total, currency: "USD" });
  });

  test("lesson 1585: a commitment is sent with all of its five decimals, as it was given", async () => {
    const hourlyCommitment = { amount: "0.00123", currency: "USD" };
    const quoted = await quote({ ...compute, hourlyCommitment }, offerings([offering("o")]));
    expect(quoted.request["commitment"]).toBe("0.00123");
  });

  test.each([
    ["partial-upfront", "P1Y", "1.25", "5475"],
    // The half is 5475.0438: the next whole number is the least that is not below it.
    ["partial-upfront", "P1Y", "1.25001", "5476"],
    ["partial-upfront", "P3Y", "0.001", "14"],
    ["no-upfront", "P1Y", "1.25", undefined],
    ["all-upfront", "P1Y", "1.25", undefined],
  ] as const)("%s, %s, %s an hour: the upfront payment sent is %s", async (payment, term, amount, upfront) => {
    const recommendation = { ...compute, payment, term, hourlyCommitment: { amount, currency: "USD" } };
    const paymentOption = {
      "no-upfront": "No Upfront",
      "partial-upfront": "Partial Upfront",
      "all-upfront": "All Upfront",
    };
    const durationSeconds = term === "P1Y" ? 31_536_000 : 94_608_000;
    const reply = offerings([offering("o", { paymentOption: paymentOption[payment], durationSeconds })]);
    expect((await quote(recommendation, reply)).request["upfrontPaymentAmount"]).toBe(upfront);
  });

  test("lesson 1141: the price is the whole commitment, however little is paid upfront", async () => {
    const all = offerings([offering("o", { paymentOption: "All Upfront" })]);
    expect((await quote({ ...compute, payment: "all-upfront" }, all)).price.amount).toBe("10950");
    expect((await quote(compute, offerings([offering("o")]))).price.amount).toBe("10950");
  });

  test("a new generation has a client token of its own, of at most 64 characters", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, offerings([offering("o")]));
    const executor = savingsPlansAt(loopback);
    const tokens = new Set<string>();
    for (const generation of [0, 1, 2, 12]) {
      const { request } = await executor.quote(compute, { ...marker, generation }, calmly);
      const { clientToken, tags } = request as { clientToken: string; tags: Record<string, string> };
      expect(clientToken.length).toBeLessThanOrEqual(64);
      expect(tags).toMatchObject({ "cudly-idempotency-token": token, "buyonce-purchase": clientToken });
      tokens.add(clientToken);
    }
    expect(tokens.size).toBe(4);
  });

  test("lesson 1079: nothing in the request holds the time, and a second quote is the same to the byte", async () => {
    const reply = () => offerings([offering("offering-1")]);
    const first = await quote(compute, reply());
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await quote(compute, reply());
    expect(JSON.stringify(second.request)).toBe(JSON.stringify(first.request));
    expect(first.request).not.toHaveProperty("purchaseTime");
  });
});

describe("exactly one offering must remain", () => {
  test("lesson: everything else is told apart by every attribute, whatever AWS filtered", async () => {
    const others = [
      offering("type", { planType: "SageMaker" }),
      offering("payment", { paymentOption: "Partial Upfront" }),
      offering("term", { durationSeconds: 94_608_000 }),
      offering("currency", { currency: "CNY" }),
      offering("place", { properties: [{ name: "region", value: "us-east-1" }] }),
      offering("silent", { planType: undefined }),
    ];
    const { request } = await quote(compute, offerings([...others, offering("right")]));
    expect(request["savingsPlanOfferingId"]).toBe("right");
    for (const other of others) {
      expect(await refusal(compute, offerings([other]))).toMatchObject({ code: "not-offered" });
    }
  });

  test.each([
    ["another region", { properties: [{ name: "region", value: "eu-west-1" }, m5.properties[1]] }],
    ["another family", { properties: [m5.properties[0], { name: "instanceFamily", value: "m5d" }] }],
    ["no family", { properties: [m5.properties[0]] }],
    ["no properties", { properties: undefined }],
  ])("EC2Instance: %s is not offered", async (_what, changes) => {
    const wrong = offering("wrong", { ...m5, ...changes });
    expect(await refusal(ec2Instance, offerings([wrong]))).toMatchObject({ code: "not-offered" });
    const { request } = await quote(ec2Instance, offerings([wrong, offering("right", m5)]));
    expect(request["savingsPlanOfferingId"]).toBe("right");
  });

  test("lessons 688, 1450: several that fit are refused, and named", async () => {
    expect(await refusal(compute, offerings([offering("one"), offering("two")]))).toMatchObject({
      code: "several-offerings",
      message: expect.stringMatching(/one \(.*two \(/),
    });
  });

  test("lesson 1579: the one that fits may be on the last page", async () => {
    const pages = {
      "": [[offering("a", { currency: "CNY" })], "AA=="],
      "AA==": [[], "BB=="],
      "BB==": [[offering("right")]],
    };
    const reply = computed(({ body }) => {
      const { nextToken = "" } = JSON.parse(body) as { nextToken?: keyof typeof pages };
      const [items, next] = pages[nextToken] as [unknown[], string?];
      return offerings(items, next);
    });
    expect((await quote(compute, reply)).request["savingsPlanOfferingId"]).toBe("right");
  });

  test("lessons 667, 688: a page that comes twice, or pages without end, are refused", async () => {
    expect(await refusal(compute, offerings([], "AA=="))).toMatchObject({
      code: "quote-failed",
      message: expect.stringContaining("same next page twice"),
    });
    let page = 0;
    expect(
      await refusal(
        compute,
        computed(() => offerings([], `AA${page++}`)),
      ),
    ).toMatchObject({
      code: "quote-failed",
      message: expect.stringContaining("within 20 pages"),
    });
    expect(page).toBe(20);
  });

  test.each([
    ["an empty body", ok("")],
    ["an object without the list", json({})],
    ["HTML", ok("<html></html>")],
    ["a refusal", jsonError(400, "ValidationException")],
  ] satisfies [string, Reply][])("%s is no list of offerings", async (_what, reply) => {
    expect(await refusal(compute, reply)).toMatchObject({ code: "quote-failed" });
  });

  test("an offering without an id cannot be bought", async () => {
    expect(await refusal(compute, offerings([{ ...offering("x"), offeringId: undefined }]))).toMatchObject({
      code: "quote-failed",
    });
  });
});
