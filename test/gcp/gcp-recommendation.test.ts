import { describe, expect, test } from "vitest";
import { createGcp } from "../../providers/gcp/index.ts";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { computeAt, recommendation } from "./gcp-samples.ts";

/** The problems of one recommendation, as a user reads them. */
function problemsOf(changed: object): readonly string[] {
  const execution = { executionId: "x", source: "test", recommendations: [changed] };
  try {
    validateExecution(execution, [createGcp()]);
    return [];
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    return error.problems.map(({ path, message }) => `${path.replace("recommendations[0]", "")} ${message}`);
  }
}

test.each([
  ["123456789012", "us-central1"],
  ["EXAMPLE.com:my-project", "us-central1"],
  ["my-project-123", "US-CENTRAL1"],
])("A20: %s in %s has no scope key of its own, for an audit either", (projectId, region) => {
  const place = { ...recommendation, projectId, region };
  expect(() => computeAt("http://127.0.0.1:1").scopeOf(place)).toThrow(/must be a project id.*a region/);
});

test("a project with a domain has one name, and a scope of its own", () => {
  const place = { ...recommendation, projectId: "example.com:my-project" };
  expect(problemsOf(place)).toEqual([]);
  expect(computeAt("http://127.0.0.1:1").scopeOf(place).key).toBe("gcp/example.com:my-project/us-central1");
});

test("takes a recommendation as it is, and fills nothing in", () => {
  expect(computeAt("http://127.0.0.1:1").schema.parse(recommendation)).toEqual(recommendation);
});

describe("nothing that decides money has a default", () => {
  test.each(["projectId", "region", "machineFamily", "vcpus", "memoryMb", "term", "autoRenew"])(
    "%s is required",
    (field) => {
      const { [field]: _left, ...rest }: Readonly<Record<string, unknown>> = recommendation;
      expect(problemsOf(rest)).toEqual([expect.stringMatching(new RegExp(`^\\.${field} is required: it must be`))]);
    },
  );

  test("autoRenew is never taken for granted: only true and false are taken", () => {
    for (const autoRenew of ["false", 0, null]) expect(problemsOf({ ...recommendation, autoRenew })).not.toEqual([]);
    expect(problemsOf({ ...recommendation, autoRenew: true })).toEqual([]);
  });
});

describe("what is refused", () => {
  test.each<[string, object, string]>([
    ["a family that is not sold", { machineFamily: "T2A" }, ".machineFamily must be a machine family"],
    ["a type instead of a family", { machineFamily: "GENERAL_PURPOSE_N2" }, ".machineFamily must be a machine family"],
    ["no vCPU", { vcpus: 0 }, ".vcpus must be at least 1"],
    ["half a vCPU", { vcpus: 1.5 }, ".vcpus must be"],
    ["a term that is not sold", { term: "P5Y" }, '.term must be "P1Y" or "P3Y"'],
    ["a project number", { projectId: "123456789012" }, ".projectId must be a project id"],
    ["A20: a domain that is none", { projectId: "example:my-project" }, ".projectId must be a project id"],
    ["A20: a domain in upper case", { projectId: "Example.com:my-project" }, ".projectId must be a project id"],
    ["A20: a project in upper case", { projectId: "My-Project-123" }, ".projectId must be a project id"],
    ["A20: a project with a trailing blank", { projectId: "my-project-123 " }, ".projectId must be a project id"],
    ["A20: a region in upper case", { region: "US-Central1" }, ".region must be a region"],
    ["A20: a region as a path", { region: "regions/us-central1" }, ".region must be a region"],
    ["a path for a project", { projectId: "my-project/../x" }, ".projectId must be a project id"],
    ["a zone", { region: "us-central1-a" }, ".region must be a region"],
    ["a quantity: the amounts say it all", { quantity: 2 }, ".quantity is not a known field"],
    ["a billing plan", { billingPlan: "Monthly" }, ".billingPlan is not a known field"],
    [
      "licences",
      { license: "sles" },
      '.license is bought apart: a licence is a recommendation of the service "compute-license"',
    ],
  ])("%s", (_what, change, problem) => {
    expect(problemsOf({ ...recommendation, ...change })).toEqual([expect.stringContaining(problem)]);
  });

  test("lesson 1022: memory is in MB, by name, and an amount in GB is no multiple of 256", () => {
    expect(problemsOf({ ...recommendation, memoryMb: 32 })).toContainEqual(
      expect.stringMatching(/^\.memoryMb .* in MB/),
    );
    const { memoryMb: _left, ...rest } = recommendation;
    expect(problemsOf({ ...rest, memoryGb: 32 })).toEqual(
      expect.arrayContaining([
        expect.stringContaining(".memoryGb is not a known field"),
        expect.stringContaining(".memoryMb is required"),
      ]),
    );
  });
});

describe("lesson 640: a database and a bucket were created for a purchase; what has no API is refused before anything is sent", () => {
  test.each([
    ["cloudsql", /Google Cloud console/],
    ["memorystore", /Google Cloud console/],
    ["cloudstorage", /account team/],
    ["spanner", /by spend.*no API buys it.*Google Cloud console/],
    ["run", /by spend.*no API buys it.*Google Cloud console/],
    ["alloydb", /by spend.*no API buys it.*Google Cloud console/],
    ["bigtable", /by spend.*no API buys it.*Google Cloud console/],
    ["firestore", /by spend.*no API buys it.*Google Cloud console/],
    ["dataflow", /by spend.*no API buys it.*Google Cloud console/],
    ["gke", /by spend.*no API buys it.*Google Cloud console/],
    ["managedkafka", /by spend.*no API buys it.*Google Cloud console/],
    ["vmwareengine", /by spend.*no API buys it.*Google Cloud console/],
    ["compute-flexible", /by spend.*the service "compute"/],
  ])("%s, saying what the user can do", (service, instead) => {
    const [problem = "", ...more] = problemsOf({ provider: "gcp", service, anything: 1 });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^\.service cannot be bought here: (gcp has no API|Google sells)/);
    expect(problem).toMatch(instead);
  });

  test("one of them in an execution, and nothing of it is valid", () => {
    const execution = {
      executionId: "x",
      source: "test",
      recommendations: [recommendation, { provider: "gcp", service: "cloudsql" }],
    };
    expect(() => validateExecution(execution, [createGcp()])).toThrow(InvalidExecutionError);
  });

  test("its other members refuse too, should anything reach them", async () => {
    const { cloudsql } = createGcp().services;
    expect(() => cloudsql?.describe(recommendation)).toThrow(expect.objectContaining({ code: "not-offered" }));
    await expect(
      cloudsql?.quote(
        recommendation,
        { token: "", source: "", generation: 0 },
        { signal: new AbortController().signal },
      ),
    ).rejects.toMatchObject({ code: "not-offered" });
  });
});

describe("settings that cannot be used", () => {
  test.each([
    [{ endpoint: "http://example.com" }, /must be an https URL/],
    [{ endpoint: "https://127.0.0.1/path" }, /without a path/],
    [{ currency: "usd" }, /currency/],
    [{ purchaseTimeout: 0 }, /purchaseTimeout/],
    [{ maxPages: 1.5 }, /maxPages/],
    [{ readAttempts: Number.NaN }, /readAttempts/],
    [{ tagNames: { source: "a b", token: "c" } }, /tag name "a b"/],
    [{ tagNames: { source: "a", token: "a" } }, /must differ/],
  ])("%j", (settings, message) => {
    expect(() => createGcp(settings)).toThrow(
      expect.objectContaining({ code: "invalid-configuration", message: expect.stringMatching(message) }),
    );
  });
});
