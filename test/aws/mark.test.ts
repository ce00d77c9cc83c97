import { describe, expect, test } from "vitest";
import type { Commitment } from "../../src/spec/commitment.ts";
import type { Submission } from "../../src/spec/executor.ts";
import { fakeEnvironment, instance, instances, marker, otherToken, submission, tags, token } from "./answers.ts";
import { calmly, ec2At, thrownBy } from "./executor.ts";
import { computed, error, ok, recorded, startLoopback, type Loopback } from "./loopback.ts";

const { scope } = submission;
const bought: Commitment = {
  id: "ri-1",
  state: "payment-pending",
  standing: "live",
  settled: false,
  marked: false,
  price: { amount: "1240.64", currency: "USD" },
};

/** Reserved Instances that can be tagged, and that show ids and tags only after some looks. */
function cloud(loopback: Loopback, items: Record<string, Record<string, string>>, lag = { id: 0, tag: 0 }) {
  const stamped = new Map<string, Record<string, string>>();
  let looks = 0;
  let looksAfterTag = 0;
  const listed = (parameters: URLSearchParams, prefix: string) =>
    [...parameters].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value);
  loopback.on(
    "DescribeReservedInstances",
    computed(({ parameters }) => {
      const ids = listed(parameters, "ReservedInstancesId.");
      looks++;
      const showTags = stamped.size > 0 && looksAfterTag++ >= lag.tag;
      if (ids.length > 0 && (looks <= lag.id || ids.some((id) => !items[id])))
        return error(400, "InvalidReservedInstancesId");
      const shown = Object.entries(items).filter(([id]) => ids.length === 0 || ids.includes(id));
      return instances(
        ...shown.map(([id, changes]) => {
          const own = showTags ? stamped.get(id) : undefined;
          return instance(id, own ? { ...changes, tags: tags(own) } : changes);
        }),
      );
    }),
  );
  loopback.on(
    "CreateTags",
    computed(({ parameters }) => {
      const ids = listed(parameters, "ResourceId.");
      if (ids.some((id) => !items[id])) return error(400, "InvalidReservedInstancesId.NotFound");
      const keys = [...parameters].filter(([name]) => /^Tag\.\d+\.Key$/.test(name));
      const values = keys.map(([name, key]) => [key, parameters.get(name.replace("Key", "Value")) ?? ""]);
      for (const id of ids) stamped.set(id, { ...stamped.get(id), ...Object.fromEntries(values) });
      return ok(recorded("ec2-CreateTags.xml"));
    }),
  );
  return stamped;
}

async function mark(
  loopback: Loopback,
  given: { submission?: Submission; owned?: string[]; commitment?: Commitment } = {},
) {
  const environment = fakeEnvironment();
  const ec2 = ec2At(loopback, { environment });
  const options = { ...calmly, scope, owned: new Set(given.owned) };
  const work = ec2.mark(given.commitment ?? bought, given.submission, marker, options);
  return { work, waits: environment.waits };
}

