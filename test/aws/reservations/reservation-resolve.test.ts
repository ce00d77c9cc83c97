import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { calmly, serviceAt } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isRds, services, submissionFor, type TestedService } from "./reservation-services.ts";
import { name, price, type Entry } from "./reservation-wire.ts";

async function resolve(one: TestedService, replies: readonly Reply[], generation = 0) {
  await using loopback = await startLoopback();
  loopback.on(one.list, ...replies);
  const submission = submissionFor(one);
  const request = { ...submission.request, name: generation === 0 ? name : `${name}-g${generation}` };
  const options = { ...calmly, owned: new Set<string>(), age: aged() };
  const executor = serviceAt(one.service, loopback);
  const resolution = await executor.resolve({ ...submission, request, generation }, options);
  return { resolution, proves: judge({ resolution, age: aged(0) }, submission, executor), loopback };
}

describe.each(standingForAll(services, isRds))("after an unknown outcome of $service", (one) => {
  const { reservations } = one;

  test("looks for the name that was sent", async () => {
    const { resolution, loopback } = await resolve(one, [reservations([{ State: "payment-pending" }])]);
    expect(resolution).toEqual({
      kind: "found",
      found: {
        commitment: {
          id: one.id,
          state: "payment-pending",
          standing: "live",
          settled: false,
          marked: true,
          price,
          purchasedAt: "2026-07-14T11:00:01.000Z",
        },
        marks: [{ text: name.replace("rds-id-", ""), whole: false }],
        facts: expect.objectContaining({ quantity: "2", term: "31536000 s", payment: "Partial Upfront" }),
      },
      by: "proof",
    });
    expect(one.asked(loopback.last(one.list))).toEqual(one.lookup.byName);
  });

  test("the price is the one that was quoted, whatever is listed", async () => {
    const { resolution } = await resolve(one, [reservations([{ FixedPrice: 1 }])]);
    expect(resolution).toMatchObject({ found: { commitment: { price } } });
  });

  test.each([
    ["the service says so", one.error(404, one.codes.notFound)],
    ["an empty list", reservations([])],
    ["another's name", reservations([{ id: "x", name: "someone-elses" }])],
    ["another generation's name", reservations([{ id: "x", name: `${name}-g1` }])],
  ] satisfies [string, Reply][])("absent: %s", async (_what, reply) => {
    const { resolution } = await resolve(one, [reply]);
    expect(resolution).toEqual({ kind: "absent", reason: `${one.title} shows no reservation ${name}.` });
  });

  test("an earlier generation that failed is not this purchase", async () => {
    const { resolution } = await resolve(one, [reservations([{ State: "payment-failed" }])], 1);
    expect(resolution).toMatchObject({ kind: "absent" });
  });

  test.each(["payment-failed", "queued-deleted"])("%s: found, and failed", async (State) => {
    const { resolution, proves } = await resolve(one, [reservations([{ State }])]);
    expect(resolution).toMatchObject({ kind: "found", found: { commitment: { standing: "failed" } } });
    expect(proves).toMatchObject({ kind: "dead", failed: true, failedAs: [one.id] });
  });

  test.each(["queued", "a-state-of-tomorrow"])("%s: found, and live", async (State) => {
    const { resolution, proves } = await resolve(one, [reservations([{ State }])]);
    expect(resolution).toMatchObject({ kind: "found", found: { commitment: { standing: "live" } } });
    expect(proves).toMatchObject({ kind: "bought" });
  });

  test.each([
    ...one.others,
    [{ payment: "No Upfront" }, "payment"],
    [{ Duration: 94_608_000 }, "term"],
    [{ count: 3 }, "quantity"],
  ] satisfies (readonly [Entry, string])[])("%o: not what was asked for, %s is named", async (changes, field) => {
    const { proves } = await resolve(one, [reservations([changes])]);
    expect(proves).toMatchObject({ kind: "other", reason: expect.stringContaining(`(${field}: asked `) });
  });

  test("what is left out may still fit: the name is made of the token", async () => {
    const { proves } = await resolve(one, [reservations([{ count: undefined }])]);
    expect(proves).toMatchObject({ kind: "bought", commitment: { id: one.id } });
  });

  test.each([
    ["an empty body", ok(""), "lookup-untrusted"],
    ["no list", one.withoutList(), "lookup-untrusted"],
    ["a later page without a list", reservations([], "two"), "lookup-untrusted"],
    ["404 without a code", { status: 404, body: "" }, "lookup-failed"],
    ["no right", one.error(403, one.codes.denied), "access-denied"],
  ] satisfies [string, Reply, string][])("%s is thrown, never 'absent'", async (_what, reply, code) => {
    expect(await thrownBy(resolve(one, [reply, one.withoutList()]))).toMatchObject({ code });
  });

  test("a record that is no purchase of a reservation is thrown, never 'absent'", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.list, reservations([]));
    const submission = { ...submissionFor(one), request: {} };
    const work = serviceAt(one.service, loopback).resolve(submission, { ...calmly, owned: new Set(), age: aged() });
    expect(await thrownBy(work)).toBeInstanceOf(Error);
    expect(loopback.count(one.list)).toBe(0);
  });
});
