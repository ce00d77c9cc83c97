import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { compareFound } from "../../../src/drive/adopt.ts";
import { findUnderHandle } from "../../../src/drive/judge-submission.ts";
import { readWholeListing } from "../../../src/drive/read-listing.ts";
import { ec2At, instance, instances, submission, tags } from "./ec2-answers.ts";
import { calmly, find, otherToken, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { error, startLoopback } from "../aws-loopback.ts";
import { bought, cloud, mark } from "./ec2-taggable.ts";

const { scope } = submission;
/** Milliseconds after the submission from which EC2 shows everything. */
const age = 300_000;

const asking = (quantity: number) => ({
  ...submission,
  recommendation: { ...submission.recommendation, quantity },
});
const seven = asking(7);
const tagged = (value: string) => tags({ "cudly-idempotency-token": value });

type Items = Record<string, Record<string, string>>;

/** Marks, and returns what was thrown and how many tags were written. */
async function notMarked(items: Items, given: Parameters<typeof mark>[1] = {}) {
  await using loopback = await startLoopback();
  cloud(loopback, items);
  const thrown = await thrownBy((await mark(loopback, { submission: seven, age, ...given })).work);
  expect(loopback.count("CreateTags")).toBe(0);
  return thrown;
}

describe("A24: an id that EC2 answered with is kept", () => {
  test("quantity 1 cannot be split: while its id does not show, nothing else is tagged, however long it takes", async () => {
    for (const later of [15_000, age, 30 * 86_400_000]) {
      const alike = { "ri-alike": { instanceCount: "1" }, "ri-own": { instanceCount: "1", tags: tagged(token) } };
      expect(await notMarked(alike, { submission: asking(1), age: later })).toMatchObject({
        code: "lookup-failed",
        retryable: true,
        message: expect.stringContaining("EC2 does not know ri-1"),
      });
    }
  });

  test("what is alike is no part before the minimum age, even if it adds up", async () => {
    const halves = { "ri-a": { instanceCount: "3" }, "ri-b": { instanceCount: "4" } };
    expect(await notMarked(halves, { age: age - 1 })).toMatchObject({
      code: "lookup-failed",
      retryable: true,
      message: expect.stringContaining("is sure to show"),
    });
    const rest = { "ri-1": { instanceCount: "3" }, "ri-b": { instanceCount: "4" } };
    expect(await notMarked(rest, { age: 15_000 })).toMatchObject({ message: expect.stringContaining("instead of 7") });
  });

  test("one alone is no part of a split: an equal purchase of the whole count is somebody else's", async () => {
    expect(await notMarked({ "ri-alike": { instanceCount: "7" } })).toMatchObject({
      message: expect.stringContaining("in one way only: ri-alike"),
    });
  });

  test("one alone that a person tagged with the token is it", async () => {
    await using loopback = await startLoopback();
    const stamped = cloud(loopback, { "ri-real": { instanceCount: "7", tags: tagged(token) }, "ri-alike": {} });
    const { work } = await mark(loopback, { submission: seven, age });
    expect(await work).toMatchObject({ id: "ri-real", marked: true });
    expect([...stamped.keys()]).toEqual(["ri-real"]);
  });

  test.each([
    ["another token", { tags: tagged(otherToken) }],
    ["another source, and no token", { tags: tags({ "purchase-automation": "somebody" }) }],
    ["failed", { state: "payment-failed" }],
    ["ended", { state: "retired" }],
    ["queued", { state: "queued" }],
    ["begun after the send could be carried out", { start: "2026-07-14T11:11:00.001Z" }],
    ["no count", { instanceCount: "" }],
    ["an attribute that is not stated", { offeringClass: "" }],
  ])("%s: no part", async (_what, changes) => {
    const age = 86_400_000;
    const items = { "ri-a": { instanceCount: "3" }, "ri-b": { instanceCount: "4", ...changes } };
    expect(await notMarked(items, { age })).toMatchObject({ code: "lookup-failed" });
  });

  test.each([
    ["two pairs", ["3", "4", "3", "4"]],
    ["a pair and a whole", ["3", "4", "7"]],
    ["a pair and three", ["3", "4", "1", "2"]],
  ])("%s add up in more ways than one: a person decides, and is told how", async (_what, counts) => {
    const items = Object.fromEntries(counts.map((instanceCount, index) => [`ri-${index + 2}`, { instanceCount }]));
    expect(await notMarked(items)).toMatchObject({
      code: "lookup-failed",
      message: expect.stringMatching(/in one way only: .*ri-2.*tag it with cudly-idempotency-token/),
    });
  });

  test("something that cannot be dated is new as well: nothing is taken", async () => {
    const early = { instanceCount: "4", start: "2026-07-14T10:54:59.000Z" };
    expect(
      await notMarked({ "ri-a": { instanceCount: "3" }, "ri-b": { instanceCount: "4" }, "ri-early": early }),
    ).toMatchObject({ message: expect.stringContaining("ri-early") });
  });

  test("another engine writes its token after ours: it is said, and not overwritten", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-1": {} });
    const overwritten = instances(instance("ri-1", { tags: tagged(otherToken) }));
    loopback.on("DescribeReservedInstances", instances(instance("ri-1")), overwritten);
    expect(await thrownBy((await mark(loopback, { submission })).work)).toMatchObject({
      code: "commitment-taken",
      message: expect.stringMatching(/bought for 1f3a9c5d….*aaaaaaaa….*take it off/),
    });
    expect(loopback.count("CreateTags")).toBe(1);
  });

  test("a tag of another token on one of its parts is never overwritten", async () => {
    const both = { ...bought, furtherIds: ["ri-2"] };
    const items = { "ri-1": { instanceCount: "3" }, "ri-2": { instanceCount: "4", tags: tagged(otherToken) } };
    expect(await notMarked(items, { commitment: both })).toMatchObject({ code: "commitment-taken" });
  });
});