describe("mark", () => {
  test("stamps source and token on the id, and returns the state that EC2 then shows", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-1": { state: "active" } });
    const { work } = await mark(loopback, { submission });
    expect(await work).toEqual({
      id: "ri-1",
      state: "active",
      standing: "live",
      settled: true,
      marked: true,
      price: { amount: "1240.64", currency: "USD" },
      purchasedAt: "2026-07-14T11:00:01.000Z",
    });
    expect(loopback.count("CreateTags")).toBe(1);
    expect(loopback.last("CreateTags").body).toBe(
      `Action=CreateTags&Version=2016-11-15&ResourceId.1=ri-1&Tag.1.Key=purchase-automation&Tag.1.Value=cudly-web&Tag.2.Key=cudly-idempotency-token&Tag.2.Value=${token}`,
    );
  });

  test("waits, longer each time, while the id and then the tags are not visible", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-1": {} }, { id: 3, tag: 2 });
    const { work, waits } = await mark(loopback, { submission });
    expect(await work).toMatchObject({ id: "ri-1", marked: true });
    expect(waits).toEqual([1_000, 2_000, 4_000, 1_000, 2_000]);
    expect(loopback.count("CreateTags")).toBe(1);
  });

  test.each(["InvalidReservedInstancesId", "InvalidReservedInstancesId.NotFound", "InvalidReservationID.NotFound"])(
    "CreateTags that answers %s is tried again",
    async (code) => {
      await using loopback = await startLoopback();
      const tagged = tags({ "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
      loopback.on(
        "DescribeReservedInstances",
        instances(instance("ri-1")),
        instances(instance("ri-1", { tags: tagged })),
      );
      loopback.on("CreateTags", error(400, code), ok(recorded("ec2-CreateTags.xml")));
      const { work } = await mark(loopback);
      expect(await work).toMatchObject({ marked: true });
      expect(loopback.count("CreateTags")).toBe(2);
    },
  );

  test("a wait ends with the signal", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, {});
    const controller = new AbortController();
    const environment = {
      ...fakeEnvironment(),
      async sleep(_milliseconds: number, signal?: AbortSignal) {
        controller.abort(new Error("Stop."));
        signal?.throwIfAborted();
      },
    };
    const options = { signal: controller.signal, scope, owned: new Set<string>() };
    const work = ec2At(loopback, { environment }).mark(bought, submission, marker, options);
    expect(await thrownBy(work)).toMatchObject({ message: "Stop." });
  });

  test("lesson: EC2 was bought, the tag could not be written, a log line said so; it is thrown, to be repaired", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-1")));
    loopback.on("CreateTags", error(403, "UnauthorizedOperation"));
    expect(await thrownBy((await mark(loopback)).work)).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("ec2:CreateTags"),
    });
    loopback.on("CreateTags", ok("<html><body>Sign in</body></html>"));
    expect(await thrownBy((await mark(loopback)).work)).toMatchObject({
      retryable: true,
      message: expect.stringContaining("not marked"),
    });
  });

  test("lesson: a marker of another token is never overwritten", async () => {
    await using loopback = await startLoopback();
    loopback.on(
      "DescribeReservedInstances",
      instances(instance("ri-1", { tags: tags({ "cudly-idempotency-token": otherToken }) })),
    );
    const thrown = await thrownBy((await mark(loopback, { submission })).work);
    expect(thrown).toMatchObject({ code: "commitment-taken", message: expect.stringContaining("aaaaaaaa…") });
    expect(loopback.count("CreateTags")).toBe(0);
  });

  test("what is marked already is not marked again", async () => {
    await using loopback = await startLoopback();
    const own = tags({ "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
    loopback.on("DescribeReservedInstances", instances(instance("ri-1", { tags: own })));
    expect(await (await mark(loopback, { submission })).work).toMatchObject({ marked: true });
    expect(loopback.count("CreateTags")).toBe(0);
  });

  test("the source without the token, or the token without the source, is not marked yet", async () => {
    for (const own of [{ "purchase-automation": "cudly-web" }, { "cudly-idempotency-token": token }]) {
      await using loopback = await startLoopback();
      const stamped = cloud(loopback, { "ri-1": { tags: tags(own) } });
      expect(await (await mark(loopback, { submission })).work).toMatchObject({ marked: true });
      expect(stamped.get("ri-1")).toEqual({ "purchase-automation": "cudly-web", "cudly-idempotency-token": token });
    }
  });

  test("the id that EC2 shows with the count asked for is the purchase, whatever else is new and alike", async () => {
    await using loopback = await startLoopback();
    const stamped = cloud(loopback, { "ri-1": {}, "ri-alike": {} });
    expect(await (await mark(loopback, { submission })).work).toMatchObject({ id: "ri-1", marked: true });
    expect([...stamped.keys()]).toEqual(["ri-1"]);
  });

  test("an id that is never shown is looked for as often as the limit says, then it is thrown", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, {});
    const { work, waits } = await mark(loopback);
    expect(await thrownBy(work)).toMatchObject({ code: "lookup-failed", retryable: true });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(loopback.count("DescribeReservedInstances")).toBe(5);
  });

  test("CreateTags that fails otherwise is a failed look-up, and one that hangs ends with the signal", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-1")));
    loopback.on("CreateTags", error(400, "TagLimitExceeded"));
    expect(await thrownBy((await mark(loopback)).work)).toMatchObject({ code: "lookup-failed", retryable: false });
    const controller = new AbortController();
    loopback.on("CreateTags", () => controller.abort(new Error("Stop.")));
    const options = { signal: controller.signal, scope, owned: new Set<string>() };
    const work = ec2At(loopback, { readTimeout: 200 }).mark(bought, submission, marker, options);
    expect(await thrownBy(work)).toMatchObject({ message: "Stop." });
    // Not its own timeout, after which it would be tried again.
    expect(loopback.count("CreateTags")).toBe(2);
  });
});

