import { describe, expect, test } from "vitest";
import { calmly, differencesOf, find as findIn, otherToken, serviceAt, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isOneOfEach, services, submissionFor, type TestedService } from "./reservation-services.ts";
import { name, payments, price, type Entry } from "./reservation-wire.ts";

const otherName = "rds-id-aaaaaaaabbbbbbbbccccccccddddddddeeeeeeee";

async function find(one: TestedService, replies: readonly Reply[], ids: readonly string[] = []) {
  await using loopback = await startLoopback();
  loopback.on(one.list, ...replies);
  const wanted = { tokens: [token, otherToken], ids };
  const listing = await findIn(serviceAt(one.service, loopback), submissionFor(one).scope, wanted);
  return { listing, loopback };
}

/** A reservation whose name is its id, except where the service has ids of its own. */
const named = (one: TestedService, text: string): Entry =>
  one.id === name ? { id: text, name: text } : { id: `id of ${text}`, name: text };

const idOf = (one: TestedService, text: string) => (one.id === name ? text : `id of ${text}`);

describe.each(standingForAll(services, isOneOfEach))("what $service lists", (one) => {
  const { reservations } = one;

  test("is asked for without any filter: states and names are judged here", async () => {
    const { loopback } = await find(one, [reservations([])]);
    expect(loopback.count(one.list)).toBe(1);
    const { Action: _action, Version: _version, ...asked } = one.asked(loopback.last(one.list));
    expect(asked).toEqual(one.service === "opensearch" ? { maxResults: "100" } : {});
  });

  test("an empty list is an answer: nothing there", async () => {
    const { listing } = await find(one, [reservations([])]);
    expect([listing.byToken.size, listing.byId.size]).toEqual([0, 0]);
  });

  test("is found by its token and by its id", async () => {
    const { listing } = await find(one, [reservations([{}])], [one.id, "another"]);
    const commitment = {
      id: one.id,
      state: "active",
      standing: "live",
      settled: true,
      marked: true,
      price,
      payments,
      purchasedAt: "2026-07-14T11:00:01.000Z",
    };
    expect([...listing.byToken]).toEqual([[token, [commitment]]]);
    expect([...listing.byId]).toEqual([[one.id, commitment]]);
  });

  test("lesson: letter case forked the token; it does not hide a reservation", async () => {
    const upper = { ...named(one, name.toUpperCase()) };
    const { listing } = await find(one, [reservations([upper])]);
    expect(listing.byToken.get(token)).toHaveLength(1);
  });

  test("those of every generation are found", async () => {
    const generations = [name, `${name}-g1`, `${name}-g12`];
    const failed = { ...named(one, name), State: "payment-failed" };
    const { listing } = await find(one, [
      reservations([failed, ...generations.slice(1).map((text) => named(one, text))]),
    ]);
    expect(listing.byToken.get(token)).toMatchObject([
      { id: idOf(one, name), standing: "failed" },
      { id: idOf(one, `${name}-g1`), standing: "live" },
      { id: idOf(one, `${name}-g12`), standing: "live" },
    ]);
  });

  test("on every page, and two tokens apart", async () => {
    const { listing, loopback } = await find(one, [
      reservations([named(one, "someone-elses")], "two"),
      reservations([], "three"),
      reservations([named(one, otherName), named(one, name)]),
    ]);
    expect(listing.byToken.get(token)).toMatchObject([{ id: idOf(one, name) }]);
    expect(listing.byToken.get(otherToken)).toMatchObject([{ id: idOf(one, otherName) }]);
    expect(one.asked(loopback.last(one.list))).toMatchObject({ [one.next]: "three" });
  });

  test("page by page as they come, so that prices are asked for meanwhile", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.list, reservations([named(one, name)], "two"), reservations([]));
    const { inventory } = serviceAt(one.service, loopback);
    const askedFor: number[] = [];
    for await (const page of inventory.list(submissionFor(one).scope, { ...calmly, isComplete: () => false })) {
      askedFor.push(page.length, loopback.count(one.list));
    }
    expect(askedFor).toEqual([1, 1, 0, 2]);
  });

  test("two live ones with one token are both shown, for the drive to refuse", async () => {
    const { listing } = await find(one, [reservations([named(one, name), named(one, `${name}-g1`)])]);
    expect(listing.byToken.get(token)).toMatchObject([{ standing: "live" }, { standing: "live" }]);
  });

  test.each([
    `x${name}`,
    `${name}0`,
    `${name}-g0`,
    `${name}-g`,
    `${name}-g1x`,
    name.replace("rds-id-", ""),
    name.slice(0, -1),
    otherName.replace("e", "f"),
  ])("%s is another's", async (text) => {
    const { listing } = await find(one, [reservations([named(one, text)])]);
    expect(listing.byToken.size).toBe(0);
  });

  test.each([
    ["payment-pending", "live", false],
    ["active", "live", true],
    ["queued", "live", false],
    ["pending-payment", "live", false],
    ["exchanging", "live", false],
    ["a-state-of-tomorrow", "live", false],
    ["toString", "live", false],
    ["payment-failed", "failed", true],
    ["queued-deleted", "failed", true],
    ["retired", "ended", true],
    ["returned", "ended", true],
  ])("states: %s is %s", async (State, standing, settled) => {
    const { listing } = await find(one, [reservations([{ State }])]);
    expect(listing.byToken.get(token)).toMatchObject([{ state: State, standing, settled, marked: true }]);
  });

  test.each([
    ["an empty body", ok("")],
    ["an empty object or document", one.withoutList()],
    ["an entry without an id", reservations([{ id: undefined, name: undefined }])],
    ["an entry without a state", reservations([{}, { State: undefined }])],
    ["an entry with an empty state", reservations([{ State: "" }])],
  ] satisfies [string, Reply][])(
    "lesson: 200 without the array was 'nothing bought'; %s is refused",
    async (_what, reply) => {
      expect(await thrownBy(find(one, [reply]))).toMatchObject({ code: "lookup-untrusted", retryable: true });
    },
  );

  test("a later page without the list is refused", async () => {
    const work = find(one, [reservations([{}], "two"), one.withoutList()]);
    expect(await thrownBy(work)).toMatchObject({ code: "lookup-untrusted" });
  });

  test("a page that leads to itself is refused", async () => {
    expect(await thrownBy(find(one, [reservations([{}], "again")]))).toMatchObject({
      code: "lookup-untrusted",
      message: expect.stringContaining("same next page twice"),
    });
  });

  test("an HTML page or a cut answer is refused", async () => {
    const whole = reservations([{}]);
    const cut = ok("body" in whole ? whole.body.slice(0, 100) : "");
    expect(await thrownBy(find(one, [cut]))).toMatchObject({ code: "lookup-failed" });
    const html = await thrownBy(find(one, [ok("<html><body>Sign in</body></html>")]));
    expect(html).toMatchObject({ name: "RefusedError", code: expect.stringMatching(/^lookup-(failed|untrusted)$/) });
  });

  test.each([403, 400])(
    "lesson: a lookup error was taken for 'nothing there'; %i is refused with the permission that lacks",
    async (status) => {
      expect(await thrownBy(find(one, [one.error(status, one.codes.denied)]))).toMatchObject({
        name: "RefusedError",
        code: "access-denied",
        message: expect.stringContaining(one.permissions.list),
      });
    },
  );

  test("that there is no such reservation is no answer to a listing", async () => {
    expect(await thrownBy(find(one, [one.error(404, one.codes.notFound)]))).toMatchObject({ code: "lookup-failed" });
  });

  test("a read is tried again, up to three times", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.list, one.error(503, "ServiceUnavailable"));
    const work = findIn(serviceAt(one.service, loopback), submissionFor(one).scope, { tokens: [token] });
    expect(await thrownBy(work)).toMatchObject({ code: "lookup-failed", retryable: true });
    expect(loopback.count(one.list)).toBe(3);
  });

  test("an abort ends a read that hangs", async () => {
    await using loopback = await startLoopback();
    const controller = new AbortController();
    loopback.on(one.list, () => controller.abort(new Error("Stop.")));
    const executor = serviceAt(one.service, loopback);
    const work = findIn(executor, submissionFor(one).scope, { tokens: [token] }, { signal: controller.signal });
    expect(await thrownBy(work)).toMatchObject({ message: "Stop." });
  });
});

