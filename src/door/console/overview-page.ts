import type { ExecutionState } from "../../contract/execution-state.ts";
import type { Money } from "../../contract/money.ts";
import { paymentTotals } from "../../contract/payments.ts";
import { amountText, type Html, html, timeText } from "../../report/html.ts";
import { badge, countText, paidLines } from "../../report/page-parts.ts";
import type { DoorContext } from "../door-context.ts";
import { stateSchema } from "../door-schemas.ts";
import { cursorText, placeIn } from "../execution-routes.ts";
import { invalidFields } from "../routes.ts";
import { accountPart, type ConsolePage, foreign, timeMark } from "./console-frame.ts";
import { executionPath, link, withQuery } from "./console-links.ts";
import { isUnanswered, meaningOf, stateWords, unanswered } from "./console-words.ts";
import type { ListedExecution, Overview, OverviewMoney, OverviewQuery, Sums } from "./read-overview.ts";

/** Which page of the list a request asks for. Throws a RequestError for a query that is none. */
export function overviewQuery(c: DoorContext): OverviewQuery {
  const { state, cursor, needed } = c.req.query();
  const isState = (text: string): text is ExecutionState => stateSchema.safeParse(text).success;
  if (state !== undefined && state !== "" && !isState(state)) {
    throw invalidFields("The query", [
      { parameter: "state", detail: `must be one of ${stateSchema.options.join(", ")}` },
    ]);
  }
  const after = cursor === undefined ? undefined : placeIn(cursor);
  if (cursor !== undefined && after === undefined) {
    throw invalidFields("The query", [{ parameter: "cursor", detail: "must be the next of an earlier page" }]);
  }
  if (needed !== undefined && !/^\d{1,4}$/.test(needed)) {
    throw invalidFields("The query", [{ parameter: "needed", detail: "must be a number of an earlier page" }]);
  }
  return { state: state === undefined || state === "" ? undefined : state, after, needed: Number(needed ?? 0) };
}

/** The executions: their money, what needs a person, then all of them. */
export function overviewPage(overview: Overview, query: OverviewQuery, address: string): ConsolePage {
  const { state } = query;
  const { page, needed, next, money } = overview;
  // All of those are on the pages of their own list.
  const others = page.filter((one) => !needed.includes(one));
  const isEmpty = money?.read === 0 && state === undefined;
  const more =
    next &&
    html`<p class="pages">
      <a class="button" href="${link(withQuery("/", { state, cursor: cursorText(next) }))}">Older executions</a>
    </p>`;
  const order = others.some(({ need }) => need !== undefined)
    ? "on each page first those that need a person"
    : "last changed first";
  const title = state === undefined ? "Executions" : `Executions: ${stateWords[state].label.toLowerCase()}`;
  return {
    title,
    isLive: true,
    body: html`<h1>${title}</h1>
      ${
        isEmpty
          ? emptyState(address)
          : html`<div data-live="money">${money && moneyPart(money)}</div>
              <div data-live="needed">${needed.length === 0 ? undefined : neededPart(needed, query.needed)}</div>
              <section aria-labelledby="all">
                <h2 id="all">${needed.length === 0 ? "All" : "All others"}, ${order}</h2>
                ${filter(state)}
                <div data-live="page">
                  ${others.length === 0 ? html`<p>There is none here.</p>` : executionsTable(others, "all")}${more}
                </div>
              </section>`
      }`,
  };
}

function emptyState(address: string): Html {
  return html`<div class="empty">
    <p><strong>Nothing was submitted yet.</strong> To submit an execution, put it into a file and send it:</p>
    <pre
      tabindex="0"
      role="region"
      aria-label="How to submit"
    ><code>curl -X PUT ${address}/v1/executions/order-1 -H 'Content-Type: application/json' -d @order.json</code></pre>
    <p class="soft">
      Where tokens are used, add <code>-H "Authorization: Bearer $BUYONCE_TOKEN"</code>. The document at
      <a href="/openapi.json">/openapi.json</a> says what the file holds.
    </p>
  </div>`;
}

