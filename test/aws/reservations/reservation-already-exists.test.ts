import { describe, expect, test } from "vitest";
import { loopTime } from "../../loop-time.ts";
import { executorAt, thrownBy } from "../ec2-executors.ts";
import { ok, startLoopback, type Reply } from "../aws-loopback.ts";
import { services, submissionFor, type TestedService } from "./services.ts";
import { name, price, type Entry } from "./reservation-wire.ts";

/** Sends a purchase under an id that is used already; `replies` say what is there. */
async function buyAgain(one: TestedService, replies: readonly Reply[], status = 409) {
  await using loopback = await startLoopback();
  loopback.on(one.purchase, one.error(status, one.codes.alreadyExists));
  loopback.on(one.list, ...replies);
  const executor = executorAt(one.service, loopback, { purchaseTimeout: 5000 });
  const outcome = await executor
    .doPurchase(submissionFor(one), { sentBefore: true })
    .then((commitment) => ({ commitment, thrown: undefined }))
    .catch((thrown: unknown) => ({ commitment: undefined, thrown }));
  expect(loopback.count(one.purchase)).toBe(1);
  return { ...outcome, loopback };
}

describe.each(services)("$service says that the id is used already", (one) => {
  const { reservations } = one;

  test.each([404, 400, 409])(
    "lesson: ALREADY_EXISTS was recorded as a failure; with %i it is read, compared and adopted",
    async (status) => {
      const { commitment, loopback } = await buyAgain(one, [reservations([{}])], status);
      expect(commitment).toEqual({
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
    expect((await buyAgain(one, [reservations([upper])])).commitment).toMatchObject({ standing: "live" });
  });

  test("others beside it, on every page, are passed over", async () => {
    const other = { id: `x${one.id.slice(1)}`, name: "someone-elses" };
    const pages = [reservations([other], "two"), reservations([{}])];
    expect((await buyAgain(one, pages)).commitment).toMatchObject({ id: one.id });
  });

  test.each([
    ...one.others,
    [{ payment: "All Upfront" }, "payment"],
    [{ Duration: 94_608_000 }, "term"],
    [{ count: 3 }, "quantity"],
  ] satisfies (readonly [Entry, string])[])(
    "lesson: a found commitment is compared before it is adopted; %o is rejected, naming %s",
    async (changes, field) => {
      const { thrown } = await buyAgain(one, [reservations([changes])]);
      expect(thrown).toMatchObject({
        name: "PurchaseRejectedError",
        providerCode: one.codes.alreadyExists,
        retryable: false,
        message: expect.stringContaining(`${field}: asked `),
      });
    },
  );

  test("what the service leaves out may still fit: the id is made of the token", async () => {
    const bare = { count: undefined, Duration: undefined, RecurringCharges: undefined };
    expect((await buyAgain(one, [reservations([bare])])).commitment).toMatchObject({ standing: "live", price });
  });

  test.each(["payment-failed", "queued-deleted"])(
    "lesson: %s counted as live; it comes back as failed, so that the next generation is bought",
    async (State) => {
      const { commitment } = await buyAgain(one, [reservations([{ State }])]);
      expect(commitment).toMatchObject({ id: one.id, state: State, standing: "failed", settled: true });
    },
  );

  test.each(["retired", "returned"])("A29: %s: it was bought and is over, which the drive rejects", async (State) => {
    const { commitment } = await buyAgain(one, [reservations([{ State }])]);
    expect(commitment).toMatchObject({ id: one.id, state: State, standing: "ended", settled: true });
  });

  test.each(["queued", "exchanging", "a-state-of-tomorrow"])("%s counts as bought", async (State) => {
    expect((await buyAgain(one, [reservations([{ State }])])).commitment).toMatchObject({ standing: "live" });
  });

  test.each([
    ["not visible yet", one.error(404, one.codes.notFound), /does not show it yet/],
    ["an empty list", reservations([]), /does not show it yet/],
    ["no right to read", one.error(403, one.codes.denied), /could not be read .*Grant the permission/],
    ["an empty body", ok(""), /could not be read .*without a list/],
    ["an empty object or document", one.withoutList(), /could not be read .*without a list/],
    ["an entry without a state", reservations([{ State: undefined }]), /could not be read/],
    ["an HTML page", ok("<html><body>Sign in</body></html>"), /could not be read/],
  ] satisfies [string, Reply, RegExp][])("%s: nobody can say yet what it is", async (_what, reply, message) => {
    const { thrown } = await buyAgain(one, [reply]);
    expect(thrown).toMatchObject({ name: "PurchaseOutcomeUnknownError", message: expect.stringMatching(message) });
  });

  test("the whole ends within the time of one purchase, although the read hangs", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, one.error(404, one.codes.alreadyExists));
    loopback.on(one.list, () => {});
    const executor = executorAt(one.service, loopback, { purchaseTimeout: 2000 });
    const { result: thrown, taken } = await loopTime(() =>
      thrownBy(executor.doPurchase(submissionFor(one), { sentBefore: true })),
    );
    expect(thrown).toMatchObject({ name: "PurchaseOutcomeUnknownError" });
    expect(loopback.count(one.list)).toBe(1);
    expect(taken).toBeLessThan(10_000);
  });

  test("a code that only looks like it is a rejection, and nothing is adopted", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, one.error(404, `${one.codes.alreadyExists}Not`));
    loopback.on(one.list, reservations([{}]));
    const work = executorAt(one.service, loopback).doPurchase(submissionFor(one), { sentBefore: true });
    expect(await thrownBy(work)).toMatchObject({ name: "PurchaseRejectedError" });
    expect(loopback.count(one.list)).toBe(0);
  });
});
