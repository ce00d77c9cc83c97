import type { ProxiedRequest } from "./golden-proxy.ts";

/** What an answer may be made of. */
export interface AnswerContext {
  /** The purchase request that it answers. */
  readonly request: ProxiedRequest;
  /** The ids of all that the sandbox has sold, oldest first. */
  readonly sold: readonly string[];
}

/**
 * An answer to a purchase request. Without a status it is the sandbox's own, which carries the purchase out; with one it
 * is an answer in the service's own shape of errors, or with exactly `body`, and nothing is carried out unless `sold`.
 */
export interface PurchaseAnswer {
  readonly status?: number;
  /** The service's code; where it is left out, and there is no body, the sandbox gives a usual one. */
  readonly code?: string;
  /** The service's words beside the code. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ((context: AnswerContext) => string);
  /** Changes the text of the sandbox's own answer. */
  readonly edit?: (text: string, context: AnswerContext) => string;
  readonly cut?: boolean;
  /** It was carried out before it is answered. */
  readonly sold?: boolean;
  /** In which state the sandbox shows what it has just sold, from then on. */
  readonly becomes?: string;
}

/** What happens to one purchase request on the wire. */
export type Send =
  /** Carried out and answered by the sandbox. */
  | "carried-out"
  /** The connection ends, and nothing is carried out. */
  | "lost-request"
  /** The connection ends after it was carried out. */
  | "lost-answer"
  /** There is no connection. */
  | "refused"
  | PurchaseAnswer;

/** What is wrong with the provider's reads during a drive. */
export type Trouble =
  /** The listing shows nothing until the first purchase request arrives; looks by name or id show what is there. */
  | "unlisted"
  /** Neither listing nor looks show anything. */
  | "unseen"
  /** The listing shows nothing, and from the first purchase request on looks are denied. */
  | "unreadable"
  /** The listing shows nothing, and looks are denied. */
  | "denied";

/** A drive, and what it meets. */
interface DriveScript {
  /** What happens to its purchase requests, one after the other; the last one stays. Default: carried out. */
  readonly sends?: readonly Send[];
  readonly trouble?: Trouble;
}

/** One row of the table: what was there, what the drive meets, and so what it says. */
export interface GoldenRow extends DriveScript {
  /** Its name, unique in its table; the execution's id is made of it. */
  readonly row: string;
  /** A drive with the same ledger before, which was stopped as soon as its purchase request had left. */
  readonly before?: {
    readonly send: Send;
    /** Milliseconds from then to the drive that is recorded. */
    readonly later: number;
  };
  /** Bought under the same token before, by a drive with another ledger: the same, or another amount. */
  readonly there?: { readonly asked: "same" | "other"; readonly state?: string };
  /** A further drive with the same ledger, 20 minutes later, whose verdict is recorded as well. */
  readonly next?: DriveScript;
}

/** An answer that is tried in several ways. */
export type NamedAnswer = readonly [name: string, answer: Send];

/** Above every executor's minimum age, and above the time after which a savings plan is sure to be listed. */
export const longAfter = 20 * 60_000;

/** The same answer, and what was carried out is in a state. */
export function inState([name, answer]: NamedAnswer, becomes: string): NamedAnswer {
  if (typeof answer !== "object") throw new TypeError("Only an answer can say how it goes on.");
  return [`${name}, and it is ${becomes}`, { ...answer, becomes }];
}

const asSold = (send: Send): Send => {
  if (send === "lost-request") return "lost-answer";
  return typeof send === "object" ? { ...send, sold: true } : send;
};

/** The answer to a first send, and to all that follow it; nothing is ever carried out. */
export function onFirstSend([name, answer]: NamedAnswer): GoldenRow {
  return { row: `first send: ${name}`, sends: [answer] };
}

/** The same, though the first send was carried out; what is sent again meets the service as it is. */
export function onSold([name, answer]: NamedAnswer): GoldenRow {
  return { row: `carried out: ${name}`, sends: [asSold(answer), "carried-out"] };
}

/** The same, and nothing shows while the drive looks; the next one sees it. */
export function onSoldUnseen([name, answer]: NamedAnswer): GoldenRow {
  return {
    row: `carried out, not shown: ${name}`,
    sends: [asSold(answer), "carried-out"],
    trouble: "unseen",
    next: {},
  };
}

/** The answer to a second send of the same handle, long after a first one that never arrived. */
export function onSecondSend([name, answer]: NamedAnswer): GoldenRow {
  return { row: `second send: ${name}`, sends: [answer], before: { send: "lost-request", later: longAfter } };
}

/** The answer to a second send in the drive that lost the first one. */
export function onQuickSecondSend([name, answer]: NamedAnswer): GoldenRow {
  return { row: `second send at once: ${name}`, sends: ["lost-request", answer] };
}
