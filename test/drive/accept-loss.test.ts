// What a person says is lost, what must be in a listing until when, and what was never there.
import { describe, expect, test } from "vitest";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { amongMany } from "./many-records.ts";
import { changed, execution, recordOf, setup, token } from "./setup.ts";

const minutes = 60_000;
const day = 24 * 60 * minutes;
const words = { person: "Ada", reason: "exchanged" };

describe("a loss that is accepted", () => {
  test("what the ledger has in two scopes under one id, or under none, is refused as such", async () => {
    const { cloud, purchaser } = setup();
    for (const recIndex of [0, 1]) cloud.add({ id: "same", token: token(recIndex), state: "Succeeded" });
    const report = await purchaser.drive(execution(disk(), disk({ account: "b" })));
    expect(report.outcomes.map(({ commitment }) => commitment?.id)).toEqual(["same", "same"]);
    await expect(purchaser.acceptLoss({ id: "same", ...words })).rejects.toMatchObject({
      code: "invalid-execution",
      message: expect.stringMatching(/^The request is not valid; nothing was sent/),
      problems: [{ path: "id", message: "is in the ledger in several scopes" }],
    });
    await expect(purchaser.acceptLoss({ id: "none", ...words })).rejects.toMatchObject({
      code: "invalid-execution",
      problems: [{ path: "id", message: expect.stringContaining("is not known to the ledger as bought") }],
    });
  });

  test("is found among as many records as there are", async () => {
    const parts = setup();
    const { cloud, ledger, purchaser } = parts;
    await purchaser.drive(execution());
    cloud.vanish("minted-1");
    const like = await recordOf(parts);
    if (like === undefined) throw new Error("It was bought.");
    const { acceptLoss } = changed(parts, {}, amongMany(ledger, like));
    expect(await acceptLoss({ id: "minted-1", ...words })).toMatchObject({ token: token(), state: "purchased" });
  });

  test("is recorded in the state in which the provider shows it last", async () => {
    const { cloud, purchaser } = setup();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Cancelled";
    const record = await purchaser.acceptLoss({ id: "minted-1", ...words });
    expect(record.commitment).toMatchObject({ state: "Cancelled", standing: "ended" });
  });

  test("is not held up by what somebody else bought since, where nothing is marked", async () => {
    const { cloud, purchaser } = setup({ identity: "none" });
    await purchaser.drive(execution());
    cloud.vanish("order-1");
    cloud.add({ id: "by hand" });
    const record = await purchaser.acceptLoss({ id: "order-1", ...words });
    expect(record.commitment).toMatchObject({ id: "order-1", standing: "ended" });
  });

  test("of what was there to stay is taken however old it is, also before its final state was seen", async () => {
    const { cloud, purchaser, environment } = setup();
    await purchaser.drive(execution());
    cloud.vanish("minted-1");
    environment.advance(60 * minutes);
    const record = await purchaser.acceptLoss({ id: "minted-1", ...words });
    expect(record).toMatchObject({ state: "purchased", commitment: { standing: "ended" } });
  });
});

describe("gone", () => {
  test("without a marker, and not known to be on its way only: it stays bought, and is not bought again", async () => {
    const { cloud, purchaser, environment } = setup({ identity: "stamped" });
    cloud.faults.mark = "throws";
    await purchaser.drive(execution());
    cloud.vanish("order-1");
    environment.advance(60 * minutes);
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("already-purchased");
    expect(cloud.counts.sends).toBe(1);
  });

  test("seen on its way only: whoever looks after it says what it was, and that nothing is bought", async () => {
    const { cloud, purchaser, environment } = setup({ identity: "chosen" });
    cloud.add({ id: "on-its-way", token: token(), state: "OnItsWay" });
    await purchaser.drive(execution());
    cloud.vanish("on-its-way");
    environment.advance(5 * minutes);
    const [report] = await purchaser.watchPending();
    expect(report?.outcomes[0]).toMatchObject({
      status: "rejected",
      error: {
        code: "purchase-rejected",
        providerCode: "gone",
        message: expect.stringContaining("bought as on-its-way"),
      },
    });
  });
});

describe("how long it must be listed", () => {
  test("its term begins when the provider says that it was bought, not when it was found", async () => {
    const { cloud, purchaser, environment } = setup();
    const boughtAt = environment.now() - 364 * day;
    cloud.add({ id: "old", token: token(), state: "Succeeded", boughtAt });
    await purchaser.drive(execution());
    environment.jump(2 * day);
    cloud.vanish("old");
    const other = { ...execution(disk({ size: "large" })), executionId: "another" };
    expect((await purchaser.drive(other)).outcomes[0]?.status).toBe("purchased");
  });

  test.each([
    ["a millisecond before its end", -1, ["loss"]],
    ["at its end", 0, []],
  ])("what is missing is a loss within its term: %s", async (_when, more, kinds) => {
    const all = setup();
    const { cloud, purchaser, environment } = all;
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Succeeded";
    await purchaser.drive(execution());
    const from = Date.parse((await recordOf(all))?.commitment?.purchasedAt ?? "");
    cloud.vanish("minted-1");
    environment.jump(from + 365 * day + more - environment.now());
    expect((await purchaser.audit()).findings.map(({ kind }) => kind)).toEqual(kinds);
  });
});