function filter(state: ExecutionState | undefined): Html {
  const one = (to: ExecutionState | undefined, label: string) =>
    html`<li>
      <a href="${link(withQuery("/", { state: to }))}" ${to === state ? html`aria-current="page"` : undefined}
        >${label}</a
      >
    </li>`;
  const states = Object.entries(stateWords).map(([name, { label }]) => one(name as ExecutionState, label));
  return html`<nav aria-label="State">
    <ul class="filter">
      ${[one(undefined, "All"), ...states]}
    </ul>
  </nav>`;
}

/** Money by what is known of it, then by account. */
function moneyPart({ sums, accounts, read, older }: OverviewMoney): Html {
  return html`<section aria-labelledby="money">
    <h2 id="money">Money</h2>
    <div class="scroll">${sumsTable("Currency", currencyRows(sums))}</div>
    ${
      accounts.length === 0
        ? undefined
        : html`<div class="scroll">
            ${sumsTable(
              "Account that pays",
              accounts.map(([account, own]) => [accountPart(account), own] as const),
            )}
          </div>`
    }
    <p class="soft small">
      Prices of the whole term, before tax, of ${coverage(read, older)}. What waits for approval is counted with its
      limits${
        sums.unlimited === 0 ? "" : `; ${countText(sums.unlimited, "recommendation")} without a limit may cost anything`
      }.
    </p>
  </section>`;
}

/** Which executions the sums are of. */
function coverage(read: number, older: OverviewMoney["older"]): string {
  if (older === undefined) return countText(read, "execution");
  const { open, isPartial } = older;
  const left = isPartial ? "others, on which something may be left too" : "others, on which nothing is left";
  return `the ${read} executions last changed, and of ${open} older ones on which something is left; ${left}, are not in it`;
}

function currencyRows({ bought, atRisk, toApprove }: Sums): readonly (readonly [Html, Sums])[] {
  const currencies = [...new Set([...bought, ...atRisk, ...toApprove].map(({ currency }) => currency))].toSorted();
  const only = (sums: readonly Money[], currency: string) => sums.filter((sum) => sum.currency === currency);
  return currencies.map((currency) => {
    const [own, open, waiting] = [bought, atRisk, toApprove].map((sums) => only(sums, currency));
    return [
      foreign(currency),
      { bought: own ?? [], atRisk: open ?? [], toApprove: waiting ?? [], unlimited: 0 },
    ] as const;
  });
}

