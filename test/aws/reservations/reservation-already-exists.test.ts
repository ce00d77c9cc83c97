import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { again, calmly, serviceAt } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { judge } from "../../../src/drive/judge-submission.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isRds, services, submissionFor, type TestedService } from "./reservation-services.ts";
import { name, price, type Entry } from "./reservation-wire.ts";

/** Sends a purchase under an id that is used already, and looks what is there, as the drive does; `replies` say it. */
async function buyAgain(one: TestedService, replies: readonly Reply[], status = 409) {
  await using loopback = await startLoopback();
  loopback.on(one.purchase, one.error(status, one.codes.alreadyExists));
  loopback.on(one.list, ...replies);
  const executor = serviceAt(one.service, loopback);
  const submission = submissionFor(one);
  const answer = await executor.send(submission, again);
  expect(answer).not.toHaveProperty("found");
  expect(answer).toMatchObject({
    kind: "exists",
    providerCode: one.codes.alreadyExists,
    reason: expect.stringContaining(`${one.title} says that ${name} is used already`),
  });
  expect([loopback.count(one.purchase), loopback.count(one.list)]).toEqual([1, 0]);
  const resolution = await executor.resolve(submission, { ...calmly, owned: new Set(), age: aged() });
  return { resolution, proves: judge({ resolution, age: aged(0) }, submission, executor), loopback };
}

describe.each(standingForAll(services, isRds))("$service says that the id is used already", (one) => {
  const { reservations } = one;

  test.each([404, 400, 409])(
    "lesson: ALREADY_EXISTS was recorded as a failure; with %i it is read, compared and adopted",
    async (status) => {
      const { proves, loopback } = await buyAgain(one, [reservations([{}])], status);
      expect(proves).toMatchObject({ kind: "bought" });
      expect("commitment" in proves && proves.commitment).toEqual({
        id: one.id,
        state: "active",
        standing: "live",
        settled: true,
        marked: true,
        price,
        purchasedAt: "2026-07-14T11:00:01.000Z",
      });
      expect(one.asked(loopback.last(one.list))).toEqual(one.lookup.byName);
    },
  );

  test("whatever letters it comes back in", async () => {
    const upper = { id: one.id, name: name.toUpperCase() };
    expect((await buyAgain(one, [reservations([upper])])).proves).toMatchObject({
      kind: "bought",
      commitment: { standing: "live" },
    });
  });

  test("others beside it, on every page, are skipped", async () => {
    const other = { id: `x${one.id.slice(1)}`, name: "someone-elses" };
    const pages = [reservations([other], "two"), reservations([{}])];
    expect((await buyAgain(one, pages)).proves).toMatchObject({ kind: "bought", commitment: { id: one.id } });
  });

  test.each([
    ...one.others,
    [{ payment: "All Upfront" }, "payment"],
    [{ Duration: 94_608_000 }, "term"],
    [{ count: 3 }, "quantity"],
  ] satisfies (readonly [Entry, string])[])(
    "lesson: a found commitment is compared before it is adopted; %o is not it, naming %s",
    async (changes, field) => {
      const { proves } = await buyAgain(one, [reservations([changes])]);
      expect(proves).toMatchObject({ kind: "other", reason: expect.stringContaining(`${field}: asked `) });
    },
  );

  test("what the service leaves out may still fit: the id is made of the token", async () => {
    const bare = { count: undefined, Duration: undefined, RecurringCharges: undefined };
    expect((await buyAgain(one, [reservations([bare])])).proves).toMatchObject({
      kind: "bought",
      commitment: { standing: "live", price },
    });
  });

  test.each(["payment-failed", "queued-deleted"])(
    "lesson: %s counted as live; it is proven to have failed, so that the next generation is bought",
    async (State) => {
      const { proves } = await buyAgain(one, [reservations([{ State }])]);
      expect(proves).toMatchObject({ kind: "dead", failed: true, failedAs: [one.id] });
    },
  );

  test.each(["retired", "returned"])("A29: %s: it was bought and is over, which the drive rejects", async (State) => {
    const { proves } = await buyAgain(one, [reservations([{ State }])]);
    const commitment = { id: one.id, state: State, standing: "ended", settled: true };
    expect(proves).toMatchObject({ kind: "over", commitment });
  });

  test.each(["queued", "exchanging", "a-state-of-tomorrow"])("%s counts as bought", async (State) => {
    const { proves } = await buyAgain(one, [reservations([{ State }])]);
    expect(proves).toMatchObject({ kind: "bought", commitment: { standing: "live" } });
  });

  test.each([
    ["not visible yet", one.error(404, one.codes.notFound)],
    ["an empty list", reservations([])],
  ] satisfies [string, Reply][])("%s: nobody can say yet what it is", async (_what, reply) => {
    expect((await buyAgain(one, [reply])).proves).toMatchObject({ kind: "absent" });
  });

  test.each([
    ["no right to read", one.error(403, one.codes.denied), /Grant the permission/],
    ["an empty body", ok(""), /without a list/],
    ["an empty object or document", one.withoutList(), /without a list/],
    ["an entry without a state", reservations([{ State: undefined }]), /without an id or a state/],
    ["an HTML page", ok("<html><body>Sign in</body></html>"), /./],
  ] satisfies [string, Reply, RegExp][])("%s: thrown, never 'absent'", async (_what, reply, message) => {
    expect(await thrownBy(buyAgain(one, [reply]))).toMatchObject({
      name: "RefusedError",
      message: expect.stringMatching(message),
    });
  });

  test("a code that only looks like it is a rejection", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, one.error(404, `${one.codes.alreadyExists}Not`));
    const answer = await serviceAt(one.service, loopback).send(submissionFor(one), again);
    expect(answer).toMatchObject({ kind: "rejected", left: true, expired: false });
  });
});
