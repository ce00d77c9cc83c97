import { atRiskPrices } from "../../contract/counted-price.ts";
import type { Money } from "../../contract/money.ts";
import { totals } from "../../contract/money.ts";
import { amountText, formValue, type Html, html, timeText } from "../../report/html.ts";
import { countText } from "../../report/page-parts.ts";
import type { Caller } from "../door-parts.ts";
import { termsTag } from "../terms-tag.ts";
import type { ConsolePage } from "./console-frame.ts";
import { type Misfit, misfitOf } from "./action-fit.ts";
import { foreign, timeMark } from "./console-frame.ts";
import { executionPath, link, placePath, type PlainAction } from "./console-links.ts";
import { statePart } from "./execution-page.ts";
import { noteLine } from "./note-line.ts";
import { placesTable } from "./places-table.ts";
import type { ShownExecution, ShownPlace } from "./read-execution.ts";

/** What the form of an action held when it was sent and not carried out, and why it was not. */
export interface Again {
  readonly why: Html;
  readonly reason: string;
}

/** An action that somebody is asked about. */
export interface AskedAction {
  readonly shown: ShownExecution;
  readonly action: PlainAction;
  /** Who is asked. */
  readonly caller: Caller;
  readonly again?: Again | undefined;
}

interface ActionWords {
  readonly title: string;
  /** What will happen, and about which places. */
  readonly what: (shown: ShownExecution) => { readonly lines: readonly Html[]; readonly places: readonly ShownPlace[] };
  readonly button: string;
  /** A reason goes into the history. */
  readonly hasReason: boolean;
  readonly isGrave: boolean;
}

/** Asks once more before an action is carried out: what will happen, and what it costs. */
export function actionPage({ shown, action, caller, again }: AskedAction): ConsolePage {
  const { executionId } = shown.recorded.execution;
  const { title, what, button, hasReason, isGrave } = actions[action];
  const page = {
    title: `${title}: ${executionId}`,
    events: executionPath(executionId, "events"),
    seen: shown.lastNumber,
    isHeld: true,
  };
  const misfit = misfitOf(shown, action, caller);
  if (misfit !== undefined) return { ...page, body: misfitBody({ shown, action, again }, misfit) };
  const { lines, places } = what(shown);
  return {
    ...page,
    body: html`${wayBack(executionId)}
      <h1>${title} ${foreign(executionId)}?</h1>
      ${noteLine(shown.recorded.execution)} ${again && alert(again.why)} ${statePart(shown)}
      <section aria-labelledby="will">
        <h2 id="will">What will happen</h2>
        <ul class="will">
          ${lines.map((line) => html`<li>${line}</li>`)}
        </ul>
      </section>
      <form method="post" action="${link(executionPath(executionId, action))}" class="ask">
        <input type="hidden" name="terms" value="${termsTag(shown.recorded)}" />
        <input type="hidden" name="seen" value="${shown.lastNumber}" />
        ${hasReason ? reasonField(again?.reason ?? "") : undefined}
        <p class="buttons">
          <button class="button ${isGrave ? "grave" : "main"}">${button}</button>
          <a class="button" href="${link(executionPath(executionId))}">Back, change nothing</a>
        </p>
      </form>
      ${
        places.length === 0
          ? undefined
          : html`<section aria-labelledby="places">
              <h2 id="places">It is about ${countText(places.length, "recommendation")}</h2>
              ${placesTable(executionId, places, { scopes: [] })}
            </section>`
      }`,
  };
}

/** That the action does not fit, and what does: there is no form. */
function misfitBody({ shown, action, again }: Omit<AskedAction, "caller">, { why, instead }: Misfit): Html {
  const { executionId } = shown.recorded.execution;
  return html`${wayBack(executionId)}
    <h1>${actions[action].title} ${foreign(executionId)}</h1>
    ${again && alert(again.why)}
    <p><strong>${why}</strong></p>
    <p class="buttons">
      ${
        instead === undefined
          ? undefined
          : html`<a class="button" href="${link(executionPath(executionId, instead))}">${actions[instead].title} …</a>`
      }
      <a class="button" href="${link(executionPath(executionId))}">To the execution</a>
    </p>`;
}

/** The same for something that is done about one recommendation. */
export function placeMisfitBody({ executionId, recIndex, title, why, again }: PlaceMisfit): Html {
  const own = link(placePath(executionId, recIndex));
  return html`${wayBack(executionId, html` <a href="${own}">No. ${recIndex}</a>`)}
    <h1>${title}</h1>
    ${again && alert(again.why)}
    <p><strong>${why}</strong></p>
    <p class="buttons"><a class="button" href="${own}">To the recommendation</a></p>`;
}

interface PlaceMisfit {
  readonly executionId: string;
  readonly recIndex: number;
  readonly title: string;
  readonly why: Html;
  readonly again?: Pick<Again, "why"> | undefined;
}

/** The way back to an execution. */
export function wayBack(executionId: string, more?: Html): Html {
  return html`<nav aria-label="Way" class="way">
    <a href="/">Executions</a> <a href="${link(executionPath(executionId))}">${foreign(executionId)}</a>${more}
  </nav>`;
}

/** Why something was not done. */
export function alert(why: Html): Html {
  return html`<div role="alert" class="alert">${why}</div>`;
}

