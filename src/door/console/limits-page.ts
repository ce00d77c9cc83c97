// The pages on which limits are changed: where they are typed, and where it is asked once more.
import type { Money } from "../../contract/money.ts";
import { amountText, formValue, type Html, html, timeText } from "../../report/html.ts";
import { termsTag } from "../terms-tag.ts";
import { limitMisfit } from "./action-fit.ts";
import { type Again, alert, reasonField, wayBack } from "./action-page.ts";
import { type ConsolePage, foreign, timeMark } from "./console-frame.ts";
import { executionPath, link, placePath } from "./console-links.ts";
import { statePart } from "./execution-page.ts";
import { confirmPath, fitsNow, isRaise, limitsPath, type LimitTarget, type TypedLimits } from "./limits-change.ts";
import type { ShownExecution } from "./read-execution.ts";

/** What such a page is about. */
interface AskedLimits {
  readonly shown: ShownExecution;
  readonly target: LimitTarget;
}

/** Where the limits are typed. `typed` and `problems`: what was typed before, and what is wrong with it. */
export function limitsPage(
  { shown, target }: AskedLimits,
  { typed, problems = [] }: { readonly typed?: TypedLimits | undefined; readonly problems?: readonly string[] } = {},
): ConsolePage {
  const { executionId } = shown.recorded.execution;
  const misfit = limitsMisfit(shown, target);
  if (misfit !== undefined) return framedPage({ shown, target }, html`<p><strong>${misfit}</strong></p>`);
  const wrong = problems.length === 0 ? undefined : alert(html`${problems.map((text) => html`<p>${text}</p>`)}`);
  return framedPage(
    { shown, target },
    html`${wrong} ${target.place === undefined ? statePart(shown) : html`<p>${foreign(target.place.what)}</p>`}
      <p>
        ${
          target.place === undefined
            ? "The most that all of the execution may cost, over the term, with what is bought already. Where one currency has an amount, nothing is bought in a currency that has none."
            : "The most that this recommendation may cost, over the term. A price above it is refused."
        }
        It is <strong>${limitsText(target.before)}</strong> now. An amount that is left empty is none; a currency is
        three letters, such as EUR.
      </p>
      <form method="get" action="${link(`${executionPath(executionId, "limits")}/confirm`)}" class="ask">
        ${target.place === undefined ? undefined : html`<input type="hidden" name="place" value="${target.place.outcome.recIndex}" />`}
        ${rowsOf(shown, target, typed)}
        <p class="buttons">
          <button class="button main">Show what it changes</button>
          <a class="button" href="${backTo(executionId, target)}">Back, change nothing</a>
        </p>
      </form>`,
  );
}

/** Asks once more, with the amounts before and after. */
export function confirmLimitsPage(
  { shown, target, typed, after }: AskedLimits & { readonly typed: TypedLimits; readonly after: readonly Money[] },
  again?: Again,
): ConsolePage {
  const { executionId } = shown.recorded.execution;
  return framedPage(
    { shown, target },
    html`${again && alert(again.why)}
      ${target.place === undefined ? undefined : html`<p>${foreign(target.place.what)}</p>`}
      <section aria-labelledby="will">
        <h2 id="will">What will happen</h2>
        ${beforeAndAfter(target, after)}
        <ul class="will">
          ${consequences(shown, target, after).map((line) => html`<li>${line}</li>`)}
        </ul>
      </section>
      <form method="post" action="${link(confirmPath(executionId, target, typed))}" class="ask">
        <input type="hidden" name="terms" value="${termsTag(shown.recorded)}" />
        ${reasonField(again?.reason ?? "")}
        <p class="buttons">
          <button class="button ${isRaise(target, after) ? "grave" : "main"}">Change the limit</button>
          <a class="button" href="${link(limitsPath(executionId, target.place?.record))}">Back to the amounts</a>
        </p>
      </form>`,
  );
}

/** Why a limit cannot be changed; undefined where it can. */
export function limitsMisfit(shown: ShownExecution, { place }: Pick<LimitTarget, "place">): Html | undefined {
  const misfit = limitMisfit(shown);
  if (misfit !== undefined) return misfit.why;
  const state = place?.record.state;
  if (state === "purchased") return html`It is bought: its limit decides nothing more.`;
  return state === "skipped" || state === "written-off"
    ? html`It is decided: its limit decides nothing more.`
    : undefined;
}

function framedPage({ shown, target }: AskedLimits, body: Html): ConsolePage {
  const { executionId } = shown.recorded.execution;
  const { place } = target;
  const no = place?.outcome.recIndex;
  return {
    title: `${no === undefined ? "Limit" : `Limit of no. ${no}`}: ${executionId}`,
    events: executionPath(executionId, "events"),
    seen: shown.lastNumber,
    isHeld: true,
    body: html`${wayBack(executionId, no === undefined ? undefined : html` <a href="${link(placePath(executionId, no))}">No. ${no}</a>`)}
      <h1>${no === undefined ? "Change the limit for the whole execution" : `Change the limit of no. ${no}`}</h1>
      ${body}`,
  };
}

