import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { execution, executionId, setup, token } from "./setup.ts";

/** One whose answer was lost, with every look-up failing meanwhile; and a drive that notes how long it waits. */
async function lost(identity: ImitationIdentity, fault: "lost-before" | "lost-after") {
  const parts = setup({ identity });
  const { cloud, options, environment, ledger } = parts;
  cloud.faults.sends = [fault];
  cloud.faults.resolve = "throws";
  await parts.purchaser.drive(execution());
  cloud.faults.resolve = undefined;
  cloud.counts.resolves = 0;
  const waits: number[] = [];
  const sleep: typeof environment.sleep = async (milliseconds) => {
    waits.push(milliseconds);
    await Promise.resolve();
  };
  const drive = async () =>
    (await createPurchaser({ ...options, environment: { ...environment, sleep } }).drive(execution())).outcomes[0];
  const sentAt = (await ledger.recordsOf(executionId))[0]?.submission?.submittedAt ?? 0;
  /** Moves the clock to so many milliseconds after the submission. */
  const toAge = (age: number) => environment.jump(sentAt + age - environment.now());
  return { ...parts, waits, drive, toAge };
}

describe("how long a drive looks", () => {
  test("six looks, the first at once, with growing waits", async () => {
    const { cloud, drive, waits } = await lost("stamped", "lost-before");
    const outcome = await drive();
    expect(outcome).toMatchObject({ status: "unresolved", error: { retryAfter: 300_000 } });
    expect(outcome?.error?.message).toContain(
      "Nothing is taken for proof that it was not before 5 minutes have passed.",
    );
    expect(waits).toEqual([1000, 2000, 4000, 8000, 15_000]);
    expect(cloud.counts.resolves).toBe(6);
  });

  test("what is found at the first look is waited for no longer", async () => {
    const { drive, waits } = await lost("minted", "lost-after");
    expect((await drive())?.status).toBe("already-purchased");
    expect(waits).toEqual([]);
  });
});

describe("where there is no handle", () => {
  test("one millisecond before the minimum age an empty answer counts for nothing", async () => {
    const { cloud, drive, toAge } = await lost("stamped", "lost-before");
    toAge(299_999);
    expect((await drive())?.status).toBe("unresolved");
    expect(cloud.counts.sends).toBe(1);
  });

  test("from the minimum age on two empty answers and a third look that agrees are proof", async () => {
    const { cloud, drive, toAge, waits, ledger } = await lost("stamped", "lost-before");
    toAge(300_000);
    expect((await drive())?.status).toBe("purchased");
    // The fourth asks about the dead one once more, just before the next send.
    expect(cloud.counts.resolves).toBe(4);
    expect(waits).toEqual([1000]);
    expect(cloud.counts.sends).toBe(2);
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ generation: 0, attempt: 2 });
  });

  test("an answer that is none begins the count anew", async () => {
    const { cloud, drive, toAge } = await lost("stamped", "lost-before");
    toAge(300_000);
    cloud.faults.resolves = ["works", "throws", "works", "works"];
    expect((await drive())?.status).toBe("purchased");
    expect(cloud.counts.resolves).toBe(6);
  });
});

