import { cleanText } from "../../contract/clean-text.ts";
import type { DriveEvent } from "../../contract/events.ts";
import { formatMoney } from "../../contract/money.ts";
import { formatPayments } from "../../contract/payments.ts";
import type { Outcome } from "../../contract/report.ts";
import { why } from "./table-cells.ts";

/** One step of a drive, in a few words. */
export function eventText(event: DriveEvent): string {
  return cleanText(words(event));
}

function words(event: DriveEvent): string {
  switch (event.type) {
    case "started":
      return `driving ${event.recommendations.length} of execution ${event.executionId}`;
    case "claimed":
      return `claimed ${event.granted}; bought and settled before ${event.settled}; held by other drivers ${event.inFlight}`;
    case "not-ready":
      return `${event.where} is not ready: ${event.error.message} (${event.error.code})`;
    case "listing":
      return `looking up what is already bought in ${event.scope}`;
    case "listed":
      return `looked up ${event.scope}: ${event.matches} of these already there`;
    case "still-pending":
      return `${event.pending} still pending; looking again in ${Math.ceil(event.wait / 1000)} s`;
    case "look-up-failed":
      return `the look-up in ${event.scope} failed: ${event.error.message} (${event.error.code})`;
    case "waiting-for-driver":
      return `waiting for driver ${event.holder}, who holds it until ${new Date(event.until).toISOString()}`;
    case "reconciling":
      return `asking what became of the earlier purchase: ${event.detail}`;
    case "reconciled":
      return `what became of the earlier purchase: ${event.result}`;
    case "adopting":
      return `found commitment ${event.commitmentId}`;
    case "twin":
      return `there is a twin: ${event.detail}`;
    case "quoting":
      return "asking for the price";
    case "waiting-for-provider":
      return `the provider takes no more requests for now; going on in ${Math.ceil(event.wait / 1000)} s, or sooner`;
    case "quoted":
      return `price ${formatMoney(event.price)}${event.payments ? ` (${formatPayments(event.payments)})` : ""}`;
    case "writing-ahead":
      return "writing ahead";
    case "submitted":
      return `written ahead, attempt ${event.attempt}`;
    case "sending":
      return event.sentBefore ? "sending again under the same handle" : "buying";
    case "sent":
      return event.error ? `sent: ${event.result}: ${event.error.message}` : `sent: ${event.result}`;
    case "outcome-unknown":
      return `outcome unknown: ${event.detail}`;
    case "marking":
      return `stamping the token on ${event.commitmentId}`;
    case "recording":
      return `recording ${event.commitmentId}`;
    case "marked":
      return event.marked ? "stamped" : "no stamp is seen on it";
    case "finished":
      return outcomeText(event.outcome);
    case "ended":
      return event.error ? `ended: ${event.error.message} (${event.error.code})` : "ended";
    default:
      return event satisfies never;
  }
}

function outcomeText(outcome: Outcome): string {
  const { note: _note, labels: _labels, ...said } = outcome;
  const { status, commitment, price } = said;
  const reason = why(said);
  const parts = [status, commitment?.id, price && formatMoney(price)].filter((part) => part !== undefined);
  return reason === "" ? parts.join(" ") : `${parts.join(" ")}: ${reason}`;
}
