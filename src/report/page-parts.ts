// Parts of pages that the report and the console share.
import type { Outcome } from "../contract/report.ts";
import { isPartlyKnown, notKnown, type PaymentTotals } from "../contract/payments.ts";
import { amountText, type Html, html, monthlyText } from "./html.ts";
import type { Verdict } from "./report-words.ts";

/** How an outcome is called, in its colour. */
export function badge({ label, tone }: Verdict): Html {
  // The tone is one of four words of ours.
  return html`<span class="badge ${tone}">${label}</span>`;
}

/** What is left to do about outcomes, the same said once for all that it is about. */
export function steps(outcomes: readonly Outcome[], toDo: (outcome: Outcome) => string | undefined): Html {
  const grouped = Map.groupBy(outcomes, toDo);
  const items = [...grouped].flatMap(([text, group]) => {
    const numbers = group.map(({ recIndex }) => recIndex).toSorted((one, other) => one - other);
    return text === undefined ? [] : [html`<li><span class="for">No. ${rangesText(numbers)}</span>${text}</li>`];
  });
  return html`<h2>What to do next</h2>
    ${
      items.length === 0
        ? html`<p>Nothing: all of it is bought and complete.</p>`
        : html`<ul class="steps">
            ${items}
          </ul>`
    }`;
}

/** How sums are paid, a line each: due now, and each month with the number of months; last, that it is not known of some. */
export function paidLines(sums: readonly PaymentTotals[]): {
  readonly dueNow: readonly string[];
  readonly monthly: readonly string[];
} {
  const rest = sums.some(({ unknown }) => unknown !== undefined) ? [notKnown] : [];
  return {
    dueNow: [...sums.filter(isPartlyKnown).map(({ dueNow }) => amountText(dueNow)), ...rest],
    monthly: [...sums.flatMap(({ monthly }) => monthly.map(monthlyText)), ...rest],
  };
}

/** `1 purchase`, `2 purchases`. */
export function countText(count: number, what: string): string {
  return `${count} ${count === 1 ? what : `${what}s`}`;
}

/** `0–7, 9, 11–12`, of numbers in their order. */
export function rangesText(numbers: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const each of numbers) {
    const range = ranges.at(-1);
    if (range?.last === each - 1) range.last = each;
    else ranges.push({ first: each, last: each });
  }
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}–${last}`)).join(", ");
}
