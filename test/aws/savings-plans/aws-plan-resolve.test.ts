import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { calmly, otherToken, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { ok, startLoopback } from "../aws-loopback.ts";
import { plan, plans, request, savingsPlansAt, submission } from "./aws-plan-answers.ts";

const action = "DescribeSavingsPlans";

async function resolve(
  items: readonly unknown[],
  {
    age = 60_000,
    sent = submission,
    owned = [],
  }: { readonly age?: number; readonly sent?: Submission; readonly owned?: readonly string[] } = {},
) {
  await using loopback = await startLoopback();
  loopback.on(action, plans(items));
  const executor = savingsPlansAt(loopback);
  const resolution = await executor.resolve(sent, { ...calmly, owned: new Set(owned), age: aged(age) });
  // What is found says whose it is: nothing is guessed.
  if (resolution.kind === "found") expect(resolution.by).toBe("proof");
  return resolution.kind === "found" ? { kind: "found", ...resolution.found } : resolution;
}

/** What the drive makes of the only plan in the list. */
async function judged(item: unknown) {
  await using loopback = await startLoopback();
  loopback.on(action, plans([item]));
  const executor = savingsPlansAt(loopback);
  const age = aged();
  const resolution = await executor.resolve(submission, { ...calmly, owned: new Set(), age });
  return judge({ resolution, age }, submission, executor);
}

/** What is sent after the first purchase was proven to have come to nothing. */
const second = {
  ...submission,
  generation: 1,
  request: { ...request, clientToken: "second", tags: { ...request.tags, "buyonce-purchase": "second" } },
};
const ofSecond = { tags: second.request.tags };

describe("what became of a savings plan whose outcome nobody knows", () => {
  test("the one with the token is found, at the price that was recorded", async () => {
    expect(await resolve([plan("other", { tags: {} }), plan("plan-1", { state: "payment-pending" })])).toEqual({
      kind: "found",
      commitment: {
        id: "plan-1",
        state: "payment-pending",
        standing: "live",
        settled: false,
        marked: true,
        price: { amount: "10950", currency: "USD" },
        purchasedAt: "2026-07-14T11:00:01.000Z",
      },
      marks: [
        { text: token, whole: true },
        { text: token.slice(0, 40), whole: false },
      ],
      facts: {
        type: "Compute",
        region: "none",
        instanceFamily: "none",
        payment: "No Upfront",
        term: "31536000 s",
        currency: "USD",
        hourlyCommitment: "1.25",
      },
    });
  });

  test("one that an engine without this ledger bought, without the purchase tag, is found too", async () => {
    const { "buyonce-purchase": _left, ...tags } = request.tags;
    expect(await resolve([plan("plan-1", { tags })])).toMatchObject({ kind: "found" });
  });

  test("one that was sent before the tag names were changed is found all the same: else it would be sent again", async () => {
    const { "cudly-idempotency-token": moved, ...tags } = request.tags;
    const renamed = [plan("plan-1", { tags: { ...tags, "former-token-name": moved } })];
    expect(await resolve(renamed, { age: 16 * 60_000 })).toMatchObject({ kind: "found", commitment: { id: "plan-1" } });
  });

  test("a failed one of its own is found: the purchase came to nothing", async () => {
    expect(await resolve([plan("plan-1", { state: "payment-failed" })])).toMatchObject({
      kind: "found",
      commitment: { standing: "failed" },
    });
  });

  test("the failed one of an earlier generation proves nothing about the one that was just sent", async () => {
    const failed = plan("plan-0", { state: "payment-failed" });
    expect(await resolve([failed], { sent: second })).toMatchObject({ kind: "absent" });
    expect(await resolve([failed, plan("plan-1", ofSecond)], { sent: second })).toMatchObject({
      kind: "found",
      commitment: { id: "plan-1" },
    });
    expect(
      await resolve([failed, plan("plan-1", { ...ofSecond, state: "payment-failed" })], { sent: second }),
    ).toMatchObject({
      kind: "found",
      commitment: { id: "plan-1", standing: "failed" },
    });
  });

  test("a live one of an earlier generation is found, not bought again", async () => {
    expect(await resolve([plan("plan-0")], { sent: second })).toMatchObject({
      kind: "found",
      commitment: { id: "plan-0" },
    });
  });

  test("several are for a person, and named", async () => {
    expect(await resolve([plan("plan-1"), plan("plan-2")])).toMatchObject({
      kind: "unclear",
      reason: expect.stringMatching(/plan-1 .*plan-2 /),
    });
  });

  test("one that is something else is for a person; what AWS does not say may still fit", async () => {
    expect(await judged(plan("plan-1", { commitment: "12.5" }))).toMatchObject({
      kind: "other",
      reason: expect.stringContaining("hourlyCommitment: asked 1.25, found 12.5"),
    });
    expect(await judged(plan("plan-1", { commitment: undefined }))).toMatchObject({ kind: "bought" });
  });

  test.each([
    ["in capitals", token.toUpperCase()],
    ["empty", ""],
  ])("a token tag that is %s does not hide what the purchase tag shows", async (_what, tag) => {
    const tags = { ...request.tags, "cudly-idempotency-token": tag };
    expect(await resolve([plan("plan-1", { tags })])).toMatchObject({ kind: "found" });
  });

  test("plans of other tokens are none of its own", async () => {
    const tags = { "cudly-idempotency-token": otherToken, "buyonce-purchase": token };
    expect(await resolve([plan("other", { tags })])).toMatchObject({ kind: "absent" });
  });

  test("a list that cannot be believed is an error, and no absence", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, ok("{}"));
    const asked = savingsPlansAt(loopback).resolve(submission, { ...calmly, owned: new Set(), age: aged() });
    expect(await thrownBy(asked)).toMatchObject({ code: "lookup-untrusted" });
  });
});

