import { ageAt, type Look } from "../../src/contract/age.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import { BuyonceError, RefusedError } from "../../src/contract/errors.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { minimumAge } from "./azure-recovery.ts";
import type { TwoStepTask } from "./buy-in-two-steps.ts";
import { calculatePrice } from "./calculate-price.ts";
import type { OpenPurchase } from "./open-order.ts";
import { toJson } from "./purchase-body.ts";
import { resolveOrder } from "./resolve-order.ts";
import type { Fate } from "./resolve-sent.ts";
import { sendOrder } from "./send-order.ts";

// The two-step purchase has no drive above it: it judges the answer to a send itself.

/** What was sent and is not known to be dead: it is asked about, and sent again under the same id only. */
export interface Open extends OpenPurchase {
  /** Azure said late enough that its session timed out: without an order under the id, and of the token, it is dead. */
  readonly expired?: boolean;
}

/** What a send came to. `bought`: live, or over. */
export type Sent =
  { readonly kind: "bought"; readonly commitment: Commitment } | ({ readonly kind: "open" } & StillOpen);

/** What stays open, and why. */
export interface StillOpen {
  readonly open: Open;
  readonly problem: unknown;
}

/**
 * Asks for a price and sends once. A request that was repeated on its way may be carried out and refused, so the id is
 * asked about before a no is believed. Throws a BuyonceError `purchase-rejected` where nothing was bought.
 */
export async function sendFirst({ client, body, token, signal }: TwoStepTask): Promise<Sent> {
  const request = toJson(body);
  const { reservationOrderId, price } = await calculatePrice(client, request, signal);
  signal?.throwIfAborted();
  const counted = look(client);
  const open: Open = { reservationOrderId, price, request, token, sentAt: counted.at, counted, evidence: [] };
  const answer = await send(client, open);
  if (answer.kind === "bought") return answer;
  const problem = errorOf(answer);
  const stays = { kind: "open", open: withEvidence(open, answer), problem } as const;
  const isNo = answer.kind === "rejected" && !answer.expired;
  if (isNo && !answer.left) throw problem;
  if (!isNo && !needsLook(answer)) return stays;
  const fate = await resolveOrder(client, stays.open);
  if (fate.kind === "found") {
    const { commitment } = fate.found;
    if (commitment.standing !== "failed") return { kind: "bought", commitment };
    throw isNo ? problem : cameToNothing(commitment);
  }
  if (!isNo) return { ...stays, problem: withLook(problem, fate) };
  if (fate.kind === "unclear" && !isDenied(fate.cause)) return stays;
  throw problem;
}

/** Sends an open order once more. Neither a no to this send nor a failure says anything about the earlier one. */
export async function sendAgain({ client }: TwoStepTask, sent: Open): Promise<Sent> {
  const now = look(client);
  const age = ageAt(sent.counted, now, now);
  // By one of the clocks it has not been sent yet: its age is waited for anew.
  const open = age === undefined ? { ...sent, counted: now } : sent;
  const answer = await send(client, open);
  if (answer.kind === "bought") return answer;
  const problem = errorOf(answer);
  const stays = { kind: "open", open: { ...withEvidence(open, answer), expired: false }, problem } as const;
  if (!needsLook(answer)) return stays;
  const fate = await resolveOrder(client, stays.open);
  if (fate.kind === "found") {
    const { commitment } = fate.found;
    if (commitment.standing !== "failed") return { kind: "bought", commitment };
    return { ...stays, problem: cameToNothing(commitment) };
  }
  const isLate = (age?.atLeast ?? 0) >= minimumAge;
  const expired = answer.kind === "rejected" && fate.kind === "absent" && isLate;
  return { kind: "open", open: { ...stays.open, expired }, problem: withLook(problem, fate) };
}

/** Sends once. What Azure took and ended as failed counts as refused: a look at the order has to agree. */
async function send(client: TwoStepTask["client"], open: Open): Promise<PurchaseAnswer> {
  const answer = await sendOrder(client, open);
  if (answer.kind !== "bought" || answer.commitment.standing !== "failed") return answer;
  const { message: reason, providerCode } = cameToNothing(answer.commitment);
  return { kind: "rejected", reason, providerCode, left: true, expired: false, retryable: false };
}

function look({ settings: { environment } }: TwoStepTask["client"]): Look {
  return { at: environment.now(), clock: environment.readClock() };
}

/** An answer that does not say that it is bought. */
type NotBought = Exclude<PurchaseAnswer, { readonly kind: "bought" }>;

/** Whether only a look at the order tells what an answer means: the id is used up, or another order is named. */
function needsLook(answer: NotBought): boolean {
  if (answer.kind === "rejected") return answer.expired;
  return answer.kind === "exists" || answer.evidence !== undefined;
}

/** To wait for an answer makes no sense: the identity that was refused the purchase may not read either. */
function isDenied(error: unknown): boolean {
  return RefusedError.isInstance(error) && ["access-denied", "credentials-unavailable"].includes(error.code);
}

function withEvidence(open: Open, answer: NotBought): Open {
  const named = (answer.kind === "unknown" ? answer.evidence : undefined) ?? [];
  return { ...open, evidence: [...new Set([...open.evidence, ...named])] };
}

function errorOf(answer: NotBought): BuyonceError {
  const { kind, reason: message, providerCode, retryAfter, cause } = answer;
  const verdict =
    kind === "rejected"
      ? ({ code: "purchase-rejected", retryable: answer.retryable } as const)
      : ({ code: "outcome-unknown" } as const);
  return new BuyonceError({ ...verdict, message, providerCode, retryAfter, cause });
}

function cameToNothing({ id, state }: Commitment): BuyonceError {
  return new BuyonceError({
    code: "purchase-rejected",
    message: `Reservation order ${id} came to nothing: its state is ${state}. Buying again asks for a new price.`,
    providerCode: state,
  });
}

/** What Azure answered, and what a look at the order showed after it. */
function withLook(
  { message, providerCode, retryAfter }: BuyonceError,
  fate: Exclude<Fate, { readonly kind: "found" }>,
): BuyonceError {
  const [seen, cause] =
    fate.kind === "absent"
      ? ["No order is shown under the id."]
      : [`What became of it could not be read (${fate.reason}).`, fate.cause];
  return new BuyonceError({ code: "outcome-unknown", message: `${message} ${seen}`, providerCode, retryAfter, cause });
}