describe("a returned id that is not the final one", () => {
  test("the parts that add up exactly are tagged together, and are one commitment from then on", async () => {
    await using loopback = await startLoopback();
    const items = {
      "ri-old": { instanceCount: "3" },
      "ri-b": { instanceCount: "4", state: "payment-pending" },
      "ri-a": { instanceCount: "3" },
      "ri-owned": { instanceCount: "7" },
      "ri-other": { instanceCount: "7", tags: tagged(otherToken) },
      "ri-unlike": { instanceType: "m5.xlarge", instanceCount: "7" },
    };
    const stamped = cloud(loopback, items);
    const { work } = await mark(loopback, { submission: seven, owned: ["ri-owned"], age });
    const commitment = await work;
    expect(commitment).toMatchObject({
      id: "ri-a",
      furtherIds: ["ri-b"],
      state: "payment-pending",
      settled: false,
      marked: true,
      price: { amount: "1240.64", currency: "USD" },
    });
    const expected = {
      "purchase-automation": "cudly-web",
      "cudly-idempotency-token": token,
      "buyonce-purchase": "ri-a",
    };
    expect(Object.fromEntries(stamped)).toEqual({ "ri-a": expected, "ri-b": expected });
    const { byToken } = await find(ec2At(loopback), scope, { tokens: [token], ids: ["ri-a", "ri-b"] });
    expect(byToken.get(token)).toMatchObject([{ id: "ri-a", furtherIds: ["ri-b"] }]);
  });

  test("an id that is one of the parts is not taken for the whole", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-1": { instanceCount: "3" }, "ri-2": { instanceCount: "4" } });
    expect(await (await mark(loopback, { submission: seven, age })).work).toMatchObject({
      id: "ri-1",
      furtherIds: ["ri-2"],
    });
  });

  test("of more than is needed, the only ones that add up are taken; one too many, and what failed, stay", async () => {
    await using loopback = await startLoopback();
    const stamped = cloud(loopback, {
      "ri-a": { instanceCount: "2" },
      "ri-b": { instanceCount: "5" },
      "ri-c": { instanceCount: "9" },
      "ri-failed": { instanceCount: "2", state: "payment-failed" },
    });
    expect(await (await mark(loopback, { submission: seven, age })).work).toMatchObject({ furtherIds: ["ri-b"] });
    expect([...stamped.keys()].toSorted()).toEqual(["ri-a", "ri-b"]);
  });

  test("parts of which some were tagged before are completed under the same group", async () => {
    await using loopback = await startLoopback();
    const own = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token, "buyonce-purchase": "ri-c" };
    const stamped = cloud(loopback, {
      "ri-b": { instanceCount: "4" },
      "ri-c": { instanceCount: "3", tags: tags(own) },
    });
    expect(await (await mark(loopback, { submission: seven, age })).work).toMatchObject({
      id: "ri-c",
      furtherIds: ["ri-b"],
    });
    expect(stamped.get("ri-b")).toEqual(own);
  });

  test.each<[string, Items]>([
    ["nothing new", {}],
    ["too few", { "ri-a": { instanceCount: "3" } }],
    ["too many", { "ri-a": { instanceCount: "4" }, "ri-b": { instanceCount: "4" } }],
  ])("%s: nothing is tagged, it stays for a later drive", async (_what, items) => {
    expect(await notMarked(items)).toMatchObject({ code: "lookup-failed", retryable: true });
  });

  test("without the submission nothing is guessed", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-a": { instanceCount: "3" }, "ri-b": { instanceCount: "4" } });
    expect(await thrownBy((await mark(loopback, { age })).work)).toMatchObject({
      message: expect.stringContaining("ri-1"),
    });
    expect(loopback.count("CreateTags")).toBe(0);
  });
});

