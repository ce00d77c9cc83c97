import { describe, expect, test } from "vitest";
import { amountText, html, monthlyText, timeText } from "../../src/report/html.ts";
import { htmlReport } from "../../src/report/html-report.ts";
import { stepsOfRun, timelineOf } from "../../src/report/timeline.ts";
import { verdictOf } from "../../src/report/report-words.ts";
import { paidMonthly } from "../../src/contract/payments.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { at, events, executionId, history, hostile, how, outcomes, sample } from "./report-sample.ts";

const page = htmlReport([sample], how);
/** What a reader sees, with entities as they are written. */
const words = page
  .replace(/<style>[^]*<\/style>/, "")
  .replaceAll(/<[^>]*>/g, " ")
  .replaceAll(/\s+/g, " ");
const outcomeOf = (recIndex: number): Outcome => {
  const found = outcomes[recIndex];
  if (found === undefined) throw new Error("no such outcome");
  return found;
};

describe("nothing that somebody wrote becomes a part of the page", () => {
  test("every hostile text is escaped, wherever it stands", () => {
    const escaped = "&lt;script&gt;document.title=&quot;owned&quot;&lt;/script&gt;&lt;img src=";
    expect(page).not.toMatch(/<script|<img|owned"/i);
    // Source, description, a warning, a message, a line of the history.
    expect(page.split(escaped)).toHaveLength(6);
    expect(page).toContain("&quot;quoted&quot; &amp; &#39;quoted&#39;");
  });

  test("an execution's id too, in the title and in the text", () => {
    const report = { ...sample.report, executionId: `</title>${hostile}` };
    const attacked = htmlReport([{ ...sample, report }], how);
    expect(attacked).not.toMatch(/<\/title>\s*<script|<script/);
    expect(attacked.match(/<\/title>/g)).toHaveLength(1);
  });

  test("what moves a cursor or turns the direction of writing is gone", () => {
    expect(html`${"a\u001b[31mb\u202Ec\u0000d"}`.text).toBe("a [31mb c d");
  });

  test("it loads nothing, runs nothing, and forbids both", () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    const tags = page.replaceAll(/&lt;[^]*?&gt;/g, "");
    expect(tags).not.toMatch(/\b(src|href|action|on\w+)=|@import|url\(/i);
  });

  test("tokens are masked", () => {
    for (const { token } of outcomes) {
      expect(page).not.toContain(token);
    }
    expect(words).toContain(`No answer came for token ${outcomeOf(5).token.slice(0, 8)}…`);
  });
});

describe("what it says", () => {
  test("totals per currency: this run, earlier, all, and what may be charged", () => {
    expect(words).toContain("Total Items GBP USD Not confirmed, may be charged (2 without a known price) 3 700.00 –");
    expect(words).toContain("Bought in this run 2 15,588.00 1,160.5248 Bought earlier 1 – 1,234,567.50");
    expect(words).toContain("Bought in all 3 15,588.00 1,235,728.0248");
    expect(words).toContain("Not bought, nothing is charged 2 – –");
  });

  test("how it is paid, with the number of months; of what was recorded before that was, that it is not known", () => {
    const price = { amount: "369138", currency: "GBP" };
    const payments = paidMonthly(price, { months: 11, kind: "fixed", dueNow: "33558" });
    const commitment = { id: "order", state: "Succeeded", settled: true };
    const one = { ...outcomeOf(0), provider: "azure", status: "purchased", price, commitment } as const;
    const old = { ...one, recIndex: 1 };
    const skipped = { ...one, recIndex: 2, status: "skipped", price: undefined, commitment: undefined } as const;
    const all = [{ ...one, payments }, old, skipped] as unknown as readonly Outcome[];
    const said = htmlReport([{ ...sample, report: { ...sample.report, outcomes: all } }], how);
    const cells = [...said.matchAll(/<td class="number">\d<\/td>[^]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<td class="money[^>]*>([^<]*)</g)].map(([, text]) => text),
    );
    expect(cells).toEqual([
      ["369,138.00 GBP", "33,558.00 GBP", "11 × ~30,507.27 GBP"],
      ["369,138.00 GBP", "not known", "not known"],
      ["–", "–", "–"],
    ]);
    const account = /Account that pays[^]*?<tbody>([^]*?)<\/tr>/.exec(said)?.[1] ?? "";
    const lines = [...account.matchAll(/class="line">([^<]*)</g)].map(([, text]) => text);
    expect(lines).toEqual(["738,276.00 GBP", "33,558.00 GBP", "not known", "11 × ~30,507.27 GBP", "not known"]);
  });

  test.each(outcomes.map((outcome) => [outcome.recIndex, outcome] as const))(
    "recommendation %i has a row with its result, price and number",
    (recIndex, outcome) => {
      const rows = [...page.matchAll(/<td class="number">(\d+)<\/td>([^]*?)<\/tr>/g)];
      // What somebody has to look at comes first.
      expect(rows.map(([, number]) => Number(number))).toEqual([5, 6, 3, 4, 7, 0, 1, 2]);
      const row = rows.find(([, number]) => Number(number) === recIndex)?.[2] ?? "";
      expect(row).toContain(`>${verdictOf(outcome).label}</span>`);
      if (outcome.price) expect(row).toContain(amountText(outcome.price));
      if (outcome.commitment) expect(row).toContain(outcome.commitment.id);
    },
  );

  test("what to do about each that is not done, and nothing about what is", () => {
    const steps = [...page.matchAll(/<span class="for">([^<]*)<\/span>/g)].map(([, numbers]) => numbers);
    // What may be bought comes first, what is only not yet complete last.
    expect(steps).toEqual(["No. 5", "No. 6", "No. 3", "No. 4", "No. 7", "No. 1"]);
    expect(words).toContain("raise the limit (maxPrice) with buyonce limits, then run the same order again");
    expect(words).toContain("No run could find out whether it was. Look for it at the provider");
  });

  test("the same step for several is said once, with their numbers as ranges", () => {
    const many = [0, 1, 2, 4, 6, 7].map((recIndex) => ({ ...outcomeOf(7), recIndex }));
    const text = htmlReport([{ ...sample, report: { ...sample.report, outcomes: many } }], how);
    expect(text).toContain(`<span class="for">No. 0–2, 4, 6–7</span>`);
  });

  test("what a guard stopped and may be bought is counted as such, not as not bought", () => {
    const error = { code: "several-commitments", message: "a, b", retryable: false } as const;
    const { price: _price, ...refused } = outcomeOf(3);
    const found = { ...refused, error } as Outcome;
    const text = htmlReport([{ ...sample, report: { ...sample.report, outcomes: [found] } }], how)
      .replaceAll(/<[^>]*>/g, " ")
      .replaceAll(/\s+/g, " ");
    expect(text).toContain("Not confirmed, may be charged (1 without a known price) 1");
    expect(text).toContain("To be checked");
    expect(text).not.toMatch(/Not bought|nothing is charged/);
  });

  test("where all is done, it says so", () => {
    const done = { executionId, outcomes: [outcomeOf(0)], totals: [], atRisk: [], payments: [], accounts: [] };
    expect(htmlReport([{ ...sample, report: done }], how)).toContain("Nothing: all of it is bought and complete.");
  });

  test("an imitation is said to be one, a real drive is not", () => {
    expect(page).not.toContain("A trial");
    expect(htmlReport([sample], { ...how, imitation: true })).toContain("nothing was bought and nothing is charged");
  });

  test("several executions stand on one page, each under its id", () => {
    const other = { ...sample, report: { ...sample.report, executionId: "second" } };
    const both = htmlReport([sample, other], how);
    expect([...both.matchAll(/<h2>Order ([^<]*)<\/h2>/g)].map(([, id]) => id)).toEqual([executionId, "second"]);
    expect(both).toContain("<title>Purchase report</title>");
  });

  test("without a word for engineers", () => {
    const plain = htmlReport(
      [{ ...sample, report: { ...sample.report, outcomes: [outcomeOf(0), outcomeOf(2)] } }],
      how,
    );
    expect(plain).not.toMatch(/idempoten|ledger|epoch|lease|commitment|token|driver|submission/i);
  });
});

describe("the timeline", () => {
  test("this run's steps, after what the ledger holds of earlier ones", () => {
    expect(timelineOf(outcomeOf(0), stepsOfRun(events), history.get(0) ?? []).map(({ what }) => what)).toEqual([
      "A run took it up",
      "Asked the provider for the price",
      "Price: 15,588.00 GBP",
      "Wrote down what is about to be ordered",
      "Sent the order",
      "Result: Bought",
    ]);
  });

  test("without a step of this run, all that the ledger holds; without either, nothing", () => {
    expect(timelineOf(outcomeOf(2), stepsOfRun(events), history.get(2) ?? []).map(({ what }) => what)).toEqual([
      "Wrote down what is about to be ordered: 1,234,567.50 USD",
      `Recorded as bought: ${hostile} active`,
    ]);
    expect(timelineOf(outcomeOf(3), stepsOfRun(events), [])).toEqual([]);
  });

  test("of a run with more steps than a function takes arguments", () => {
    const step = events.find(({ type }) => type === "quoting");
    if (step === undefined) throw new Error("There is a step.");
    const many = Array.from({ length: 250_000 }, (_, at) => ({ ...step, at: at + 5 }));
    const steps = stepsOfRun(many);
    expect(steps.begin).toBe(5);
    expect(steps.of(outcomeOf(0))).toHaveLength(many.length);
  });
});

test("amounts and times as people read them", () => {
  const amount = (text: string) => amountText({ amount: text, currency: "USD" });
  expect(["0", "999.5", "1000", "1234567.1234"].map(amount)).toEqual([
    "0.00 USD",
    "999.50 USD",
    "1,000.00 USD",
    "1,234,567.1234 USD",
  ]);
  const monthly = { amount: "33558", currency: "GBP", months: 11 } as const;
  expect(monthlyText({ ...monthly, kind: "fixed" })).toBe("11 × 33,558.00 GBP");
  expect(monthlyText({ ...monthly, kind: "average" })).toBe("11 × ~33,558.00 GBP");
  expect(timeText(at)).toBe("22 Nov 2026, 09:05:00");
});
