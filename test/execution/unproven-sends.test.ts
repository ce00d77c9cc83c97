import { describe, expect, test } from "vitest";
import { unprovenOf } from "../../src/contract/at-risk.ts";
import { countedPrices, readCount, storedCount } from "../../src/contract/counted-price.ts";
import type { Report } from "../../src/contract/report.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { changed, executionId, recordOf, setup, token } from "../drive/setup.ts";

const ann = { person: "ann", reason: "looked into the console" };
const said = ({ outcomes }: Report) => outcomes.map(({ status, error }) => error?.code ?? status);
const gbp = (amount: string) => ({ amount, currency: "GBP" });
const minutes = 60_000;
const one = { executionId, source: "test", recommendations: [disk()] };

/** Refused by the provider while nobody could look whether that is so. */
async function refusedUnseen(fault: "rejected" | "refused-although-bought", asked = one) {
  const parts = setup({ identity: "chosen" });
  const { purchaser, cloud } = parts;
  cloud.faults.sends = [fault];
  cloud.faults.resolve = "throws";
  expect(said(await purchaser.drive(asked, { concurrency: 1 }))[0]).toBe("purchase-rejected");
  const standing = async () => {
    const { places, money } = await purchaser.execution(executionId);
    return { bought: places.bought, atRisk: places.atRisk, money: money.atRisk };
  };
  return { ...parts, standing };
}

describe("what the provider refused unseen stays at risk until somebody looked", () => {
  const atRisk = { bought: 0, atRisk: 1, money: [gbp("10")] };

  test("also where a guard refuses it before anybody could look", async () => {
    const { purchaser, cloud, standing, ledger } = await refusedUnseen("refused-although-bought");
    const stopped = async (code: string, options = {}) => {
      expect(said(await purchaser.redrive(executionId, options))).toEqual([code]);
      expect(await standing()).toEqual(atRisk);
      expect(unprovenOf((await ledger.recordsOf(executionId))[0] ?? Object.create(null))).toHaveLength(1);
    };
    cloud.faults.listing = "throws";
    await stopped("lookup-failed");
    cloud.faults.listing = "empty";
    await purchaser.setLimits(executionId, { ...ann, maxPrices: { 0: gbp("9") } });
    await stopped("price-above-limit");
    const { mayBeBought, status } = await purchaser.cancel(executionId, ann);
    expect(mayBeBought).toEqual([{ recIndex: 0, token: token(), price: gbp("10") }]);
    expect(status.places).toMatchObject({ atRisk: 1, toCome: 0 });
    await stopped("purchase-rejected");
  });

  test("it is looked for although a guard refuses it, found without sending, and then counts once", async () => {
    const { purchaser, cloud, standing } = await refusedUnseen("refused-although-bought");
    await purchaser.setLimits(executionId, { ...ann, maxPrices: { 0: gbp("9") } });
    cloud.faults.listing = "empty";
    cloud.faults.resolve = undefined;
    const quoted = await purchaser.plan({ ...one, recommendations: [disk({ maxPrice: gbp("9") })] });
    expect(quoted.recommendations).toMatchObject([{ verdict: "adopt" }]);
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased"]);
    expect(await standing()).toEqual({ bought: 1, atRisk: 0, money: [] });
    expect(cloud.counts.sends).toBe(1);
  });

  test("a look that shows nothing ends it, whatever refuses it then", async () => {
    const { purchaser, cloud, standing, ledger } = await refusedUnseen("rejected");
    await purchaser.setLimits(executionId, { ...ann, maxPrices: { 0: gbp("9") } });
    cloud.faults.resolve = undefined;
    expect(said(await purchaser.redrive(executionId))).toEqual(["price-above-limit"]);
    expect(await standing()).toEqual({ bought: 0, atRisk: 0, money: [] });
    expect((await ledger.history(token())).map(({ event }) => event)).toContain("proven");
  });

  test("found by its token in a listing, it is what was refused, and counts once", async () => {
    const { purchaser, cloud, standing } = await refusedUnseen("refused-although-bought");
    cloud.faults.resolve = undefined;
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased"]);
    expect(await standing()).toEqual({ bought: 1, atRisk: 0, money: [] });
  });

  test("its price counts towards the total, of a drive and of a quote", async () => {
    const two = { ...one, recommendations: [disk(), disk({ size: "large" })], maxTotals: [gbp("20")] };
    const { purchaser, cloud } = await refusedUnseen("rejected", { ...two, recommendations: [...two.recommendations] });
    // The second one was bought; a further total holds no third.
    expect((await purchaser.execution(executionId)).money).toMatchObject({ bought: [gbp("10")], atRisk: [gbp("10")] });
    await expect(purchaser.setLimits(executionId, { ...ann, maxTotals: [gbp("19")] })).rejects.toMatchObject({
      code: "limit-below-spent",
    });
    cloud.faults.listing = "throws";
    expect(said(await purchaser.redrive(executionId))).toContain("lookup-failed");
    await expect(purchaser.setLimits(executionId, { ...ann, maxTotals: [gbp("19")] })).rejects.toMatchObject({
      code: "limit-below-spent",
    });
    expect((await purchaser.plan({ ...two, maxTotals: [gbp("20")] })).error).toBeUndefined();
  });

  test("a person who calls it not bought ends it", async () => {
    const { purchaser, cloud, standing, environment } = await refusedUnseen("rejected");
    environment.advance(6 * minutes);
    cloud.faults.resolve = undefined;
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: "not-bought", ...ann });
    expect(await standing()).toEqual({ bought: 0, atRisk: 0, money: [] });
  });

  test("a record of an earlier version, which a guard refused since, is at risk too; a sent one since is not", async () => {
    const { ledger } = await refusedUnseen("rejected");
    const record = await recordOf({ ledger });
    if (record?.former?.[0] === undefined) throw new Error("It is kept.");
    const { unproven: _mark, ...before } = record.former[0];
    const old = { ...record, former: [before] };
    for (const state of ["rejected", "refused", "claimed"] as const) {
      expect(unprovenOf({ ...old, state })).toEqual([before]);
    }
    const decision = { kind: "not-bought", ...ann, at: 0 } as const;
    expect(unprovenOf({ ...old, state: "claimed", decision })).toEqual([]);
    expect(unprovenOf({ ...old, attempt: 2 })).toEqual([]);
    expect(unprovenOf({ ...old, former: [{ ...before, knownUnclear: undefined }] })).toEqual([]);
  });
});

