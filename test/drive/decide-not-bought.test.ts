import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

const minutes = 60_000;
const seconds = 1000;
const who = { executionId, recIndex: 0, person: "Ada", reason: "not on the bill" };
const notBought = { ...who, finding: "not-bought" } as const;
const identities: readonly ImitationIdentity[] = ["minted", "chosen", "stamped", "none"];

/** A world, its record, and one drive of it. */
function world(identity: ImitationIdentity) {
  const parts = setup({ identity });
  const record = async () => (await parts.ledger.recordsOf(executionId))[0];
  const drive = async () => (await parts.purchaser.drive(execution())).outcomes[0];
  const decide = () => parts.purchaser.resolveByPerson(notBought);
  return { ...parts, record, drive, decide };
}

describe.each(identities)("A5, A27: called not bought (%s)", (identity) => {
  test("A5: while the send is still being carried out: refused until it is as old as its purchase may take to show", async () => {
    const parts = world(identity);
    const { cloud, environment, options, decide, drive, record } = parts;
    // Its driver dies with the send under way; it is carried out, and shows four minutes later.
    cloud.faults.lag = 4 * minutes;
    const sent = Promise.withResolvers<void>();
    const { send } = cloud.executor;
    const dying = changed(
      { ...parts, options: { ...options, environment: { ...environment, every: () => () => undefined } } },
      {
        send: async (...given) => {
          await send(...given);
          sent.resolve();
          return new Promise(() => undefined);
        },
      },
    );
    void dying.drive(execution());
    await sent.promise;
    environment.jump(31 * seconds);
    // What is minted can be read by its id at once.
    const early = identity === "minted" ? "still-shown" : "too-early";
    await expect(decide()).rejects.toMatchObject({ code: early });
    expect(await record()).toMatchObject({ state: "submitted", generation: 0 });
    expect((await record())?.holder).toBeUndefined();
    environment.jump(4 * minutes);
    await expect(decide()).rejects.toMatchObject({ code: "still-shown" });
    environment.jump(1 * minutes);
    expect((await drive())?.status).toBe("already-purchased");
    expect(cloud.orders).toHaveLength(1);
  });

  test("A5: the refusal says when it may be asked again, to the millisecond; then it is recorded, and bought once", async () => {
    const { cloud, environment, decide, drive, record } = world(identity);
    cloud.faults.sends = ["lost-before", "lost-before", "lost-before"];
    expect((await drive())?.status).toBe("unresolved");
    const { submittedAt = 0, resentAt = submittedAt } = (await record())?.submission ?? {};
    const retryAfter = resentAt + 5 * minutes - environment.now();
    await expect(decide()).rejects.toMatchObject({
      code: "too-early",
      retryable: true,
      retryAfter,
      message: expect.stringMatching(
        /^It was sent \d+ seconds ago, and what it bought may not show for 5 minutes\. Ask again in \d minutes, from 2026-11-22T00:05:\d\d\.000Z on\. Nothing was recorded\.$/,
      ),
    });
    environment.advance(retryAfter - 1);
    await expect(decide()).rejects.toMatchObject({ code: "too-early", retryAfter: 1 });
    expect(await record()).toMatchObject({ state: "unknown" });
    environment.advance(1);
    expect((await decide()).error?.code).toBe("resolved-as-not-bought");
    cloud.faults.sends = [];
    expect((await drive())?.status).toBe("purchased");
    expect(cloud.orders).toHaveLength(1);
  });

  test("A5: while reading answers 500: refused, however old it is, and nothing is recorded", async () => {
    const { cloud, environment, decide, drive, record, ledger } = world(identity);
    cloud.faults.sends = ["lost-after"];
    cloud.faults.resolve = "throws";
    expect((await drive())?.status).toBe("unresolved");
    environment.advance(60 * minutes);
    const hidden = cloud.orders.splice(0);
    await expect(decide()).rejects.toMatchObject({
      code: "answer-unclear",
      retryable: true,
      message:
        "The provider's answer is unclear: 503 from the look-up. Nothing was recorded. Ask again once the provider answers clearly; where it never will, write it off (`--write-off`).",
    });
    expect(await record()).toMatchObject({ state: "unknown" });
    expect((await ledger.history(token())).map(({ event }) => event)).not.toContain("decide");
    // It was there all the time.
    cloud.orders.push(...hidden);
    cloud.faults.resolve = undefined;
    expect((await drive())?.status).toBe("already-purchased");
    expect(cloud.orders).toHaveLength(1);
  });
});

