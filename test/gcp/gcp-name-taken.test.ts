import { aged } from "../aged.ts";
import { describe, expect, test } from "vitest";
import { messageOf } from "../../src/contract/errors.ts";
import type { Resolution } from "../../src/contract/executor.ts";
import { judge } from "../../src/drive/judge-submission.ts";
import { ok, startLoopback, type Reply } from "./gcp-loopback.ts";
import {
  calmly,
  commitment,
  computeAt,
  missing,
  name,
  operation,
  problem,
  request,
  submission,
  token,
} from "./gcp-samples.ts";

const first = { sentBefore: false };
const error = (status: number, reason: string, message?: string): Reply => ({
  status,
  body: problem(status, reason, message),
});

describe("lesson 1560: ALREADY_EXISTS was recorded as a failure; here it is read, compared and adopted", () => {
  const exists = error(409, "alreadyExists", `The resource '.../commitments/${name}' already exists`);

  /** What the drive makes of a name that is taken: it asks what is there, and judges that. */
  async function judged(get: Reply, insert: Reply = exists) {
    await using loopback = await startLoopback();
    loopback.on("insert", insert);
    loopback.on("get", get);
    const compute = computeAt(loopback.url, { readAttempts: 1 });
    for (const sentBefore of [false, true]) {
      const answer = await compute.send(submission, { sentBefore });
      expect(answer).toMatchObject({ kind: "exists", reason: expect.stringContaining(`a commitment ${name} already`) });
    }
    expect(loopback.arrived.map(({ kind }) => kind)).toEqual(["insert", "insert"]);
    const resolution = await compute
      .resolve(submission, { ...calmly, owned: new Set(), age: aged() })
      .catch((thrown: unknown): Resolution => ({ kind: "unclear", reason: messageOf(thrown) }));
    expect(loopback.count("get")).toBe(1);
    return judge({ resolution, age: aged(0) }, submission, compute);
  }

  const late = { errors: [{ code: "RESOURCE_ALREADY_EXISTS", message: "x" }] };
  test.each<[string, Reply, string]>([
    ["409 alreadyExists", exists, "alreadyExists"],
    [
      "an operation that ended with RESOURCE_ALREADY_EXISTS",
      ok({ ...operation, error: late, httpErrorStatusCode: 409 }),
      "RESOURCE_ALREADY_EXISTS",
    ],
  ])("%s", async (_what, insert, providerCode) => {
    expect(await judged(ok(commitment), insert)).toMatchObject({
      kind: "bought",
      commitment: {
        id: name,
        state: "ACTIVE",
        standing: "live",
        settled: true,
        marked: true,
        price: submission.price,
        purchasedAt: commitment.creationTimestamp,
      },
    });
    await using loopback = await startLoopback();
    loopback.on("insert", insert);
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject({ kind: "exists", providerCode });
  });

  test("an operation under way that ends so", async () => {
    await using loopback = await startLoopback();
    loopback.on("insert", ok({ ...operation, status: "RUNNING" }));
    loopback.on("operation", ok({ ...operation, error: late, httpErrorStatusCode: 409 }));
    expect(await computeAt(loopback.url).send(submission, first)).toMatchObject({ kind: "exists" });
    expect(loopback.count("get")).toBe(0);
  });

  const differing: readonly [string, object, string][] = [
    ["another type", { type: "GENERAL_PURPOSE" }, "type"],
    [
      "another amount of memory",
      { resources: [request.resources[0], { type: "MEMORY", amount: "32" }] },
      "MEMORY 32, VCPU 8",
    ],
    ["another plan", { plan: "THIRTY_SIX_MONTH" }, "plan"],
    ["renews itself", { autoRenew: true }, "autoRenew"],
  ];
  // The drive rejects its first send then; see gcp-drive.test.ts.
  test.each(differing)("what exists is something else (%s): not adopted", async (_what, change, said) => {
    for (const status of ["ACTIVE", "CREATING", "CANCELLED", "EXPIRED"]) {
      expect(await judged(ok({ ...commitment, ...change, status }))).toMatchObject({
        kind: "other",
        reason: expect.stringMatching(new RegExp(`is not what was asked for .*${said}`)),
      });
    }
  });

  test("what exists does not say its type: a person has to look what it is", async () => {
    expect(await judged(ok({ ...commitment, type: undefined }))).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("type is not stated"),
    });
  });

  test("A18: what exists has another token in its description: not adopted, though the name has the same 32 digits", async () => {
    const other = `${token.slice(0, 32)}${"0".repeat(32)}`;
    const description = `cudly-idempotency-token=${other} purchase-automation=x`;
    for (const status of ["ACTIVE", "CREATING", "CANCELLED"]) {
      expect(await judged(ok({ ...commitment, description, status }))).toMatchObject({
        kind: "other",
        reason: expect.stringContaining("another recommendation's token"),
      });
    }
  });

  test.each(["", undefined, "bought by hand", "cudly-idempotency-token=short"])(
    "A18: a description without a token (%j) leaves it to the name",
    async (description) => {
      expect(await judged(ok({ ...commitment, description }))).toMatchObject({
        kind: "bought",
        commitment: { id: name, state: "ACTIVE" },
      });
    },
  );

  test("what exists cannot be read, or is not shown: it is not known", async () => {
    expect(await judged(error(503, "backendError"))).toMatchObject({ kind: "unclear" });
    expect(await judged({ status: 404, body: missing() })).toMatchObject({ kind: "absent" });
  });

  // In the words of the drive: see gcp-drive.test.ts.
  test("lesson: a used name in a final state blocked for ever; an expired one is said to be so, with what to do", async () => {
    expect(await judged(ok({ ...commitment, status: "EXPIRED" }))).toMatchObject({
      kind: "over",
      commitment: { id: name, state: "EXPIRED" },
    });
  });

  test("a cancelled one is for a person", async () => {
    expect(await judged(ok({ ...commitment, status: "CANCELLED" }))).toMatchObject({ kind: "unclear" });
  });

  test("one that is still being created may come to nothing, and leave nothing behind: unclear", async () => {
    expect(await judged(ok({ ...commitment, status: "CREATING" }))).toMatchObject({ kind: "unclear" });
  });

  test("a status that nobody knows counts as bought", async () => {
    expect(await judged(ok({ ...commitment, status: "SUSPENDED" }))).toMatchObject({
      kind: "bought",
      commitment: { state: "SUSPENDED", standing: "live", settled: false },
    });
  });
});
