import { expect, test } from "vitest";
import { readFigures } from "../../src/door/ledger-figures.ts";
import { recordedReport } from "../../src/drive/recorded-report.ts";
import { readParked, sumOfParked } from "../../src/drive/report-parked.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, executionId, setup, token } from "./setup.ts";

const hour = 3_600_000;
const ten = { amount: "10", currency: "GBP" };

/** One that is parked, at 10 GBP, beside one that is bought; and what else is in the ledger. */
async function parked() {
  const parts = setup();
  parts.cloud.faults.sends = ["lost-before"];
  parts.cloud.faults.resolve = "throws";
  await parts.purchaser.drive(execution(disk(), disk()), { concurrency: 1 });
  for (const order of parts.cloud.orders) order.state = "Succeeded";
  parts.environment.advance(24 * hour);
  await parts.purchaser.redrive(executionId);
  expect(await parts.ledger.records({ work: "parked", limit: 9 })).toHaveLength(1);
  return parts;
}

test("B8: a timer's round reports what is parked as the ledger has it, with its price, and asks nobody", async () => {
  const { purchaser, cloud, ledger } = await parked();
  const before = { counts: { ...cloud.counts }, record: (await ledger.recordsOf(executionId))[0] };
  const [report, ...more] = await purchaser.redriveUnfinished();
  expect(more).toEqual([]);
  // What is bought and settled beside it is not part of the round.
  expect(report).toMatchObject({
    executionId,
    outcomes: [
      {
        recIndex: 0,
        status: "unresolved",
        token: token(),
        price: ten,
        parked: { sentAt: "2026-11-22T00:00:00.000Z", handle: { orderId: "minted-1" } },
        error: { code: "outcome-unknown", retryable: false, message: expect.stringMatching(/^Parked since /) },
      },
    ],
    totals: [],
    atRisk: [ten],
  });
  expect(report?.outcomes).toHaveLength(1);
  expect({ counts: cloud.counts, record: (await ledger.recordsOf(executionId))[0] }).toEqual(before);
});

test("B8: beside what it drives, in the report of the same execution; with includeParked it is driven, and reported once", async () => {
  const { purchaser, cloud, environment } = await parked();
  cloud.faults.sends = ["lost-before"];
  await purchaser.drive({ ...execution(), executionId: "execution-2" });
  cloud.faults.resolve = undefined;
  environment.advance(60_000);
  expect(await purchaser.redriveUnfinished()).toMatchObject([
    { executionId: "execution-2", outcomes: [{ status: "purchased" }], atRisk: [] },
    { executionId, outcomes: [{ parked: {} }], atRisk: [ten] },
  ]);
  const [all, ...more] = await purchaser.redriveUnfinished({ includeParked: true });
  expect(all).toMatchObject({ executionId, outcomes: [{ recIndex: 0, status: "purchased" }] });
  expect(more).toMatchObject([{ executionId: "execution-2" }]);
  expect((await purchaser.redriveUnfinished()).flatMap(({ atRisk }) => atRisk)).toEqual([]);
});

test("B8: what a person decided is parked no more", async () => {
  const { purchaser } = await parked();
  const who = { executionId, recIndex: 0, person: "Ada", reason: "the account is closed" };
  await purchaser.resolveByPerson({ ...who, finding: "write-off" });
  expect(await purchaser.redriveUnfinished()).toEqual([]);
});

test("a ledger that fails afterwards takes nothing from what was driven; with nothing driven it is thrown", async () => {
  const { options, ledger, cloud, purchaser, environment } = await parked();
  const records: typeof ledger.records = (query) =>
    query.work === "parked" ? Promise.reject(new Error("gone")) : ledger.records(query);
  const failing = createPurchaser({ ...options, ledger: { ...ledger, records } });
  await expect(failing.redriveUnfinished()).rejects.toThrow("gone");
  cloud.faults.resolve = undefined;
  await purchaser.drive({ ...execution(), executionId: "execution-2" });
  environment.advance(60_000);
  expect(await failing.redriveUnfinished()).toMatchObject([{ executionId: "execution-2" }]);
});

test("what is parked is named and counted also where somebody asks for another look, which a restored ledger forbids", async () => {
  const { ledger, purchaser } = await parked();
  const seen = async () => {
    const [recorded, figures] = [await ledger.recorded(executionId), await readFigures(ledger)];
    const status = await ledgerStatus(ledger, { state: "parked" });
    return {
      timer: (await purchaser.redriveUnfinished()).flatMap(({ outcomes }) => outcomes.map((one) => one.parked?.since)),
      sum: sumOfParked(await readParked(ledger)),
      one: (await readParked(ledger, executionId)).length,
      status: [status.recommendations.length, status.totals.unresolved],
      figures: [figures.recommendations.get("parked"), figures.recommendations.get("unfinished"), figures.atRisk],
      door: recordedReport(recorded!).outcomes[0]?.parked,
    };
  };
  const before = await seen();
  expect(before).toMatchObject({
    sum: { count: 1, atRisk: [ten] },
    one: 1,
    figures: [1, 0, { sums: [ten], count: 1 }],
  });
  await purchaser.askRedrive(executionId, "bob");
  // Nobody looked at it yet.
  await ledger.markRestored();
  expect(await seen()).toEqual(before);
});
