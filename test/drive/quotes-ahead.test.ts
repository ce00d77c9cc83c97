import { describe, expect, test } from "vitest";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { Listed } from "../../src/contract/listed.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, patientLease, setup, token } from "./setup.ts";

const scope = { key: "imitation/a", label: "account a" };
const listing = () => ({ signal: new AbortController().signal, isComplete: () => false });

const disks = (count: number) => Array.from({ length: count }, (_, index) => disk({ quantity: index + 1 }));

/** A cloud whose listing waits after two pages until it is let go, and a count of the prices that were asked for. */
function world({
  identity = "minted",
  pages = [[], []],
  onQuote,
  ...changes
}: {
  identity?: ImitationIdentity;
  pages?: readonly (readonly Listed[])[];
  onQuote?: () => Promise<void>;
} & Partial<ServiceExecutor> = {}) {
  const parts = setup({ identity, leaseLength: patientLease });
  const { executor } = parts.cloud;
  const listing = Promise.withResolvers<void>();
  let quotes = 0;
  const purchaser = changed(parts, {
    quote: async (...of: Parameters<typeof executor.quote>) => {
      quotes += 1;
      await onQuote?.();
      return executor.quote(...of);
    },
    ...changes,
    inventory: {
      list: async function* (...asked) {
        for (const page of pages) yield page;
        await listing.promise;
        yield* executor.inventory.list(...asked);
      },
    },
  });
  const events: DriveEvent[] = [];
  const onEvent = (event: DriveEvent) => void events.push(event);
  return { ...parts, purchaser, listing, events, onEvent, asked: () => quotes };
}