describe("A29: a plan that is over", () => {
  const returned = { state: "returned" };
  const before = { start: "2026-07-14T10:54:59.000Z" };

  test("and began before the send is not what became of it", async () => {
    const earlier = plan("plan-0", { ...returned, ...before });
    expect(await resolve([earlier])).toEqual({
      kind: "absent",
      reason:
        "DescribeSavingsPlans shows no savings plan of this purchase; plan-0 was bought before and is over (returned).",
    });
    expect(await resolve([earlier, plan("plan-1")])).toMatchObject({ kind: "found", commitment: { id: "plan-1" } });
  });

  test.each([[{}], [{ start: undefined }], [{ start: "no time" }]])(
    "%j: and may be of this send counts once nothing can hide behind it",
    async (changes) => {
      const own = plan("plan-1", { ...returned, ...changes });
      expect(await resolve([own])).toMatchObject({
        kind: "unclear",
        reason: expect.stringContaining("plan-1 is returned"),
      });
      expect(await resolve([own], { age: 15 * 60_000 })).toMatchObject({
        kind: "found",
        commitment: { id: "plan-1", standing: "ended" },
      });
    },
  );

  test("nor is one whose payment failed, or that was never carried out", async () => {
    for (const state of ["payment-failed", "queued-deleted"]) {
      expect(await resolve([plan("plan-0", { state, ...before })])).toMatchObject({ kind: "absent" });
      expect(await resolve([plan("plan-1", { state })])).toMatchObject({
        kind: "found",
        commitment: { standing: "failed" },
      });
    }
  });

  test("a live one that began before is found: the client token was remembered", async () => {
    expect(await resolve([plan("plan-0", before)])).toMatchObject({ kind: "found", commitment: { id: "plan-0" } });
  });

  test("the live one counts beside one that is over", async () => {
    expect(await resolve([plan("plan-1", returned), plan("plan-2")])).toMatchObject({
      kind: "found",
      commitment: { id: "plan-2" },
    });
  });
});

describe("a plan that the answer named", () => {
  const sent = { ...submission, evidence: ["named"] };

  test("while it is live and carries no token, nothing is absent", async () => {
    expect(await resolve([plan("named", { tags: {} })], { sent })).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("named named (active)"),
    });
  });

  test("nor while it is not shown", async () => {
    expect(await resolve([], { sent })).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("named named, which is not shown"),
    });
  });

  test.each([
    ["it carries another token", plan("named", { tags: { "cudly-idempotency-token": otherToken } }), []],
    ["it carries another purchase tag", plan("named", { tags: { "buyonce-purchase": otherToken } }), []],
    ["the ledger knows it as another token's", plan("named", { tags: {} }), ["named"]],
    ["it was returned", plan("named", { tags: {}, state: "returned" }), []],
    ["it was there before", plan("named", { tags: {}, start: "2026-07-14T10:50:00.000Z" }), []],
  ])("%s: absent", async (_what, item, owned) => {
    expect(await resolve([item], { sent, owned })).toMatchObject({ kind: "absent" });
  });

  test("with our token it is found", async () => {
    expect(await resolve([plan("named")], { sent })).toMatchObject({ kind: "found", commitment: { id: "named" } });
  });
});

describe("an empty list", () => {
  test.each([
    [0, "absent"],
    [240_000, "absent"],
    [240_001, "unclear"],
    [600_000, "unclear"],
    [899_999, "unclear"],
    [900_000, "absent"],
    [31_536_000_000, "absent"],
  ])("%i ms after the submission: %s", async (age, kind) => {
    expect(await resolve([], { age })).toMatchObject({ kind });
  });

  test("that came too early and too late says when to drive again", async () => {
    expect(await resolve([], { age: 300_000 })).toMatchObject({ reason: expect.stringContaining("in 10 minutes") });
    await using loopback = await startLoopback();
    expect(savingsPlansAt(loopback).recovery).toMatchObject({
      kind: "resend",
      handle: "derived",
      minimumAge: 900_000,
    });
  });
});
