import { describe, expect, test } from "vitest";
import { match } from "../../src/drive/adopt.ts";
import type { Standing } from "../../src/contract/commitment.ts";
import type { Listed } from "../../src/contract/listed.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { changed, execution, payer, setup, token } from "./setup.ts";

const minutes = 60_000;

describe("the look-up before buying", () => {
  test("a look-up error is not taken for nothing there: refused, nothing sent", async () => {
    const { purchaser, cloud } = setup();
    cloud.faults.listing = "throws";
    const report = await purchaser.drive(execution(disk(), disk()));
    for (const outcome of report.outcomes) {
      expect(outcome).toMatchObject({ status: "refused", error: { code: "lookup-failed", retryable: true } });
    }
    expect(cloud.counts).toMatchObject({ listings: 1, quotes: 0, sends: 0 });
  });

  test("one live commitment with the token is compared, adopted and not bought again", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "found", token: token(), state: "Succeeded" });
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toEqual({
      recIndex: 0,
      status: "already-purchased",
      token: token(),
      ...payer,
      commitment: { id: "found", state: "Succeeded", settled: true },
    });
    expect(cloud.counts).toMatchObject({ facts: 1, quotes: 0, sends: 0 });
    expect(await purchaser.drive(execution())).toEqual(report);
  });

  test("one that is not what was asked for is refused and named", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "found", token: token(), size: "large", quantity: 2 });
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "commitment-mismatch" } });
    expect(report.outcomes[0]?.error?.message).toContain(
      "(size: asked small, found large; quantity: asked 1, found 2)",
    );
    expect(cloud.counts.sends).toBe(0);
  });

  test("two live ones are refused and named", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "first", token: token() });
    cloud.add({ id: "second", token: token() });
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "several-commitments" } });
    expect(report.outcomes[0]?.error?.message).toContain("first, second");
  });

  test.each([
    ["Failed", "purchased"],
    ["BillingFailed", "purchased"],
    ["Cancelled", "purchased"],
    ["SomethingNew", "already-purchased"],
    ["Creating", "already-purchased"],
  ])("one in state %s: %s", async (state, status) => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "found", token: token(), state });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe(status);
  });

  test("A29: one that has ended counts where the provider's listing says so, unless another is live", () => {
    const one = (id: string, standing: Standing): Listed => {
      return { commitment: { id, state: standing, standing, settled: true, marked: true }, marks: [], facts: {} };
    };
    const listing = (...found: Listed[]) => ({ byToken: new Map([[token(), found]]), byId: new Map() });
    const [ended, live, failed] = [one("e", "ended"), one("l", "live"), one("f", "failed")];
    expect(match(listing(ended), token())).toBeUndefined();
    expect(match({ ...listing(failed, ended), endedCounts: true }, token())).toBe(ended);
    expect(match({ ...listing(ended, live), endedCounts: true }, token())).toBe(live);
    expect(match({ ...listing(failed), endedCounts: true }, token())).toBeUndefined();
    expect(() => match({ ...listing(ended, one("u", "unclear")), endedCounts: true }, token())).toThrow(/u carries/);
  });

  test("one of which nobody can say whether it was paid needs a person", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "found", token: token(), state: "retired" });
    const report = await purchaser.drive(execution());
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "commitment-unclear" } });
    expect(cloud.counts.sends).toBe(0);
  });

  test("a commitment with another recommendation's token is no match", async () => {
    const { purchaser, cloud } = setup();
    cloud.add({ id: "found", token: token(1) });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
  });
});

