import { describe, expect, test } from "vitest";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import { commitment, computeAt, missing, name, operation, submission } from "./gcp-samples.ts";

const first = { sentBefore: false };
const unknown = { kind: "unknown" };
const rejected = { kind: "rejected", expired: false };

describe("A2: an operation about another commitment than the one that was sent is evidence of that one", () => {
  const place = "https://www.googleapis.com/compute/v1/projects";
  test.each<[string, string | undefined, readonly string[]]>([
    ["another name", `${place}/my-project-123/regions/us-central1/commitments/${name}-g1`, [`${name}-g1`]],
    [
      "a name by hand, the project by number",
      `${place}/123456789012/regions/us-central1/commitments/by-hand`,
      ["by-hand"],
    ],
    [
      "our name in another region",
      `${place}/my-project-123/regions/us-east1/commitments/${name}`,
      [`projects/my-project-123/regions/us-east1/commitments/${name}`],
    ],
    [
      "our name in another project",
      `${place}/other-project/regions/us-central1/commitments/${name}`,
      [`projects/other-project/regions/us-central1/commitments/${name}`],
    ],
    ["something else", `${place}/my-project-123/regions/us-central1/reservations/r`, []],
    ["nothing", undefined, []],
  ])("%s", async (_what, targetLink, evidence) => {
    for (const status of ["DONE", "RUNNING"]) {
      await using loopback = await startLoopback();
      loopback.on("insert", ok({ ...operation, status, targetLink }));
      const answer = await computeAt(loopback.url).send(submission, first);
      // Whatever would be sent again, would be within this time: the SDK's first retry comes after a tenth of a second.
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(loopback.arrived.map(({ kind }) => kind)).toEqual(["insert"]);
      expect(answer).toMatchObject({ ...unknown, evidence });
    }
  });

  test("an operation that is looked at, and turns out to be about another one", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok({ ...operation, status: "RUNNING" }));
    loopback.on("operation", ok({ ...operation, targetLink: `${operation.targetLink}-g1` }));
    const answer = await computeAt(loopback.url).send(submission, first);
    expect(answer).toMatchObject({ ...unknown, evidence: [`${name}-g1`] });
  });

  test("the project by its number is no other one", async () => {
    await using loopback = await startLoopback();
    loopback.on(
      "insert",
      ok({ ...operation, targetLink: operation.targetLink.replace("my-project-123", "123456789012") }),
    );
    loopback.on("get", ok(commitment));
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject({
      kind: "bought",
      commitment: { id: name, state: "ACTIVE" },
    });
  });
});

describe("an operation under way", () => {
  const running = { ...operation, status: "RUNNING", progress: 0 };

  test("is looked at, not sent again, until it is done", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok({ ...running, status: "PENDING" }));
    loopback.on("operation", ok(running), ok(running), ok(operation));
    loopback.on("get", ok({ ...commitment, status: "NOT_YET_ACTIVE" }));
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject({
      kind: "bought",
      commitment: { id: name, state: "NOT_YET_ACTIVE" },
    });
    expect(loopback.arrived.map(({ kind }) => kind)).toEqual(["insert", "operation", "operation", "operation", "get"]);
    expect(loopback.last("operation").path).toMatch(/\/operations\/operation-1784026800000-1$/);
  });

  test("that ends with an error was no purchase: rejected with its code", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(running));
    const quota = { errors: [{ code: "QUOTA_EXCEEDED", message: "Quota 'COMMITTED_N2_CPUS' exceeded." }] };
    loopback.on("operation", ok({ ...operation, error: quota, httpErrorStatusCode: 403 }));
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject({
      ...rejected,
      left: true,
      providerCode: "QUOTA_EXCEEDED",
    });
    expect(loopback.count("insert")).toBe(1);
  });

  test("that never ends is unknown, after a limited number of looks", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(running));
    loopback.on("operation", ok(running));
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject(unknown);
    expect(loopback.count("operation")).toBe(12);
    expect(loopback.count("insert")).toBe(1);
  });

  test("done, and the commitment is something else: unknown, for a person", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", ok({ ...commitment, type: "GENERAL_PURPOSE" }));
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject(unknown);
  });

  test.each<[string, Reply]>([
    ["is not shown yet", { status: 404, body: missing() }],
    ["cannot be read", { status: 503, body: {} }],
    ["is shown as being created", ok({ ...commitment, status: "CREATING", creationTimestamp: undefined })],
  ])("A28: done, and the commitment %s: bought all the same, and tentative", async (_what, get) => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok(operation));
    loopback.on("get", get);
    expect(await computeAt(loopback.url, { readAttempts: 1 }).send(submission, first)).toEqual({
      kind: "bought",
      commitment: {
        id: name,
        state: "CREATING",
        standing: "live",
        settled: false,
        tentative: true,
        marked: true,
        price: submission.price,
      },
    });
  });
});
