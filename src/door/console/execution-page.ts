import { totals } from "../../contract/money.ts";
import { amountText, type Html, html, timeText } from "../../report/html.ts";
import { failuresFirst } from "../../report/failures-first.ts";
import { badge, countText, steps } from "../../report/page-parts.ts";
import { type Lane, markKind, timelinePicture } from "../../report/timeline-picture.ts";
import { historyWords } from "../../report/timeline.ts";
import { historyLineOf } from "../../inspect/read-history.ts";
import type { Caller } from "../door-parts.ts";
import { completingText, isCompleting, stoppedLine } from "./action-fit.ts";
import { actionsOf } from "./console-actions.ts";
import { type ConsolePage, foreign, timeMark } from "./console-frame.ts";
import { executionPath, link } from "./console-links.ts";
import { firstSentence, inTheConsole } from "./console-texts.ts";
import { consoleToDo, meaningOf, stateWords } from "./console-words.ts";
import { noteLine } from "./note-line.ts";
import { moneyCell, paidCells } from "./overview-page.ts";
import { placesTable, toneOf } from "./places-table.ts";
import type { ShownExecution, ShownPlace } from "./read-execution.ts";
import { eventWords, whoPart } from "./who-did-what.ts";

/** One execution. `done`: what was just done about it. */
export function executionPage(shown: ShownExecution, caller: Caller, done: Html | undefined): ConsolePage {
  const { recorded, status, places } = shown;
  const { executionId } = recorded.execution;
  const isSettled = status.state === "complete";
  return {
    title: executionId,
    events: executionPath(executionId, "events"),
    seen: shown.lastNumber,
    body: html`<nav aria-label="Way" class="way"><a href="/">Executions</a></nav>
      <h1>${foreign(executionId)}</h1>
      ${noteLine(recorded.execution)} ${done}
      <div data-live="state">${statePart(shown)}</div>
      <div data-live="actions" class="actions">${actionsPart(shown, caller)}</div>
      <div data-live="money">${moneyPart(shown)}</div>
      <div data-live="todo">${isSettled ? undefined : todoPart(places)}</div>
      <section aria-labelledby="places">
        <h2 id="places">Recommendations (${places.length})</h2>
        <div data-live="places">${placesTable(executionId, places, caller)}</div>
      </section>
      <div data-live="timeline">${timelinePart(shown)}</div>
      <div data-live="terms">${termsPart(shown)}</div>
      <div data-live="who">${whoPart(shown)}</div>`,
  };
}

/** Its state, and whose it is. */
export function statePart(shown: ShownExecution): Html {
  const { recorded, status } = shown;
  const { source, owner, createdAt, size } = recorded.execution;
  const { state } = status;
  return html`<p class="state">
      ${badge({ ...stateWords[state], meaning: "" })}
      ${state === "complete" ? undefined : html`<span>${whyText(shown)}</span>`}
    </p>
    <div class="facts">
      <span>Source: ${foreign(source)}</span>
      ${owner === undefined ? undefined : html`<span>Submitted by ${foreign(owner.caller)}</span>`}
      <span>Recorded ${timeMark(createdAt, timeText(createdAt))}</span>
      <span>${countText(size, "recommendation")}</span>
    </div>`;
}

/** Why nothing is sent for it now, where that is so. */
function whyText(shown: ShownExecution): Html | undefined {
  const { forbidden } = shown.status;
  if (forbidden === undefined) return undefined;
  return stoppedLine(shown) ?? html`${meaningOf(forbidden.code)} ${inTheConsole(forbidden.reason)}`;
}

function actionsPart(shown: ShownExecution, caller: Caller): Html {
  const actions = actionsOf(shown, caller);
  if (isCompleting(shown)) return html`<p class="soft small">${completingText(shown)}. There is nothing to do.</p>`;
  if (actions.length === 0) return html`<p class="soft small">There is nothing that you can do about it.</p>`;
  const { executionId } = shown.recorded.execution;
  return html`<nav aria-label="What you can do">
    ${actions.map(
      ({ action, label, isMain }) =>
        html`<a class="button ${isMain ? "main" : ""}" href="${link(executionPath(executionId, action))}">${label}</a>`,
    )}
  </nav>`;
}

