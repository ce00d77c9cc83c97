import { describe, expect, test } from "vitest";
import { reservationName } from "../../../providers/aws/reservations/reservation-purchase-request.ts";
import { serviceOf, token } from "../aws-executors.ts";
import { services } from "./reservation-services.ts";
import { name } from "./reservation-wire.ts";

describe.each(services)("a recommendation for $service", ({ service, recommendation, mistakes, describe: words }) => {
  const executor = serviceOf(service);

  function problems(changes: Readonly<Record<string, unknown>>): string[] {
    const value: Record<string, unknown> = { ...recommendation, ...changes };
    for (const [field, change] of Object.entries(changes)) if (change === undefined) delete value[field];
    const result = executor.schema.safeParse(value);
    return result.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
  }

  test("is taken as it is, with and without a limit", () => {
    expect(executor.schema.parse(recommendation)).toEqual(recommendation);
    expect(problems({ maxPrice: { amount: "1300.00", currency: "USD" } })).toEqual([]);
  });

  test.each(Object.keys(recommendation))("lesson: no default for what decides money; %s is required", (field) => {
    expect(problems({ [field]: undefined })).toHaveLength(1);
  });

  test.each(mistakes)("%o is refused with a sentence", (changes, problem) => {
    expect(problems(changes)).toEqual([problem]);
  });

  test("every problem is listed at once", () => {
    expect(problems({ quantity: 0, term: "P2Y", payment: "monthly" })).toHaveLength(3);
  });

  test("its scope is account, region and service; in a few words it says what is bought", () => {
    expect(executor.scopeOf(recommendation)).toEqual({
      key: `aws/123456789012/us-east-1/${service}`,
      label: `AWS account 123456789012, us-east-1, ${service}`,
      accountId: "123456789012",
      region: "us-east-1",
    });
    expect(executor.describe(recommendation)).toBe(words);
  });

  test("the same request may be sent again; a lane is not needed", () => {
    expect(executor.recovery).toEqual({
      kind: "resend",
      handle: "derived",
      minimumAge: 300_000,
      parkAfter: 86_400_000,
    });
    expect(executor.laneOf).toBeUndefined();
  });
});

test("A33: the id is made of the token, and of the generation from the first failure or decision on; every service takes it", () => {
  expect(reservationName("rds", token, 0)).toBe(name);
  expect(reservationName("rds", token, 1)).toBe(`${name}-g1`);
  // The longest service; the ledger takes no more than twenty attempts.
  for (const generation of [0, 1, 20]) {
    const id = reservationName("elasticache", "f".repeat(64), generation);
    // The rules of all four together; no final or double hyphen. OpenSearch: 5 to 64.
    expect(id).toMatch(/^[a-z](-?[a-z0-9]+)*$/);
    expect(id.length).toBeGreaterThanOrEqual(5);
    expect(id.length).toBeLessThanOrEqual(60);
  }
});

test("instances of OpenSearch's earlier generations are named after Elasticsearch", () => {
  const { schema } = serviceOf("opensearch");
  const recommendation = services.find(({ service }) => service === "opensearch")?.recommendation;
  const parsed = schema.safeParse({ ...recommendation, instanceType: "m4.large.elasticsearch" });
  expect(parsed.success).toBe(true);
});
