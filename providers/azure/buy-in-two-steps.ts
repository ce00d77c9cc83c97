import {
  messageOf,
  PurchaseOutcomeUnknownError,
  PurchaseRejectedError,
  RefusedError,
} from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import { calculatePrice } from "./calculate-price.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { findLive, severalOrders } from "./find-live.ts";
import { OpenOrderError, reopen, toOpenOrder, type OpenOrder, type OpenPurchase } from "./open-order.ts";
import { fateOf } from "./order-fate.ts";
import { toCommitment, type ReservationOrder } from "./azure-order.ts";
import { toJson, type ReservationPurchaseBody } from "./purchase-body.ts";
import { purchaseOrder } from "./purchase-order.ts";
import { meaningOf } from "./azure-states.ts";
import type { TwoStepPurchase } from "./two-step.ts";

/** A purchase in two steps. */
export interface TwoStepTask {
  readonly client: ReservationsClient;
  /** As it is sent, marker included. */
  readonly body: ReservationPurchaseBody;
  /** The token that the body carries; left out: none, and nothing is looked up by it. */
  readonly token?: string;
  /** What an earlier call left open. */
  readonly resume?: OpenOrder | undefined;
  readonly attempts: number;
  /** Milliseconds before the second attempt, doubled before each further one. */
  readonly retryDelay: number;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds after a send from which "session timed out" may count as proof that it came to nothing. */
const minimumAgeOfExpired = 300_000;

/** What was sent and is not known to be dead: it is asked about, and sent again under the same id only. */
interface Open extends OpenPurchase {
  /** Milliseconds waited since it was sent, which no step of the clock makes longer; left out: an earlier call sent it. */
  readonly waited?: number;
  /** Azure said late enough that its session timed out: without an order under the id, and of the token, it is dead. */
  readonly expired?: boolean;
}

type Step = { readonly done: TwoStepPurchase } | { readonly open: Open; readonly problem: unknown };

/**
 * Looks, then buys, as often as it may until the end is known. While a send is open, only its own id is asked about and sent
 * again; a new price, and with it a new id, comes once it is proven dead.
 */
export async function buyInTwoSteps(task: TwoStepTask): Promise<TwoStepPurchase> {
  const { client, body, token, resume, attempts, retryDelay, signal } = task;
  let open: Open | undefined = resume && reopen(resume, toJson(body), token);
  let problem: unknown;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    try {
      const delay = attempt === 1 ? 0 : retryDelay * 2 ** (attempt - 2);
      if (delay > 0) await client.settings.environment.sleep(delay, signal);
      if (open?.waited !== undefined) open = { ...open, waited: open.waited + delay };
    } catch (error) {
      problem = error;
      break;
    }
    const step = await takeStep(task, open);
    if ("done" in step) return step.done;
    ({ open, problem } = step);
  }
  if (open === undefined) throw problem;
  const times = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const whose = token === undefined ? "" : ` for token ${maskToken(token)}`;
  throw new OpenOrderError(
    `Whether reservation order ${open.reservationOrderId} was bought${whose} is not known after ${times}: ` +
      `${messageOf(problem)} Look at that order before buying again, or call again with this error's openOrder as resume.`,
    toOpenOrder(open),
    problem,
  );
}

async function takeStep(task: TwoStepTask, open: Open | undefined): Promise<Step> {
  let seen: Seen;
  try {
    seen = await look(task, open);
    task.signal?.throwIfAborted();
  } catch (problem) {
    // While a send is open, no failed look may end as a refusal: only an answer about that send can.
    if (open === undefined) throw problem;
    return { open, problem };
  }
  if (seen.kind === "shown") {
    const { order, price, adopted, openOrder } = seen;
    return { done: purchaseOf(order, task, { price, adopted, openOrder }) };
  }
  return open === undefined || seen.kind === "dead" ? sendFirst(task) : sendAgain(task, open);
}

type Seen =
  | ({ readonly kind: "shown"; readonly order: ReservationOrder } & Omit<TwoStepPurchase, "orderId" | "commitment">)
  /** What was open came to nothing. */
  | { readonly kind: "dead" }
  | { readonly kind: "nothing" };

