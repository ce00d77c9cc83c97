import { describe, expect, test } from "vitest";
import type { Submission } from "../../src/spec/executor.ts";
import { fakeEnvironment, instance, instances, otherToken, submission, submittedAt, tags, token } from "./answers.ts";
import { calmly, ec2At, thrownBy } from "./executor.ts";
import { ok, startLoopback } from "./loopback.ts";

interface Situation {
  readonly owned?: readonly string[];
  /** Milliseconds after the submission. */
  readonly age?: number;
  readonly submission?: Submission;
}

async function resolve(items: readonly string[], situation: Situation = {}) {
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedInstances", instances(...items));
  const environment = fakeEnvironment(submittedAt + (situation.age ?? 60_000));
  const ec2 = ec2At(loopback, { environment });
  return await ec2.resolve(situation.submission ?? submission, { ...calmly, owned: new Set(situation.owned) });
}

const old = instance("ri-old");

describe("after an unknown outcome", () => {
  test("never bought again within 5 minutes, nor on one empty answer", async () => {
    await using loopback = await startLoopback();
    expect(ec2At(loopback).recovery).toEqual({
      kind: "absence",
      answers: 2,
      minimumAge: 300_000,
      parkAfter: 86_400_000,
    });
  });

  test("exactly one new, untagged one that fits: found, and to be marked", async () => {
    expect(await resolve([old, instance("ri-new", { state: "payment-pending" })])).toEqual({
      kind: "found",
      commitment: {
        id: "ri-new",
        state: "payment-pending",
        standing: "live",
        settled: false,
        marked: false,
        price: { amount: "1240.4", currency: "USD" },
        purchasedAt: "2026-07-14T11:00:01.000Z",
      },
    });
  });

  test("lesson: `queued` Reserved Instances were not seen", async () => {
    expect(await resolve([instance("ri-new", { state: "queued" })])).toMatchObject({ kind: "found" });
  });

  test("one that already carries the token: found, marked", async () => {
    const own = tags({ "cudly-idempotency-token": token });
    expect(await resolve([instance("ri-new", { tags: own }), instance("ri-alike")])).toMatchObject({
      kind: "found",
      commitment: { id: "ri-new", marked: true },
    });
  });

  test("several that carry the token and add up are one purchase", async () => {
    const own = tags({ "cudly-idempotency-token": token });
    const [one, two] = ["ri-1", "ri-2"].map((id) => instance(id, { tags: own, instanceCount: "1" }));
    expect(await resolve([one ?? "", two ?? ""])).toMatchObject({
      kind: "found",
      commitment: { id: "ri-1", furtherIds: ["ri-2"], marked: true },
    });
    expect(await resolve([two ?? "", one ?? ""])).toMatchObject({
      commitment: { id: "ri-1", furtherIds: ["ri-2"], marked: true },
    });
    expect(await resolve([one ?? ""])).toMatchObject({ kind: "unclear", reason: expect.stringContaining("ri-1") });
  });

  test("an older generation's, which is in the baseline, is not this purchase", async () => {
    const own = tags({ "cudly-idempotency-token": token });
    expect(await resolve([instance("ri-old", { tags: own, state: "payment-failed" })])).toMatchObject({
      kind: "absent",
    });
  });

  test.each([
    ["in the baseline", instance("ri-old")],
    ["of another token", instance("ri-new", { tags: tags({ "cudly-idempotency-token": otherToken }) })],
    ["another type", instance("ri-new", { instanceType: "m5.xlarge" })],
    ["another platform", instance("ri-new", { productDescription: "Windows" })],
    ["another tenancy", instance("ri-new", { instanceTenancy: "dedicated" })],
    ["another class", instance("ri-new", { offeringClass: "convertible" })],
    ["another payment", instance("ri-new", { offeringType: "No Upfront" })],
    ["another term", instance("ri-new", { duration: "94608000" })],
    ["in a zone", instance("ri-new", { scope: "Availability Zone", availabilityZone: "us-east-1a" })],
  ])("%s: not this purchase", async (_what, item) => {
    expect(await resolve([item])).toMatchObject({ kind: "absent" });
  });

  test("new, but begun more than 5 minutes before the submission: two clocks that differ, so never taken for absent", async () => {
    expect(await resolve([instance("ri-new", { start: "2026-07-14T10:54:59.000Z" })])).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("clock"),
    });
  });

  test("one that the ledger knows to be another token's is not this purchase", async () => {
    expect(await resolve([instance("ri-new")], { owned: ["ri-new"] })).toMatchObject({ kind: "absent" });
  });

  test("a clock that is 5 minutes behind does not hide it", async () => {
    expect(await resolve([instance("ri-new", { start: "2026-07-14T10:55:00.000Z" })])).toMatchObject({ kind: "found" });
  });

  test.each([
    ["several", [instance("ri-1"), instance("ri-2")]],
    ["another count", [instance("ri-1", { instanceCount: "3" })]],
    ["no count", [instance("ri-1", { instanceCount: undefined })]],
    ["an attribute left out", [instance("ri-1", { offeringClass: undefined })]],
    ["no start, but several", [instance("ri-1", { start: undefined }), instance("ri-2")]],
    ["retired", [instance("ri-1", { state: "retired" })]],
  ])("%s: a person decides, the ids are named", async (_what, items) => {
    expect(await resolve(items)).toMatchObject({ kind: "unclear", reason: expect.stringContaining("ri-1") });
  });

  test("a zone that EC2 left out may still be the one asked for", async () => {
    const zonal = { scope: "Availability Zone", availabilityZone: "us-east-1a" } as const;
    const asked = { ...submission, recommendation: { ...submission.recommendation, ...zonal } };
    const item = instance("ri-1", { scope: "Availability Zone" });
    expect(await resolve([item], { submission: asked })).toMatchObject({ kind: "unclear" });
  });

  test("lesson: `payment-failed` counted as live; it is a proof, but not within the first 5 minutes", async () => {
    const failed = [instance("ri-new", { state: "payment-failed" })];
    expect(await resolve(failed, { age: 299_999 })).toMatchObject({ kind: "unclear" });
    expect(await resolve(failed, { age: 300_000 })).toMatchObject({
      kind: "found",
      commitment: { id: "ri-new", standing: "failed" },
    });
  });

  test("`retired` is no proof, however long ago it was bought", async () => {
    const retired = [instance("ri-new", { state: "retired" })];
    expect(await resolve(retired, { age: 86_400_000 })).toMatchObject({ kind: "unclear" });
  });

  test("the token is masked in what a person reads", async () => {
    const resolution = await resolve([instance("ri-1"), instance("ri-2")]);
    expect(JSON.stringify(resolution)).not.toContain(token);
    expect(JSON.stringify(resolution)).toContain("1f3a9c5d…");
  });

  test("an answer that cannot be trusted is thrown, never 'absent'", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", ok(""));
    const work = ec2At(loopback).resolve(submission, { ...calmly, owned: new Set() });
    expect(await thrownBy(work)).toMatchObject({ code: "lookup-untrusted" });
  });

  test("a record without a baseline is thrown, never 'absent'", async () => {
    expect(await thrownBy(resolve([], { submission: { ...submission, handle: {} } }))).toBeInstanceOf(Error);
  });
});