/** The amounts that can be typed: one for each currency that is known, and one for another. */
function rowsOf(shown: ShownExecution, { before, place }: LimitTarget, typed: TypedLimits | undefined): Html {
  const { places, status } = shown;
  const known =
    place === undefined
      ? [...before, ...places.flatMap(moneyOf), ...status.money.bought]
      : [...before, ...moneyOf(place)];
  const currencies = [...new Set(known.map(({ currency }) => currency))];
  const valueOf = (currency: string, index: number) =>
    typed === undefined ? before.find((money) => money.currency === currency)?.amount : typed.amounts[index];
  const last = currencies.length;
  return html`${currencies.map(
      (currency, index) =>
        html`<p class="field">
          <label for="amount-${index}">Amount in ${currency}</label>
          <input type="hidden" name="currency" value="${currency}" />
          ${amountField(index, valueOf(currency, index))}
        </p>`,
    )}
    <div class="pair">
      <p class="field">
        <label for="amount-${last}">${last === 0 ? "Amount" : "Amount in another currency"}</label>
        ${amountField(last, typed?.amounts[last])}
      </p>
      <p class="field">
        <label for="currency">Currency</label>
        <input
          id="currency"
          name="currency"
          type="text"
          maxlength="3"
          autocomplete="off"
          spellcheck="false"
          value="${formValue(typed?.currencies[last] ?? "")}"
        />
      </p>
    </div>`;
}

function amountField(index: number, value: string | undefined): Html {
  return html`<input
    id="amount-${index}"
    name="amount"
    type="text"
    inputmode="decimal"
    maxlength="40"
    autocomplete="off"
    value="${formValue(value ?? "")}"
  />`;
}

function moneyOf({ record, outcome: { price } }: ShownExecution["places"][number]): readonly Money[] {
  const maxPrice = record?.recommendation.maxPrice;
  return [...(maxPrice === undefined ? [] : [maxPrice]), ...(price === undefined ? [] : [price])];
}

function beforeAndAfter({ before, place }: LimitTarget, after: readonly Money[]): Html {
  const currencies = [...new Set([...before, ...after].map(({ currency }) => currency))];
  const cell = (name: string, limits: readonly Money[], currency: string) => {
    const limit = limits.find((money) => money.currency === currency);
    const none = limits.length > 0 && place === undefined ? "nothing may be bought in it" : "no limit";
    return html`<td class="money" data-name="${name}">
      <span>${limit === undefined ? none : amountText(limit)}</span>
    </td>`;
  };
  return html`<table class="sums change">
    <thead>
      <tr>
        <th scope="col">Limit in</th>
        <th scope="col" class="money">Before</th>
        <th scope="col" class="money">After</th>
      </tr>
    </thead>
    <tbody>
      ${currencies.map(
        (currency) =>
          html`<tr>
            <th scope="row">${currency}</th>
            ${cell("Before", before, currency)} ${cell("After", after, currency)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** What follows from the change, beside the limit itself. */
function consequences(shown: ShownExecution, target: LimitTarget, after: readonly Money[]): readonly Html[] {
  const { approval, approvalRequired, mayNotApprove, cancelled } = shown.recorded.execution;
  const isMore = isRaise(target, after);
  const approved =
    approval && html`the approval by ${foreign(approval.person)} of ${timeMark(approval.at, timeText(approval.at))}`;
  const limit =
    after.length === 0
      ? target.place === undefined
        ? html`There is <strong>no limit</strong> for the whole execution any more.`
        : html`It may be bought
            <strong>at any price</strong
            >${shown.recorded.execution.maxTotals === undefined ? "" : " that the limit for the whole execution leaves"}.`
      : undefined;
  const clears = isMore
    ? approved === undefined
      ? approvalRequired
        ? html`It needs an approval before anything is bought.`
        : html`It needs no approval: what fits may be bought as soon as a drive comes to it.`
      : html`<strong>More may be spent, so ${approved} is cleared.</strong> Nothing more is bought before it is approved
          again.`
    : approved === undefined
      ? html`No more may be spent than before.`
      : html`No more may be spent than before, so ${approved} stays.`;
  const twice =
    isMore && mayNotApprove !== undefined
      ? html`Two persons are needed: whoever raises a limit may not approve it.`
      : undefined;
  const refused = fitsNow(target, after)
    ? html`It was refused before, and is not tried again by itself: re-drive the execution afterwards.`
    : undefined;
  const stopped = cancelled === undefined ? undefined : html`The execution stays cancelled.`;
  return [limit, clears, twice, refused, stopped].filter((line) => line !== undefined);
}

function limitsText(limits: readonly Money[]): string {
  return limits.length === 0 ? "not limited" : limits.map(amountText).join(" and ");
}

function backTo(executionId: string, { place }: LimitTarget): Html {
  return link(place === undefined ? executionPath(executionId) : placePath(executionId, place.outcome.recIndex));
}
