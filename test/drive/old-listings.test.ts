import { describe, expect, test } from "vitest";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, setup, token } from "./setup.ts";

const longerThanBelieved = 900_001;

/**
 * Two that were looked for in one listing. The prices of both come when it is old; the first was bought meanwhile by an engine without
 * this ledger, and its price comes last, so that the second has had the listing made anew.
 */
async function bothWait(list?: (inventory: Inventory) => Inventory["list"]) {
  const parts = setup({ leaseLength: 6_000_000 });
  const { cloud, environment } = parts;
  const { quote, inventory }: ServiceExecutor = cloud.executor;
  const prices = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let [asked, looked] = [0, 0];
  const purchaser = changed(parts, {
    quote: async (...parameters) => {
      await prices[parameters[0]["quantity"] === 1 ? 0 : 1].promise;
      return quote(...parameters);
    },
    inventory: list === undefined ? {} : { list: list(inventory) },
  });
  const driving = purchaser.drive(execution(disk(), disk({ quantity: 2 })), {
    onEvent: ({ type }) => {
      if (type === "quoting") asked += 1;
      if (type === "listed" || type === "look-up-failed") looked += 1;
    },
  });
  await expect.poll(() => asked).toBe(2);
  cloud.add({ id: "elsewhere", token: token(), state: "Succeeded" });
  environment.advance(longerThanBelieved);
  prices[1].resolve();
  await expect.poll(() => looked).toBeGreaterThanOrEqual(2);
  prices[0].resolve();
  return { outcomes: (await driving).outcomes, cloud };
}

/** The same, where some listings fail, counted from 1. */
async function bothWaitFailing(fails: (listing: number) => boolean) {
  let listings = 0;
  const world = await bothWait(
    (inventory) =>
      async function* (...parameters) {
        if (fails((listings += 1))) throw new Error("503");
        yield* inventory.list(...parameters);
      },
  );
  return { ...world, listings: () => listings };
}

describe("a listing that has grown old while a price was waited for", () => {
  test("made anew for another, it is looked into all the same", async () => {
    const { outcomes, cloud } = await bothWait();
    expect(outcomes).toMatchObject([
      { status: "already-purchased", commitment: { id: "elsewhere" } },
      { status: "purchased" },
    ]);
    expect(cloud.counts).toMatchObject({ listings: 2, sends: 1 });
  });

  test("that could not be made anew for another says nothing", async () => {
    const { outcomes, cloud, listings } = await bothWaitFailing((listing) => listing > 1);
    expect(outcomes.map(({ error }) => error?.code)).toEqual(["lookup-failed", "lookup-failed"]);
    // Once, and then every minute for five.
    expect([listings(), cloud.counts.sends]).toEqual([7, 0]);
  });

  test("that cannot be made anew for a minute is tried again: the rest of the night is not given up", async () => {
    const { outcomes, cloud, listings } = await bothWaitFailing((listing) => listing === 2);
    expect(outcomes.map(({ status }) => status)).toEqual(["already-purchased", "purchased"]);
    expect([listings(), cloud.counts.sends]).toEqual([3, 1]);
  });

  test("was made for it alone, after what it sent had expired: it is looked for anew", async () => {
    const parts = setup({ leaseLength: 6_000_000 });
    const { cloud, environment } = parts;
    const { quote }: ServiceExecutor = cloud.executor;
    let quotes = 0;
    const purchaser = changed(parts, {
      quote: async (...parameters) => {
        quotes += 1;
        if (quotes === 2) {
          environment.advance(longerThanBelieved);
          cloud.add({ id: "elsewhere", token: token(), state: "Succeeded" });
        }
        return quote(...parameters);
      },
    });
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    const [lost] = (await purchaser.drive(execution())).outcomes;
    expect(lost?.status).toBe("unresolved");
    cloud.faults.resolve = undefined;
    cloud.faults.sends = ["expired"];
    environment.advance(600_000);
    const [found] = (await purchaser.drive(execution())).outcomes;
    expect(found).toMatchObject({ status: "already-purchased", commitment: { id: "elsewhere" } });
    expect(quotes).toBe(2);
  });
});

