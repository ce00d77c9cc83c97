import type { TokenRecord } from "./ledger.ts";
import type { Money } from "./money.ts";

/**
 * What a message says:
 * - `recommendation.decided`: bought, refused, rejected, skipped or written off.
 * - `recommendation.needs-person`: nobody can say whether it was bought, what was found may be it, or what was sent before it was
 *   refused or rejected may have bought.
 * - `recommendation.reopened`: what was announced as bought came to nothing, or what needed a person goes on.
 * - `execution.complete`, `execution.needs-person`, `execution.stopped`: nothing of it is worked on any more.
 */
export const messageTypes = [
  "recommendation.decided",
  "recommendation.needs-person",
  "recommendation.reopened",
  "execution.complete",
  "execution.needs-person",
  "execution.stopped",
] as const;

/** One of the types of messages. */
export type MessageType = (typeof messageTypes)[number];

/** What an execution came to when nothing of it was worked on any more. */
export interface ExecutionSummary {
  readonly source: string;
  /** How many places it has, empty ones included. */
  readonly size: number;
  /** The places that a person has to look at, by recIndex: refused, rejected, or parked. */
  readonly needsPerson: readonly number[];
  /** Prices of all that is bought, summed per currency. */
  readonly totals: readonly Money[];
  /** Prices of what was sent and may be bought, summed per currency. */
  readonly atRisk: readonly Money[];
}

/** What a message is about, as it was when it was written. */
export type MessageContent =
  | { readonly kind: "recommendation"; readonly record: TokenRecord }
  | { readonly kind: "execution"; readonly summary: ExecutionSummary };

/** A message, written in the transaction that decided what it says. */
export interface OutboxMessage {
  /** The same for every delivery, and for every endpoint: made of the execution, the place and the number in its history. */
  readonly id: string;
  readonly type: MessageType;
  readonly executionId: string;
  /** The number of the line in the history of the execution that it comes from: later ones have higher numbers. */
  readonly number: number;
  /** Ledger time, milliseconds since 1970. */
  readonly at: number;
  readonly content: MessageContent;
}

/** A message that waits for an endpoint. */
export interface WaitingMessage extends OutboxMessage {
  /** The ledger's own number for this delivery. */
  readonly sequence: number;
  /** How often it was sent in vain. */
  readonly attempts: number;
}

/** Where messages go, and how it went. Times are the ledger's, in milliseconds since 1970. */
export interface WebhookEndpoint {
  /** By it the endpoint is known in the configuration and to a person. */
  readonly name: string;
  readonly url: string;
  readonly registeredAt: number;
  /** It answered 410, and gets nothing more until a person enables it. */
  readonly disabledAt?: number | undefined;
  /** How often it was tried in vain since it last took a message. */
  readonly failures: number;
  readonly failingSince?: number | undefined;
  /** Nothing is sent to it before this. */
  readonly pausedUntil?: number | undefined;
  /** It fails, and is just being tried with one message: nobody else tries it before this. */
  readonly tryingUntil?: number | undefined;
  /** What came of the last delivery, in words. */
  readonly lastAnswer?: { readonly at: number; readonly text: string } | undefined;
  readonly deliveredAt?: number | undefined;
  /** How many messages were given up because nobody took them in time. */
  readonly givenUp: number;
}

/** `delivers`, `failing`: it is tried again, or `disabled`: it answered 410, and a person has to enable it. */
export function webhookState({
  disabledAt,
  failures,
}: Pick<WebhookEndpoint, "disabledAt" | "failures">): "delivers" | "failing" | "disabled" {
  if (disabledAt !== undefined) return "disabled";
  return failures > 0 ? "failing" : "delivers";
}

/** An endpoint, and what waits for it. */
export interface WebhookStatus extends WebhookEndpoint {
  readonly waiting: number;
  /** When the oldest of them was written. */
  readonly oldestAt?: number | undefined;
}

/** What a delivery came to: taken, not taken, or that the endpoint wants nothing more (410). `text`: in words. */
export interface DeliveryResult {
  readonly kind: "delivered" | "failed" | "gone";
  readonly text: string;
}

/** The outbox: the part of a ledger that is about messages to the owner's own programs. */
export interface WebhookLedger {
  /**
   * Registers an endpoint: from now on every transaction that decides something writes a message for it. One of this name is left as it
   * is; under another address it is enabled again, and what waits goes to the new one.
   */
  registerWebhook(endpoint: { readonly name: string; readonly url: string }): Promise<WebhookEndpoint>;

  /** Forgets an endpoint and what waits for it; whether there was one. */
  removeWebhook(name: string): Promise<boolean>;

  /** Lets an endpoint be tried again at once, with all that waits for it; whether there is one. */
  enableWebhook(name: string): Promise<boolean>;

  /** All endpoints, by name. */
  webhooks(): Promise<readonly WebhookStatus[]>;

  /**
   * Takes messages for an endpoint, at most `limit`, oldest first, so that nobody else takes them for `hold` milliseconds. None while it is
   * disabled or paused; one at a time while it fails. Of one execution none is taken before those that were written earlier have been
   * tried. `more`: there may be others that can be taken now.
   */
  takeMessages(
    name: string,
    how: { readonly limit: number; readonly hold: number },
  ): Promise<{ readonly messages: readonly WaitingMessage[]; readonly more: boolean }>;

  /**
   * Records what a delivery came to. What was not taken is tried again later, further and further apart; `jitter` (0 up to 1) spreads
   * that. A message that is not there any more changes the endpoint alone.
   */
  settleMessage(name: string, sequence: number, result: DeliveryResult, jitter: number): Promise<void>;

  /** Gives up what was written before a time (ledger time) and was never taken; returns how many. */
  expireMessages(before: number): Promise<number>;
}
