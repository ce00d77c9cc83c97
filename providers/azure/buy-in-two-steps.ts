import { longestTimer } from "../../src/contract/check-number.ts";
import type { Commitment } from "../../src/contract/commitment.ts";
import { BuyonceError, messageOf } from "../../src/contract/errors.ts";
import { maskToken } from "../../src/contract/token.ts";
import { findLive, severalOrders } from "./find-orders.ts";
import { OpenOrderError, reopen, toOpenOrder, type OpenOrder } from "./open-order.ts";
import { toJson, type ReservationPurchaseBody } from "./purchase-body.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { resolveOrder } from "./resolve-order.ts";
import { sendAgain, sendFirst, type Open, type StillOpen } from "./send-in-two-steps.ts";
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

type Step = { readonly done: TwoStepPurchase } | StillOpen;

/**
 * Looks, then buys, as often as it may until the end is known. While a send is open, only its own id is asked about and sent
 * again; a new price, and with it a new id, comes once it is proven dead.
 */
export async function buyInTwoSteps(task: TwoStepTask): Promise<TwoStepPurchase> {
  const { client, body, token, resume, attempts, retryDelay, signal } = task;
  let open: Open | undefined = resume && reopen(resume, toJson(body), token);
  for (let attempt = 1; ; attempt += 1) {
    const step = await takeStep(task, open);
    if ("done" in step) return step.done;
    if (attempt === attempts) throw isOpen(step, token, attempt);
    ({ open } = step);
    try {
      const delay = Math.min(retryDelay * 2 ** (attempt - 1), longestTimer);
      await client.settings.environment.sleep(delay, signal);
    } catch (problem) {
      throw isOpen({ open, problem }, token, attempt);
    }
  }
}

function isOpen({ open, problem }: StillOpen, token: string | undefined, attempts: number): OpenOrderError {
  const times = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const whose = token === undefined ? "" : ` for token ${maskToken(token)}`;
  return new OpenOrderError(
    `Whether reservation order ${open.reservationOrderId} was bought${whose} is not known after ${times}: ` +
      `${messageOf(problem)} Look at that order before buying again, or call again with this error's openOrder as resume.`,
    toOpenOrder(open),
    problem,
  );
}

async function takeStep(task: TwoStepTask, open: Open | undefined): Promise<Step> {
  let seen: Seen | undefined;
  try {
    seen = await look(task, open);
    task.signal?.throwIfAborted();
  } catch (problem) {
    // While a send is open, no failed look may end as a refusal: only an answer about that send can.
    if (open === undefined) throw problem;
    return { open, problem };
  }
  if (seen?.kind === "shown") return { done: purchaseOf(seen.commitment, seen) };
  const sent = open === undefined || seen?.kind === "dead" ? await sendFirst(task) : await sendAgain(task, open);
  if (sent.kind !== "bought") return sent;
  return { done: purchaseOf(sent.commitment, { price: sent.commitment.price, adopted: false }) };
}

type Seen =
  | ({ readonly kind: "shown" } & Omit<TwoStepPurchase, "orderId">)
  /** What was open came to nothing. */
  | { readonly kind: "dead" };

/**
 * Looks for the token, then for what became of the open order. Undefined where neither is shown; throws where they do not say
 * enough to go on.
 */
async function look({ client, body, token, signal }: TwoStepTask, open: Open | undefined): Promise<Seen | undefined> {
  const ownId = open?.reservationOrderId;
  const found = token === undefined ? undefined : await findLive(client, { body, token, ownId }, signal);
  if (open === undefined) {
    if (found === undefined) return undefined;
    return { kind: "shown", commitment: found, price: undefined, adopted: true };
  }
  if (found?.id === open.reservationOrderId.toLowerCase()) {
    return { kind: "shown", commitment: found, price: open.price, adopted: false };
  }
  const fate = await resolveOrder(client, open, { signal });
  const own = fate.kind === "found" ? fate.found.commitment : undefined;
  if (found !== undefined && token !== undefined) {
    if (own?.standing === "live") {
      if (own.id !== found.id) throw severalOrders([own.id, found.id], token);
      return { kind: "shown", commitment: found, price: open.price, adopted: false };
    }
    const openOrder = own?.standing === "failed" ? undefined : toOpenOrder(open);
    return { kind: "shown", commitment: found, price: undefined, adopted: true, openOrder };
  }
  switch (fate.kind) {
    case "found":
      if (fate.found.commitment.standing === "failed") return { kind: "dead" };
      return { kind: "shown", commitment: fate.found.commitment, price: open.price, adopted: false };
    case "unclear":
      throw fate.cause ?? new Error(`${fate.reason}.`);
    case "absent":
      return open.expired ? { kind: "dead" } : undefined;
  }
}

/** Throws a BuyonceError `purchase-rejected` for an order that is over: it was bought, but nobody has it. */
function purchaseOf(
  commitment: Commitment,
  { price, adopted, openOrder }: Omit<TwoStepPurchase, "orderId" | "commitment">,
): TwoStepPurchase {
  const { id, state, standing } = commitment;
  if (standing === "ended") {
    throw new BuyonceError({
      code: "purchase-rejected",
      message: `It was bought as reservation order ${id} and is over: its state is ${state}. It is not bought again. Find out in Azure who ended it.`,
      providerCode: state,
    });
  }
  return { orderId: id, commitment: { ...commitment, price }, price, adopted, ...(openOrder ? { openOrder } : {}) };
}