test("A5: a second send counts: it is refused for as long after it as after the first one", async () => {
  const { cloud, environment, decide, drive } = world("chosen");
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await drive();
  environment.advance(10 * minutes);
  cloud.faults.resolve = undefined;
  cloud.faults.sends = ["lost-before", "lost-before"];
  expect((await drive())?.status).toBe("unresolved");
  await expect(decide()).rejects.toMatchObject({ code: "too-early" });
  environment.advance(5 * minutes);
  expect((await decide()).error?.code).toBe("resolved-as-not-bought");
});

describe("A27: of what was sent earlier, with nothing open", () => {
  /** Refused by the provider, while nobody could look whether that is so. */
  async function unseen() {
    const parts = world("chosen");
    parts.cloud.faults.sends = ["rejected"];
    parts.cloud.faults.resolve = "throws";
    expect((await parts.drive())?.status).toBe("rejected");
    expect((await parts.record())?.former).toHaveLength(1);
    return parts;
  }

  test("it has to be old enough too, and a refused decision leaves it as it is: no timer buys it", async () => {
    const { decide, record, purchaser, cloud } = await unseen();
    cloud.faults.resolve = undefined;
    await expect(decide()).rejects.toMatchObject({ code: "too-early" });
    expect(await record()).toMatchObject({ state: "rejected", error: { code: "purchase-rejected" } });
    expect(await purchaser.redriveUnfinished()).toEqual([]);
    expect(cloud.counts.sends).toBe(1);
  });

  test("a look that fails is no clear answer; a clear one is recorded, and it is bought by the next round", async () => {
    const { decide, record, environment, purchaser, cloud } = await unseen();
    environment.advance(5 * minutes);
    await expect(decide()).rejects.toMatchObject({ code: "answer-unclear" });
    expect(await record()).toMatchObject({ state: "rejected" });
    cloud.faults.resolve = undefined;
    expect((await decide()).decision).toMatchObject({ kind: "not-bought", person: "Ada" });
    expect(await record()).toMatchObject({ state: "claimed", generation: 0 });
    expect(await purchaser.redriveUnfinished()).toMatchObject([{ outcomes: [{ status: "purchased" }] }]);
  });

  test("what one of them may have bought is said first, while a later one is open too", async () => {
    const { cloud, environment, decide, drive, purchaser, ledger } = world("none");
    cloud.faults.sends = ["lost-before", "lost-before"];
    await drive();
    environment.advance(6 * minutes);
    await decide();
    await drive();
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state: "unknown", former: [{ attempt: 1 }] });
    environment.advance(6 * minutes);
    // Two that are new to both.
    cloud.add({ id: "one" });
    cloud.add({ id: "two" });
    await expect(decide()).rejects.toMatchObject({
      code: "answer-unclear",
      message: expect.stringContaining("Say first of one and two what it is"),
    });
    for (const notThis of ["one", "two"]) await purchaser.resolveByPerson({ ...who, finding: { notThis } });
    expect((await decide()).error?.code).toBe("resolved-as-not-bought");
  });
});

test("A5: what only fits is named, young or old: a person says first what it is", async () => {
  const { cloud, environment, decide, drive } = world("stamped");
  cloud.faults.sends = ["lost-before"];
  await drive();
  cloud.add({ id: "by hand" });
  for (const wait of [0, 10 * minutes]) {
    environment.advance(wait);
    await expect(decide()).rejects.toMatchObject({
      code: "still-shown",
      message:
        "The provider shows by hand (Creating), which fits it and is nobody else's, so it cannot be called not bought. If it is this one, say so (`--bought by hand`); if it is another purchase, say that first (`--not-this by hand`).",
    });
  }
});

test("what nobody holds any more is decided under the claim: a driver that took it over meanwhile is not overruled", async () => {
  const { cloud, environment, drive, ledger, options, record } = world("stamped");
  cloud.faults.sends = ["lost-before"];
  await drive();
  environment.advance(6 * minutes);
  const takenOver = createPurchaser({
    ...options,
    ledger: {
      ...ledger,
      decide: async (...given) => {
        environment.jump(31 * seconds);
        const before = await record();
        if (before !== undefined) await ledger.claim([before], "another driver", 30_000);
        return ledger.decide(...given);
      },
    },
  });
  await expect(takenOver.resolveByPerson(notBought)).rejects.toMatchObject({ code: "claim-lost" });
  expect(await record()).toMatchObject({ state: "unknown", holder: "another driver", generation: 0 });
});
