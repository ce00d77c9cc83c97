import { aged } from "../../aged.ts";
import { describe, expect, test } from "vitest";
import { answeredPurchase, calmly, first, once, serviceAt } from "../aws-executors.ts";
import { computed, type Reply, startLoopback } from "../aws-loopback.ts";
import { standingForAll } from "../../standing-for-all.ts";
import { isRds, services, submissionFor, type TestedService } from "./reservation-services.ts";
import { name, type Entry } from "./reservation-wire.ts";

/** A reservation that the answer named in place of the name that was sent. */
const another = { id: "another", name: "somebody-elses" } satisfies Entry;
const otherName = "rds-id-aaaaaaaabbbbbbbbccccccccddddddddeeeeeeee";

/** What became of a submission whose answer named `another`, where the account has these. */
async function resolve(one: TestedService, entries: readonly Entry[], owned: readonly string[] = []) {
  await using loopback = await startLoopback();
  loopback.on(
    one.list,
    computed((request) => {
      const asked = JSON.stringify(one.asked(request));
      const found = entries.filter((entry) => asked.includes(JSON.stringify(entry["id"])));
      // OpenSearch lists all, whatever name is looked for.
      return one.reservations(one.service === "opensearch" && found.length === 0 ? entries : found);
    }),
  );
  const submission = { ...submissionFor(one), evidence: ["another"] };
  const options = { ...calmly, owned: new Set(owned), age: aged() };
  return await serviceAt(one.service, loopback).resolve(submission, options);
}

describe.each(standingForAll(services, isRds))("$service answers a purchase with another reservation", (one) => {
  const idField: Entry = one.bareAnswer ? another : { ...another, id: undefined, name: another.name };

  test("the outcome is unknown, and its id is evidence", async () => {
    const { answer, ...counted } = await answeredPurchase(one.purchase, one.bought(idField), (loopback) =>
      serviceAt(one.service, loopback).send(submissionFor(one), first),
    );
    expect(counted).toEqual(once);
    const id = one.bareAnswer ? "another" : "somebody-elses";
    expect(answer).toMatchObject({
      kind: "unknown",
      evidence: [id],
      reason: expect.stringContaining("somebody-elses"),
    });
  });

  const theirs = one.bareAnswer ? another : { id: "another", name: "another" };

  test("while that one is live, nothing is absent", async () => {
    expect(await resolve(one, [theirs])).toMatchObject({
      kind: "unclear",
      reason: expect.stringContaining("named another"),
    });
  });

  test("nor while it cannot be seen", async () => {
    expect(await resolve(one, [])).toMatchObject({ kind: "unclear", reason: expect.stringContaining("not shown") });
  });

  test.each([
    ["the ledger knows it as another token's", theirs, ["another"]],
    ["it came to nothing", { ...theirs, State: "payment-failed" }, []],
    ["it is over", { ...theirs, State: "retired" }, []],
    ["it was there before", { ...theirs, StartTime: "2026-07-14T10:50:00.000Z" }, []],
  ] satisfies [string, Entry, string[]][])("%s: absent", async (_what, entry, owned) => {
    expect(await resolve(one, [entry], owned)).toMatchObject({ kind: "absent" });
  });

  test("it has the name of another token: absent", async () => {
    if (!one.bareAnswer) return;
    expect(await resolve(one, [{ ...theirs, name: otherName }])).toMatchObject({ kind: "absent" });
  });

  test("our own name is found, whatever the answer named", async () => {
    const own = one.bareAnswer ? { id: "own", name } : { id: name, name };
    expect(await resolve(one, [theirs, own])).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: own.id } },
    });
  });
});

describe.each(standingForAll(services, isRds))("what $service said stays in an unknown outcome", (one) => {
  test.each([
    ["a code with 500", one.error(500, "InternalFailure"), "unknown", "InternalFailure"],
    ["a name that is used", one.error(404, one.codes.alreadyExists), "exists", one.codes.alreadyExists],
    ["a name that is used, with 500", one.error(500, one.codes.alreadyExists), "exists", one.codes.alreadyExists],
    ["no code", { status: 500, body: "" }, "unknown", undefined],
  ] satisfies [string, Reply, string, string | undefined][])("%s", async (_what, reply, kind, providerCode) => {
    await using loopback = await startLoopback();
    loopback.on(one.purchase, reply);
    const answer = await serviceAt(one.service, loopback).send(submissionFor(one), first);
    expect(answer).toMatchObject({ kind, providerCode });
  });
});
