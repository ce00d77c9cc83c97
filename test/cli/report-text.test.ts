import { describe, expect, test } from "vitest";
import { reportText } from "../../src/cli/text/report-text.ts";
import { paidMonthly } from "../../src/contract/payments.ts";
import { MissingPackageError } from "../../src/contract/optional-package.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { bought, outcome, report } from "./stand-ins.ts";

const plain = (_style: unknown, text: string) => text;
const descriptions = ["1 × Standard_B1ls (compute), westus", "2 × m5.large Linux/UNIX, us-east-1"];

function textOf(outcomes: readonly Outcome[], width = 160): string {
  return reportText(report(outcomes), { descriptions, width, paint: plain });
}

describe("reportText", () => {
  test("what, status, commitment, price, why; totals per currency; nothing to do", () => {
    const earlier = {
      commitment: { id: "4b2293b4", furtherIds: ["5c33"], state: "active", settled: true },
      price: { amount: "1140", currency: "USD" },
    };
    expect(textOf([outcome(bought), outcome({ ...earlier, recIndex: 1, status: "already-purchased" })])).toBe(
      `#  what                                 status             commitment                                  price  why
${"─".repeat(113)}
0  1 × Standard_B1ls (compute), westus  purchased          0a1b2c3d-1111-2222-3333-444455556666    24.50 GBP
1  2 × m5.large Linux/UNIX, us-east-1   already-purchased  4b2293b4 5c33                         1140.00 USD

bought by this drive  24.50 GBP
bought before         1140.00 USD
total                 24.50 GBP   1140.00 USD
`,
    );
  });

  test("what is not bought says why, and is followed by the next step", () => {
    const error = { code: "price-above-limit", message: "24.50 GBP is above the limit.", retryable: false } as const;
    expect(textOf([outcome({ status: "refused", error })], 100)).toBe(
      `#  what                          status   commitment  price  why
${"─".repeat(90)}
0  1 × Standard_B1ls (compute),  refused                     24.50 GBP is above the limit.
   westus                                                    (price-above-limit)

bought by this drive  nothing
bought before         nothing
total                 nothing

next
  → #0: Nothing was sent. If the price is right, raise the limit (maxPrice) with buyonce limits,
    then drive the same file again.
`,
    );
  });

  test("what the file says for people stands behind what is said of the purchase", () => {
    const error = { code: "price-above-limit", message: "24.50 GBP is above the limit.", retryable: false } as const;
    const people = { note: "Saves 61 GBP a month", labels: { ticket: "CHG-1" } };
    const refused = textOf([outcome({ status: "refused", error, ...people })]);
    expect(refused).toContain("is above the limit. (price-above-limit) (Saves 61 GBP a month) [ticket CHG-1]");
    const pending = textOf(
      [outcome({ commitment: { id: "0a1b", state: "Creating", settled: false }, ...people })],
      200,
    );
    expect(pending).toContain("not yet settled (Creating) (Saves 61 GBP a month) [ticket CHG-1]");
  });

  test("what is bought and not yet settled says so", () => {
    const commitment = { id: "0a1b", state: "Creating", settled: false };
    const text = textOf([outcome({ commitment })]);
    expect(text).toContain("bought by this drive  1 without a known price\n");
    expect(text).toContain("not yet settled (Creating)");
    expect(text).toContain("→ #0: Bought; the provider is still completing it. To see it completed,");
  });

  test("what failed comes first, and an id stands whole, however narrow the terminal", () => {
    const id = "0a1b2c3d-1111-2222-3333-444455556666";
    const commitment = { id, state: "Succeeded", settled: true };
    const error = { code: "price-above-limit", message: "Too dear.", retryable: false } as const;
    const unknown = { code: "outcome-unknown", message: "No answer.", retryable: true } as const;
    const all = [
      outcome({ recIndex: 0, commitment }),
      outcome({ recIndex: 1, status: "refused", error }),
      outcome({ recIndex: 2, status: "unresolved", error: unknown }),
    ];
    for (const width of [60, 80, 100, 140]) {
      const text = reportText(report(all), { descriptions: [], width, paint: (_style, part) => part });
      const places = ["unresolved", "refused", id].map((part) => text.indexOf(part));
      expect(places, String(width)).toEqual(places.toSorted((a, b) => a - b));
      expect(places, String(width)).not.toContain(-1);
    }
  });

  test("how it is paid is said to be not known where it was recorded before that was", () => {
    const price = { amount: "480", currency: "GBP" };
    const payments = paidMonthly(price, { months: 11, kind: "fixed", dueNow: "40" });
    const payer = { provider: "azure", account: "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d" };
    const error = { code: "price-above-limit", message: "Too dear.", retryable: false } as const;
    const all = [
      outcome({ ...bought, ...payer, price, payments }),
      outcome({ ...bought, ...payer, recIndex: 1, price }),
      outcome({ recIndex: 2, status: "refused", error }),
    ];
    const wide = textOf(all, 200).replaceAll(/ {2,}/g, " | ");
    expect(wide).toContain("40.00 | 11 × 40.00 | 480.00 GBP");
    expect(wide).toContain("not known | not known | 480.00 GBP");
    // Of what is not bought there is nothing to know.
    expect(wide).toMatch(/refused \| Too dear/);
    expect(wide).toContain("not known how | 480.00 GBP");
    expect(wide).toMatch(/azure 9b7c\S+ \| 960.00 GBP \| 40.00 GBP, not known \| 11 × 40.00 GBP, not known/);
    const narrow = textOf(all, 80);
    expect(narrow).toMatch(/11 × 40.00$/m);
    expect(narrow).toMatch(/paid: not known$/m);
  });

  test("what is not installed is one command, however many recommendations lack it", () => {
    const lacking = (recIndex: number, install: string) => {
      const { code, message } = new MissingPackageError({ install, cause: undefined });
      return outcome({ recIndex, status: "refused", error: { code, message, retryable: false } });
    };
    const text = textOf([lacking(0, "@aws-sdk/client-rds"), lacking(1, "@google-cloud/compute@7")], 80);
    expect(text).toContain("\n    npm install @aws-sdk/client-rds @google-cloud/compute@7\n");
  });

  test("no token appears", () => {
    const { token } = outcome();
    const error = { code: "outcome-unknown", message: "No answer.", retryable: true } as const;
    const text = textOf([outcome({ status: "unresolved", error })]);
    expect(text).not.toContain(token.slice(0, 9));
  });

  test("a provider's control characters do not reach the terminal", () => {
    const error = { code: "purchase-rejected", message: "no\u001B[2J\r\nway\u202E", retryable: false } as const;
    const text = textOf([outcome({ status: "rejected", error })]);
    expect(text).toContain("no [2J way (purchase-rejected)");
  });

  test("an endless reason loses its middle: what happened and what to do stay", () => {
    const message = `It failed. ${"At some place. ".repeat(200)}Sign in again.`;
    const error = { code: "credentials-unavailable", message, retryable: false } as const;
    const text = textOf([outcome({ status: "refused", error })]).replaceAll(/\s+/g, " ");
    expect(text).toContain("It failed. At some place.");
    expect(text).toContain(" […] ");
    expect(text).toContain("At some place. Sign in again. (credentials-unavailable)");
    expect(text.length).toBeLessThan(1000);
  });

  test.each([50, 80, 100, 120, 200])("no line is wider than %d columns", (width) => {
    const message = `Reservation order ${"0a1b2c3d-1111-2222-3333-444455556666 ".repeat(3)}differs in ${"x".repeat(70)}.`;
    const error = { code: "commitment-mismatch", message, retryable: false } as const;
    const text = textOf([outcome(bought), outcome({ recIndex: 1, status: "refused", error })], width);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
  });
});
