import { unprovenBeside } from "../../contract/at-risk.ts";
import type { ExecutionEntry } from "../../contract/execution-record.ts";
import type { JsonValue } from "../../contract/json.ts";
import type { HistoryEntry, TokenRecord } from "../../contract/ledger.ts";
import { moneySchema } from "../../contract/money.ts";
import { amountText, Html, html, timeText } from "../../report/html.ts";
import { badge } from "../../report/page-parts.ts";
import { capitalised, decisionText } from "../../contract/decision.ts";
import { historyLineOf } from "../../inspect/read-history.ts";
import type { LookFor } from "../../inspect/look-for.ts";
import { sendEntries } from "../../report/look-for-part.ts";
import { historyWords } from "../../report/timeline.ts";
import type { Caller } from "../door-parts.ts";
import { dropMisfit } from "./action-fit.ts";
import { wayBack } from "./action-page.ts";
import { type ConsolePage, foreign, timeMark } from "./console-frame.ts";
import { executionPath, link, placePath } from "./console-links.ts";
import { foldRepeats } from "./fold-repeats.ts";
import { inTheConsole, inWords } from "./console-texts.ts";
import { consoleToDo, isDecidable, isUnanswered, outcomeWords, unanswered } from "./console-words.ts";
import { limitsPath } from "./limits-change.ts";
import { noteLine } from "./note-line.ts";
import { outcomeNotes } from "./places-table.ts";
import type { ShownPlace } from "./read-execution.ts";

/** A recommendation, of an execution that is named. */
export interface PlaceOf {
  readonly executionId: string;
  readonly place: ShownPlace;
  readonly record: TokenRecord;
  readonly history: readonly HistoryEntry[];
  /** What was said about the execution as a whole. */
  readonly told: readonly ExecutionEntry[];
  /** The number of the last line of the execution's history. */
  readonly lastNumber: number;
  /** Whether its limit can be changed. */
  readonly canLimit: boolean;
  /** What to look for at the provider; undefined for nothing. */
  readonly lookFor: LookFor | undefined;
  /** The ETag of the execution's terms. */
  readonly termsTag: string;
}

/** One recommendation: how it stands, what was sent for it, and what happened. `done`: what was just done about it. */
export function placePage(of: PlaceOf, { scopes }: Caller, done: string | undefined): ConsolePage {
  const { executionId, place, record, lastNumber } = of;
  const { outcome, what } = place;
  const { recIndex } = outcome;
  return {
    title: `No. ${recIndex} of ${executionId}`,
    events: executionPath(executionId, "events"),
    seen: lastNumber,
    body: html`${wayBack(executionId)}
      <h1>No. ${recIndex}: ${foreign(what)}</h1>
      ${noteLine(record)}
      ${done === "limits" ? html`<p class="done" role="status">The limit is changed.</p>` : undefined}
      <div data-live="state">${resultPart(place)}</div>
      <div data-live="actions" class="actions">${placeActions(of, scopes)}</div>
      <div data-live="evidence">${evidencePart(record)}${lookForSection(of)}</div>
      <div data-live="history">${historyPart(of)}</div>
      ${fieldsPart(record)}`,
  };
}

/** What somebody with these scopes can do about it. */
function placeActions({ executionId, record, canLimit }: PlaceOf, scopes: Caller["scopes"]): Html | undefined {
  const button = (action: string, label: string, style: string) =>
    html`<a class="button ${style}" href="${link(placePath(executionId, record.recIndex, action))}">${label}</a>`;
  const offered = [
    ...(isDecidable(record) && scopes.includes("resolve") ? [button("resolve", "Decide …", "main")] : []),
    ...(dropMisfit(record) === undefined && scopes.includes("approve") ? [button("skip", "Drop …", "")] : []),
    ...(canLimit && scopes.includes("approve")
      ? [html`<a class="button" href="${link(limitsPath(executionId, record))}">Change its limit …</a>`]
      : []),
  ];
  return offered.length === 0 ? undefined : html`<nav aria-label="What you can do">${offered}</nav>`;
}

/** Its result, and what to do. */
export function resultPart(place: ShownPlace): Html {
  const { outcome, record } = place;
  const isOpen = record !== undefined && isUnanswered(record);
  const todo = consoleToDo(outcome) ?? (isOpen ? unanswered : undefined);
  return html`<p class="state">${badge({ ...outcomeWords(outcome, record), meaning: "" })} ${todo}</p>
    ${outcomeNotes(place, { withError: false })}
    ${outcome.decision === undefined ? undefined : html`<p class="note">${foreign(`${capitalised(decisionText(outcome.decision))}.`)}</p>`}`;
}

