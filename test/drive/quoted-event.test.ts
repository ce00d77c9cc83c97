import { expect, test } from "vitest";
import type { DriveStep } from "../../src/contract/events.ts";
import { paidMonthly } from "../../src/contract/payments.ts";
import { eventText } from "../../src/cli/text/event-text.ts";
import { getQuote } from "../../src/drive/get-quote.ts";

const price = { amount: "480", currency: "GBP" };
const payments = paidMonthly(price, { months: 11, kind: "fixed", dueNow: "40" });

/** The event of one quote. */
async function quotedOf(quote: object): Promise<DriveStep | undefined> {
  const steps: DriveStep[] = [];
  const signal = new AbortController().signal;
  const context = { stop: { signal, check: () => undefined }, emit: (step: DriveStep) => void steps.push(step) };
  const record = { token: "a".repeat(64), recIndex: 3, source: "test", recommendation: {}, generation: 0 };
  const asked = { executor: { quote: async () => ({ price, handle: {}, ...quote }) }, record };
  await getQuote(context, asked as unknown as Parameters<typeof getQuote>[1]);
  return steps.at(-1);
}

test("the event of a quote says how the price is paid, where the executor does", async () => {
  const event = await quotedOf({ payments });
  expect(event).toEqual({ type: "quoted", recIndex: 3, token: "aaaaaaaa…", price, payments });
  expect(eventText({ at: 0, ...event } as Parameters<typeof eventText>[0])).toBe(
    "price 480.00 GBP (40.00 GBP now, 11 × 40.00 GBP)",
  );
});

test("where nobody knows, it says the price alone", async () => {
  const event = await quotedOf({});
  expect(event).toEqual({ type: "quoted", recIndex: 3, token: "aaaaaaaa…", price });
  expect(eventText({ at: 0, ...event } as Parameters<typeof eventText>[0])).toBe("price 480.00 GBP");
});