function sumsTable(first: string, rows: readonly (readonly [Html, Sums])[]): Html {
  if (rows.length === 0) return html`<p>No money is bought, at risk or waiting.</p>`;
  return html`<table class="sums">
    <thead>
      <tr>
        <th scope="col">${first}</th>
        <th scope="col" class="money">Bought</th>
        <th scope="col" class="money">May be charged</th>
        <th scope="col" class="money">Waits for approval</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ([name, { bought, atRisk, toApprove }]) =>
          html`<tr>
            <th scope="row">${name}</th>
            ${moneyCell("Bought", bought)} ${moneyCell("May be charged", atRisk, { style: "risk" })}
            ${moneyCell("Waits for approval", toApprove)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** How a cell of money looks, and what is said below it. */
interface CellOptions {
  readonly style?: string;
  readonly note?: string | undefined;
}

/** Sums, each on a line of its own; `name` is shown where the columns have none. */
export function moneyCell(name: string, sums: readonly Money[], options?: CellOptions): Html {
  return linesCell(name, sums.map(amountText), options);
}

/** What is due now of these, and each month. */
export function paidCells(items: Parameters<typeof paymentTotals>[0]): Html {
  const { dueNow, monthly } = paidLines(paymentTotals(items));
  return html`${linesCell("Due now", dueNow)} ${linesCell("Each month", monthly)}`;
}

function linesCell(name: string, lines: readonly string[], { style = "", note }: CellOptions = {}): Html {
  if (lines.length === 0) return html`<td class="money none" data-name="${name}">–</td>`;
  return html`<td class="money ${style}" data-name="${name}">
    <div>
      ${lines.map((line) => html`<span class="sum">${line}</span>`)}
      ${note === undefined ? undefined : html`<p class="note">${note}</p>`}
    </div>
  </td>`;
}

/** As many that need somebody are shown at once. */
const mostNeeded = 50;

/** What needs a person, from so many on; the last page where there are fewer by now. */
function neededPart(needed: readonly ListedExecution[], from: number): Html {
  const begin = Math.min(from, Math.floor((needed.length - 1) / mostNeeded) * mostNeeded);
  const shown = needed.slice(begin, begin + mostNeeded);
  const end = begin + shown.length;
  const page = (to: number, label: string) =>
    html`<a class="button" href="${link(withQuery("/", { needed: String(Math.max(0, to)) }))}">${label}</a>`;
  const pages = [
    ...(begin > 0 ? [page(begin - mostNeeded, "More urgent")] : []),
    ...(end < needed.length ? [page(end, "Less urgent")] : []),
  ];
  const which = pages.length === 0 ? String(needed.length) : `${begin + 1}–${end} of ${needed.length}`;
  return html`<section aria-labelledby="needed" class="needed">
    <h2 id="needed">Needs a person (${which})</h2>
    ${executionsTable(shown, "needed")} ${pages.length === 0 ? undefined : html`<p class="pages">${pages}</p>`}
  </section>`;
}

function executionsTable(executions: readonly ListedExecution[], label: string): Html {
  return html`<table class="results list" aria-labelledby="${label}">
    <thead>
      <tr>
        <th scope="col">Execution</th>
        <th scope="col">State</th>
        <th scope="col" class="money">Bought</th>
        <th scope="col" class="money">May be charged</th>
        <th scope="col" class="money">To come, at most</th>
        <th scope="col">Changed</th>
      </tr>
    </thead>
    <tbody>
      ${executions.map(executionRow)}
    </tbody>
  </table>`;
}

function executionRow({ status, records, need }: ListedExecution): Html {
  const { execution, state, forbidden, money, places, unlimited } = status;
  const { executionId, source, size, updatedAt, owner } = execution;
  const why = need ?? (state === "complete" || forbidden === undefined ? undefined : meaningOf(forbidden.code));
  const isStopped = state === "stopped";
  // While it waits, no drive looks for anything.
  const note = state !== "waiting" && records.some(isUnanswered) ? unanswered : undefined;
  return html`<tr>
    <td class="what">
      <a class="strong" href="${link(executionPath(executionId))}">${foreign(executionId)}</a>
      <p class="note">
        ${countText(size, "recommendation")}${places.bought === 0 ? "" : `, ${places.bought} bought`} · source:
        ${foreign(source)}${owner === undefined ? undefined : html` · submitted by ${foreign(owner.caller)}`}
      </p>
    </td>
    <td class="state">
      ${badge({ ...stateWords[state], meaning: "" })}${why === undefined ? undefined : html`<p class="note">${why}</p>`}
    </td>
    ${moneyCell("Bought", money.bought)} ${moneyCell("May be charged", money.atRisk, { style: "risk", note })}
    ${
      isStopped
        ? moneyCell("To come, at most", [])
        : html`<td class="money ${money.toCome.length + unlimited === 0 ? "none" : ""}" data-name="To come, at most">
            <div>
              ${money.toCome.map((sum) => html`<span class="sum">${amountText(sum)}</span>`)}
              ${unlimited === 0 ? undefined : html`<span class="sum soft">${unlimited} without limit</span>`}
              ${money.toCome.length + unlimited === 0 ? "–" : undefined}
            </div>
          </td>`
    }
    <td class="when" data-name="Changed">${timeMark(updatedAt, timeText(updatedAt))}</td>
  </tr>`;
}
