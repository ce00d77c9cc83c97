import { expect, test } from "vitest";
import { paidAtOnce, paidMonthly } from "../../src/contract/payments.ts";
import { paymentChart } from "../../src/report/payment-chart.ts";

const usd = (amount: string) => ({ amount, currency: "USD" });
const november = Date.UTC(2026, 10, 22);
const bought = (amount: string, payments: ReturnType<typeof paidAtOnce> | undefined, boughtAt = november) => ({
  price: usd(amount),
  ...(payments && { payments }),
  boughtAt,
});
const textOf = (all: Parameters<typeof paymentChart>[0]) => paymentChart(all)?.text ?? "";
const words = (text: string) => text.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

test("months of the same sum are one line; the sums are exact, and those of the drawing are the same", () => {
  const text = textOf([
    bought("120.10", paidAtOnce(usd("120.10"))),
    bought("1200", paidMonthly(usd("1200"), { months: 12, kind: "fixed" })),
    bought("36.36", paidMonthly(usd("36.36"), { months: 36, kind: "average" }), Date.UTC(2026, 11, 1)),
  ]);
  expect(words(text)).toContain(
    "Nov 2026 120.10 100.00 220.10 Each from Dec 2026 to Oct 2027 – 101.01 101.01 Each from Nov 2027 to Nov 2029 – 1.01 1.01",
  );
  expect(text).toContain("<desc>Nov 2026: 220.10 USD; each month from Dec 2026 to Oct 2027: 101.01 USD;");
  expect(text.match(/class="bar monthly"/g)).toHaveLength(37);
  expect(text.match(/class="bar now"/g)).toHaveLength(1);
  expect(text).toContain("mean over the term");
});

test("what follows a first instalment at the purchase begins a month later", () => {
  const instalments = paidMonthly(usd("480"), { months: 11, kind: "fixed", dueNow: "40" });
  expect(words(textOf([bought("480", instalments)]))).toContain(
    "Nov 2026 40.00 – 40.00 Each from Dec 2026 to Oct 2027 – 40.00 40.00 ",
  );
  const upfront = paidMonthly(usd("600"), { months: 12, kind: "average", dueNow: "360" });
  expect(words(textOf([bought("600", upfront)]))).toContain(
    "Nov 2026 360.00 20.00 380.00 Each from Dec 2026 to Oct 2027 – 20.00 20.00 ",
  );
});

test("each currency has its own, and what nobody knows is left out and said", () => {
  const gbp = { amount: "24", currency: "GBP" };
  const text = textOf([
    bought("10", paidAtOnce(usd("10"))),
    bought("7.50", undefined),
    { price: gbp, payments: paidMonthly(gbp, { months: 12, kind: "fixed" }), boughtAt: november },
  ]);
  expect(text.match(/<svg/g)).toHaveLength(2);
  expect(text.match(/<svg[^>]* role="img" aria-label="What is due when, in (USD|GBP)"/g)).toHaveLength(2);
  expect(words(text)).toContain("Of 7.50 USD it is not known how it is paid");
  expect(words(text)).toContain("Each from Nov 2026 to Oct 2027 – 2.00 2.00");
});

test("nothing that is known makes no picture; purchases years apart are told in figures alone", () => {
  expect(paymentChart([bought("10", undefined)])).toBeUndefined();
  expect(paymentChart([])).toBeUndefined();
  const far = textOf([bought("10", paidAtOnce(usd("10"))), bought("12", paidAtOnce(usd("12")), Date.UTC(2040, 0, 1))]);
  expect(far).not.toContain("<svg");
  expect(words(far)).toContain("Nov 2026 10.00 – 10.00 Jan 2040 12.00 – 12.00");
});
