import { describe, expect, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { compute, ec2Instance, savingsPlansAt } from "./answers.ts";

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
