import { aged } from "../aged.ts";
import { describe, expect, test } from "vitest";
import type { Resolution } from "../../src/contract/executor.ts";
import { compareFound } from "../../src/drive/adopt.ts";
import { statedDifferences } from "../../src/drive/compare-facts.ts";
import { judge } from "../../src/drive/judge-submission.ts";
import { readWholeListing } from "../../src/drive/read-listing.ts";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import {
  calmly,
  commitment,
  computeAt,
  list,
  missing,
  name,
  problem,
  recommendation,
  submission,
} from "./gcp-samples.ts";

async function resolve(reply: Reply) {
  await using loopback = await startLoopback();
  loopback.on("get", reply);
  const result = await computeAt(loopback.url, { readAttempts: 1 })
    .resolve(submission, { ...calmly, owned: new Set(), age: aged() })
    .catch((thrown: unknown) => thrown);
  expect(loopback.arrived.every(({ kind }) => kind === "get")).toBe(true);
  return result;
}

describe("what became of a submission, by its name", () => {
  test("found, at the price that was quoted", async () => {
    expect(await resolve(ok({ ...commitment, status: "NOT_YET_ACTIVE" }))).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: name, state: "NOT_YET_ACTIVE", standing: "live", price: submission.price } },
    });
  });

  test("absent: Google says that there is none of the name", async () => {
    expect(await resolve({ status: 404, body: missing() })).toEqual({
      kind: "absent",
      reason: `Google shows no commitment ${name}`,
    });
  });

  test.each<[string, Reply]>([
    ["503", { status: 503, body: problem(503, "backendError") }],
    ["403", { status: 403, body: problem(403, "forbidden") }],
    ["a 404 about the project", { status: 404, body: missing("projects/my-project-123") }],
    ["HTML", ok("<html></html>")],
  ])("%s is no answer: an error, which counts as unclear", async (_what, reply) => {
    expect(await resolve(reply)).toBeInstanceOf(Error);
  });

  test("cancelled is for a person", async () => {
    expect(await resolve(ok({ ...commitment, status: "CANCELLED" }))).toMatchObject({ kind: "unclear" });
  });

  test("something else of that name is for a person, which the drive finds out: it is found, and not ours", async () => {
    const resolution = (await resolve(ok({ ...commitment, type: "GENERAL_PURPOSE" }))) as Resolution;
    expect(resolution).toMatchObject({ kind: "found", by: "proof", found: { facts: { type: "GENERAL_PURPOSE" } } });
    expect(judge({ resolution, age: aged(0) }, submission, computeAt("http://127.0.0.1:1"))).toMatchObject({
      kind: "other",
    });
  });
});

test("one that is still being created may come to nothing, and leave nothing behind: unclear, until it is there", async () => {
  expect(await resolve(ok({ ...commitment, status: "CREATING" }))).toMatchObject({ kind: "unclear" });
});

describe("what differs from what was asked for, in a list and by its name", () => {
  const { scope } = submission;
  async function compared(shown: object) {
    await using loopback = await startLoopback();
    loopback.on("get", ok(shown));
    loopback.on("list", ok(list([shown])));
    const compute = computeAt(loopback.url);
    const read = await compute.inventory.read(scope, name, calmly);
    const [listed] = await readWholeListing(compute.inventory, scope, calmly);
    if (read === undefined || listed === undefined) throw new Error("It is shown.");
    expect(listed).toEqual(read);
    const differences = statedDifferences(compute.factsOf(recommendation), read.facts);
    const adopted = compareFound(compute, { recommendation, scope }, read, calmly);
    return {
      differences,
      refusal: await adopted.then(
        () => undefined,
        (thrown: unknown) => thrown,
      ),
    };
  }

  test("nothing, whatever the order of the resources", async () => {
    for (const resources of [commitment.resources, commitment.resources.toReversed()]) {
      expect(await compared({ ...commitment, resources })).toEqual({ differences: [], refusal: undefined });
    }
  });

  test("autoRenew that Google leaves out is off, as it says", async () => {
    const shown = { ...commitment, autoRenew: undefined };
    expect(await compared(shown)).toEqual({ differences: [], refusal: undefined });
  });

  test.each<[string, object, string]>([
    ["lesson 1538: everything general-purpose", { type: "GENERAL_PURPOSE" }, "type"],
    [
      "lesson 1022: memory in GB sent as MB",
      {
        resources: [
          { type: "VCPU", amount: "8" },
          { type: "MEMORY", amount: "32" },
        ],
      },
      "resources",
    ],
    [
      "fewer vCPUs",
      {
        resources: [
          { type: "VCPU", amount: "4" },
          { type: "MEMORY", amount: "32768" },
        ],
      },
      "resources",
    ],
    ["no memory", { resources: [{ type: "VCPU", amount: "8" }] }, "resources"],
    ["a GPU with it", { resources: [...commitment.resources, { type: "ACCELERATOR", amount: "1" }] }, "resources"],
    ["the other plan", { plan: "THIRTY_SIX_MONTH" }, "plan"],
    ["licences", { category: "LICENSE" }, "category"],
    ["a licence with it", { licenseResource: { license: "x", amount: "1" } }, "licenseResource"],
    ["it renews itself", { autoRenew: true }, "autoRenew"],
  ])("%s", async (_what, change, field) => {
    expect(await compared({ ...commitment, ...change })).toMatchObject({
      differences: [{ field }],
      refusal: { code: "commitment-mismatch", message: expect.stringContaining(`(${field}: asked `) },
    });
  });

  test.each(["type", "plan", "category", "resources"])("without its %s it cannot be told", async (field) => {
    expect(await compared({ ...commitment, [field]: undefined })).toMatchObject({
      refusal: { code: "commitment-unverifiable", retryable: true, message: expect.stringContaining(`(${field})`) },
    });
  });
});
