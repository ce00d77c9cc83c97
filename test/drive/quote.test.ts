import { expect, test } from "vitest";
import { disk } from "../../src/testing/imitation-cloud.ts";
import { execution, setup } from "./setup.ts";

test("a quote says what a drive would cost, moves no money and writes nothing", async () => {
  const { purchaser, cloud, ledger } = setup();
  const quotes = await purchaser.quote(execution(disk(), disk({ maxPrice: { amount: "9", currency: "GBP" } })));
  expect(quotes).toEqual([
    { recIndex: 0, price: { amount: "10", currency: "GBP" }, alreadyBought: false },
    {
      recIndex: 1,
      price: { amount: "10", currency: "GBP" },
      alreadyBought: false,
      error: { code: "price-above-limit", message: expect.stringContaining("9.00 GBP") },
    },
  ]);
  expect(cloud.counts.sends).toBe(0);
  expect(await ledger.execution("execution-1")).toEqual([]);
});

test("what is already bought is not quoted again", async () => {
  const { purchaser, cloud } = setup();
  await purchaser.drive(execution());
  const [quote] = await purchaser.quote(execution());
  expect(quote).toEqual({ recIndex: 0, price: { amount: "10", currency: "GBP" }, alreadyBought: true });
  expect(cloud.counts.quotes).toBe(1);
});