/** Why somebody does something. */
export function reasonField(reason: string): Html {
  return html`<p class="field">
    <label for="reason">Why? It goes into the history, with your name.</label>
    <input
      id="reason"
      name="reason"
      type="text"
      required
      maxlength="255"
      autocomplete="off"
      value="${formValue(reason)}"
    />
  </p>`;
}

const actions: Readonly<Record<PlainAction, ActionWords>> = {
  approve: {
    title: "Approve",
    button: "Approve, and buy",
    hasReason: true,
    isGrave: false,
    what: (shown) => {
      const places = toCome(shown);
      return {
        places,
        lines: [
          html`${whenBought(shown)}: ${countText(places.length, "recommendation")}.`,
          atMost(places, shown),
          ...limitLine(shown),
          html`The approval holds for the terms below. Whatever changes them, or raises a limit, needs a new one.`,
        ],
      };
    },
  },
  cancel: {
    title: "Cancel",
    button: "Cancel the execution",
    hasReason: true,
    isGrave: true,
    what: (shown) => {
      const places = toCome(shown);
      const open = atRisk(shown);
      const bought = shown.status.money.bought;
      return {
        places,
        lines: [
          html`Nothing more is sent for it: ${countText(places.length, "recommendation")} will not be
          bought${places.length === 0 ? "" : html` (${limitsText(places)})`}.`,
          bought.length === 0
            ? html`Nothing of it is bought.`
            : html`What is bought stays bought, and is paid: <strong>${bought.map(amountText).join(", ")}</strong>.`,
          ...(open.length === 0
            ? []
            : [
                html`What was sent may be charged all the same, and is looked after:
                  <strong>${open.map(amountText).join(", ")}</strong>.`,
              ]),
        ],
      };
    },
  },
  reopen: { title: "Reopen", button: "Reopen the execution", hasReason: true, isGrave: false, what: reopening },
  redrive: {
    title: "Re-drive",
    button: "Drive it again",
    hasReason: false,
    isGrave: false,
    what: (shown) => {
      const isStopped = shown.status.state === "stopped";
      const places = isStopped ? [] : toCome(shown);
      return {
        places,
        lines: [
          isStopped
            ? html`It is stopped: nothing is bought. What was sent is looked for at the provider.`
            : html`What was refused or declined is tried again, and bought if it can be:
              ${countText(places.length, "recommendation")}.`,
          ...(isStopped ? [] : [atMost(places, shown), ...limitLine(shown)]),
          html`What is bought is not bought again. What waits for a person's decision is looked for, and not sent again
          before it is known.`,
        ],
      };
    },
  },
};

/** When it is bought that is approved now. */
function whenBought({ recorded: { execution, at } }: ShownExecution): Html {
  const { notBefore, restored, incomplete } = execution;
  if (restored === true || incomplete === true) return html`It is bought once somebody confirmed it, too`;
  const due = notBefore === undefined ? at : Date.parse(notBefore);
  if (due > at) return html`It is bought from ${timeMark(due, timeText(due))} on`;
  return html`It is bought at once, as soon as a drive comes to it`;
}

/** What reopening does: it may be the last word before money is spent. */
function reopening(shown: ShownExecution) {
  const places = toCome(shown);
  const { approvalRequired, cancelled } = shown.recorded.execution;
  const next = approvalRequired
    ? html`It waits for an approval, which has to be given anew; then ${countText(places.length, "recommendation")} may
      be bought.`
    : html`It needs no approval: ${countText(places.length, "recommendation")} may be bought at once, as soon as a drive
      comes to it.`;
  const word = html`The cancellation by ${foreign(cancelled?.person ?? "")} is undone.`;
  return { places, lines: [word, next, atMost(places, shown), ...limitLine(shown)] };
}

/** What is not sent and not decided. */
function toCome({ places }: ShownExecution): readonly ShownPlace[] {
  return places.filter(
    ({ record }) =>
      record !== undefined &&
      ["planned", "claimed", "refused", "rejected"].includes(record.state) &&
      atRiskPrices(record).length === 0,
  );
}

function atRisk({ status }: ShownExecution): readonly Money[] {
  return status.money.atRisk;
}

function atMost(places: readonly ShownPlace[], { recorded }: ShownExecution): Html {
  const unlimited = places.filter(({ record }) => record?.recommendation.maxPrice === undefined).length;
  const total = recorded.execution.maxTotals;
  if (unlimited === 0) return html`It costs at most <strong>${limitsText(places)}</strong> over the term.`;
  const limited = places.length - unlimited;
  const first =
    limited === 0
      ? undefined
      : html`${limited} of them cost at most <strong>${limitsText(places)}</strong> over the term. `;
  const rest =
    total === undefined ? "may be bought at any price" : "may cost as much as the limit for the whole execution leaves";
  return html`${first}<strong>${countText(unlimited, "recommendation")}</strong> ${unlimited === 1 ? "has" : "have"} no
    limit of ${unlimited === 1 ? "its" : "their"} own, and ${rest}.`;
}

function limitsText(places: readonly ShownPlace[]): string {
  const limits = totals(places.flatMap(({ record }) => record?.recommendation.maxPrice ?? []));
  return limits.length === 0 ? "without a limit" : limits.map(amountText).join(", ");
}

function limitLine({ recorded }: ShownExecution): readonly Html[] {
  const { maxTotals } = recorded.execution;
  return maxTotals === undefined
    ? []
    : [
        html`All of the execution, with what is bought already, costs at most
          <strong>${maxTotals.map(amountText).join(", ")}</strong>.`,
      ];
}
