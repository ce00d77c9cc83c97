import { SavingsplansClient } from "@aws-sdk/client-savingsplans";
import { describe, expect, test } from "vitest";
import { createAws, type SavingsPlanRecommendation } from "../../../providers/aws/index.ts";
import { fingerprint } from "../../../src/contract/fingerprint.ts";
import { calmly } from "../aws-executors.ts";
import { startLoopback } from "../aws-loopback.ts";
import { compute, ec2Instance, plans, savingsPlansAt } from "./aws-plan-answers.ts";

const { schema, describe: describeIt, scopeOf } = savingsPlansAt({ url: "http://127.0.0.1:1" });

function problems(base: object, changes: Readonly<Record<string, unknown>>): string[] {
  const value: Record<string, unknown> = { ...base, ...changes };
  for (const [name, change] of Object.entries(changes)) if (change === undefined) delete value[name];
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

const amount = (text: unknown) => ({ hourlyCommitment: { amount: text, currency: "USD" } });

describe("a recommendation of a savings plan", () => {
  test.each([compute, { ...compute, type: "SageMaker" }, { ...compute, type: "Database" }, ec2Instance])(
    "$type is taken as it is",
    (recommendation) => {
      const limited = { ...recommendation, maxPrice: { amount: "11000.00", currency: "USD" } };
      expect(schema.parse(limited)).toEqual(limited);
    },
  );

  test.each(["accountId", "type", "hourlyCommitment", "payment", "term", "region", "instanceFamily"])(
    "no default for what decides money: %s is required",
    (name) => {
      expect(problems(ec2Instance, { [name]: undefined })).toHaveLength(1);
    },
  );

  test("there is no quantity", () => {
    expect(problems(compute, { quantity: 1 })).toEqual([expect.stringContaining("quantity")]);
  });

  test("lesson 1495: a region that a plan of the whole account ignores is an error, so that it cannot fork anything", () => {
    expect(problems(compute, { region: "us-east-1" })).toHaveLength(1);
    expect(problems({ ...compute, type: "Database" }, { instanceFamily: "m5" })).toHaveLength(1);
  });

  test.each(["0.001", "0.00123", "1.25", "1.25000", "10", "1000000"])("%s an hour is taken", (text) => {
    expect(problems(compute, amount(text))).toEqual([]);
  });

  test.each([
    ["1.000001", /at most 5 digits after the point/],
    ["1,25", /decimal string/],
    ["1e3", /decimal string/],
    ["-1", /decimal string/],
    ["01.5", /decimal string/],
    [".5", /decimal string/],
    ["", /decimal string/],
    [1.25, /decimal string/],
    ["0.00099", /must be from 0.001 to 1000000/],
    ["0", /must be from 0.001 to 1000000/],
    ["1000000.00001", /must be from 0.001 to 1000000/],
  ])("%j an hour is refused", (text, message) => {
    expect(problems(compute, amount(text))).toEqual([expect.stringMatching(message)]);
  });

  test.each([
    [{ type: "compute" }, 'type: must be "Compute", "EC2Instance", "SageMaker" or "Database"'],
    [{ payment: "upfront" }, 'payment: must be "no-upfront" or "partial-upfront" or "all-upfront"'],
    [{ term: "P5Y" }, 'term: must be "P1Y" or "P3Y"'],
    [{ region: "US East" }, 'region: must be an AWS region such as "us-east-1"'],
    [{ instanceFamily: "m5.large" }, 'instanceFamily: must be an instance family such as "m5"'],
    [
      { hourlyCommitment: { amount: "1", currency: "$" } },
      'hourlyCommitment.currency: must be an ISO 4217 code such as "USD"',
    ],
    [
      { hourlyCommitment: undefined },
      'hourlyCommitment: is required: it must be an amount and a currency, such as { "amount": "1.25", "currency": "USD" }',
    ],
  ])("%j: %s", (changes, message) => {
    expect(problems(ec2Instance, changes)).toEqual([message]);
  });

  test("every problem is listed, not only the first", () => {
    expect(problems(compute, { accountId: "1", term: "P2Y", ...amount("1.000001") })).toHaveLength(3);
  });

  test.each([
    ["1.5", "1.50"],
    ["1.5", "1.50000"],
    ["10", "10.0"],
    ["100", "100"],
    ["0.001", "0.00100"],
  ])("B15: %s spelled %s is no other purchase", (amount, other) => {
    const parsed = (text: string) => schema.parse({ ...compute, hourlyCommitment: { amount: text, currency: "USD" } });
    expect(fingerprint(parsed(other))).toBe(fingerprint(parsed(amount)));
    expect(parsed(other)).toMatchObject({ hourlyCommitment: { amount } });
  });

  test.each([
    [ec2Instance, { region: "US-EAST-1" }],
    [ec2Instance, { instanceFamily: "M5" }],
    [compute, { type: "COMPUTE" }],
    [compute, { hourlyCommitment: { amount: "1", currency: "usd" } }],
  ])("B15: capitals that mean nothing are refused before anything is sent: %j, %j", (base, changes) => {
    expect(problems(base, changes)).toHaveLength(1);
  });

  test("is described in a line", () => {
    expect(describeIt(compute)).toBe("Compute savings plan of 1.25 USD an hour, P1Y, no-upfront");
    expect(describeIt(ec2Instance)).toBe(
      "EC2Instance savings plan (m5, us-east-1) of 1.25 USD an hour, P3Y, partial-upfront",
    );
  });

  test("its scope is the account: plans of all regions are in one listing", () => {
    expect(scopeOf(compute).key).toBe("aws/123456789012/savings-plans");
    expect(scopeOf({ ...ec2Instance, region: "eu-west-1" })).toEqual(scopeOf(compute));
    expect(Object.keys(createAws().services)).toContain("savings-plans");
  });
});

describe("B19: a savings plan is asked for at its own partition's endpoint, in its currency", () => {
  const yuan = { hourlyCommitment: { amount: "1", currency: "CNY" } };

  test.each([
    ["Compute, in yuan", { ...compute, ...yuan }, "cn-north-1"],
    ["EC2Instance in Beijing", { ...ec2Instance, ...yuan, region: "cn-north-1" }, "cn-north-1"],
    ["EC2Instance in Ningxia", { ...ec2Instance, ...yuan, region: "cn-northwest-1" }, "cn-north-1"],
    ["Compute, in dollars", compute, "us-east-1"],
    ["EC2Instance in Ireland", { ...ec2Instance, region: "eu-west-1" }, "us-east-1"],
    // The standard account pays for it, and buys its plans.
    ["EC2Instance in GovCloud", { ...ec2Instance, region: "us-gov-west-1" }, "us-east-1"],
    ["EC2Instance in the European Sovereign Cloud", { ...ec2Instance, region: "eusc-de-east-1" }, "eusc-de-east-1"],
  ])("%s: %s", (_what, recommendation, region) => {
    expect(scopeOf(schema.parse(recommendation))).toMatchObject({ key: "aws/123456789012/savings-plans", region });
  });

  test.each([
    ["cn-north-1", "cn-north-1"],
    ["us-west-2", "us-east-1"],
    [undefined, "us-east-1"],
  ])("an audit of %s looks in %s", (region, home) => {
    const place = { provider: "aws", service: "savings-plans", accountId: "123456789012", region };
    expect(scopeOf(place as unknown as SavingsPlanRecommendation)).toMatchObject({ region: home });
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["a region of China in dollars", { region: "cn-north-1" }],
    ["another region in yuan", yuan],
  ])("%s is refused: %j", (_what, changes) => {
    expect(problems(ec2Instance, changes)).toEqual([
      'hourlyCommitment.currency: must be "CNY" for a region of China, and for no other region',
    ]);
  });

  test("STS and the service are asked there, and the SDK finds their addresses", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeSavingsPlans", plans([]));
    const executor = savingsPlansAt(loopback);
    const scope = executor.scopeOf({ ...compute, ...yuan });
    await executor.inventory.read(scope, "plan-1", calmly);
    expect(loopback.last("GetCallerIdentity").headers.authorization).toContain("/cn-north-1/sts/");
    expect(loopback.last("DescribeSavingsPlans").headers.authorization).toContain("/cn-north-1/savingsplans/");
    const { config } = new SavingsplansClient({ region: "cn-north-1" });
    const { url } = config.endpointProvider({ Region: "cn-north-1", UseFIPS: false, UseDualStack: false });
    expect(url.href).toBe("https://savingsplans.cn-north-1.amazonaws.com.cn/");
  });
});