describe("what was passed by stays at risk until it is proven dead", () => {
  /** Its answer was lost; a person says that it was bought as another one. */
  async function calledOther(identity: ImitationIdentity, after: number) {
    const parts = setup({ identity });
    const { purchaser, cloud, environment } = parts;
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive({ ...one, maxTotals: [gbp("29")] });
    cloud.faults.resolve = undefined;
    cloud.add({ id: "by hand", boughtAt: environment.now() });
    environment.advance(after);
    await purchaser.resolveByPerson({ executionId, recIndex: 0, finding: { bought: "by hand" }, ...ann });
    const standing = async () => {
      const { places, money } = await purchaser.execution(executionId);
      return { places: [places.bought, places.atRisk], money: [money.bought, money.atRisk] };
    };
    return { ...parts, standing };
  }

  test.each(["minted", "chosen"] as const)("%s: too young to tell, it counts until a drive looks", async (identity) => {
    const { purchaser, standing, environment } = await calledOther(identity, minutes);
    const both = { places: [1, 1], money: [[gbp("10")], [gbp("10")]] };
    expect(await standing()).toEqual(both);
    expect((await purchaser.cancel(executionId, ann)).mayBeBought).toMatchObject([{ recIndex: 0, price: gbp("10") }]);
    await purchaser.reopen(executionId, ann);
    await expect(purchaser.setLimits(executionId, { ...ann, maxTotals: [gbp("19")] })).rejects.toMatchObject({
      code: "limit-below-spent",
    });
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased"]);
    expect(await standing()).toEqual(both);
    environment.advance(5 * minutes);
    expect(said(await purchaser.redrive(executionId))).toEqual(["already-purchased"]);
    expect(await standing()).toEqual({ places: [1, 0], money: [[gbp("10")], []] });
  });

  test.each(["minted", "chosen"] as const)("%s: once a clear answer is proof, it does not count", async (identity) => {
    const { standing } = await calledOther(identity, 6 * minutes);
    expect(await standing()).toEqual({ places: [1, 0], money: [[gbp("10")], []] });
  });

  test.each(["stamped", "none"] as const)(
    "%s: what fits is what a person says it is, and counts once",
    async (identity) => {
      const { standing } = await calledOther(identity, minutes);
      expect(await standing()).toEqual({ places: [1, 0], money: [[gbp("10")], []] });
    },
  );

  test("while it is found live beside, it counts, and a drive names it", async () => {
    const { purchaser, standing, cloud, environment, ledger } = await calledOther("chosen", minutes);
    const own = (await recordOf({ ledger }))?.former?.[0];
    if (own === undefined) throw new Error("It is kept.");
    await cloud.executor.send(own, { sentBefore: false });
    environment.advance(6 * minutes);
    const { outcomes } = await purchaser.redrive(executionId);
    expect(outcomes[0]?.warnings?.join()).toContain("purchase too many");
    expect(await standing()).toEqual({ places: [1, 1], money: [[gbp("10")], [gbp("10")]] });
  });

  test("a drive that passes it by counts it too", async () => {
    const parts = setup({ identity: "chosen" });
    const { purchaser, cloud, environment } = parts;
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await purchaser.drive(one);
    cloud.faults.resolve = undefined;
    cloud.add({ id: "from elsewhere", token: token() });
    const hidden = changed(parts, { resolve: async () => ({ kind: "absent", reason: "Nothing." }) });
    expect(said(await hidden.redrive(executionId))).toEqual(["already-purchased"]);
    expect((await purchaser.execution(executionId)).money).toMatchObject({ bought: [gbp("10")], atRisk: [gbp("10")] });
    environment.advance(6 * minutes);
    await hidden.redrive(executionId);
    expect((await purchaser.execution(executionId)).money.atRisk).toEqual([]);
  });
});

test("a store keeps one price as it is, several as a list, and reads what an earlier version kept", async () => {
  const { ledger } = await refusedUnseen("rejected");
  const record = await recordOf({ ledger });
  if (record?.former?.[0] === undefined) throw new Error("It is kept.");
  expect(storedCount(record)).toBe(JSON.stringify(gbp("10")));
  const several = { ...record, former: [record.former[0], { ...record.former[0], price: gbp("11"), handle: {} }] };
  for (const each of [record, several]) expect(readCount(storedCount(each) ?? "")).toEqual(countedPrices(each));
  expect(storedCount({ ...record, former: [] })).toBeNull();
  expect(readCount('"unknown"')).toEqual(["unknown"]);
});
