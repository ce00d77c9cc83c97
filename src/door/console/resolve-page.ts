import { atRiskPrices } from "../../contract/counted-price.ts";
import { totals } from "../../contract/money.ts";
import { hashJson } from "../../contract/fingerprint.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { amountText, formValue, type Html, html } from "../../report/html.ts";
import { decisionMisfit } from "./action-fit.ts";
import { alert, placeMisfitBody, reasonField, wayBack } from "./action-page.ts";
import { type ConsolePage, foreign } from "./console-frame.ts";
import { executionPath, link, placePath } from "./console-links.ts";
import { evidencePart, historyPart, lookForSection, type PlaceOf, resultPart } from "./place-page.ts";

/** What a person can find out. */
export const findings = ["bought", "not-bought", "not-this", "write-off"] as const;

/** One of them. */
export type Finding = (typeof findings)[number];

interface FindingWords {
  readonly choice: string;
  readonly when: string;
  readonly title: string;
  readonly will: (money: string) => readonly string[];
  readonly button: string;
  readonly isGrave: boolean;
}

const words: Readonly<Record<Finding, FindingWords>> = {
  bought: {
    choice: "It was bought",
    when: "The provider shows it, and you have its number.",
    title: "Record it as bought",
    will: (money) => [
      `What you name is read at the provider and compared with what was asked for. If it fits, it is recorded as bought (${money}).`,
      "Nothing is sent.",
    ],
    button: "Record it as bought",
    isGrave: false,
  },
  "not-bought": {
    choice: "It was not bought",
    when: "You looked at the provider, also at the invoice, and nothing is there.",
    title: "Record it as not bought",
    will: (money) => [
      "The provider is asked once more. If it shows nothing, it is recorded as not bought.",
      `Then the next drive buys it anew, and spends up to its price again (${money}). If it was bought all the same, it is bought twice.`,
    ],
    button: "Record it as not bought, and buy it anew",
    isGrave: true,
  },
  "not-this": {
    choice: "What was found is another purchase",
    when: "Something that looks like it is there, and you know that it is not it.",
    title: "What was found is not it",
    will: (money) => [
      "The number that you name counts no longer as this purchase.",
      `Whether this one was bought stays as open as before (${money}).`,
    ],
    button: "Record that it is another purchase",
    isGrave: false,
  },
  "write-off": {
    choice: "Nobody can find out any more",
    when: "The provider cannot say it, and neither can the invoice.",
    title: "Write it off",
    will: (money) => [
      `It counts as maybe bought for good, and its price counts towards the limits (${money}).`,
      "It is never bought again under this execution. If it shows later, only a person can still say that it was bought.",
    ],
    button: "Write it off",
    isGrave: true,
  },
};

/** What stands in the form when it is shown once more, and why. */
export interface FindingAgain {
  readonly why: Html;
  readonly id: string;
  readonly reason: string;
}

/** Which finding? The evidence stands beside. */
export function resolvePage({ executionId, place, record, lastNumber, history, lookFor }: PlaceOf): ConsolePage {
  const { recIndex } = place.outcome;
  const page = {
    title: `Decide about no. ${recIndex} of ${executionId}`,
    events: executionPath(executionId, "events"),
    seen: lastNumber,
    isHeld: true,
  };
  const title = `What became of no. ${recIndex}`;
  const why = decisionMisfit(record);
  if (why !== undefined) return { ...page, body: placeMisfitBody({ executionId, recIndex, title, why }) };
  return {
    ...page,
    body: html`${back(executionId, recIndex)}
      <h1>${title}?</h1>
      <p>${foreign(place.what)}</p>
      ${resultPart(place)}
      <div class="beside">
        <section aria-labelledby="found">
          <h2 id="found">What did you find out?</h2>
          <ul class="choices">
            ${findings.map(
              (finding) =>
                html`<li>
                  <a href="${link(placePath(executionId, recIndex, `resolve/${finding}`))}">${words[finding].choice}</a>
                  <p class="note">${words[finding].when}</p>
                </li>`,
            )}
          </ul>
        </section>
        <div>${evidencePart(record)} ${lookForSection({ lookFor })}</div>
      </div>
      ${historyPart({ history })}`,
  };
}

/** Asks once more before a finding is recorded. */
export function findingPage(
  { executionId, place, record, lastNumber, history, lookFor }: PlaceOf,
  finding: Finding,
  again?: FindingAgain,
): ConsolePage {
  const { recIndex } = place.outcome;
  const { title, will, button, isGrave } = words[finding];
  const needsId = finding === "bought" || finding === "not-this";
  const page = {
    title: `${title}: no. ${recIndex} of ${executionId}`,
    events: executionPath(executionId, "events"),
    seen: lastNumber,
    isHeld: true,
  };
  const why = decisionMisfit(record);
  if (why !== undefined) return { ...page, body: placeMisfitBody({ executionId, recIndex, title, why, again }) };
  return {
    ...page,
    body: html`${back(executionId, recIndex)}
      <h1>${title}?</h1>
      <p>No. ${recIndex}: ${foreign(place.what)}</p>
      ${again && alert(again.why)}
      <div class="beside">
        <section aria-labelledby="will">
          <h2 id="will">What will happen</h2>
          <ul class="will">
            ${will(moneyOf(record)).map((line) => html`<li>${line}</li>`)}
          </ul>
          <form method="post" action="${link(placePath(executionId, recIndex, `resolve/${finding}`))}" class="ask">
            <input type="hidden" name="seen" value="${seenOf(record)}" />
            ${
              needsId
                ? html`<p class="field">
                    <label for="id"
                      >The provider's number of ${finding === "bought" ? "it" : "the other purchase"}</label
                    >
                    <input
                      id="id"
                      name="id"
                      type="text"
                      required
                      maxlength="255"
                      autocomplete="off"
                      spellcheck="false"
                      value="${formValue(again?.id ?? "")}"
                    />
                  </p>`
                : undefined
            }
            ${reasonField(again?.reason ?? "")}
            <p class="buttons">
              <button class="button ${isGrave ? "grave" : "main"}">${button}</button>
              <a class="button" href="${link(placePath(executionId, recIndex))}">Back, change nothing</a>
            </p>
          </form>
        </section>
        <div>${evidencePart(record)} ${lookForSection({ lookFor })}</div>
      </div>
      ${historyPart({ history })}`,
  };
}

function back(executionId: string, recIndex: number): Html {
  return wayBack(executionId, html` <a href="${link(placePath(executionId, recIndex))}">No. ${recIndex}</a>`);
}

/** How a record stood when a page showed it, in a form. */
export function seenOf({ state, epoch, attempt, updatedAt, generation }: TokenRecord): string {
  return hashJson({ state, epoch, attempt, updatedAt, generation }).slice(0, 20);
}

/** The money that a decision is about. */
function moneyOf(record: TokenRecord): string {
  const prices = atRiskPrices(record).filter((price) => price !== "unknown");
  const { maxPrice } = record.recommendation;
  if (prices.length > 0) return totals(prices).map(amountText).join(", ");
  return maxPrice === undefined ? "at a price that is not known" : `at most ${amountText(maxPrice)}`;
}
