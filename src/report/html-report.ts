import type { LookForByToken } from "../inspect/look-for.ts";
import type { HistoryLine } from "../inspect/read-history.ts";
import { capitalised, decisionText } from "../contract/decision.ts";
import type { DriveEvent } from "../contract/events.ts";
import { payerText } from "../contract/payer.ts";
import type { Outcome, OutcomeError, Report } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import { amountText, Html, html, monthlyText, timeText } from "./html.ts";
import { failuresFirst } from "./failures-first.ts";
import { badge, steps } from "./page-parts.ts";
import { lookForPart } from "./look-for-part.ts";
import { type PaidFrom, paymentChart } from "./payment-chart.ts";
import { labelsText } from "../contract/labels.ts";
import { notKnown } from "../contract/payments.ts";
import { accountsTable, byMoney, totalsTable } from "./report-totals.ts";
import { styles, widePaper } from "./styles.ts";
import { type StepsOfRun, stepsOfRun, timelineOf } from "./timeline.ts";
import { recordedToDo, recordedVerdictOf, toDo, type Verdict, verdictOf } from "./report-words.ts";
import { plainCause } from "./what-next.ts";

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
  /** Where each shows in its provider's portal (https), by token. */
  readonly links?: ReadonlyMap<string, string> | undefined;
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
  /** The reports are what the ledger holds, of no run in particular. */
  readonly fromLedger?: boolean;
}

/**
 * One HTML page about what was driven, for people who pay: results, prices, totals per currency, what to do next, and what
 * happened when. It needs no network and no script, prints on A4, escapes everything and masks tokens. Pure.
 */
