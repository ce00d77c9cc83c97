import type { LookForByToken } from "../inspect/look-for.ts";
import type { HistoryLine } from "../inspect/read-history.ts";
import { capitalised, decisionText } from "../contract/decision.ts";
import type { DriveEvent } from "../contract/events.ts";
import { type Money, totals } from "../contract/money.ts";
import { byAccount, payerText } from "../contract/payer.ts";
import type { Outcome, Report } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import { amountText, Html, html, timeText } from "./html.ts";
import { badge, countText, steps } from "./page-parts.ts";
import { lookForPart } from "./look-for-part.ts";
import { styles } from "./styles.ts";
import { timelineOf } from "./timeline.ts";
import { toDo, verdictOf } from "./report-words.ts";
import { plainCause, refusedThoughMaybeBought } from "./what-next.ts";

/** A report, and what is known besides it. */
export interface ReportedExecution {
  readonly report: Report;
  /** What each recommendation asks for, by recIndex. */
  readonly descriptions: readonly string[];
  /** Who decided to buy. */
  readonly source?: string | undefined;
  /** The history of each recommendation in the ledger, by recIndex, where it could be read. */
  readonly history?: ReadonlyMap<number, readonly HistoryLine[]> | undefined;
  /** What a person looks for at the providers, by token. */
  readonly lookFor?: LookForByToken | undefined;
}

/** How the page is made. */
export interface HtmlReportOptions {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** The steps of the drive that the reports are of. */
  readonly events?: readonly DriveEvent[];
  /** It was driven against an imitation: nothing was spent. */
  readonly imitation?: boolean;
  /** Where the ledger is, if it was new: it knew of nothing that was bought before. */
  readonly newLedger?: string | undefined;
}

/**
 * One HTML page about what was driven, for people who pay: results, prices, totals per currency, what to do next, and what
 * happened when. It needs no network and no script, prints on A4, escapes everything and masks tokens. Pure.
 */