describe("a purchase of several ids", () => {
  const both = { ...bought, furtherIds: ["ri-2"] };
  const stamp = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token };
  const group = (id: string) => ({ tags: tags({ ...stamp, "buyonce-purchase": id }), instanceCount: "1" });

  test("lesson: an answer that shows a part was taken for the whole; an id that is left out is not known", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances(instance("ri-1")));
    expect(await thrownBy((await mark(loopback, { commitment: both })).work)).toMatchObject({
      code: "lookup-failed",
      message: expect.stringContaining("ri-1, ri-2"),
    });
    expect(loopback.count("CreateTags")).toBe(0);
  });

  test.each([
    ["a part is left out", [instance("ri-1", group("ri-1"))]],
    ["a part has no tags yet", [instance("ri-1", group("ri-1")), instance("ri-2", { instanceCount: "1" })]],
    ["nothing is shown", []],
  ])("%s after the tags were written: it is not marked yet", async (_what, shown) => {
    await using loopback = await startLoopback();
    const [one, two] = [instance("ri-1", { instanceCount: "1" }), instance("ri-2", { instanceCount: "1" })];
    loopback.on("DescribeReservedInstances", instances(one, two), instances(...shown));
    loopback.on("CreateTags", ok(recorded("ec2-CreateTags.xml")));
    expect(await thrownBy((await mark(loopback, { commitment: both, submission })).work)).toMatchObject({
      code: "lookup-failed",
      message: expect.stringContaining("does not show the tags on ri-1, ri-2 yet"),
    });
  });

  test("the group that one of them carries is kept, whichever it is", async () => {
    await using loopback = await startLoopback();
    const stamped = cloud(loopback, { "ri-1": { instanceCount: "1" }, "ri-2": group("ri-2") });
    expect(await (await mark(loopback, { commitment: both, submission })).work).toMatchObject({
      id: "ri-2",
      furtherIds: ["ri-1"],
    });
    expect(stamped.get("ri-1")).toEqual({ ...stamp, "buyonce-purchase": "ri-2" });
  });

  test("a group tag that names none of them was copied from elsewhere: it is not taken on", async () => {
    await using loopback = await startLoopback();
    const stamped = cloud(loopback, { "ri-1": group("ri-elsewhere"), "ri-2": group("ri-elsewhere") });
    expect(await (await mark(loopback, { commitment: both, submission })).work).toMatchObject({ id: "ri-1" });
    expect(stamped.get("ri-2")).toEqual({ ...stamp, "buyonce-purchase": "ri-1" });
  });
});

const seven = {
  ...submission,
  recommendation: { ...submission.recommendation, quantity: 7 },
};

describe("a returned id that is not the final one", () => {
  test("the parts that add up exactly are tagged together, and are one commitment from then on", async () => {
    await using loopback = await startLoopback();
    const items = {
      "ri-old": { instanceCount: "3" },
      "ri-b": { instanceCount: "4", state: "payment-pending" },
      "ri-a": { instanceCount: "3" },
      "ri-owned": { instanceCount: "7" },
      "ri-other": { instanceCount: "7", tags: tags({ "cudly-idempotency-token": otherToken }) },
      "ri-unlike": { instanceType: "m5.xlarge", instanceCount: "7" },
    };
    const stamped = cloud(loopback, items);
    const { work } = await mark(loopback, { submission: seven, owned: ["ri-owned"] });
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
    const wanted = { tokens: new Set([token]), ids: new Set(["ri-a", "ri-b"]) };
    const { byToken } = await ec2At(loopback).findByTokens(scope, wanted, calmly);
    expect(byToken.get(token)).toMatchObject([{ id: "ri-a", furtherIds: ["ri-b"] }]);
  });

  test("a single other id takes its place", async () => {
    await using loopback = await startLoopback();
    const stamped = cloud(loopback, { "ri-real": {} });
    expect(await (await mark(loopback, { submission })).work).toMatchObject({ id: "ri-real", marked: true });
    expect(stamped.get("ri-real")).not.toHaveProperty("buyonce-purchase");
  });

  test("an id that is one of the parts is not taken for the whole", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-1": { instanceCount: "3" }, "ri-2": { instanceCount: "4" } });
    expect(await (await mark(loopback, { submission: seven })).work).toMatchObject({
      id: "ri-1",
      furtherIds: ["ri-2"],
    });
  });

  test("parts of which some were tagged before are completed under the same group", async () => {
    await using loopback = await startLoopback();
    const own = { "purchase-automation": "cudly-web", "cudly-idempotency-token": token, "buyonce-purchase": "ri-c" };
    const stamped = cloud(loopback, {
      "ri-b": { instanceCount: "4" },
      "ri-c": { instanceCount: "3", tags: tags(own) },
    });
    expect(await (await mark(loopback, { submission: seven })).work).toMatchObject({
      id: "ri-c",
      furtherIds: ["ri-b"],
    });
    expect(stamped.get("ri-b")).toEqual(own);
  });

  test.each([
    ["nothing new", {}],
    ["too few", { "ri-a": { instanceCount: "3" } }],
    ["too many", { "ri-a": { instanceCount: "4" }, "ri-b": { instanceCount: "4" } }],
  ])(
    "%s: nothing is tagged, it stays for a later drive",
    async (_what, items: Record<string, Record<string, string>>) => {
      await using loopback = await startLoopback();
      cloud(loopback, items);
      expect(await thrownBy((await mark(loopback, { submission: seven })).work)).toMatchObject({
        code: "lookup-failed",
        retryable: true,
      });
      expect(loopback.count("CreateTags")).toBe(0);
    },
  );

  test("without the submission nothing is guessed", async () => {
    await using loopback = await startLoopback();
    cloud(loopback, { "ri-real": {} });
    expect(await thrownBy((await mark(loopback)).work)).toMatchObject({ message: expect.stringContaining("ri-1") });
    expect(loopback.count("CreateTags")).toBe(0);
  });
});