export function htmlReport(
  executions: readonly ReportedExecution[],
  { at, events = [], imitation = false, newLedger, fromLedger = false }: HtmlReportOptions,
): string {
  const outcomes = executions.flatMap(({ report }) => report.outcomes);
  const say = fromLedger ? { verdictOf: recordedVerdictOf, toDo: recordedToDo } : { verdictOf, toDo };
  const how: Told = { ...say, steps: stepsOfRun(events), several: executions.length > 1 };
  const toneOf = (outcome: Outcome) => how.verdictOf(outcome).tone;
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
          ${styleSheet} ${executions.some(isLong) ? widePaperSheet : undefined}
        </style>
      </head>
      <body>
        <main>
          <h1>Purchase report</h1>
          <div class="facts">
            <span>Made on ${timeText(at)} UTC${fromLedger ? ", of what the ledger held then" : ""}</span>
          </div>
          <p class="headline">${headline(outcomes)}</p>
          ${imitation ? html`<p class="notice">A trial against an imitation: nothing was bought and nothing is charged.</p>` : undefined}
          ${newLedger === undefined ? undefined : html`<p class="notice">The ledger was new and empty before this run (${newLedger}): it knew of nothing that was bought before.</p>`}
          ${how.several ? undefined : executions.map(({ report }) => steps(failuresFirst(report.outcomes, toneOf), say.toDo))}
          ${totalsTable(outcomes, fromLedger)} ${accountsTable(outcomes)} ${paymentChart(paidFrom(executions, at))}
          ${executions.map((execution) => executionPart(execution, how))} ${legend(outcomes, say.verdictOf)}
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
const widePaperSheet = new Html(widePaper);

/** How the page speaks. */
interface Told {
  readonly verdictOf: (outcome: Outcome) => Verdict;
  readonly toDo: (outcome: Outcome) => string | undefined;
  readonly steps: StepsOfRun;
  /** Of several executions. */
  readonly several: boolean;
}

/** How many came to what, what is not bought first: `2 not confirmed, 1 not bought, 497 of 500 bought`. */
function headline(outcomes: readonly Outcome[]): string {
  const { open, notBought, undone, over, boughtNow, boughtBefore, skipped } = byMoney(outcomes);
  const count = (own: readonly Outcome[], what: string) => (own.length === 0 ? [] : [`${own.length} ${what}`]);
  const bought = `${boughtNow.length + boughtBefore.length} of ${outcomes.length} bought`;
  return [
    ...count(open, "not confirmed"),
    ...count(notBought, "not bought"),
    ...count(undone, "not done yet"),
    ...count(over, "bought earlier, and over"),
    bought,
    ...count(skipped, "left out"),
  ].join(", ");
}

/** What is bought, and when: as the ledger recorded it, else now. */
function paidFrom(executions: readonly ReportedExecution[], at: number): readonly PaidFrom[] {
  return executions.flatMap(({ report, history }) =>
    report.outcomes.flatMap(({ recIndex, commitment, price, payments }) => {
      if (commitment === undefined) return [];
      const recorded = history?.get(recIndex)?.findLast(({ event }) => event === "purchase")?.at;
      return [{ ...(price && { price }), ...(payments && { payments }), boughtAt: recorded ?? at }];
    }),
  );
}

function titleOf(executions: readonly ReportedExecution[]): string {
  const [only, ...more] = executions;
  return only === undefined || more.length > 0 ? "" : `: ${only.report.executionId}`;
}

/** Of more than that, each is printed on one line of wide paper. */
const longList = 60;

function isLong({ report }: ReportedExecution): boolean {
  return report.outcomes.length > longList;
}

function executionPart(execution: ReportedExecution, how: Told): Html {
  const { report, source } = execution;
  const { outcomes } = report;
  const toneOf = (outcome: Outcome) => how.verdictOf(outcome).tone;
  const shared = sharedMessages(outcomes);
  return html`<section class="${isLong(execution) ? "many" : ""}">
    <h2>${how.several ? `Order ${report.executionId}` : "What was asked for, and what came of it"}</h2>
    <div class="facts">
      <span>Order <span class="id">${report.executionId}</span></span
      >${source === undefined ? undefined : html`<span>Decided by ${source}</span>`}
    </div>
    ${how.several ? steps(failuresFirst(outcomes, toneOf), how.toDo) : undefined}
    <table class="results">
      <thead>
        <tr>
          <th>No.</th>
          <th>What</th>
          <th>Result</th>
          <th class="money">Price</th>
          <th class="money">At purchase</th>
          <th class="money">Monthly</th>
        </tr>
      </thead>
      <tbody>
        ${failuresFirst(outcomes, toneOf).map((outcome) => row(outcome, execution, { ...how, shared }))}
      </tbody>
    </table>
    ${sharedPart(shared)} ${lookForSection(execution)}
  </section>`;
}

/** What several outcomes report in the same words, which are said once below: its number by what is said. */
function sharedMessages(outcomes: readonly Outcome[]): ReadonlyMap<string, number> {
  const said = Map.groupBy(
    outcomes.flatMap(({ error }) => (error === undefined ? [] : [reportedText(error)])),
    (text) => text,
  );
  const shared = [...said].filter(([, alike]) => alike.length > 2).map(([text]) => text);
  return new Map(shared.map((text, index) => [text, index + 1]));
}

function reportedText({ message, code }: OutcomeError): string {
  return `Reported: ${message} (${code})`;
}

function sharedPart(shared: ReadonlyMap<string, number>): Html {
  return html`${[...shared].map(([text, number]) => html`<p class="note">Note ${number}. ${text}</p>`)}`;
}

/** A person looks for one after the other. */
const mostUnfolded = 3;

/** What is looked for at the providers, and how. */
function lookForSection({ report, descriptions, lookFor }: ReportedExecution): Html | undefined {
  const found = report.outcomes.flatMap((outcome) => {
    const look = lookFor?.get(outcome.token);
    return look === undefined ? [] : [{ outcome, look }];
  });
  if (found.length === 0) return undefined;
  const part = ({ outcome, look }: (typeof found)[number], open: string) =>
    html`<details class="look" ${open}>
      <summary>No. ${outcome.recIndex}: ${descriptions[outcome.recIndex] ?? ""}, ${payerText(look)}</summary>
      ${lookForPart(look)}
    </details>`;
  return html`<h2>What to look for at the provider</h2>
    ${found.slice(0, mostUnfolded).map((one) => part(one, "open"))}
    ${found.length > mostUnfolded ? html`<p class="note">${found.length - mostUnfolded} more, folded: open one to read it, or to print it.</p>` : undefined}
    ${found.slice(mostUnfolded).map((one) => part(one, ""))}`;
}

interface RowParts extends Told {
  readonly shared: ReadonlyMap<string, number>;
}

function row(outcome: Outcome, execution: ReportedExecution, how: RowParts): Html {
  const { recIndex, price, payments } = outcome;
  const cell = (text: string | undefined, unit: string) =>
    text === undefined ? html`<td class="money none">–</td>` : html`<td class="money" data-unit="${unit}">${text}</td>`;
  const unknown = price === undefined ? undefined : notKnown;
  return html`<tr>
    <td class="number">${recIndex}</td>
    <td class="what">
      <span class="asked">${execution.descriptions[recIndex] ?? ""}</span>
      ${payerLine(outcome, execution.links?.get(outcome.token))}${notes(outcome, how.shared)}${story(outcome, execution, how)}
    </td>
    <td>${badge(how.verdictOf(outcome))}</td>
    ${cell(price && amountText(price), "over the term")}
    ${cell(payments ? amountText(payments.dueNow) : unknown, "at purchase")}
    ${cell(payments ? payments.monthly && monthlyText(payments.monthly) : unknown, "monthly")}
  </tr>`;
}

/** Cloud, service, who pays, and the provider's number, with the way to its portal. */
function payerLine({ provider, service, account, commitment }: Outcome, link: string | undefined): Html {
  const ids = commitment === undefined ? [] : [commitment.id, ...(commitment.furtherIds ?? [])];
  const payer = [provider, service].filter((part) => part !== undefined).join(" ");
  return html`<p class="note payer">
    <span>${payer}</span>
    ${account === undefined ? undefined : html`<span><span class="name">account </span><span class="id">${account}</span></span>`}
    ${ids.map((id) => html`<span><span class="name">id </span><span class="id">${id}</span></span>`)}
    ${link?.startsWith("https://") ? html`<a class="portal" href="${link}" rel="noopener noreferrer">open at the provider</a>` : undefined}
  </p>`;
}

function notes(outcome: Outcome, shared: ReadonlyMap<string, number>): readonly Html[] {
  const { commitment, error, decision, note, labels, warnings = [] } = outcome;
  const cause = plainCause(outcome);
  const reported = error === undefined ? undefined : reportedText(error);
  const number = reported === undefined ? undefined : shared.get(reported);
  return [
    ...(note === undefined ? [] : [`Note: ${note}`]),
    ...(labels === undefined ? [] : [`Labels: ${labelsText(labels)}`]),
    ...(commitment?.settled === false ? [`The provider is still completing it (${commitment.state}).`] : []),
    ...(cause === undefined ? [] : [number === undefined ? cause : `${cause} See note ${number} below.`]),
    ...(reported === undefined || number !== undefined ? [] : [reported]),
    ...(decision === undefined ? [] : [`${capitalised(decisionText(decision))}.`]),
    ...warnings,
  ].map((text) => html`<p class="note">${text}</p>`);
}

/** What happened when, folded. */
function story(outcome: Outcome, { history }: ReportedExecution, { steps }: Told): Html | undefined {
  const { recIndex, token } = outcome;
  const moments = timelineOf(outcome, steps, history?.get(recIndex) ?? []);
  if (moments.length === 0) return undefined;
  return html`<details class="story">
    <summary>What happened when (UTC), mark ${maskToken(token)}</summary>
    <ol>
      ${moments.map(
        ({ at, what }) =>
          html`<li><time datetime="${new Date(at).toISOString()}">${timeText(at)}</time><span>${what}</span></li>`,
      )}
    </ol>
  </details>`;
}

/** What the results that occur mean. */
function legend(outcomes: readonly Outcome[], verdict: Told["verdictOf"]): Html {
  const verdicts = new Map(outcomes.map(verdict).map((one) => [one.label, one]));
  if (verdicts.size === 0) return html``;
  return html`<h2>What the results mean</h2>
    <dl>
      ${[...verdicts.values()].map(
        (one) =>
          html`<dt>${badge(one)}</dt>
            <dd>${one.meaning}</dd>`,
      )}
    </dl>`;
}
