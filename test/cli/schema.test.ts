import { Ajv, type AnySchemaObject } from "ajv";
import { describe, expect, test } from "vitest";
import type { JsonSchema } from "../../src/contract/json-schema.ts";
import { fieldsOfSchema } from "../../src/contract/schema-fields.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { runCommand } from "./run-command.ts";

describe("buyonce schema", () => {
  test("lists the services that the fixture has, each once, and no other", async () => {
    const { code, stdout } = await runCommand(["schema", "--json"]);
    expect(code).toBe(0);
    const { services } = JSON.parse(stdout) as { services: { provider: string; service: string }[] };
    const names = (all: readonly { provider?: unknown; service?: unknown }[]) =>
      all.map(({ provider, service }) => `${provider as string} ${service as string}`).toSorted();
    expect(names(services)).toEqual([...new Set(names(fixtureExecution().recommendations))]);
    const text = await runCommand(["schema"]);
    for (const { service } of services) expect(text.stdout).toMatch(new RegExp(`^(azure|aws|gcp) +${service} `, "m"));
    const ofOne = JSON.parse((await runCommand(["schema", "gcp", "--json"])).stdout) as unknown;
    expect(ofOne).toMatchObject({
      services: [
        { provider: "gcp", service: "compute" },
        { provider: "gcp", service: "compute-license" },
        { provider: "gcp", service: "bigquery" },
      ],
    });
  });

  test("a service: every field with what it takes, its unit, an example and the provider's word", async () => {
    const { stdout } = await runCommand(["schema", "aws", "ec2"]);
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain('offeringClass yes "standard", "convertible"');
    expect(text).toContain("How many. Unit: instances. Such as 1. The provider's word:");
    expect(text).toContain("Known values of region: us-east-1, us-east-2");
    expect(text).toContain("maxPrice no an object");
    expect(text).toContain("note no");
  });

  test("no name of a field is split, however narrow the table", async () => {
    const { stdout } = await runCommand(["schema", "aws", "rds"]);
    expect(stdout).toMatch(/^productDescription +yes /m);
  });

  test("of a service the JSON Schema takes what is bought, a note too, and nothing misspelt", async () => {
    const [example] = fixtureExecution().recommendations.filter(
      (each) => "service" in each && each.service === "savings-plans" && each.provider === "aws",
    );
    const { stdout } = await runCommand(["schema", "aws", "savings-plans", "--json"]);
    const accepts = new Ajv({ strict: false, formats: { uuid: true } }).compile(JSON.parse(stdout) as AnySchemaObject);
    expect(accepts({ ...example, note: "seen" })).toBe(true);
    expect(accepts({ ...example, maxPirce: 1 })).toBe(false);
  });

  test.each([
    [["azur"], 'must be one of azure, aws, gcp; did you mean "azure"?'],
    [["aws", "ec3"], 'did you mean "ec2"?'],
    [["aws", "tape"], "The service must be one of ec2, ec2-host, rds"],
    [["aws", "dynamodb"], "dynamodb cannot be bought here"],
  ])("%j is a usage error", async (args, words) => {
    const { code, stdout, stderr } = await runCommand(["schema", ...args]);
    expect([code, stdout, stderr]).toEqual([2, "", expect.stringContaining(words)]);
  });
});

describe("the fields of a schema", () => {
  const shape = (type: string, more: object = {}, required: readonly string[] = []) => ({
    type: "object",
    properties: { type: { const: type }, ...more },
    required: ["type", ...required],
  });

  test("what is only in some forms says in which; what is in all has the words of all", () => {
    const text = { type: "string" };
    const schema = {
      oneOf: [shape("A", { both: text }), shape("B", { both: text, own: text }, ["own"]), shape("C", { own: text })],
    } as JsonSchema;
    const fields = fieldsOfSchema(schema);
    expect(fields.map(({ path, isRequired, where }) => ({ path, isRequired, where }))).toEqual([
      { path: "type", isRequired: true, where: undefined },
      { path: "both", isRequired: false, where: { path: "type", values: ["A", "B"] } },
      { path: "own", isRequired: false, where: { path: "type", values: ["B", "C"] } },
    ]);
    expect(fields[0]?.schema).toEqual({ enum: ["A", "B", "C"] });
  });

  test("fields within others carry the whole path", () => {
    const schema = { properties: { a: { properties: { b: { oneOf: [shape("A"), shape("B")] } } } } } as JsonSchema;
    expect(fieldsOfSchema(schema).map(({ path }) => path)).toEqual(["a", "a.b", "a.b.type"]);
  });
});