describe("A15: EC2 lists one Reserved Instance twice under one id", () => {
  const own = tags({ "purchase-automation": "cudly-web", "cudly-idempotency-token": token });

  test("it is marked once, and its instances are counted once", async () => {
    await using loopback = await startLoopback();
    const twice = (changes: Record<string, string>) => instances(instance("ri-1", changes), instance("ri-1", changes));
    loopback.on("DescribeReservedInstances", twice({}), twice({ tags: own }));
    loopback.on("CreateTags", error(400, "InvalidReservedInstancesId"), { status: 200, body: "<CreateTagsResponse/>" });
    expect(await (await mark(loopback, { submission })).work).toMatchObject({ id: "ri-1", marked: true });
    expect(loopback.last("CreateTags").parameters.get("ResourceId.2")).toBeNull();
  });

  test("found by its token it is one, in the more alive of its states, with the tags of both rows", async () => {
    await using loopback = await startLoopback();
    for (const [one, other, state] of [
      ["active", "retired", "active"],
      ["payment-failed", "payment-pending", "payment-pending"],
      ["payment-pending", "active", "active"],
      ["payment-failed", "retired", "retired"],
      ["a-state-of-tomorrow", "payment-failed", "a-state-of-tomorrow"],
    ] as const) {
      const rows = [instance("ri-1", { state: one }), instance("ri-1", { state: other, tags: own })];
      for (const order of [rows, rows.toReversed()]) {
        loopback.on("DescribeReservedInstances", instances(...order));
        const { byToken, byId } = await find(ec2At(loopback), scope, { tokens: [token], ids: ["ri-1"] });
        expect(byToken.get(token)).toMatchObject([{ id: "ri-1", state, marked: true }]);
        expect(byToken.get(token)?.[0]).not.toHaveProperty("furtherIds");
        expect(byId.get("ri-1")).toEqual(byToken.get(token)?.[0]);
        expect(await ec2At(loopback).inventory.read(scope, "ri-1", calmly)).toMatchObject({
          commitment: { state, marked: true },
        });
      }
    }
  });

  test("compared, resolved, listed and counted as one; of two counts nobody knows which is true", async () => {
    await using loopback = await startLoopback();
    const ec2 = ec2At(loopback);
    loopback.on("DescribeReservedInstances", instances(instance("ri-1"), instance("ri-1")));
    const resolve = () => findUnderHandle(ec2, submission, { ...calmly, owned: new Set(), age: aged() });
    expect(await resolve()).toMatchObject({ kind: "found", found: { commitment: { id: "ri-1" } }, by: "guess" });
    const listed = await readWholeListing(ec2.inventory, scope, calmly);
    expect(listed).toMatchObject([{ commitment: { id: "ri-1" }, facts: { quantity: "2" } }]);
    for (const one of listed) await compareFound(ec2, submission, one, calmly);
    loopback.on("DescribeReservedInstances", instances(instance("ri-1"), instance("ri-1", { instanceCount: "3" })));
    expect(await resolve()).toMatchObject({ kind: "unclear", candidates: ["ri-1"] });
  });
});
