import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import type { Submission } from "../../../src/contract/executor.ts";
import { calmly, fakeEnvironment, submittedAt, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { findUnderHandle, judge } from "../../../src/drive/judge-submission.ts";
import { ok, startLoopback } from "../aws-loopback.ts";
import { node, nodes, redshiftAt, submission, untagged } from "./redshift-answers.ts";

const day = 86_400_000;
const redshiftFacts = {
  nodeType: "ra3.xlplus",
  offeringKind: "Upgradable",
  payment: "Partial Upfront",
  term: "31536000 s",
  quantity: "2",
};

/** What is found under a submission, as the drive asks for it. */
async function resolve(
  items: readonly string[],
  owned: readonly string[] = [],
  asked: Submission = submission,
  age = 60_000,
) {
  await using loopback = await startLoopback();
  loopback.on("DescribeReservedNodes", nodes(items));
  loopback.on("DescribeTags", untagged);
  const environment = fakeEnvironment(submittedAt + age);
  return await findUnderHandle(redshiftAt(loopback, { environment }), asked, {
    ...calmly,
    owned: new Set(owned),
    age: aged(age),
  });
}

describe("after an unknown outcome", () => {
  test("nothing that Redshift shows proves that it was not bought: a person decides, after a day at the latest", async () => {
    await using loopback = await startLoopback();
    expect(redshiftAt(loopback).recovery).toEqual({ kind: "manual", minimumAge: 300_000, parkAfter: 86_400_000 });
  });

  test("exactly one new one that fits: found, at the price that was agreed on", async () => {
    expect(await resolve([node("rn-old"), node("rn-new", { State: "payment-pending" })])).toEqual({
      kind: "found",
      found: {
        commitment: {
          id: "rn-new",
          state: "payment-pending",
          standing: "live",
          settled: false,
          marked: false,
          price: submission.price,
          purchasedAt: "2026-07-14T11:00:01.000Z",
        },
        marks: [],
        facts: redshiftFacts,
      },
      by: "guess",
    });
  });

  test.each(["pending-payment", "payment-pending", "exchanging", "active", "a-state-of-tomorrow"])(
    "lesson: a state that was not known was not seen; %s counts as bought",
    async (State) => {
      expect(await resolve([node("rn-new", { State })])).toMatchObject({
        kind: "found",
        found: { commitment: { id: "rn-new", standing: "live" } },
      });
    },
  );

  test("the list is read to its end", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedNodes", nodes([node("rn-old")], "two"), nodes([node("rn-new")]));
    loopback.on("DescribeTags", untagged);
    const found = await redshiftAt(loopback).resolve(submission, { ...calmly, owned: new Set(), age: aged() });
    expect(found).toMatchObject({ kind: "found", found: { commitment: { id: "rn-new" } } });
  });

  test.each([
    ["in the baseline", node("rn-old")],
    ["another node type", node("rn-new", { NodeType: "ra3.4xlarge" })],
    ["another kind of offering", node("rn-new", { ReservedNodeOfferingType: "Regular" })],
    ["another payment", node("rn-new", { OfferingType: "No Upfront" })],
    ["another term", node("rn-new", { Duration: "94608000" })],
  ])("%s: not this purchase", async (_what, item) => {
    expect(await resolve([item])).toEqual({
      kind: "absent",
      reason: "Redshift lists no new reserved node that fits the submission.",
    });
  });

  test("one that the ledger knows to be another token's is not this purchase", async () => {
    expect(await resolve([node("rn-new")], ["rn-new"])).toMatchObject({ kind: "absent" });
    expect(await resolve([node("rn-1"), node("rn-2")], ["rn-1"])).toMatchObject({
      found: { commitment: { id: "rn-2" } },
    });
  });

  test("begun more than 5 minutes before the submission: two clocks that differ, for a person", async () => {
    const early = await resolve([node("rn-new", { StartTime: "2026-07-14T10:54:59.000Z" })]);
    expect(early).toMatchObject({ kind: "unclear", reason: expect.stringContaining("Redshift's clock") });
    const tolerated = await resolve([node("rn-new", { StartTime: "2026-07-14T10:55:00.000Z" })]);
    expect(tolerated).toMatchObject({ kind: "found" });
  });

  test("the guess counts from the minimum age on", async () => {
    const guess = await resolve([node("rn-new")]);
    await using loopback = await startLoopback();
    const redshift = redshiftAt(loopback);
    expect(judge({ resolution: guess, age: aged(299_999) }, submission, redshift)).toMatchObject({
      kind: "unclear",
      candidates: ["rn-new"],
    });
    expect(judge({ resolution: guess, age: aged(300_000) }, submission, redshift)).toMatchObject({
      kind: "bought",
      commitment: { id: "rn-new" },
    });
  });

  test.each([
    ["another count", [node("rn-1", { NodeCount: "3" })], /rn-1 .*only in part \(quantity: asked 2, found 3\)/],
    ["no count", [node("rn-1", { NodeCount: undefined })], /rn-1 .*does not say all.*\(quantity\)/],
    ["an attribute left out", [node("rn-1", { ReservedNodeOfferingType: undefined })], /rn-1 .*\(offeringKind\)/],
  ])("%s: a person decides, to whom the drive names the id and what is not as asked", async (_what, items, reason) => {
    expect(await resolve(items)).toMatchObject({
      kind: "unclear",
      reason: expect.stringMatching(reason),
      candidates: ["rn-1"],
    });
  });

  test.each([
    ["several", [node("rn-1"), node("rn-2")]],
    ["no start", [node("rn-1", { StartTime: undefined })]],
    ["no start, but several", [node("rn-1", { StartTime: undefined }), node("rn-2")]],
    ["one too early beside one that fits", [node("rn-1", { StartTime: "2026-07-14T10:54:59.000Z" }), node("rn-2")]],
    ["one that came to nothing beside one that fits", [node("rn-1", { State: "payment-failed" }), node("rn-2")]],
  ])("%s: a person decides, the ids and the command are named", async (_what, items) => {
    expect(await resolve(items)).toMatchObject({
      kind: "unclear",
      reason: expect.stringMatching(/rn-1 \(.*`buyonce resolve`/),
    });
  });

  test.each([
    ["at the end of the window", "2026-07-14T11:11:00.000Z", { kind: "found", by: "guess" }],
    ["just after it", "2026-07-14T11:11:00.001Z", { kind: "absent" }],
    ["20 hours later", "2026-07-15T07:00:00.000Z", { kind: "absent" }],
  ])("A25: begun %s", async (_what, StartTime, expected) => {
    expect(await resolve([node("rn-new", { StartTime })], [], submission, day)).toMatchObject(expected);
    const [none, now] = [[], 60_000];
    // In the future: the ledger's clock is behind.
    const early = await resolve([node("rn-new", { StartTime })], none, submission, now);
    expect(early).toMatchObject({ kind: "unclear", reason: expect.stringContaining("clock") });
  });

  test("A26: a submission that was called dead long ago still finds what it bought", async () => {
    expect(await resolve([node("rn-new")], [], submission, 30 * day)).toMatchObject({ kind: "found", by: "guess" });
  });

  test("A15: a node that is listed twice, on two pages, is one, in the more alive of its states", async () => {
    await using loopback = await startLoopback();
    const rows = [node("rn-new", { State: "payment-failed" }), node("rn-new", { State: "active" })];
    for (const [one, other] of [rows, rows.toReversed()]) {
      loopback.on("DescribeReservedNodes", nodes([one ?? ""], "two"), nodes([other ?? ""]));
      loopback.on("DescribeTags", untagged);
      expect(
        await redshiftAt(loopback).resolve(submission, { ...calmly, owned: new Set(), age: aged() }),
      ).toMatchObject({
        kind: "found",
        found: { commitment: { id: "rn-new", state: "active" } },
      });
      loopback.on("DescribeReservedNodes", nodes([one ?? "", other ?? ""]));
      loopback.on("DescribeTags", untagged);
      const { inventory } = redshiftAt(loopback);
      const active = { commitment: { id: "rn-new", state: "active" } };
      expect(await inventory.read(submission.scope, "rn-new", calmly)).toMatchObject(active);
      const pages = await Array.fromAsync(inventory.list(submission.scope, { ...calmly, isComplete: () => false }));
      expect(pages).toMatchObject([[active]]);
    }
  });

  test("lesson: `payment-failed` counted as live; yet it proves nothing here, it may be somebody else's", async () => {
    const failed = await resolve([node("rn-1", { State: "payment-failed" })]);
    expect(failed).toMatchObject({ kind: "found", found: { commitment: { standing: "failed" } }, by: "guess" });
    await using loopback = await startLoopback();
    expect(judge({ resolution: failed, age: aged(day) }, submission, redshiftAt(loopback))).toMatchObject({
      kind: "unclear",
    });
  });

  test("the token is nowhere in what a person reads", async () => {
    expect(JSON.stringify(await resolve([node("rn-1"), node("rn-2")]))).not.toContain(token);
  });

  test("an answer or a record that cannot be trusted is thrown, never 'absent'", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedNodes", ok(""));
    loopback.on("DescribeTags", untagged);
    const untrusted = redshiftAt(loopback).resolve(submission, { ...calmly, owned: new Set(), age: aged() });
    expect(await thrownBy(untrusted)).toMatchObject({ code: "lookup-untrusted" });
    expect(await thrownBy(resolve([], [], { ...submission, handle: {} }))).toBeInstanceOf(Error);
  });
});