describe("while a look at an earlier send waits", () => {
  /** Refused once, and driven again: so much time passes in the look at that, after the new price. */
  async function lookWaits(time: number, meanwhile: (cloud: ReturnType<typeof setup>["cloud"]) => void) {
    const parts = setup({ leaseLength: 6_000_000 });
    const { cloud, environment } = parts;
    const { quote, resolve }: ServiceExecutor = cloud.executor;
    let [quotes, waits] = [0, 0];
    const purchaser = changed(parts, {
      quote: async (...parameters) => {
        quotes += 1;
        return quote(...parameters);
      },
      resolve: async (...parameters) => {
        const shown = await resolve(...parameters);
        if (quotes > 1 && (waits += 1) === 1) {
          environment.advance(time);
          meanwhile(cloud);
        }
        return shown;
      },
    });
    cloud.faults.sends = ["rejected"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(execution());
    cloud.faults.resolve = undefined;
    const [outcome] = (await purchaser.drive(execution())).outcomes;
    return { outcome, quotes, sends: cloud.counts.sends };
  }

  test("the listing grows old: it is looked for anew", async () => {
    const { outcome, sends } = await lookWaits(longerThanBelieved, (cloud) => {
      cloud.add({ id: "elsewhere", token: token(), state: "Succeeded" });
    });
    expect(outcome).toMatchObject({ status: "already-purchased", commitment: { id: "elsewhere" } });
    expect(sends).toBe(1);
  });

  test("the price grows old: it is asked for anew", async () => {
    const { outcome, quotes } = await lookWaits(120_001, (cloud) => (cloud.faults.price = "11"));
    expect(outcome).toMatchObject({ status: "purchased", price: { amount: "11" } });
    expect(quotes).toBe(3);
  });

  test("a price that is young is kept", async () => {
    const { outcome, quotes } = await lookWaits(119_000, (cloud) => (cloud.faults.price = "11"));
    expect(outcome).toMatchObject({ status: "purchased", price: { amount: "10" } });
    expect(quotes).toBe(2);
  });
});

test.each([
  ["once: it is looked for anew", 1, { status: "already-purchased", commitment: { id: "elsewhere" } }],
  ["each time: nothing is sent again", Infinity, { status: "unresolved" }],
])("a look at an earlier send waits before what was sent last is sent again, %s", async (_when, times, expected) => {
  const parts = setup({ leaseLength: 60_000_000 });
  const { cloud, environment } = parts;
  const { resolve }: ServiceExecutor = cloud.executor;
  let waits: number | undefined;
  const purchaser = changed(parts, {
    resolve: async (...parameters) => {
      const shown = await resolve(...parameters);
      if (parameters[0].attempt !== 1 || waits === undefined || waits >= times) return shown;
      waits += 1;
      environment.advance(longerThanBelieved);
      if (times === 1) cloud.add({ id: "elsewhere", token: token(), state: "Succeeded" });
      return shown;
    },
  });
  const drive = async () => (await purchaser.drive(execution())).outcomes[0];
  cloud.faults.sends = ["rejected"];
  cloud.faults.resolve = "throws";
  await drive();
  cloud.faults.resolve = undefined;
  cloud.faults.sends = ["lost-before"];
  cloud.faults.onSend = () => void (cloud.faults.resolve = "throws");
  expect((await drive())?.status).toBe("unresolved");
  cloud.faults.onSend = undefined;
  cloud.faults.resolve = undefined;
  waits = 0;
  const { sends } = cloud.counts;
  expect(await drive()).toMatchObject(expected);
  expect(cloud.counts.sends).toBe(sends);
});

test("where it always takes so long, nothing is bought, and the drive ends", async () => {
  const parts = setup({ leaseLength: 6_000_000 });
  const { quote }: ServiceExecutor = parts.cloud.executor;
  const purchaser = changed(parts, {
    quote: async (...parameters) => {
      parts.environment.advance(longerThanBelieved);
      return quote(...parameters);
    },
    inventory: {
      list: async function* () {
        yield [];
        parts.environment.advance(120_001);
      },
    },
  });
  const [outcome] = (await purchaser.drive(execution())).outcomes;
  expect(outcome).toMatchObject({ status: "refused", error: { code: "quote-failed", retryable: true } });
  expect(parts.cloud.counts.sends).toBe(0);
});
