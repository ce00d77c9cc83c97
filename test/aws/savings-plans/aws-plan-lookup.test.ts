import { describe, expect, test } from "vitest";
import { readListing } from "../../../src/drive/read-listing.ts";
import { calmly, differencesOf, find as findIn, otherToken, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { computed, ok, startLoopback, type Arrived, type Reply } from "../aws-loopback.ts";
import { compute, ec2Instance, json, jsonError, plan, plans, savingsPlansAt, submission } from "./aws-plan-answers.ts";

const action = "DescribeSavingsPlans";
const { scope } = submission;

interface Asked {
  readonly states?: readonly string[];
  readonly savingsPlanIds?: readonly string[];
  readonly nextToken?: string;
}
const askedIn = ({ body }: Arrived) => JSON.parse(body) as Asked;

async function find(reply: Reply, tokens = [token], ids: readonly string[] = []) {
  await using loopback = await startLoopback();
  loopback.on(action, reply);
  const listing = await findIn(savingsPlansAt(loopback), scope, { tokens, ids });
  return { ...listing, asked: loopback.arrived.filter((one) => one.action === action).map(askedIn) };
}

const tagged = (value: string) => ({ tags: { "cudly-idempotency-token": value } });

describe("the listing of savings plans", () => {
  test("finds by the tags that come back, by ids, and nothing else; no filter on tags or anything is sent", async () => {
    const items = [
      plan("mine"),
      plan("known", tagged(otherToken)),
      plan("strange", { tags: { "purchase-automation": token } }),
      plan("plain", { tags: {} }),
      plan("silent", { tags: undefined }),
    ];
    const { byToken, byId, asked } = await find(plans(items), [token], ["known", "gone"]);
    expect([...byToken.keys()]).toEqual([token]);
    expect(byToken.get(token)).toEqual([
      {
        id: "mine",
        state: "active",
        standing: "live",
        settled: true,
        marked: true,
        price: { amount: "10950", currency: "USD" },
        payments: {
          dueNow: { amount: "0", currency: "USD" },
          monthly: { amount: "912.5", currency: "USD", months: 12, kind: "average" },
        },
        purchasedAt: "2026-07-14T11:00:01.000Z",
      },
    ]);
    expect([...byId.keys()]).toEqual(["known"]);
    for (const one of asked)
      expect(Object.keys(one).toSorted()).toEqual(one.states ? ["maxResults", "states"] : ["maxResults"]);
  });

  test("lesson 1940: what only a call with all states shows is seen, and what only one without them shows", async () => {
    const { byToken, asked } = await find(
      computed((request) =>
        askedIn(request).states
          ? plans([plan("both"), plan("queued one", { state: "queued" })])
          : plans([plan("both"), plan("of a new state", { state: "suspended" })]),
      ),
    );
    expect(byToken.get(token)?.map(({ id, standing }) => [id, standing])).toEqual([
      ["both", "live"],
      ["of a new state", "live"],
      ["queued one", "live"],
    ]);
    expect(asked.map(({ states }) => states?.toSorted())).toEqual([
      undefined,
      [
        "active",
        "payment-failed",
        "payment-pending",
        "pending-return",
        "queued",
        "queued-deleted",
        "retired",
        "returned",
      ],
    ]);
  });

  test.each([
    ["queued", "live", false],
    ["payment-pending", "live", false],
    ["active", "live", true],
    ["pending-return", "live", false],
    ["payment-failed", "failed", true],
    ["queued-deleted", "failed", true],
    ["retired", "ended", true],
    ["returned", "ended", true],
    ["a state that nobody knows", "live", false],
  ])("lesson 1930: %s is %s", async (state, standing, settled) => {
    const { byToken } = await find(plans([plan("one", { state })]));
    expect(byToken.get(token)).toMatchObject([{ state, standing, settled }]);
  });

  test("every page of both is read", async () => {
    const reply = computed((request) => {
      const { nextToken, states } = askedIn(request);
      const name = `${states ? "filtered" : "plain"} ${nextToken ?? "first"}`;
      return plans([plan(name)], nextToken === undefined ? "AA==" : undefined);
    });
    const { byToken } = await find(reply);
    expect(byToken.get(token)?.map(({ id }) => id)).toEqual([
      "plain first",
      "plain AA==",
      "filtered first",
      "filtered AA==",
    ]);
  });

  test.each([
    ["lesson: a 200 without the array", ok("{}")],
    ["an empty body", ok("")],
    ["an entry without an id", plans([plan("")])],
    ["an entry without a state", plans([plan("one", { state: undefined })])],
    ["the same next page twice", plans([], "AA==")],
  ] satisfies [string, Reply][])("%s is not believed", async (_what, reply) => {
    expect(await thrownBy(find(reply))).toMatchObject({ code: "lookup-untrusted", retryable: true });
  });

  test.each([
    ["an id that is a number", plans([plan("one", { savingsPlanId: 7 })])],
    ["a state in a list", plans([plan("one", { state: ["active"] })])],
    ["tags in a text", plans([plan("one", { tags: token })])],
    ["tags in a list", plans([plan("one", { tags: [{ key: "cudly-idempotency-token", value: token }] })])],
    ["a tag that is a number", plans([plan("one", { tags: { "cudly-idempotency-token": 7 } })])],
    ["a tag that is nothing", plans([plan("one", { tags: { "cudly-idempotency-token": null } })])],
    ["a tag in a list", plans([plan("one", { tags: { "cudly-idempotency-token": [token] } })])],
    ["an entry that is nothing", plans([plan("one"), null])],
    ["an entry that is a text", plans(["one"])],
    ["an entry that is a list", plans([[plan("one")]])],
    ["an object in place of the list", json({ savingsPlans: { 0: plan("one") } })],
    ["a text in place of the list", json({ savingsPlans: "one" })],
    ["a next page that is a number", json({ savingsPlans: [], nextToken: 7 })],
  ] satisfies [string, Reply][])("C10: %s refuses the list", async (_what, reply) => {
    expect(await thrownBy(find(reply))).toMatchObject({ code: "lookup-untrusted", retryable: true });
  });

  test.each([
    ["twice on one page", plans([plan("one"), plan("one")])],
    ["as failed and as live", plans([plan("one", { state: "payment-failed" }), plan("one")])],
    ["as live and as returned", plans([plan("one"), plan("one", { state: "returned" })])],
    ["without its tags and with them", plans([plan("one", { tags: undefined }), plan("one")])],
    ["with its tags and without them", plans([plan("one"), plan("one", { tags: {} })])],
  ] satisfies [string, Reply][])("A15: one that is listed %s is one, live and marked", async (_what, reply) => {
    const { byToken, byId } = await find(reply, [token], ["one"]);
    expect(byToken.get(token)).toMatchObject([{ id: "one", standing: "live", marked: true }]);
    expect(byId.get("one")).toMatchObject({ standing: "live" });
  });

  test("nor is it where only the second of the two lists is like that", async () => {
    const reply = computed((request) => (askedIn(request).states ? ok("{}") : plans([])));
    expect(await thrownBy(find(reply))).toMatchObject({ code: "lookup-untrusted" });
  });

  test.each([
    ["lessons 1937, 1941: an error", jsonError(400, "ValidationException"), "lookup-failed"],
    ["HTML", ok("<html></html>"), "lookup-failed"],
    ["no right to read", jsonError(403, "AccessDeniedException"), "access-denied"],
  ] satisfies [string, Reply, string][])("%s is no empty list", async (_what, reply, code) => {
    expect(await thrownBy(find(reply))).toMatchObject({ code });
  });
});

describe("reading one", () => {
  test("by its id, whatever else is listed", async () => {
    await using loopback = await startLoopback();
    loopback.on(action, plans([plan("other"), plan("mine", { state: "payment-failed" })]));
    const executor = savingsPlansAt(loopback);
    expect(await executor.inventory.read(scope, "mine", calmly)).toMatchObject({
      commitment: { id: "mine", standing: "failed" },
      marks: [
        { text: token, whole: true },
        { text: token.slice(0, 40), whole: false },
      ],
    });
    expect(await executor.inventory.read(scope, "gone", calmly)).toBeUndefined();
    expect(askedIn(loopback.last(action)).savingsPlanIds).toEqual(["gone"]);
  });
});

describe("verifying a plan that was found", () => {
  /** As the drive compares what a listing shows under the token. */
  async function verify(changes: Readonly<Record<string, unknown>>, asked: object = compute) {
    await using loopback = await startLoopback();
    loopback.on(action, plans([plan("plan-1", changes)]));
    const executor = savingsPlansAt(loopback);
    const recommendation = executor.schema.parse(asked);
    const wanted = { tokens: new Set([token]), ids: new Set<string>() };
    const [found] = (await readListing(executor.inventory, scope, wanted, calmly)).byToken.get(token) ?? [];
    const requests = loopback.count(action);
    const differences = await differencesOf(executor, recommendation, found);
    // All that decides is in the list.
    expect(loopback.count(action)).toBe(requests);
    return differences;
  }

  test("as it was asked for, with the decimals that AWS writes", async () => {
    expect(await verify({})).toEqual([]);
    expect(await verify({ commitment: "1.25" })).toEqual([]);
  });

  test.each([
    [{ savingsPlanType: "SageMaker" }, "type", "Compute", "SageMaker"],
    [{ commitment: "1.25001000" }, "hourlyCommitment", "1.25", "1.25001"],
    [{ commitment: "12.5" }, "hourlyCommitment", "1.25", "12.5"],
    [{ paymentOption: "All Upfront" }, "payment", "No Upfront", "All Upfront"],
    [{ termDurationInSeconds: 94_608_000 }, "term", "31536000 s", "94608000 s"],
    [{ currency: "CNY" }, "currency", "USD", "CNY"],
  ])("%j is told apart", async (changes, field, asked, found) => {
    expect(await verify(changes)).toEqual([{ field, asked, found }]);
  });

  const m5 = {
    savingsPlanType: "EC2Instance",
    region: "us-east-1",
    ec2InstanceFamily: "m5",
    paymentOption: "Partial Upfront",
    termDurationInSeconds: 94_608_000,
  };

  test.each([
    [{}, []],
    [{ region: "eu-west-1" }, ["region"]],
    [{ ec2InstanceFamily: "m5d" }, ["instanceFamily"]],
    [{ savingsPlanType: "Compute", region: undefined }, ["type", "region", "instanceFamily"]],
  ])("EC2Instance, %j: %j", async (changes, fields) => {
    const differences = await verify({ ...m5, ...changes }, ec2Instance);
    expect(differences.map(({ field }) => field)).toEqual(fields);
  });

  test.each([
    ["no commitment", { commitment: undefined }, compute],
    ["no region", { ...m5, region: undefined }, ec2Instance],
    ["no type", { ...m5, savingsPlanType: undefined }, ec2Instance],
    ["no type, and none of a place", { savingsPlanType: undefined }, compute],
  ])("%s: it cannot be told", async (_what, changes, recommendation) => {
    expect(await thrownBy(verify(changes, recommendation))).toMatchObject({ code: "commitment-unverifiable" });
  });
});