describe.each(standingForAll(services, isOneOfEach))("one reservation of $service", (one) => {
  const { reservations, recommendation } = one;
  const { scope } = submissionFor(one);

  test("is read by its id alone", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.list, reservations([{ State: "payment-pending" }]));
    const listed = await serviceAt(one.service, loopback).inventory.read(scope, one.id, calmly);
    expect(listed?.commitment).toMatchObject({ id: one.id, state: "payment-pending", settled: false, marked: true });
    expect(one.asked(loopback.last(one.list))).toEqual(one.lookup.byId);
  });

  test.each([
    ["the service says so", one.error(404, one.codes.notFound)],
    ["the service says so with 409", one.error(409, one.codes.notFound)],
    ["the list is empty", reservations([])],
    ["the list holds another", reservations([named(one, "someone-elses")])],
  ] satisfies [string, Reply][])("there is none: %s", async (_what, reply) => {
    await using loopback = await startLoopback();
    loopback.on(one.list, reply);
    expect(await serviceAt(one.service, loopback).inventory.read(scope, one.id, calmly)).toBeUndefined();
  });

  test.each([
    ["404 without a code", { status: 404, body: "" }, "lookup-failed"],
    ["404 with an empty object", { status: 404, body: "{}" }, "lookup-failed"],
    ["another code", one.error(404, "SomethingElse"), "lookup-failed"],
    ["credentials", one.error(403, "InvalidClientTokenId"), "credentials-unavailable"],
    ["no list", one.withoutList(), "lookup-untrusted"],
    ["an empty body", ok(""), "lookup-untrusted"],
  ] satisfies [string, Reply, string][])("%s is not 'there is none'", async (_what, reply, code) => {
    await using loopback = await startLoopback();
    loopback.on(one.list, reply);
    expect(await thrownBy(serviceAt(one.service, loopback).inventory.read(scope, one.id, calmly))).toMatchObject({
      code,
    });
  });

  async function compared(entry: Entry) {
    await using loopback = await startLoopback();
    loopback.on(one.list, reservations([entry]));
    const executor = serviceAt(one.service, loopback);
    return await differencesOf(executor, recommendation, await executor.inventory.read(scope, one.id, calmly));
  }

  test("compared: the same has no difference", async () => {
    expect(await compared({})).toEqual([]);
  });

  test.each([
    ...one.others,
    [{ payment: "No Upfront" }, "payment"],
    [{ Duration: 94_608_000 }, "term"],
    [{ count: 3 }, "quantity"],
  ] satisfies (readonly [Entry, string])[])(
    "lesson: a found commitment is compared before it is adopted; %o differs in %s",
    async (changes, field) => {
      expect(await compared(changes)).toMatchObject([{ field }]);
    },
  );

  test.each([
    { count: undefined },
    { payment: undefined },
    { Duration: undefined },
    { id: undefined, name: undefined },
    ...one.others.slice(0, 1).map(([changes]) => ({ [String(Object.keys(changes)[0])]: undefined })),
  ])("what the service leaves out cannot be compared: %o", async (changes) => {
    expect(await thrownBy(compared(changes))).toMatchObject({
      code: expect.stringMatching(/^(commitment-unverifiable|lookup-untrusted)$/),
    });
  });
});