describe("where a handle may be sent again", () => {
  test.each(["minted", "chosen"] as const)(
    "two empty answers, a listing, and it is sent again (%s)",
    async (identity) => {
      const { cloud, drive, waits } = await lost(identity, "lost-before");
      const { listings } = cloud.counts;
      expect((await drive())?.status).toBe("purchased");
      expect(waits).toEqual([1000]);
      expect(cloud.counts).toMatchObject({ resolves: 2, sends: 2, quotes: 1, listings: listings + 1 });
      expect(cloud.orders).toHaveLength(1);
    },
  );

  test("at most twice in one drive", async () => {
    const { cloud, drive, waits } = await lost("minted", "lost-before");
    cloud.faults.sends = Array.from({ length: 9 }, () => "lost-before" as const);
    expect((await drive())?.status).toBe("unresolved");
    expect(cloud.counts.sends).toBe(3);
    expect(waits).toHaveLength(5);
  });

  test("a refusal of the second send says nothing about the first: the words are passed on", async () => {
    const { cloud, drive } = await lost("minted", "lost-before");
    cloud.faults.sends = ["rejected", "rejected"];
    const outcome = await drive();
    expect(outcome).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
    expect(outcome?.error?.message).toContain("there is no such order");
  });

  test("said to be expired too early it proves nothing, from the minimum age on it does", async () => {
    const early = await lost("minted", "lost-before");
    early.toAge(299_999);
    early.cloud.faults.sends = ["expired", "expired"];
    expect((await early.drive())?.status).toBe("unresolved");
    expect(early.cloud.counts.quotes).toBe(1);

    const late = await lost("minted", "lost-before");
    late.toAge(300_000);
    late.cloud.faults.sends = ["expired"];
    expect(await late.drive()).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect(late.cloud.counts.quotes).toBe(2);
  });

  test("what an engine without a ledger bought meanwhile is compared and adopted, not sent again", async () => {
    const { cloud, drive } = await lost("minted", "lost-before");
    cloud.add({ id: "from elsewhere", token: token() });
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "from elsewhere" } });
    expect(cloud.counts).toMatchObject({ sends: 1, facts: 1 });
  });

  test("an id of the buyer's own that is used for something else is not adopted", async () => {
    const { cloud, purchaser } = setup({ identity: "chosen" });
    cloud.add({ id: `${token().slice(0, 32)}-0`, size: "large" });
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    expect(outcome).toMatchObject({ status: "rejected", error: { providerCode: "AlreadyExists" } });
    expect(cloud.orders).toHaveLength(1);
  });

  test("an id of the buyer's own is used up by a failure: the next generation has another one", async () => {
    const { cloud, purchaser } = setup({ identity: "chosen" });
    cloud.faults.sends = ["failed"];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("rejected");
    expect(await purchaser.drive(execution())).toMatchObject({
      outcomes: [{ status: "purchased", commitment: { id: `${token().slice(0, 32)}-1` } }],
    });
  });
});

describe("where nothing proves anything", () => {
  test("it is never sent again and never called dead, however long nothing shows", async () => {
    const { cloud, drive, toAge, ledger } = await lost("none", "lost-before");
    for (const age of [60_000, 300_000, 3_600_000, 90_000_000]) {
      toAge(age);
      const outcome = await drive();
      expect(outcome?.status).toBe("unresolved");
      expect(outcome?.error?.message).toContain("If nothing shows 5 minutes after it was sent, look at the provider");
    }
    expect(cloud.counts).toMatchObject({ sends: 1, quotes: 1 });
    expect((await ledger.recordsOf(executionId))[0]).toMatchObject({ state: "unknown", attempt: 1 });
  });

  test("it is adopted where it shows, and nothing is stamped", async () => {
    const { cloud, drive, toAge } = await lost("none", "lost-after");
    toAge(60_000);
    // It only fits: what somebody else bought would, too.
    expect(await drive()).toMatchObject({ status: "unresolved", price: { amount: "10" } });
    toAge(300_000);
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "order-1" } });
    expect(cloud.counts).toMatchObject({ sends: 1, marks: 0 });
  });

  test("a person says that it was not bought: then it is bought anew", async () => {
    const { cloud, purchaser, toAge } = await lost("none", "lost-before");
    toAge(3_600_000);
    const who = { executionId, recIndex: 0, person: "operator", reason: "not on the bill" };
    await purchaser.resolveByPerson({ ...who, finding: "not-bought" });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.orders).toHaveLength(1);
  });
});

test("a second send that was lost is waited for as long as a first one: no refusal after it proves anything", async () => {
  const parts = setup({ identity: "chosen" });
  const { cloud, environment, purchaser } = parts;
  const drive = async () => (await purchaser.drive(execution())).outcomes[0];
  cloud.faults.sends = ["lost-before"];
  cloud.faults.resolve = "throws";
  await drive();
  cloud.faults.resolve = undefined;
  environment.advance(10 * 60_000);
  cloud.faults.lag = 4 * 60_000;
  cloud.faults.sends = ["lost-after", "rejected", "rejected", "rejected"];
  expect(await drive()).toMatchObject({ status: "unresolved" });
  environment.advance(60_000);
  expect(await drive()).toMatchObject({ status: "unresolved" });
  environment.advance(4 * 60_000);
  expect(await drive()).toMatchObject({ status: "already-purchased" });
  expect(cloud.orders).toHaveLength(1);
});

test("a second send that was refused makes nobody wait: from the minimum age on it is quoted anew", async () => {
  const parts = setup({ identity: "chosen" });
  const { cloud, environment, purchaser } = parts;
  const drive = async () => (await purchaser.drive(execution())).outcomes[0];
  cloud.faults.sends = ["lost-before", "rejected", "rejected"];
  expect(await drive()).toMatchObject({ status: "unresolved" });
  environment.advance(5 * 60_000);
  cloud.faults.sends = ["rejected"];
  expect(await drive()).toMatchObject({ status: "purchased" });
  expect(cloud.counts).toMatchObject({ quotes: 2, sends: 5 });
});
