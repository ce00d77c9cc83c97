import { type HistoryLine, personsReason } from "../inspect/read-history.ts";
import type { DriveEvent } from "../contract/events.ts";
import { moneySchema } from "../contract/money.ts";
import type { Outcome } from "../contract/report.ts";
import { maskToken } from "../contract/token.ts";
import { amountText } from "./html.ts";
import { verdictOf } from "./report-words.ts";

/** One line of what happened to a recommendation. */
export interface Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly what: string;
}

/** The steps of a run, by what they are about. */
export interface StepsOfRun {
  /** When it began (milliseconds since 1970); without steps at no time. */
  readonly begin: number;
  /** Those about one recommendation, oldest first. */
  of(outcome: Outcome): readonly DriveEvent[];
}

/** Sorts the steps once: a long run has a hundred thousand. */
export function stepsOfRun(events: readonly DriveEvent[]): StepsOfRun {
  const keyOf = (recIndex: number | undefined, mask: string) => `${recIndex} ${mask}`;
  const own = Map.groupBy(events, (event) => ("token" in event ? keyOf(event.recIndex, event.token) : undefined));
  return {
    begin: events.reduce((first, { at }) => Math.min(first, at), Infinity),
    of: ({ recIndex, token }) => own.get(keyOf(recIndex, maskToken(token))) ?? [],
  };
}

/**
 * What happened to a recommendation, oldest first: the steps of this run, and before them what the ledger holds of earlier
 * ones. Without steps all that the ledger holds.
 */
export function timelineOf(outcome: Outcome, steps: StepsOfRun, history: readonly HistoryLine[]): readonly Moment[] {
  const own = steps.of(outcome);
  const earlier = own.length === 0 ? history : history.filter(({ at }) => at < steps.begin);
  return [
    ...earlier.map((line) => ({ at: line.at, what: historyWords(line) })),
    ...own.map((event) => ({ at: event.at, what: eventWords(event) })),
  ].filter(({ what }) => what !== "");
}

/** A step of a run, in plain words; empty for one that says nothing about a single purchase. */
function eventWords(event: DriveEvent): string {
  switch (event.type) {
    case "waiting-for-driver":
      return "Waited for another run that was working on it";
    case "reconciling":
      return "Asked the provider what became of the order that was sent earlier";
    case "adopting":
      return `Found it at the provider, bought already: ${event.commitmentId}`;
    case "twin":
      return `Noticed that the same is there already: ${event.detail}`;
    case "quoting":
      return "Asked the provider for the price";
    case "waiting-for-provider":
      return "Waited, because the provider took no more requests for a while";
    case "quoted":
      return `Price: ${amountText(event.price)}`;
    case "submitted":
      return "Wrote down what is about to be ordered";
    case "sending":
      return event.sentBefore ? "Sent the same order once more, under the same number" : "Sent the order";
    case "outcome-unknown":
      return "The provider's answer did not say whether it was bought";
    case "marking":
      return `Tried to put our mark on ${event.commitmentId}`;
    case "finished":
      return `Result: ${verdictOf(event.outcome).label}`;
    case "marked":
      return event.marked ? "Our mark is on it" : "Our mark is not seen on it";
    // About no purchase alone, or told by the step before or after.
    case "started":
    case "ended":
    case "claimed":
    case "not-ready":
    case "listing":
    case "listed":
    case "look-up-failed":
    case "still-pending":
    case "writing-ahead":
    case "sent":
    case "reconciled":
    case "recording":
      return "";
    default:
      return event satisfies never;
  }
}

const historyEvents: Readonly<Record<string, string>> = {
  claim: "A run took it up",
  submit: "Wrote down what is about to be ordered",
  purchase: "Recorded as bought",
  observe: "Looked at it again",
  reject: "The provider declined it",
  refuse: "A check stopped it",
  wait: "It waits for an equal order that is not decided",
  unknown: "It is not known whether it was bought",
  evidence: "The provider's answer named another order, which has to be looked at first",
  park: "Left for a person to decide",
  dead: "Proven not to be bought",
  proven: "An earlier order is proven not to be bought",
  reopen: "The purchase came to nothing",
  decide: "A person's word",
  redrive: "Another try",
  resend: "Sent the same order once more, under the same number",
  clock: "Clock",
  limits: "Its limit was changed",
  skip: "It was dropped",
  elsewhere: "It was said to be bought elsewhere",
};

/** A line of the ledger's history, in plain words. */
export function historyWords(line: HistoryLine): string {
  const { event, detail, code, person } = line;
  const what = historyEvents[event] ?? event;
  const reason = personsReason(line);
  if (reason !== undefined) return `${what} by ${person}: ${reason}`;
  const more = event === "submit" ? priceText(detail) : detail;
  return code !== undefined || more === "" ? what : `${what}: ${more}`;
}

/** The ledger notes the price as JSON. */
function priceText(detail: string): string {
  try {
    return amountText(moneySchema.parse(JSON.parse(detail)));
  } catch {
    return "";
  }
}
