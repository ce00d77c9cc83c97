import { describe, expect, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { recommendation } from "./ec2-answers.ts";

const { ec2 } = createAws().services;
if (!ec2?.laneOf) throw new Error("No EC2.");
const { schema } = ec2;

function problems(changes: Readonly<Record<string, unknown>>): string[] {
  const value: Record<string, unknown> = { ...recommendation, ...changes };
  for (const [name, change] of Object.entries(changes)) if (change === undefined) delete value[name];
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("an EC2 recommendation", () => {
  test("the issue's own example is accepted", () => {
    const example = {
      provider: "aws",
      service: "ec2",
      accountId: "123456789012",
      region: "us-east-1",
      instanceType: "m5.large",
      platform: "Linux/UNIX",
      tenancy: "default",
      scope: "Region",
      offeringClass: "convertible",
      payment: "no-upfront",
      term: "P1Y",
      quantity: 2,
      maxPrice: { amount: "1200.00", currency: "USD" },
    };
    expect(schema.parse(example)).toEqual(example);
  });

  const required = [
    "accountId",
    "region",
    "instanceType",
    "platform",
    "tenancy",
    "scope",
    "offeringClass",
    "payment",
    "term",
    "quantity",
  ];
  test.each(required)("no default for what decides money: %s is required", (name) => {
    expect(problems({ [name]: undefined })).toHaveLength(1);
  });

  test.each([
    [{ accountId: "12345678901" }, "accountId: must be the 12 digits of an AWS account"],
    [{ region: "US East" }, 'region: must be an AWS region such as "us-east-1"'],
    [{ instanceType: "m5" }, 'instanceType: must be an instance type such as "m5.large"'],
    [{ tenancy: "host" }, 'tenancy: must be "default" or "dedicated"'],
    [{ tenancy: undefined }, 'tenancy: is required: it must be "default" or "dedicated"'],
    [{ payment: "upfront" }, 'payment: must be "no-upfront" or "partial-upfront" or "all-upfront"'],
    [{ term: "P5Y" }, 'term: must be "P1Y" or "P3Y"'],
    [{ quantity: 0 }, "quantity: must be at least 1"],
    [{ quantity: 1.5 }, "quantity: must be a whole number"],
    [{ quantity: undefined }, "quantity: is required: it must be a whole number"],
    [{ maxPrice: { amount: 1200, currency: "USD" } }, 'maxPrice.amount: must be a decimal string such as "30.00"'],
    [{ scope: "Availability Zone" }, 'availabilityZone: is required with the scope "Availability Zone"'],
    [{ availabilityZone: "us-east-1a" }, 'availabilityZone: must be left out with the scope "Region"'],
    [
      { scope: "Availability Zone", availabilityZone: "eu-west-1a" },
      "availabilityZone: must lie in the region us-east-1",
    ],
    [{ instanceType: "an m5.large" }, 'instanceType: must be an instance type such as "m5.large"'],
    [{ instanceType: "m5.large or so" }, 'instanceType: must be an instance type such as "m5.large"'],
    [
      { scope: "Availability Zone", availabilityZone: "us-east-1a or b" },
      'availabilityZone: must be a zone such as "us-east-1a"',
    ],
    [
      { scope: "Availability Zone", availabilityZone: "us-east-1 a" },
      'availabilityZone: must be a zone such as "us-east-1a"',
    ],
    [{ scope: "Availability Zone", availabilityZone: 5 }, 'availabilityZone: must be a zone such as "us-east-1a"'],
    [{ Platform: "Windows" }, ': Unrecognized key: "Platform"'],
  ])("%o is refused with a sentence", (changes, problem) => {
    expect(problems(changes)).toEqual([problem]);
  });

  test.each([null, "ec2", 5])("%o is no recommendation", (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });

  test("every problem is listed at once", () => {
    expect(problems({ quantity: 0, term: "P2Y", scope: "Availability Zone" })).toHaveLength(3);
  });

  test("platforms: a misspelt one is refused, one that nobody here knows is compared with the offering", () => {
    for (const [platform, meant] of [
      ["Linux", "Linux/UNIX"],
      ["linux/unix", "Linux/UNIX"],
      ["Windws", "Windows"],
      ["Windows with SQL Server", "Windows with SQL Server Web"],
    ] as const) {
      expect(problems({ platform })).toEqual([`platform: is no platform of EC2; did you mean "${meant}"?`]);
    }
    expect(problems({ platform: "Ubuntu Pro" })).toEqual([]);
    expect(problems({ platform: "Plan 9 with BYOL" })).toEqual([]);
    expect(problems({ platform: " Windows" })).toEqual([expect.stringContaining("must be a platform in EC2's words")]);
    expect(problems({ platform: "Red Hat Enterprise Linux with HA" })).toEqual([]);
    expect(problems({ platform: "Windows with SQL Server Web (Amazon VPC)" })).toEqual([]);
  });

  test.each(["us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1"])("the zone %s lies in its region", (availabilityZone) => {
    expect(problems({ scope: "Availability Zone", availabilityZone })).toEqual([]);
  });
});

describe("scope, lane, words", () => {
  test("the scope is account and region", () => {
    expect(ec2.scopeOf(recommendation)).toEqual({
      key: "aws/123456789012/us-east-1/ec2",
      label: "AWS account 123456789012, us-east-1, ec2",
      accountId: "123456789012",
      region: "us-east-1",
    });
  });

  test("a lane is shared by what cannot be told apart, whatever its count or limit", () => {
    const lane = ec2.laneOf?.(recommendation);
    // It stands in ledgers: written in another way it would not be shared with what an older version submitted.
    expect(lane).toBe(
      "aws/123456789012/us-east-1/ec2/m5.large/Linux/UNIX/default/Region/none/standard/Partial Upfront/31536000 s",
    );
    expect(ec2.laneOf?.({ ...recommendation, quantity: 7, maxPrice: { amount: "1", currency: "USD" } })).toBe(lane);
    const others = [
      { accountId: "210987654321" },
      { region: "us-east-2" },
      { instanceType: "m5.xlarge" },
      { platform: "Windows" },
      { tenancy: "dedicated" },
      { scope: "Availability Zone", availabilityZone: "us-east-1a" },
      { offeringClass: "convertible" },
      { payment: "no-upfront" },
      { term: "P3Y" },
    ].map((change) => ec2.laneOf?.({ ...recommendation, ...change }));
    expect(new Set([lane, ...others]).size).toBe(10);
  });

  test("described in a few words", () => {
    expect(ec2).toMatchObject({ provider: "aws", service: "ec2" });
    expect(ec2.describe(recommendation)).toBe("2 × m5.large Linux/UNIX, us-east-1, P1Y, partial-upfront");
  });
});

describe("settings", () => {
  test.each([
    [{ endpoint: "http://ec2.example.com" }, /must be an https URL/],
    [{ purchaseTimeout: 0 }, /purchaseTimeout .* must be a whole number from 1/],
    [{ visibility: { attempts: Number.NaN } }, /visibility.attempts/],
    [{ visibility: { minimumAge: 0 } }, /visibility.minimumAge .* must be a whole number from 1/],
    [{ visibility: { minimumAge: 299_999 } }, /from 300,000 to 43,200,000 milliseconds, not 299999/],
    [{ visibility: { minimumAge: 2000 }, endpoint: "https://ec2.example.com" }, /visibility.minimumAge/],
    // Over https a real credential may be sent, and forwarded to AWS.
    [{ visibility: { minimumAge: 2000 }, endpoint: "https://127.0.0.1:8443" }, /visibility.minimumAge/],
    [{ visibility: { minimumAge: 43_200_001 }, endpoint: "http://127.0.0.1:8080" }, /visibility.minimumAge/],
    [{ tagNames: { source: "aws:source", token: "t" } }, /must have 1 to 128 characters/],
    [{ tagNames: { source: "same", token: "same" } }, /must differ/],
    [{ tagNames: { source: "s", token: "buyonce-purchase" } }, /must differ/],
  ])("%o is refused", (settings, message) => {
    expect(() => createAws(settings)).toThrow(message);
  });

  test.each([
    [{}, 300_000],
    [{ visibility: { minimumAge: 600_000 } }, 600_000],
    [{ visibility: { minimumAge: 1 }, endpoint: "http://127.0.0.1:8080" }, 1],
  ])("%o: the minimum age of EC2 and Redshift", (settings, minimumAge) => {
    const { ec2, redshift } = createAws(settings).services;
    expect(ec2?.recovery).toMatchObject({ kind: "absence", minimumAge });
    expect(redshift?.recovery).toMatchObject({ kind: "manual", minimumAge });
  });
});
