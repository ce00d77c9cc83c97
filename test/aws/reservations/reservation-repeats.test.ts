import { describe, expect, test } from "vitest";
import { calmly, find as findIn, marker, otherToken, serviceAt, token } from "../aws-executors.ts";
import { thrownBy } from "../../thrown-by.ts";
import { ok, type Reply, startLoopback } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isRds, services, submissionFor, type TestedService } from "./reservation-services.ts";
import { name, type Entry } from "./reservation-wire.ts";

async function find(one: TestedService, ...replies: Reply[]) {
  await using loopback = await startLoopback();
  loopback.on(one.list, ...replies);
  const wanted = { tokens: [token, otherToken], ids: [one.id] };
  return await findIn(serviceAt(one.service, loopback), submissionFor(one).scope, wanted);
}

async function quote(one: TestedService, ...replies: Reply[]) {
  await using loopback = await startLoopback();
  loopback.on(one.offerings, ...replies);
  return await serviceAt(one.service, loopback).quote(one.recommendation, marker, calmly);
}

describe.each(standingForAll(services, isRds))("A15: ids are counted, not rows: $service", (one) => {
  const active: Entry = { State: "active" };
  const failed: Entry = { State: "payment-failed" };

  test.each([
    ["on one page", [one.reservations([active, active])]],
    ["on two pages", [one.reservations([active], "two"), one.reservations([active])]],
    ["once as failed, later as live", [one.reservations([failed], "two"), one.reservations([active])]],
    ["once as live, later as failed", [one.reservations([active, failed])]],
    ["once as retired, later as live", [one.reservations([{ State: "retired" }, active])]],
  ] satisfies [string, Reply[]][])("one that is listed twice %s is one, and live", async (_what, replies) => {
    const { byToken, byId } = await find(one, ...replies);
    expect(byToken.get(token)).toMatchObject([{ id: one.id, standing: "live" }]);
    expect(byId.get(one.id)).toMatchObject({ standing: "live" });
  });

  test("an audit sees it once as well, and reading it takes the live one", async () => {
    await using loopback = await startLoopback();
    loopback.on(one.list, one.reservations([failed, active]));
    const { inventory } = serviceAt(one.service, loopback);
    const { scope } = submissionFor(one);
    const live = { commitment: { id: one.id, standing: "live" } };
    const pages = await Array.fromAsync(inventory.list(scope, { ...calmly, isComplete: () => false }));
    expect(pages).toMatchObject([[live]]);
    expect(await inventory.read(scope, one.id, calmly)).toMatchObject(live);
  });

  test("two ids are two", async () => {
    const second = one.id === name ? { id: `${name}-g1`, name: `${name}-g1` } : { id: "another", name: `${name}-g1` };
    expect((await find(one, one.reservations([active, second]))).byToken.get(token)).toHaveLength(2);
  });

  test("B15: an offering that is listed twice under one id is one, on one page or on two", async () => {
    const offering = { offeringId: "o-1" };
    const once = await quote(one, one.offered([offering]));
    expect(await quote(one, one.offered([offering, offering]))).toEqual(once);
    expect(await quote(one, one.offered([offering], "two"), one.offered([offering]))).toEqual(once);
  });

  test.each([
    ["two ids", { offeringId: "o-2" }],
    ["one id at two prices", { offeringId: "o-1", FixedPrice: 99.9 }],
  ])("B15: %s are two offerings", async (_what, second) => {
    const refused = await thrownBy(quote(one, one.offered([{ offeringId: "o-1" }, second])));
    expect(refused).toMatchObject({ code: "several-offerings" });
  });
});

const json = services.filter(({ service }) => service === "memorydb" || service === "opensearch");
const listOf = { memorydb: "ReservedNodes", opensearch: "ReservedInstances" } as const;

describe.each(json)("C10: what cannot be read refuses the list of $service", (one) => {
  const list = listOf[one.service as keyof typeof listOf];
  const whole = one.reservations([{}]);
  const [entry] =
    (JSON.parse("body" in whole ? whole.body : "") as Record<string, Record<string, unknown>[]>)[list] ?? [];
  const answer = (value: unknown, more = {}) => ok(JSON.stringify({ [list]: value, ...more }));
  const nameField = one.service === "memorydb" ? "ReservationId" : "ReservationName";

  test("as a control: what can be read is found", async () => {
    expect((await find(one, answer([entry]))).byToken.get(token)).toHaveLength(1);
  });

  test.each([
    ["a name that is a number", answer([{ ...entry, [nameField]: 7 }])],
    ["a name in a list", answer([{ ...entry, [nameField]: [name] }])],
    ["a state in an object", answer([{ ...entry, State: { value: "active" } }])],
    ["an entry that is nothing", answer([entry, null])],
    ["an entry that is a text", answer([entry, name])],
    ["an entry that is a list", answer([[entry]])],
    ["an object in place of the list", answer({ 0: entry })],
    ["a text in place of the list", answer(name)],
    ["a next page that is a number", answer([entry], { NextToken: 7 })],
    ["a next page that is an object", answer([entry], { NextToken: {} })],
  ] satisfies [string, Reply][])("%s", async (_what, reply) => {
    expect(await thrownBy(find(one, reply))).toMatchObject({
      name: "RefusedError",
      code: expect.stringMatching(/^lookup-(failed|untrusted)$/),
    });
  });
});