function moneyPart({ places, status }: ShownExecution): Html {
  const bought = places.filter(({ record }) => record?.state === "purchased");
  const open = places.filter(
    ({ outcome }) =>
      outcome.commitment === undefined && outcome.price !== undefined && outcome.status !== "in-progress",
  );
  const sent = places.filter(({ outcome }) => outcome.status === "in-progress" && outcome.price !== undefined);
  const { toCome } = status.money;
  const { unlimited } = status;
  const isStopped = status.state === "stopped";
  return html`<section aria-labelledby="money">
    <h2 id="money">Money</h2>
    <div class="scroll">
      <table class="sums">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col" class="money">Due now</th>
            <th scope="col" class="money">Each month</th>
            <th scope="col" class="money">Over the term</th>
          </tr>
        </thead>
        <tbody>
          ${moneyRow("Bought", bought)}
          ${[...open, ...sent].length === 0 ? undefined : moneyRow("Sent, may be charged", [...open, ...sent], "risk")}
          ${
            isStopped || toCome.length + unlimited === 0
              ? undefined
              : html`<tr>
                  <th scope="row">
                    To come, at
                    most${unlimited === 0 ? undefined : html` <span class="soft small">(${unlimited} without a limit)</span>`}
                  </th>
                  ${moneyCell("Due now", [])} ${moneyCell("Each month", [])} ${moneyCell("Over the term", toCome)}
                </tr>`
          }
        </tbody>
      </table>
    </div>
    <p class="soft small">Prices as the provider named them, before tax; its invoice decides.</p>
  </section>`;
}

function moneyRow(name: string, places: readonly ShownPlace[], style = ""): Html {
  const over = totals(places.flatMap(({ outcome }) => outcome.price ?? []));
  return html`<tr>
    <th scope="row">${name} (${places.length})</th>
    ${paidCells(places.map(({ outcome }) => outcome))} ${moneyCell("Over the term", over, { style })}
  </tr>`;
}

function todoPart(places: readonly ShownPlace[]): Html | undefined {
  const outcomes = failuresFirst(places, toneOf).map(({ outcome }) => outcome);
  return outcomes.some((outcome) => consoleToDo(outcome) !== undefined) ? steps(outcomes, consoleToDo) : undefined;
}

/** The most lanes of the picture: those about which something is to be done come first. */
const mostLanes = 40;

function timelinePart({ history, steps: lines, places, isCut }: ShownExecution): Html | undefined {
  const byToken = Map.groupBy(lines, ({ token }) => token);
  const lanes = places
    .filter(({ record, outcome }) => record !== undefined && byToken.has(outcome.token))
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, mostLanes)
    .toSorted((a, b) => a.outcome.recIndex - b.outcome.recIndex)
    .map(({ outcome: { recIndex, token } }): Lane => {
      const marks = (byToken.get(token) ?? []).map((entry) => {
        return { at: entry.at, kind: markKind(entry.event), what: firstSentence(historyWords(historyLineOf(entry))) };
      });
      return { label: `No. ${recIndex}`, marks };
    });
  const own: Lane = {
    label: "Execution",
    marks: history.map(({ at, event, person }) => {
      const kind = person === undefined ? "small" : "person";
      return { at, kind, what: `${eventWords[event]}${person === undefined ? "" : ` by ${person}`}` };
    }),
  };
  const picture = timelinePicture([own, ...lanes], "What happened when, as a picture");
  const left = byToken.size - lanes.length;
  return (
    picture &&
    html`<section aria-labelledby="timeline">
      <h2 id="timeline">What happened when</h2>
      ${picture}
      <p class="soft small">
        The history of a recommendation says the same in
        words.${left > 0 ? ` ${left} more are not in the picture.` : ""}${
          isCut ? " Later steps are not in the picture." : ""
        }
      </p>
    </section>`
  );
}

function rank({ outcome }: ShownPlace): number {
  if (outcome.parked !== undefined) return 0;
  return consoleToDo(outcome) === undefined ? 2 : 1;
}

function termsPart({ recorded: { execution } }: ShownExecution): Html {
  const { maxTotals, notBefore, expiresAt, forbidTwinsWithin, approvalRequired, approval, termsVersion } = execution;
  const times = [
    ...(notBefore === undefined
      ? []
      : [["Not before", timeMark(Date.parse(notBefore), timeText(Date.parse(notBefore)))]]),
    ...(expiresAt === undefined ? [] : [["Expires", timeMark(Date.parse(expiresAt), timeText(Date.parse(expiresAt)))]]),
  ] as const;
  const approved =
    approval === undefined
      ? approvalRequired
        ? html`Needed, and not given`
        : html`Not needed`
      : html`${foreign(approval.person)}, ${timeMark(approval.at, timeText(approval.at))}: ${foreign(approval.reason)}`;
  const rows = [
    [
      "Limit for the whole execution",
      html`${maxTotals === undefined ? "None" : maxTotals.map(amountText).join(", ")}`,
    ] as const,
    ...times,
    ...(forbidTwinsWithin === undefined
      ? []
      : [["The same again", html`Forbidden within ${forbidTwinsWithin.slice(1, -1)} days`] as const]),
    ["Approval", approved] as const,
    ["Version of the terms", html`${termsVersion}`] as const,
  ];
  return html`<section aria-labelledby="terms">
    <h2 id="terms">Limits and approval</h2>
    <dl>
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name as string}</dt>
            <dd>${value as Html}</dd>`,
      )}
    </dl>
  </section>`;
}
