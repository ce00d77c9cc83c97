import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import type { Submission } from "../../../src/contract/executor.ts";
import { findUnderHandle, judge } from "../../../src/drive/judge-submission.ts";
import { calmly, fakeEnvironment, otherToken, submittedAt, token } from "../aws-executors.ts";
import { ec2At, instance, instances, submission, tags } from "./ec2-answers.ts";
import { thrownBy } from "../../thrown-by.ts";
import { ok, startLoopback } from "../aws-loopback.ts";

interface Situation {
  readonly owned?: readonly string[];
  /** Milliseconds after the submission. */
  readonly age?: number;
  readonly submission?: Submission;
}

/** What is found under a submission, as the drive asks for it, and what the drive makes of it. */
async function look(items: readonly string[], situation: Situation = {}) {
  const { submission: asked = submission, owned, age = 60_000 } = situation;
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedInstances", instances(...items));
  const ec2 = ec2At(loopback, { environment: fakeEnvironment(submittedAt + age) });
  const resolution = await findUnderHandle(ec2, asked, { ...calmly, owned: new Set(owned), age: aged(age) });
  return { resolution, verdict: judge({ resolution, age: aged(age) }, asked, ec2) };
}

/** With the commitment of what is found beside it. */
async function resolve(items: readonly string[], situation: Situation = {}) {
  const { resolution } = await look(items, situation);
  if (resolution.kind !== "found") return resolution;
  return { ...resolution, commitment: resolution.found.commitment };
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
    expect(await resolve([old, instance("ri-new", { state: "payment-pending" })])).toMatchObject({
      kind: "found",
      found: {
        commitment: {
          id: "ri-new",
          state: "payment-pending",
          standing: "live",
          settled: false,
          marked: false,
          price: { amount: "1240.4", currency: "USD" },
          purchasedAt: "2026-07-14T11:00:01.000Z",
        },
        marks: [],
        facts: { instanceType: "m5.large", quantity: "2" },
      },
      by: "guess",
    });
  });

  test("lesson: `queued` Reserved Instances were not seen; with our token one counts as bought", async () => {
    const own = tags({ "cudly-idempotency-token": token });
    expect(await resolve([instance("ri-new", { state: "queued", tags: own })])).toMatchObject({
      kind: "found",
      commitment: { standing: "live" },
    });
  });

  test.each(["queued", "queued-deleted"])(
    "A25: %s is never this purchase: nothing is sent for a later day",
    async (state) => {
      expect(await resolve([instance("ri-new", { state })])).toMatchObject({ kind: "absent" });
      expect(await resolve([instance("ri-new", { state }), instance("ri-own")])).toMatchObject({
        kind: "found",
        commitment: { id: "ri-own" },
      });
    },
  );

  test("one that already carries the token: found, marked", async () => {
    const own = tags({ "cudly-idempotency-token": token });
    const found = await resolve([instance("ri-new", { tags: own }), instance("ri-alike")]);
    expect(found).toMatchObject({ kind: "found", commitment: { id: "ri-new", marked: true } });
    expect(found).toMatchObject({ by: "proof", found: { marks: [{ text: token, whole: true }] } });
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
    // What is found is for the drive to compare: it is not what was asked for.
    expect((await look([one ?? ""])).verdict).toMatchObject({
      kind: "other",
      reason: expect.stringContaining("ri-1 is there, but is not what was asked for (quantity: asked 2, found 1)"),
    });
    const uncounted = instance("ri-2", { tags: own, instanceCount: undefined });
    for (const items of [[uncounted], [one ?? "", uncounted]]) {
      expect(await resolve(items)).toMatchObject({ kind: "unclear", reason: expect.stringContaining("ri-2") });
    }
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

  const day = 86_400_000;
  // A minute for the send, five for what is still on its way, five for the clocks.
  test.each([
    ["at the end of the window", "2026-07-14T11:11:00.000Z", { kind: "found", by: "guess" }],
    ["just after it", "2026-07-14T11:11:00.001Z", { kind: "absent" }],
    ["20 hours later", "2026-07-15T07:00:00.000Z", { kind: "absent" }],
  ])("A25: begun %s", async (_what, start, expected) => {
    expect(await resolve([instance("ri-new", { start })], { age: day })).toMatchObject(expected);
    const both = [instance("ri-new", { start }), instance("ri-own")];
    const unclear = expected.kind === "found" ? { kind: "unclear" } : { kind: "found", commitment: { id: "ri-own" } };
    expect(await resolve(both, { age: day })).toMatchObject(unclear);
  });

  test("A25: the window is as long as the send may take and what is new may hide", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-new", { start: "2026-07-14T11:25:10.000Z" })));
    const environment = fakeEnvironment(submittedAt + day);
    for (const [purchaseTimeout, kind] of [
      [10_000, "found"],
      [9_999, "absent"],
    ] as const) {
      const ec2 = ec2At(loopback, { environment, purchaseTimeout, visibility: { minimumAge: 20 * 60_000 } });
      expect(await ec2.resolve(submission, { ...calmly, owned: new Set(), age: aged(day) })).toMatchObject({ kind });
    }
  });

  test("A22: sent later than the ledger's clock said then: what began by that is for a person, what began later is not ours", async () => {
    for (const [start, kind] of [
      ["2026-07-14T11:25:00.000Z", "unclear"],
      ["2026-07-14T11:36:00.001Z", "absent"],
    ] as const) {
      await using loopback = await startLoopback();
      loopback.on("DescribeReservedInstances", instances(instance("ri-new", { start })));
      const now = submittedAt + day;
      const ec2 = ec2At(loopback, { environment: fakeEnvironment(now), purchaseTimeout: 60_000 });
      const sentAt = submittedAt + 25 * 60_000;
      const options = { ...calmly, owned: new Set<string>(), age: aged(now - sentAt) };
      expect(await ec2.resolve(submission, options)).toMatchObject({ kind });
    }
  });

  test("A25: begun in the future: the ledger's clock is hours behind, so it may be ours", async () => {
    const start = "2026-07-14T13:00:00.000Z";
    expect(await resolve([instance("ri-new", { start })])).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("clock"),
    });
  });

  test("A25: beside one that fits, one that cannot be dated is doubt enough", async () => {
    const early = instance("ri-early", { start: "2026-07-14T10:54:59.000Z" });
    expect(await resolve([instance("ri-new"), early])).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("ri-early"),
    });
    expect(await resolve([instance("ri-new", { start: undefined })])).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("does not say when it began"),
      candidates: ["ri-new"],
    });
    expect(await resolve([early, instance("ri-new")])).toMatchObject({ candidates: ["ri-new", "ri-early"] });
  });

  test.each([
    ["a whole year", "2027-07-14T11:00:01.000Z", { kind: "found" }],
    ["a second less", "2027-07-14T11:00:00.000Z", { kind: "found" }],
    ["a leap day more", "2027-07-15T11:00:00.000Z", { kind: "found" }],
    ["modified: it keeps the end that it had", "2027-03-01T00:00:00.000Z", { kind: "unclear" }],
    ["what is left of a term, from the Marketplace", "2026-09-14T11:00:01.000Z", { kind: "unclear" }],
  ])("A25: a new id, begun in the window, that ends after %s", async (_what, end, expected) => {
    expect(await resolve([instance("ri-new", { end })])).toMatchObject(expected);
  });

  test("A25: exchanged for another type: not this purchase; the one it came from is no proof either", async () => {
    const exchanged = instance("ri-exchanged", { instanceType: "m5.xlarge", end: "2027-03-01T00:00:00.000Z" });
    expect(await resolve([exchanged])).toMatchObject({ kind: "absent" });
    expect(await resolve([exchanged, instance("ri-source", { state: "retired" })])).toMatchObject({
      by: "guess",
      commitment: { id: "ri-source", standing: "unclear" },
    });
  });

  test("A25: what another engine tagged is its own, also where its token is missing", async () => {
    const theirs = instance("ri-new", { tags: tags({ "purchase-automation": "cudly-cli" }) });
    expect(await resolve([theirs])).toMatchObject({ kind: "absent" });
    const ours = instance("ri-new", { tags: tags({ "purchase-automation": "cudly-web", Team: "data" }) });
    expect(await resolve([ours])).toMatchObject({ kind: "found", by: "guess" });
  });

  test("A26: a submission that died long ago still finds what it bought, and nothing that began later", async () => {
    const age = 30 * day;
    expect(await resolve([instance("ri-new")], { age })).toMatchObject({ kind: "found", by: "guess" });
    expect(await resolve([instance("ri-new", { start: "2026-07-20T00:00:00.000Z" })], { age })).toMatchObject({
      kind: "absent",
    });
    expect(await resolve([instance("ri-new")], { age, owned: ["ri-new"] })).toMatchObject({ kind: "absent" });
  });

  test.each([
    ["blanks around it", ` ${token} `, { kind: "found", commitment: { marked: true } }],
    ["capitals", token.toUpperCase(), { kind: "found", commitment: { marked: true } }],
    ["another token with a blank", `${otherToken} `, { kind: "absent" }],
    ["nothing but a blank", " ", { kind: "found", by: "guess", commitment: { marked: false } }],
  ])("A19: a token's tag with %s", async (_what, value, expected) => {
    expect(await resolve([instance("ri-new", { tags: tags({ "cudly-idempotency-token": value }) })])).toMatchObject(
      expected,
    );
  });

  test("A19: keys of tags are case-sensitive at AWS: another key is another tag", async () => {
    const other = tags({ "Cudly-Idempotency-Token": token });
    expect(await resolve([instance("ri-new", { tags: other })])).toMatchObject({ kind: "found", by: "guess" });
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
  ])("%s: a person decides, the ids are named", async (_what, items) => {
    expect(await resolve(items, { age: day })).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("ri-1"),
      candidates: items.map((_item, index) => `ri-${index + 1}`),
    });
  });

  test("a zone that EC2 left out may still be the one asked for", async () => {
    const zonal = { scope: "Availability Zone", availabilityZone: "us-east-1a" } as const;
    const asked = { ...submission, recommendation: { ...submission.recommendation, ...zonal } };
    const item = instance("ri-1", { scope: "Availability Zone" });
    expect(await resolve([item], { submission: asked })).toMatchObject({ kind: "unclear" });
  });

  test.each(["payment-failed", "retired"])(
    "A32: somebody's %s that fits proves nothing, however long ago it was bought",
    async (state) => {
      const fit = instance("ri-new", { state });
      for (const age of [299_999, 300_000, 86_400_000]) {
        // A guess that is not live, of which the drive makes nothing.
        const { resolution, verdict } = await look([fit], { age });
        expect(resolution).toMatchObject({ kind: "found", by: "guess", found: { commitment: { state } } });
        expect(resolution).not.toMatchObject({ found: { commitment: { standing: "live" } } });
        expect(verdict).toMatchObject({ kind: "unclear", reason: expect.stringContaining(state) });
        // Beside a live one, either may be ours.
        expect(await resolve([fit, instance("ri-live")], { age })).toMatchObject({ kind: "unclear" });
      }
    },
  );

  test("lesson: `payment-failed` counted as live; with our token it is a proof, and `retired` is for a person", async () => {
    const own = tags({ "cudly-idempotency-token": token });
    expect(await resolve([instance("ri-new", { tags: own, state: "payment-failed" })])).toMatchObject({
      kind: "found",
      commitment: { id: "ri-new", standing: "failed" },
    });
    const { verdict } = await look([instance("ri-new", { tags: own, state: "payment-failed" })]);
    expect(verdict).toMatchObject({ kind: "dead", failed: true, failedAs: ["ri-new"] });
    const retired = await look([instance("ri-new", { tags: own, state: "retired" })]);
    expect(retired.verdict).toMatchObject({ kind: "unclear", reason: expect.stringContaining("ri-new is retired") });
  });

  test("the token is masked in what a person reads", async () => {
    const resolution = await resolve([instance("ri-1"), instance("ri-2")]);
    expect(JSON.stringify(resolution)).not.toContain(token);
    expect(JSON.stringify(resolution)).toContain("1f3a9c5d…");
  });

  test("an answer that cannot be trusted is thrown, never 'absent'", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", ok(""));
    const work = ec2At(loopback).resolve(submission, { ...calmly, owned: new Set(), age: aged() });
    expect(await thrownBy(work)).toMatchObject({ code: "lookup-untrusted" });
  });

  test("a record without a baseline is thrown, never 'absent'", async () => {
    expect(await thrownBy(resolve([], { submission: { ...submission, handle: {} } }))).toBeInstanceOf(Error);
  });
});