describe("the canary", () => {
  async function withPurchase() {
    const parts = setup();
    await parts.purchaser.drive(execution());
    const order = parts.cloud.orders[0];
    if (order === undefined) throw new Error("nothing was bought");
    order.state = "Succeeded";
    await parts.purchaser.drive(execution());
    return { ...parts, order, other: { ...execution(disk({ size: "large" })), executionId: "execution-2" } };
  }

  test("a listing that lacks what the ledger knows as bought is not believed", async () => {
    const { purchaser, cloud, environment, other, order } = await withPurchase();
    environment.advance(15 * minutes);
    cloud.faults.listing = "empty";
    const report = await purchaser.drive(other);
    expect(report.outcomes[0]).toMatchObject({
      status: "refused",
      error: {
        code: "lookup-untrusted",
        retryable: true,
        // B18: an exchanged one has left the list for good.
        message: expect.stringMatching(/`buyonce audit --accept-loss \S+ --person NAME --reason WHY`/),
      },
    });
    expect(report.outcomes[0]?.error?.message).toContain(order.id);
    expect(cloud.counts.sends).toBe(1);
  });

  test("within 15 minutes it may lag, if the commitment is visible when read by its id", async () => {
    const { purchaser, cloud, environment, other } = await withPurchase();
    environment.advance(15 * minutes - 1);
    cloud.faults.listing = "empty";
    expect((await purchaser.drive(other)).outcomes[0]?.status).toBe("purchased");
    expect(cloud.counts.reads).toBe(1);
  });

  test("a listing that takes longer than that was begun within 15 minutes: its pages may be as old", async () => {
    const parts = await withPurchase();
    const patient = { ...parts, options: { ...parts.options, leaseLength: 60 * minutes } };
    const purchaser = changed(patient, {
      inventory: {
        list: async function* () {
          yield [];
          parts.environment.advance(16 * minutes);
        },
      },
    });
    expect((await purchaser.drive(parts.other)).outcomes[0]?.status).toBe("purchased");
    expect(parts.cloud.counts.reads).toBe(1);
  });

  test("within 15 minutes, and the reading fails: refused, with the id", async () => {
    const parts = await withPurchase();
    parts.cloud.faults.listing = "empty";
    const purchaser = changed(parts, { inventory: { read: () => Promise.reject(new Error("503")) } });
    expect((await purchaser.drive(parts.other)).outcomes[0]).toMatchObject({
      status: "refused",
      error: { code: "lookup-failed", message: expect.stringContaining(`Reading ${parts.order.id} failed: 503`) },
    });
  });

  test.each(["Cancelled", "retired"])("what is %s need not be listed any more", async (state) => {
    const { purchaser, cloud, environment } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = state;
    await purchaser.drive(execution());
    environment.advance(16 * minutes);
    cloud.orders.length = 0;
    const other = { ...execution(disk({ size: "large" })), executionId: "execution-2" };
    expect((await purchaser.drive(other)).outcomes[0]?.status).toBe("purchased");
  });

  test("what has no marker yet need not be listed: its id may not be the final one", async () => {
    const { purchaser, cloud, environment } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    await purchaser.drive(execution());
    cloud.faults.mark = undefined;
    environment.advance(16 * minutes);
    cloud.orders.length = 0;
    const other = { ...execution(disk({ size: "large" })), executionId: "execution-2" };
    expect((await purchaser.drive(other)).outcomes[0]?.status).toBe("purchased");
  });

  test("within 15 minutes, but not visible by its id either: not believed", async () => {
    const { purchaser, cloud, other } = await withPurchase();
    cloud.orders.length = 0;
    const report = await purchaser.drive(other);
    expect(report.outcomes[0]).toMatchObject({ status: "refused", error: { code: "lookup-untrusted" } });
  });

  test.each([
    ["a millisecond before the end of its year it must still be", -1, "refused"],
    ["from then on it need not be", 0, "purchased"],
  ])("what is bought must be listed within its term: %s", async (_when, more, status) => {
    const { purchaser, cloud, environment, other } = await withPurchase();
    environment.jump(365 * 24 * 60 * minutes + more);
    cloud.orders.length = 0;
    expect((await purchaser.drive(other)).outcomes[0]?.status).toBe(status);
  });

  test("another scope's purchases are no canary here", async () => {
    const { purchaser, cloud, environment } = await withPurchase();
    environment.advance(16 * minutes);
    cloud.faults.listing = "empty";
    const elsewhere = { ...execution(disk({ account: "b" })), executionId: "execution-3" };
    expect((await purchaser.drive(elsewhere)).outcomes[0]?.status).toBe("purchased");
  });
});