/** Looks for the token, then for what became of the open order. Throws where neither says enough to go on. */
async function look({ client, body, token, signal }: TwoStepTask, open: Open | undefined): Promise<Seen> {
  const own = open?.reservationOrderId;
  const found = token === undefined ? undefined : await findLive(client, { body, token, own }, signal);
  if (open === undefined) {
    return found === undefined ? { kind: "nothing" } : { kind: "shown", order: found, price: undefined, adopted: true };
  }
  if (found !== undefined && found.id === own?.toLowerCase()) {
    return { kind: "shown", order: found, price: open.price, adopted: false };
  }
  const fate = await fateOf(client, open, { signal });
  const standing = fate.kind === "found" ? fate.standing : undefined;
  if (found !== undefined && token !== undefined) {
    if (fate.kind === "found" && standing === "live") {
      if (fate.what.id !== found.id) throw severalOrders([fate.what, found], token);
      return { kind: "shown", order: found, price: open.price, adopted: false };
    }
    const openOrder = standing === "failed" ? undefined : toOpenOrder(open);
    return { kind: "shown", order: found, price: undefined, adopted: true, openOrder };
  }
  switch (fate.kind) {
    case "found":
      if (standing === "failed") return { kind: "dead" };
      return { kind: "shown", order: fate.what, price: open.price, adopted: false };
    case "unclear":
      throw fate.cause ?? new Error(`${fate.reason}.`);
    case "absent":
      return { kind: open.expired ? "dead" : "nothing" };
  }
}

async function sendFirst(task: TwoStepTask): Promise<Step> {
  const { client, body, token, signal } = task;
  const request = toJson(body);
  const { reservationOrderId, price } = await calculatePrice(client, request, signal);
  signal?.throwIfAborted();
  const sentAt = client.settings.environment.now();
  const open: Open = {
    reservationOrderId,
    price,
    request,
    ...(token === undefined ? {} : { token }),
    sentAt,
    waited: 0,
  };
  let order: ReservationOrder;
  try {
    order = await purchaseOrder(client, open, { sentBefore: false });
  } catch (problem) {
    if (!PurchaseRejectedError.isInstance(problem)) return { open: withEvidence(open, problem), problem };
    return believe(task, open, problem);
  }
  return { done: purchaseOf(order, task, { price, adopted: false }) };
}

/** A request that was repeated on its way may be carried out and refused: the id is asked about before a no is believed. */
async function believe(task: TwoStepTask, open: Open, refusal: PurchaseRejectedError): Promise<Step> {
  if (!refusal.left) throw refusal;
  const fate = await fateOf(task.client, open);
  if (fate.kind === "found" && fate.standing !== "failed") {
    return { done: purchaseOf(fate.what, task, { price: open.price, adopted: false }) };
  }
  if (fate.kind === "unclear" && !isDenied(fate.cause)) return { open, problem: refusal };
  throw refusal;
}

/** To wait for an answer makes no sense: the identity that was refused the purchase may not read either. */
function isDenied(error: unknown): boolean {
  return RefusedError.isInstance(error) && ["access-denied", "credentials-unavailable"].includes(error.code);
}

async function sendAgain(task: TwoStepTask, open: Open): Promise<Step> {
  let order: ReservationOrder;
  try {
    order = await purchaseOrder(task.client, open, { sentBefore: true });
  } catch (problem) {
    // Neither a no to this send nor a failure says anything about the earlier one.
    const age = Math.min(task.client.settings.environment.now() - open.sentAt, open.waited ?? Infinity);
    const saysSo = PurchaseRejectedError.isInstance(problem) && problem.handleExpired;
    return { open: { ...withEvidence(open, problem), expired: saysSo && age >= minimumAgeOfExpired }, problem };
  }
  return { done: purchaseOf(order, task, { price: open.price, adopted: false }) };
}

function withEvidence(open: Open, error: unknown): Open {
  const named = PurchaseOutcomeUnknownError.isInstance(error) ? error.evidence : [];
  return { ...open, evidence: [...new Set([...(open.evidence ?? []), ...named])] };
}

/** Throws a PurchaseRejectedError for an order that is over: it was bought, but nobody has it. */
function purchaseOf(
  order: ReservationOrder,
  { token }: TwoStepTask,
  { price, adopted, openOrder }: Omit<TwoStepPurchase, "orderId" | "commitment">,
): TwoStepPurchase {
  if (meaningOf(order.state).standing === "ended") {
    throw new PurchaseRejectedError({
      message: `It was bought as reservation order ${order.id} and is over: its state is ${order.state}. It is not bought again. Find out in Azure who ended it.`,
      providerCode: order.state,
    });
  }
  const commitment = toCommitment(order, { marked: token !== undefined, price });
  return { orderId: order.id, commitment, price, adopted, ...(openOrder ? { openOrder } : {}) };
}
