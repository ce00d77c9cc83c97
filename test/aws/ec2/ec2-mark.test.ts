import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { fakeEnvironment, marker, otherToken, token } from "../aws-executors.ts";
import { ec2At, instance, instances, submission, tags } from "./ec2-answers.ts";
import { thrownBy } from "../../thrown-by.ts";
import { error, ok, recorded, startLoopback } from "../aws-loopback.ts";
import { bought, cloud, mark } from "./ec2-taggable.ts";

const { scope } = submission;

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
    const options = { signal: controller.signal, scope, owned: new Set<string>(), age: aged() };
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

  test("A19: a tag with blanks around it, or in capitals, is there already", async () => {
    await using loopback = await startLoopback();
    const own = tags({ "purchase-automation": "cudly-web ", "cudly-idempotency-token": ` ${token.toUpperCase()}` });
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
    const options = { signal: controller.signal, scope, owned: new Set<string>(), age: aged() };
    const work = ec2At(loopback, { readTimeout: 5000 }).mark(bought, submission, marker, options);
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
