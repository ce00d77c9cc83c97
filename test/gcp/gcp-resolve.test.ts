import { describe, expect, test } from "vitest";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import { calmly, commitment, computeAt, missing, name, problem, recommendation, submission } from "./gcp-samples.ts";

async function resolve(reply: Reply) {
  await using loopback = await startLoopback();
  loopback.on("get", reply);
  const result = await computeAt(loopback.url, { readAttempts: 1 })
    .resolve(submission, { ...calmly, owned: new Set() })
    .catch((thrown: unknown) => thrown);
  expect(loopback.arrived.every(({ kind }) => kind === "get")).toBe(true);
  return result;
}

describe("what became of a submission, by its name", () => {
  test("found, at the price that was quoted", async () => {
    expect(await resolve(ok({ ...commitment, status: "NOT_YET_ACTIVE" }))).toMatchObject({
      kind: "found",
      commitment: { id: name, state: "NOT_YET_ACTIVE", standing: "live", price: submission.price },
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

  test.each([
    ["something else of that name", { type: "GENERAL_PURPOSE" }],
    ["cancelled", { status: "CANCELLED" }],
  ])("%s is for a person", async (_what, change) => {
    expect(await resolve(ok({ ...commitment, ...change }))).toMatchObject({ kind: "unclear" });
  });
});

test("one that is still being created may come to nothing, and leave nothing behind: unclear, until it is there", async () => {
  expect(await resolve(ok({ ...commitment, status: "CREATING" }))).toMatchObject({ kind: "unclear" });
});

describe("verify: what differs from what was asked for", () => {
  async function verify(reply: Reply) {
    await using loopback = await startLoopback();
    loopback.on("get", reply);
    const found = { id: name, state: "ACTIVE", standing: "live", settled: true, marked: true } as const;
    return await computeAt(loopback.url)
      .verify(recommendation, found, calmly)
      .catch((thrown: unknown) => thrown);
  }

  test("nothing, whatever the order of the resources", async () => {
    expect(await verify(ok(commitment))).toEqual([]);
    expect(await verify(ok({ ...commitment, resources: commitment.resources.toReversed() }))).toEqual([]);
  });

  test("autoRenew that Google leaves out is off, as it says", async () => {
    expect(await verify(ok({ ...commitment, autoRenew: undefined }))).toEqual([]);
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
    expect(await verify(ok({ ...commitment, ...change }))).toMatchObject([{ field }]);
  });

  test.each(["type", "plan", "category", "resources"])("without its %s it cannot be told", async (field) => {
    expect(await verify(ok({ ...commitment, [field]: undefined }))).toMatchObject({ code: "commitment-unverifiable" });
  });

  test("it is not there", async () => {
    expect(await verify({ status: 404, body: missing() })).toMatchObject([{ field: "id" }]);
  });
});
