import { workLeft } from "../../contract/execution-state.ts";
import { type Html, html } from "../../report/html.ts";
import { failuresFirst, type Tone } from "../../report/failures-first.ts";
import { badge } from "../../report/page-parts.ts";
import { plainCause } from "../../report/what-next.ts";
import type { Caller } from "../door-parts.ts";
import { accountPart, foreign } from "./console-frame.ts";
import { link, placePath } from "./console-links.ts";
import { firstSentence, inTheConsole } from "./console-texts.ts";
import { isDecidable, isOfExecution, isUnanswered, outcomeWords, unanswered } from "./console-words.ts";
import { noteLine } from "./note-line.ts";
import { moneyCell, paidCells } from "./overview-page.ts";
import type { ShownPlace } from "./read-execution.ts";

/** The recommendations of an execution, failures first. */
export function placesTable(
  executionId: string,
  places: readonly ShownPlace[],
  { scopes }: Pick<Caller, "scopes">,
): Html {
  return html`<table class="results places" aria-labelledby="places">
    <thead>
      <tr>
        <th scope="col">No.</th>
        <th scope="col">What</th>
        <th scope="col">Result</th>
        <th scope="col" class="money">Due now</th>
        <th scope="col" class="money">Each month</th>
        <th scope="col" class="money">Over the term</th>
      </tr>
    </thead>
    <tbody>
      ${failuresFirst(places, toneOf).map((place) => placeRow(executionId, place, scopes.includes("resolve")))}
    </tbody>
  </table>`;
}

/** How a recommendation looks in its list. */
export function toneOf({ outcome, record }: ShownPlace): Tone {
  return outcomeWords(outcome, record).tone;
}

function placeRow(executionId: string, place: ShownPlace, canDecide: boolean): Html {
  const { outcome, record, what } = place;
  const { recIndex, price } = outcome;
  const own = link(placePath(executionId, recIndex));
  const maxPrice = record?.recommendation.maxPrice;
  const isOpen = record !== undefined && isUnanswered(record);
  const isToCome = price === undefined && record !== undefined && workLeft(record) !== undefined;
  const limit =
    maxPrice === undefined
      ? html`<td class="money soft" data-name="Over the term">no limit</td>`
      : moneyCell("At most, over the term", [maxPrice], { style: "limit" });
  return html`<tr id="no-${recIndex}">
    <td class="number">${recIndex}</td>
    <td class="what">
      ${record === undefined ? foreign(what) : html`<a class="strong" href="${own}">${foreign(what)}</a>`}
      ${noteLine(record)} ${outcomeNotes(place)}
    </td>
    <td class="state">
      ${badge({ ...outcomeWords(outcome, record), meaning: "" })}
      ${
        record !== undefined && canDecide && isDecidable(record)
          ? html`<p class="note">
              <a href="${own}/resolve">Decide<span class="unseen"> about no. ${recIndex}</span></a>
            </p>`
          : undefined
      }
    </td>
    ${paidCells([outcome])}
    ${isToCome ? limit : moneyCell("Over the term", price === undefined ? [] : [price], { note: isOpen ? unanswered : undefined })}
  </tr>`;
}

/** What is known of an outcome beside its result. */
export function outcomeNotes(
  { outcome, portal }: ShownPlace,
  { withError = true }: { readonly withError?: boolean } = {},
): readonly Html[] {
  const { commitment, error, warnings = [], provider, account, recIndex } = outcome;
  const ids = commitment === undefined ? [] : [commitment.id, ...(commitment.furtherIds ?? [])];
  const cause = isOfExecution(outcome.error?.code) ? undefined : plainCause(outcome);
  const payer =
    provider === undefined ? undefined : accountPart({ provider, ...(account === undefined ? {} : { account }) });
  const portalPart =
    portal === undefined
      ? undefined
      : html`<span class="portal">
          ·
          <a href="${link(portal)}" rel="noreferrer"
            >Look at the provider<span class="unseen"> for no. ${recIndex}</span></a
          ></span
        >`;
  const lines = [
    ...(payer === undefined ? [] : [html`Paid by ${payer}${portalPart}`]),
    ...(ids.length === 0 ? [] : [html`Commitment ID ${ids.map((id) => html`<span class="id">${foreign(id)}</span>`)}`]),
    ...(commitment?.settled === false
      ? [html`The provider is still completing it (${foreign(commitment.state)}).`]
      : []),
    ...(cause === undefined ? [] : [html`${cause}`]),
    ...(!withError || error === undefined || isOfExecution(error.code)
      ? []
      : [html`Reported: ${foreign(firstSentence(inTheConsole(error.message)))} (${error.code})`]),
    ...warnings.map((text) => html`${foreign(text)}`),
  ];
  return lines.map((line) => html`<p class="note">${line}</p>`);
}