describe("prices beside the listing", () => {
  test.each(["minted", "chosen"] as const)(
    "%s: all are asked for while the listing is read, and none again; nothing is written before it is there",
    async (identity) => {
      const { purchaser, listing, onEvent, events, asked, cloud, ledger } = world({ identity });
      const driving = purchaser.drive(execution(...disks(9)), { onEvent, concurrency: 2 });
      await expect.poll(asked).toBe(9);
      const types = () => new Set(events.map(({ type }) => type));
      expect(types().has("writing-ahead")).toBe(false);
      for (const record of await ledger.recordsOf("execution-1")) expect(record.submission).toBeUndefined();
      listing.resolve();
      const { outcomes } = await driving;
      expect(outcomes.every(({ status }) => status === "purchased")).toBe(true);
      expect([asked(), cloud.counts.listings, cloud.orders.length]).toEqual([9, 1, 9]);
    },
  );

  test("as many at a time as the drive drives", async () => {
    let [now, most] = [0, 0];
    const { purchaser, listing, asked } = world({
      onQuote: async () => {
        most = Math.max(most, (now += 1));
        await new Promise((done) => setImmediate(done));
        now -= 1;
      },
    });
    const driving = purchaser.drive(execution(...disks(9)), { concurrency: 3 });
    await expect.poll(asked).toBe(9);
    listing.resolve();
    await driving;
    expect(most).toBe(3);
  });

  test.each(["stamped", "none"] as const)("%s: a baseline is read after the listing", async (identity) => {
    const { purchaser, listing, events, onEvent } = world({ identity });
    const driving = purchaser.drive(execution(...disks(2)), { onEvent });
    listing.resolve();
    await driving;
    const order = events.map(({ type }) => type).filter((type) => type === "listed" || type === "quoting");
    expect(order).toEqual(["listed", "quoting", "quoting"]);
  });

  test("so is the price of what reads what a purchase changes", async () => {
    const { purchaser, listing, events, onEvent } = world({ quoteSeesPurchases: true });
    const driving = purchaser.drive(execution(), { onEvent });
    listing.resolve();
    await driving;
    expect(events.findIndex(({ type }) => type === "quoting")).toBeGreaterThan(
      events.findIndex(({ type }) => type === "listed"),
    );
  });

  test.each([0, 1])(
    "after %i pages none is: a short listing is over sooner, and shows what needs no price",
    async (read) => {
      const { purchaser, listing, asked, cloud } = world({ pages: Array.from({ length: read }, () => []) });
      cloud.add({ id: "found", token: token(), state: "Succeeded" });
      const driving = purchaser.drive(execution());
      await new Promise((done) => setImmediate(done));
      listing.resolve();
      expect((await driving).outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { id: "found" } });
      expect(asked()).toBe(0);
    },
  );

  test("what a page has shown by then is not priced", async () => {
    const parts = setup();
    parts.cloud.add({ id: "found", token: token(1), state: "Succeeded" });
    const [shown = []] = await Array.fromAsync(parts.cloud.executor.inventory.list(scope, listing()));
    const { purchaser, listing: rest, asked, cloud } = world({ pages: [shown, []] });
    cloud.add({ id: "found", token: token(1), state: "Succeeded" });
    const driving = purchaser.drive(execution(...disks(3)));
    await expect.poll(asked).toBe(2);
    rest.resolve();
    expect((await driving).outcomes.map(({ status }) => status)).toEqual(["purchased", "refused", "purchased"]);
    expect(asked()).toBe(2);
  });

  test("the listings of all scopes begin at once, whatever is driven first", async () => {
    const { purchaser, listing, events, onEvent } = world({ pages: [] });
    const driving = purchaser.drive(execution(disk(), disk({ quantity: 2 }), disk({ account: "b" })), {
      onEvent,
      concurrency: 2,
    });
    const begun = () => events.filter(({ type }) => type === "listing").length;
    await expect.poll(begun).toBe(2);
    listing.resolve();
    expect((await driving).outcomes.every(({ status }) => status === "purchased")).toBe(true);
    expect(begun()).toBe(2);
  });

  test("off by option", async () => {
    const { purchaser, listing, events, onEvent } = world();
    const driving = purchaser.drive(execution(), { onEvent, quotesAhead: false });
    listing.resolve();
    await driving;
    const order = events.map(({ type }) => type).filter((type) => type === "listed" || type === "quoting");
    expect(order).toEqual(["listed", "quoting"]);
  });

  test("one that has grown old while the listing was read is replaced before its write-ahead, and it is the new one that is bought at", async () => {
    const { purchaser, listing, asked, cloud, environment, onEvent, events } = world();
    const driving = purchaser.drive(execution(), { onEvent });
    await expect.poll(asked).toBe(1);
    environment.advance(120_001);
    cloud.faults.price = "11";
    listing.resolve();
    const { outcomes } = await driving;
    expect(outcomes[0]).toMatchObject({ status: "purchased", price: { amount: "11" } });
    expect(asked()).toBe(2);
    const types = events.map(({ type }) => type);
    expect(types.lastIndexOf("quoted")).toBeLessThan(types.indexOf("writing-ahead"));
  });

  test("no more are asked for after half a minute: they would be old when they are bought at", async () => {
    const first = Promise.withResolvers<void>();
    const { purchaser, listing, asked, environment } = world({ onQuote: () => first.promise });
    const driving = purchaser.drive(execution(...disks(5)), { concurrency: 1 });
    await expect.poll(asked).toBe(1);
    environment.advance(30_001);
    first.resolve();
    await new Promise((done) => setImmediate(done));
    expect(asked()).toBe(1);
    listing.resolve();
    expect((await driving).outcomes.every(({ status }) => status === "purchased")).toBe(true);
    expect(asked()).toBe(5);
  });

  test("nor once the listing is there: each purchase asks for its own", async () => {
    const [first, sent] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { purchaser, listing, asked, cloud } = world({ onQuote: () => first.promise });
    cloud.faults.onSend = () => sent.promise;
    const driving = purchaser.drive(execution(...disks(3)), { concurrency: 1 });
    await expect.poll(asked).toBe(1);
    listing.resolve();
    await new Promise((done) => setImmediate(done));
    first.resolve();
    await expect.poll(() => cloud.counts.sends).toBe(1);
    expect(asked()).toBe(1);
    sent.resolve();
    expect((await driving).outcomes.every(({ status }) => status === "purchased")).toBe(true);
    expect(asked()).toBe(3);
  });

  test.each([
    [6, 3],
    [5, 2],
    [3, 1],
    [2, 0],
    [undefined, 3],
  ])(
    "where the provider takes %s more, %i of three are asked for: a price and a purchase each, and none where it takes fewer than three",
    async (most, ahead) => {
      const left = () => (most === undefined ? undefined : most - asked());
      const { purchaser, listing, asked } = world({ writesLeft: left });
      const driving = purchaser.drive(execution(...disks(3)));
      await new Promise((done) => setImmediate(done));
      expect(asked()).toBe(ahead);
      listing.resolve();
      expect((await driving).outcomes.every(({ status }) => status === "purchased")).toBe(true);
      expect(asked()).toBe(3);
    },
  );

  test("its limit is held against the price, whenever it was asked for", async () => {
    const { purchaser, listing, asked, cloud } = world();
    cloud.faults.price = "11";
    const maxPrice = { amount: "10", currency: "GBP" };
    const driving = purchaser.drive(execution({ ...disk(), maxPrice }));
    await expect.poll(asked).toBe(1);
    listing.resolve();
    expect((await driving).outcomes[0]).toMatchObject({ status: "refused", error: { code: "price-above-limit" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test("one that fails ahead is asked for again by its purchase", async () => {
    let asks = 0;
    const { purchaser, listing, asked } = world({
      onQuote: async () => {
        if ((asks += 1) === 1) throw new Error("503");
      },
    });
    const driving = purchaser.drive(execution());
    await expect.poll(asked).toBe(1);
    listing.resolve();
    expect((await driving).outcomes[0]?.status).toBe("purchased");
    expect(asked()).toBe(2);
  });

  test("what the listing shows is adopted: a price moves no money", async () => {
    const { purchaser, listing, asked, cloud } = world();
    cloud.add({ id: "found", token: token(), state: "Succeeded" });
    const driving = purchaser.drive(execution());
    await expect.poll(asked).toBe(1);
    listing.resolve();
    expect((await driving).outcomes[0]).toMatchObject({ status: "already-purchased", commitment: { id: "found" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test("what was sent before is reconciled first, and not priced ahead", async () => {
    const parts = world();
    parts.listing.resolve();
    parts.cloud.faults.sends = ["lost-before"];
    parts.cloud.faults.resolve = "throws";
    const [lost] = (await parts.purchaser.drive(execution())).outcomes;
    expect(lost?.status).toBe("unresolved");
    const before = parts.asked();
    parts.cloud.faults.resolve = undefined;
    const [found] = (await parts.purchaser.drive(execution())).outcomes;
    expect(found?.status).toBe("purchased");
    expect(parts.asked()).toBe(before);
  });

  test("a drive that ends asks for nothing more: what is under way is aborted", async () => {
    const [asking, aborted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { purchaser, listing, cloud } = world({
      quote: async (_recommendation, _marker, { signal }) => {
        asking.resolve();
        signal.addEventListener("abort", () => aborted.resolve());
        await aborted.promise;
        throw signal.reason;
      },
    });
    cloud.add({ id: "found", token: token(), state: "Succeeded" });
    const driving = purchaser.drive(execution());
    await asking.promise;
    listing.resolve();
    expect((await driving).outcomes[0]?.status).toBe("already-purchased");
    await aborted.promise;
  });

  test("with a total, too: each price is asked for once, before the check", async () => {
    const { purchaser, listing, asked } = world();
    const maxTotals = [{ amount: "1000", currency: "GBP" }];
    const driving = purchaser.drive(execution(...disks(3)), { maxTotals });
    await expect.poll(asked).toBe(3);
    listing.resolve();
    expect((await driving).outcomes.every(({ status }) => status === "purchased")).toBe(true);
    expect(asked()).toBe(3);
  });
});
