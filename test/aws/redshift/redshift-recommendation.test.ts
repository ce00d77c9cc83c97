import { describe, expect, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { recommendation } from "./redshift-answers.ts";

const provider = createAws();
const { redshift } = provider.services;
if (!redshift) throw new Error("No Redshift.");
const { schema, laneOf } = redshift;

function problems(changes: Readonly<Record<string, unknown>>): string[] {
  const value: Record<string, unknown> = { ...recommendation, ...changes };
  for (const [name, change] of Object.entries(changes)) if (change === undefined) delete value[name];
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a Redshift recommendation", () => {
  test("is taken as it is, with a limit and without", () => {
    expect(schema.parse(recommendation)).toEqual(recommendation);
    expect(problems({ maxPrice: { amount: "9000.00", currency: "USD" } })).toEqual([]);
  });

  test.each(["accountId", "region", "nodeType", "offeringKind", "payment", "term", "quantity"])(
    "lesson: no default for what decides money: %s is required",
    (name) => {
      expect(problems({ [name]: undefined })).toHaveLength(1);
    },
  );

  test.each([
    [{ nodeType: "ra3" }, 'nodeType: must be a node type such as "ra3.4xlarge"'],
    [{ offeringKind: "Upgradable" }, 'offeringKind: must be "regular" or "upgradable"'],
    [{ offeringKind: undefined }, 'offeringKind: is required: it must be "regular" or "upgradable"'],
    [{ payment: "heavy-utilization" }, 'payment: must be "no-upfront" or "partial-upfront" or "all-upfront"'],
    [{ term: "P2Y" }, 'term: must be "P1Y" or "P3Y"'],
    [{ quantity: 0 }, "quantity: must be at least 1"],
    [{ nodes: 2 }, ': Unrecognized key: "nodes"'],
  ])("%o is refused with a sentence", (changes, problem) => {
    expect(problems(changes)).toEqual([problem]);
  });

  test("described in a few words", () => {
    expect(redshift.describe(recommendation)).toBe(
      "2 × ra3.xlplus upgradable (redshift), us-east-1, P1Y, partial-upfront",
    );
  });

  test("a lane is shared by what cannot be told apart, whatever its count or limit", () => {
    const lane = laneOf?.(recommendation);
    expect(laneOf?.({ ...recommendation, quantity: 7, maxPrice: { amount: "1", currency: "USD" } })).toBe(lane);
    const others = [
      { accountId: "210987654321" },
      { region: "us-east-2" },
      { nodeType: "ra3.4xlarge" },
      { offeringKind: "regular" },
      { payment: "no-upfront" },
      { term: "P3Y" },
    ].map((change) => laneOf?.({ ...recommendation, ...change }));
    expect(new Set([lane, ...others]).size).toBe(7);
  });
});

describe("DynamoDB, which has no API for its reserved capacity", () => {
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [provider] });
  const execution = (item: unknown) => ({ executionId: "e", source: "test", recommendations: [item, recommendation] });

  test.each([
    { provider: "aws", service: "dynamodb" },
    { ...recommendation, service: "dynamodb" },
  ])("lesson 640: refused at validation, and it says what to do: %o", (item) => {
    const validate = () => purchaser.validate(execution(item));
    expect(validate).toThrow(
      expect.objectContaining({
        code: "invalid-execution",
        problems: [
          {
            path: "recommendations[0].service",
            message:
              'cannot be bought here: aws has no API that buys a commitment for "dynamodb". Buy its reserved capacity in the AWS console (DynamoDB, Reserved capacity), and remove it from the execution.',
          },
        ],
      }),
    );
  });

  test("whatever else is asked of it is refused", async () => {
    const { dynamodb } = provider.services;
    expect(() => dynamodb?.scopeOf(recommendation)).toThrow(expect.objectContaining({ code: "not-offered" }));
    const quote = dynamodb?.quote(
      recommendation,
      { token: "t", source: "s", generation: 0 },
      { signal: new AbortController().signal },
    );
    await expect(quote).rejects.toMatchObject({ code: "not-offered" });
  });
});
