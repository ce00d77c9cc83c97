import { messageOf, RefusedError } from "../../src/contract/errors.ts";
import type { PurchaseAnswer, Said } from "../../src/contract/purchase-answer.ts";
import type { Answer, UnknownObject } from "../http/answer.ts";
import { TransportError } from "../http/transport-error.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import { adviceFor, type AdvisedService } from "./refusal-advice.ts";

/** What an answer says besides its reason. */
type Known = Omit<Said, "reason">;

/** What is bought, where the answers to it differ. */
export interface Purchase {
  /** For messages: `reservation order 47935840…`. */
  readonly subject: string;
  readonly service: AdvisedService;
  /** Matches the code of a handle that was bought under before. */
  readonly existsCode: RegExp;
  /** Whether Azure minted the handle, which is over after a while. */
  readonly isMinted: boolean;
}

/** The handle of a submission is none that could be sent. */
export function unsendable(reason: string, providerCode: string): PurchaseAnswer {
  const said = `${reason}; nothing was sent.`;
  return { kind: "rejected", reason: said, providerCode, left: false, expired: false, retryable: false };
}

/** Nothing left this machine, and the same drive may succeed later. */
export function notSent(subject: string, why: string, known: Known): PurchaseAnswer {
  const reason = `The purchase of ${subject} was not sent, because ${why}. Try again later.`;
  return { kind: "rejected", reason, left: false, expired: false, retryable: true, ...known };
}

/** What an exchange without a complete answer proves. */
export function unanswered(subject: string, error: unknown): PurchaseAnswer {
  // Errors of this package come before anything is sent: a tenant without an entry, a package that is missing.
  if (RefusedError.isInstance(error)) {
    const { code: providerCode, retryable } = error;
    const reason = `The purchase of ${subject} was not sent: ${error.message}`;
    return { kind: "rejected", reason, left: false, expired: false, retryable, providerCode, cause: error };
  }
  if (!(error instanceof TransportError) || error.stage === "unanswered") {
    return unknownAnswer(subject, messageOf(error), { cause: error });
  }
  const why = error.stage === "credential" ? "no Azure token could be had" : "Azure could not be reached";
  return notSent(subject, `${why}: ${error.message}`, { providerCode: error.code, cause: error });
}

/** It may have been bought: what to do about it the drive says. */
export function unknownAnswer(
  subject: string,
  why: string,
  known: Known & { readonly evidence?: readonly string[] } = {},
): PurchaseAnswer {
  const reason = `Whether ${subject} was bought is not known: ${why}.`;
  return { kind: "unknown", reason, ...known };
}

/** This send bought nothing. */
function rejectedAnswer(
  { subject, service }: Purchase,
  why: string,
  { status, providerCode }: { readonly status: number; readonly providerCode: string },
): PurchaseAnswer {
  const reason = `Azure did not buy ${subject}: ${why}. ${adviceFor(status, providerCode, service)}`;
  return { kind: "rejected", reason, providerCode, left: true, expired: false, retryable: false };
}

/** What an answer proves whose status is not 2xx. */
export function refusalAnswer(answer: Answer, body: UnknownObject | undefined, purchase: Purchase): PurchaseAnswer {
  const { subject, existsCode, isMinted } = purchase;
  const { status, retryAfter } = answer;
  const { kind, code: providerCode, reason: why } = judgeRefusal(answer, body, existsCode);
  if (kind === "rejected") return rejectedAnswer(purchase, why, { status, providerCode });
  if (kind === "exists") return { kind, reason: `Azure says that ${subject} exists already: ${why}.`, providerCode };
  if (kind === "unknown" || !isMinted) {
    // Sent again under the same handle only, so nothing hangs on who answered it: the gateway, or the service behind it.
    const throttled = status === 429 && providerCode !== undefined;
    return unknownAnswer(subject, why, { providerCode, retryAfter, ...(throttled ? { throttled } : {}) });
  }
  const reason = `Azure says that the session of ${subject} is over: ${why}. An earlier send of it, or this one, repeated on its way, may have been carried out: that send has to be proven dead before a new price is asked for.`;
  return { kind: "rejected", reason, providerCode, left: true, expired: true, retryable: true };
}