/** All by which a person can look for it at the provider. */
export function evidencePart(record: TokenRecord): Html {
  const { token, submission, error, notThis = [], boughtElsewhere } = record;
  const sent = [...(submission === undefined ? [] : [submission]), ...unprovenBeside(record, submission)];
  const rows: (readonly [string, Html])[] = [
    ["Account and place", foreign(record.scope.label)],
    // Whole, unlike anywhere else: it is what one searches for at the provider.
    ["Token", html`<span class="id">${new Html(/^[0-9a-f]{64}$/.test(token) ? token : "")}</span>`],
    ...sent.flatMap(({ submittedAt, resentAt, price, handle, evidence = [] }): (readonly [string, Html])[] => [
      [
        "Sent",
        html`${timeMark(submittedAt, timeText(submittedAt))}${resentAt === undefined ? undefined : html`, and again ${timeMark(resentAt, timeText(resentAt))}`}`,
      ],
      ["Price over the term", html`<strong>${amountText(price)}</strong>`],
      isReadable(handle) ? ["Under", fieldsList(handle)] : ["Under", technical(fieldsList(handle))],
      ...(evidence.length === 0 ? [] : [["Named by an answer", idsList(evidence)] as const]),
    ]),
    ...(error?.said === undefined ? [] : [["The provider said", foreign(error.said, 4000)] as const]),
    ...(error?.providerCode === undefined ? [] : [["Its code", foreign(error.providerCode)] as const]),
    ...(error === undefined ? [] : [["Reported", foreign(inTheConsole(error.message), 4000)] as const]),
    ...(notThis.length === 0 ? [] : [["Not this", idsList(notThis)] as const]),
    ...(boughtElsewhere === undefined ? [] : [["Said to be bought elsewhere as", idsList([boughtElsewhere])] as const]),
  ];
  return html`<section aria-labelledby="evidence">
    <h2 id="evidence">What is known of it</h2>
    <dl class="evidence">
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  </section>`;
}

/** How to look for it at the provider, without this program. */
export function lookForSection({ lookFor }: Pick<PlaceOf, "lookFor">): Html | undefined {
  if (lookFor === undefined) return undefined;
  return html`<section aria-labelledby="look">
    <h2 id="look">How to look for it at the provider</h2>
    <dl class="evidence">${lookFor.sent.map((send) => sendEntries(send))}</dl>
  </section>`;
}

function idsList(ids: readonly string[]): Html {
  return html`${ids.map((id) => html`<span class="id">${foreign(id)}</span>`)}`;
}

/** Whether a person can read all of it: texts, and no structures. */
function isReadable(fields: Readonly<Record<string, JsonValue | undefined>>): boolean {
  return Object.values(fields).every((value) => typeof value !== "object");
}

/** What only programs can read, folded. */
function technical(what: Html): Html {
  return html`<details>
    <summary>Technical details</summary>
    ${what}
  </details>`;
}

function fieldsList(fields: Readonly<Record<string, JsonValue | undefined>>): Html {
  return html`${Object.entries(fields).map(
    ([name, value]) =>
      html`<span class="id"
          >${foreign(`${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`, 2000)}</span
        >
        <br />`,
  )}`;
}

/** What happened to it, oldest first. */
export function historyPart({ history }: Pick<PlaceOf, "history">): Html {
  return html`<section aria-labelledby="history" class="story">
    <h2 id="history">What happened</h2>
    <ol>
      ${foldRepeats(history, lineText).map(
        ({ line, last, times }) =>
          html`<li>
            ${timeMark(line.at, timeText(line.at))}
            <span
              >${foreign(inTheConsole(historyWords(historyLineOf(line))), 2000)}${codeOf(line)}${last && html` <span class="soft">(${times} times, last ${timeMark(last.at, timeText(last.at))})</span>`}</span
            >
          </li>`,
      )}
    </ol>
  </section>`;
}

/** All that is shown of a line, without its time. */
function lineText(entry: HistoryEntry): string {
  const line = historyLineOf(entry);
  return JSON.stringify([historyWords(line), line.code, line.detail]);
}

function codeOf(entry: HistoryEntry): Html | undefined {
  const { code, detail } = historyLineOf(entry);
  return code === undefined
    ? undefined
    : html`: ${foreign(inTheConsole(detail), 2000)} <span class="soft">(${code})</span>`;
}

function fieldsPart({ recommendation }: TokenRecord): Html {
  return html`<section aria-labelledby="fields">
    <h2 id="fields">The recommendation</h2>
    <dl class="evidence">
      ${Object.entries(recommendation).map(
        ([name, value]) =>
          html`<dt>${foreign(name)}</dt>
            <dd>${fieldValue(value)}</dd>`,
      )}
    </dl>
  </section>`;
}

function fieldValue(value: JsonValue | undefined): Html {
  if (typeof value !== "object") return foreign(inWords(String(value)), 2000);
  const money = moneySchema.safeParse(value);
  return money.success ? html`${amountText(money.data)}` : technical(foreign(JSON.stringify(value), 2000));
}
