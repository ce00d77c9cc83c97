import { describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { fixtureExecution } from "../fixture-execution.ts";

const providers = [createAzure(), createAws(), createGcp()];
const { recommendations, ...envelope } = fixtureExecution();

const of = (provider: string, service: string) =>
  recommendations.find((each) => each["provider"] === provider && each["service"] === service) ?? {};

function problemsOf(input: unknown): readonly string[] {
  try {
    validateExecution(input, providers);
  } catch (error) {
    if (InvalidExecutionError.isInstance(error)) return error.problems.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

/** With one field under another name. */
function renamed(fields: Readonly<Record<string, unknown>>, from: string, to: string) {
  const { [from]: value, ...rest } = fields;
  return { ...rest, [to]: value ?? { amount: "1", currency: "USD" } };
}

const clouds = [
  ["azure", "compute"],
  ["azure", "savings-plans"],
  ["aws", "ec2"],
  ["aws", "rds"],
  ["aws", "savings-plans"],
  ["gcp", "compute"],
] as const;

describe.each(clouds)("%s %s", (provider, service) => {
  const good = of(provider, service);
  const found = (item: unknown) => problemsOf({ ...envelope, recommendations: [item] });

  test("the fixture is good", () => {
    expect(found(good)).toEqual([]);
  });

  test.each([
    ["maxPrice", "maxPirce"],
    ["term", "terms"],
    ["provider", "provder"],
    ["service", "Service"],
  ])("a misspelt field: %s written as %s", (field, written) => {
    expect(found(renamed(good, field, written))).toContain(
      `recommendations[0].${written} is not a known field; did you mean "${field}"?`,
    );
  });

  test("a misspelt provider and service", () => {
    expect(found({ ...good, provider: provider.toUpperCase() }).join()).toMatch(`; did you mean "${provider}"?`);
    expect(found({ ...good, service: `${service}s` }).join()).toMatch(`; did you mean "${service}"?`);
  });

  test("a value in another letter case, and never another term", () => {
    expect(found({ ...good, term: "p1y" }).join()).toMatch(
      /^recommendations\[0\]\.term must be .*; did you mean "P1Y"\?$/,
    );
    expect(found({ ...good, term: "P2Y" }).join()).toMatch(/^recommendations\[0\]\.term must be "P1\w" or [^;]*$/);
  });

  test("what is missing is said in the words of what it must be", () => {
    const { term: _term, ...rest } = good;
    expect(found(rest).join()).toMatch(/^recommendations\[0\]\.term is required: it must be "P1\w" or/);
  });
});

describe("values", () => {
  const found = (item: unknown) => problemsOf({ ...envelope, recommendations: [item] }).join();

  test.each([
    [
      { ...of("azure", "compute"), region: "west-us" },
      '.region must be a region such as "westus"; did you mean "westus"?',
    ],
    [
      { ...of("aws", "ec2"), region: "us_east_1" },
      '.region must be an AWS region such as "us-east-1"; did you mean "us-east-1"?',
    ],
    [{ ...of("gcp", "compute"), region: "US-Central1" }, '; did you mean "us-central1"?'],
    [{ ...of("gcp", "compute"), machineFamily: "n2d" }, '; did you mean "N2D"?'],
    [{ ...of("aws", "ec2"), platform: "linux/unix" }, '; did you mean "Linux/UNIX"?'],
    [{ ...of("aws", "ec2"), payment: "no_upfront" }, '; did you mean "no-upfront"?'],
    [{ ...of("azure", "compute"), billingPlan: "monthly" }, '"Upfront" or "Monthly"; did you mean "Monthly"?'],
    [
      { ...of("azure", "compute"), appliedScope: { type: "shared" } },
      '.appliedScope.type must be "Shared", "Single" or "ManagementGroup"; did you mean "Shared"?',
    ],
    [
      { ...of("azure", "compute"), appliedScope: { type: "Single", subscritionId: "x" } },
      'subscritionId is not a known field; did you mean "subscriptionId"?',
    ],
  ])("%o", (item, words) => {
    expect(found(item)).toContain(words);
  });

  test("no region of another number is suggested", () => {
    expect(found({ ...of("aws", "ec2"), region: "us east 9" })).not.toContain("did you mean");
  });
});

describe("the execution's own fields", () => {
  test("are suggested too, and what is missing for it is said once", () => {
    const { source, ...rest } = envelope;
    expect(problemsOf({ ...rest, recommendations, sorce: source, maxTotal: [] })).toEqual([
      'sorce is not a known field; did you mean "source"?',
      'maxTotal is not a known field; did you mean "maxTotals"?',
    ]);
  });

  test("$schema is for an editor, and no part of the execution", () => {
    const given = { ...envelope, recommendations };
    expect(validateExecution({ $schema: "../schemas/execution.json", ...given }, providers)).toEqual(
      validateExecution(given, providers),
    );
  });
});