export function htmlReport(
  executions: readonly ReportedExecution[],
  { at, events = [], imitation = false, newLedger }: HtmlReportOptions,
): string {
  const outcomes = executions.flatMap(({ report }) => report.outcomes);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="generator" content="buyonce" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="referrer" content="no-referrer" />
        <title>Purchase report${titleOf(executions)}</title>
        <style>
          ${styleSheet}
        </style>
      </head>
      <body>
        <main>
          <h1>Purchase report</h1>
          <div class="facts">
            <span>Made on ${timeText(at)} UTC</span><span>${countText(outcomes.length, "purchase")}</span>
          </div>
          ${imitation ? html`<p class="notice">A trial against an imitation: nothing was bought and nothing is charged.</p>` : undefined}
          ${newLedger === undefined ? undefined : html`<p class="notice">The ledger was new and empty before this run (${newLedger}): it knew of nothing that was bought before.</p>`}
          ${totalsTable(outcomes)} ${accountsTable(outcomes)}
          ${executions.map((execution) => executionPart(execution, events, executions.length > 1))} ${legend(outcomes)}
          <footer>
            Prices are those that the provider named for the whole term, before tax; its invoice decides. Times are in
            UTC.
          </footer>
        </main>
      </body>
    </html> `;
  return page.text;
}

/** Constant, and no user's text: it goes in as it is. */
const styleSheet = new Html(styles);

function titleOf(executions: readonly ReportedExecution[]): string {
  const [only, ...more] = executions;
  return only === undefined || more.length > 0 ? "" : `: ${only.report.executionId}`;
}

/** Money by result and currency. */
function totalsTable(outcomes: readonly Outcome[]): Html {
  const by = (...statuses: readonly Outcome["status"][]) => outcomes.filter(({ status }) => statuses.includes(status));
  const waits = ({ error }: Outcome) => error?.code === "identical-purchase-open";
  const isOver = ({ error }: Outcome) => error?.code === "purchase-over";
  const open = [
    ...by("unresolved", "in-progress", "written-off").filter((outcome) => !waits(outcome)),
    ...outcomes.filter(refusedThoughMaybeBought),
  ];
  const overs = outcomes.filter(isOver);
  const notBought = [...by("refused", "rejected"), ...outcomes.filter(waits)].filter(
    (outcome) => !isOver(outcome) && !refusedThoughMaybeBought(outcome),
  );
  const paid = [...by("purchased", "already-purchased"), ...open];
  const currencies = sumsOf(paid).map(({ currency }) => currency);
  const line = (name: string, own: readonly Outcome[], style = "") =>
    html`<tr class="${style}">
      <th scope="row">${name}${withoutPrice(own)}</th>
      <td class="money" data-unit="${own.length === 1 ? "purchase" : "purchases"}">${own.length}</td>
      ${currencies.map((currency) => sumCell(currency, own))}
    </tr>`;
  return html`<div class="scroll">
    <table class="totals">
      <thead>
        <tr>
          <th>Total</th>
          <th class="money">Purchases</th>
          ${currencies.map((currency) => html`<th class="money">${currency}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${line("Bought in this run", by("purchased"))} ${line("Bought earlier", by("already-purchased"))}
        ${line("Bought in all", by("purchased", "already-purchased"), "sum")}
        ${open.length > 0 ? line("Not confirmed, may be charged", open) : undefined}
        ${overs.length > 0 ? countLine("Bought earlier, and over", overs, currencies) : undefined}
        ${notBought.length > 0 ? countLine("Not bought, nothing is charged", notBought, currencies) : undefined}
      </tbody>
    </table>
  </div>`;
}

/** What each account pays, of what is bought; what is not confirmed beside it. */
function accountsTable(outcomes: readonly Outcome[]): Html | undefined {
  const accounts = byAccount(outcomes, (outcome) => outcome);
  if (accounts.length === 0) return undefined;
  const money = (own: readonly Outcome[]) => {
    const sums = sumsOf(own).map(amountText);
    return sums.length === 0 ? "–" : sums.join(", ");
  };
  const isBought = ({ commitment }: Outcome) => commitment !== undefined;
  const isOpen = ({ commitment, price }: Outcome) => commitment === undefined && price !== undefined;
  const hasOpen = outcomes.some(isOpen);
  return html`<div class="scroll">
    <table class="totals">
      <thead>
        <tr>
          <th>Account that pays</th>
          <th class="money">Bought</th>
          ${hasOpen ? html`<th class="money">Not confirmed</th>` : undefined}
        </tr>
      </thead>
      <tbody>
        ${accounts.map(
          ([account, own]) =>
            html`<tr>
              <th scope="row">${payerText(account)}</th>
              <td class="money">${money(own.filter(isBought))}</td>
              ${hasOpen ? html`<td class="money">${money(own.filter(isOpen))}</td>` : undefined}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** How many, without money. */
function countLine(name: string, own: readonly Outcome[], currencies: readonly string[]): Html {
  return html`<tr>
    <th scope="row">${name}</th>
    <td class="money" data-unit="${own.length === 1 ? "purchase" : "purchases"}">${own.length}</td>
    ${currencies.map((currency) => sumCell(currency, []))}
  </tr>`;
}

function withoutPrice(outcomes: readonly Outcome[]): Html | undefined {
  const unknown = outcomes.filter(({ price }) => price === undefined).length;
  return unknown === 0 ? undefined : html`<span class="soft small"> (${unknown} without a known price)</span>`;
}

function sumCell(currency: string, outcomes: readonly Outcome[]): Html {
  const sum = sumsOf(outcomes).find((one) => one.currency === currency);
  if (sum === undefined) return html`<td class="money none">–</td>`;
  return html`<td class="money" data-unit="${currency}">${amountText(sum).replace(` ${currency}`, "")}</td>`;
}

function sumsOf(outcomes: readonly Outcome[]): readonly Money[] {
  return totals(outcomes.flatMap(({ price }) => price ?? []));
}

function executionPart(execution: ReportedExecution, events: readonly DriveEvent[], several: boolean): Html {
  const { report, source } = execution;
  return html`<section>
    <h2>${several ? `Order ${report.executionId}` : "What was asked for, and what came of it"}</h2>
    <div class="facts">
      <span>Order <span class="id">${report.executionId}</span></span
      >${source === undefined ? undefined : html`<span>Decided by ${source}</span>`}
    </div>
    <table class="results">
      <thead>
        <tr>
          <th>No.</th>
          <th>What</th>
          <th>Result</th>
          <th class="money">Price</th>
        </tr>
      </thead>
      <tbody>
        ${report.outcomes.map((outcome) => row(outcome, execution))}
      </tbody>
    </table>
    ${steps(report.outcomes, toDo)} ${lookForSection(execution)}
    <h2>What happened when (UTC)</h2>
    ${report.outcomes.map((outcome) => story(outcome, execution, events))}
  </section>`;
}

/** What is looked for at the providers, and how. */
function lookForSection({ report, descriptions, lookFor }: ReportedExecution): Html | undefined {
  const found = report.outcomes.flatMap((outcome) => {
    const look = lookFor?.get(outcome.token);
    return look === undefined ? [] : [{ outcome, look }];
  });
  if (found.length === 0) return undefined;
  return html`<h2>What to look for at the provider</h2>
    ${found.map(
      ({ outcome, look }) =>
        html`<article class="look">
          <h3>No. ${outcome.recIndex}: ${descriptions[outcome.recIndex] ?? ""}, ${payerText(look)}</h3>
          ${lookForPart(look)}
        </article>`,
    )}`;
}

function row(outcome: Outcome, { descriptions }: ReportedExecution): Html {
  const { recIndex, commitment, price } = outcome;
  const ids = commitment === undefined ? [] : [commitment.id, ...(commitment.furtherIds ?? [])];
  const number =
    ids.length === 0
      ? undefined
      : html`<p class="note">Provider's number ${ids.map((id) => html`<span class="id">${id}</span>`)}</p>`;
  const payer =
    outcome.provider === undefined || outcome.account === undefined
      ? undefined
      : html`<p class="note">Paid by ${payerText({ provider: outcome.provider, account: outcome.account })}</p>`;
  const amount = price === undefined ? undefined : html`<td class="money">${amountText(price)}</td>`;
  return html`<tr>
    <td class="number">${recIndex}</td>
    <td class="what">${descriptions[recIndex] ?? ""}${payer}${number}${notes(outcome)}</td>
    <td>${badge(verdictOf(outcome))}</td>
    ${amount ?? html`<td class="money none">–</td>`}
  </tr>`;
}

function notes(outcome: Outcome): readonly Html[] {
  const { commitment, error, decision, note, warnings = [] } = outcome;
  const cause = plainCause(outcome);
  return [
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...(commitment?.settled === false ? [`The provider is still completing it (${commitment.state}).`] : []),
    ...(cause === undefined ? [] : [cause]),
    ...(error === undefined ? [] : [`Reported: ${error.message} (${error.code})`]),
    ...(decision === undefined ? [] : [`${capitalised(decisionText(decision))}.`]),
    ...warnings,
  ].map((text) => html`<p class="note">${text}</p>`);
}

function story(outcome: Outcome, { descriptions, history }: ReportedExecution, events: readonly DriveEvent[]): Html {
  const { recIndex, token } = outcome;
  const moments = timelineOf(outcome, events, history?.get(recIndex) ?? []);
  const lines = moments.map(
    ({ at, what }) =>
      html`<li><time datetime="${new Date(at).toISOString()}">${timeText(at)}</time><span>${what}</span></li>`,
  );
  return html`<article class="story">
    <header>
      <h3>No. ${recIndex}: ${descriptions[recIndex] ?? ""}</h3>
      ${badge(verdictOf(outcome))}<span class="soft small">mark ${maskToken(token)}</span>
    </header>
    ${
      lines.length === 0
        ? html`<p class="soft small">Nothing is recorded about it.</p>`
        : html`<ol>
            ${lines}
          </ol>`
    }
  </article>`;
}

/** What the results that occur mean. */
function legend(outcomes: readonly Outcome[]): Html {
  const verdicts = [...new Set(outcomes.map(verdictOf))];
  if (verdicts.length === 0) return html``;
  return html`<h2>What the results mean</h2>
    <dl>
      ${verdicts.map(
        (verdict) =>
          html`<dt>${badge(verdict)}</dt>
            <dd>${verdict.meaning}</dd>`,
      )}
    </dl>`;
}
