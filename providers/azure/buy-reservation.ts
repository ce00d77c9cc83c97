import type { CallOptions, Submission } from "../../src/contract/executor.ts";
import type { PurchaseAnswer } from "../../src/contract/purchase-answer.ts";
import { aliasNameIn, aliasNameOf } from "./aliases/order-alias.ts";
import { reservationAliases } from "./aliases/reservation-alias.ts";
import { resolveAlias } from "./aliases/resolve-alias.ts";
import { lookFirst, sendUnderAlias } from "./aliases/send-under-alias.ts";
import { differencesBetween, listDifferences } from "./azure-facts.ts";
import type { ReservationPurchaseBody } from "./purchase-body.ts";
import { askedFacts } from "./reservation-facts.ts";
import type { ReservationFlow } from "./reservation-flow.ts";
import type { ReservationsClient } from "./reservations-client.ts";
import { resolveOrder } from "./resolve-order.ts";
import type { Fate } from "./resolve-sent.ts";
import { sendOrder, type SentOrder } from "./send-order.ts";

/**
 * Sends a purchase in the flow that it was quoted in. With `alias` set nothing at all is sent before the token's alias was read:
 * also what was quoted in two steps, which a lost ledger may have bought under the alias.
 */
export async function buyReservation(
  client: ReservationsClient,
  submission: Submission,
  { sentBefore, reservationFlow }: { readonly sentBefore: boolean; readonly reservationFlow: ReservationFlow },
): Promise<PurchaseAnswer> {
  if (aliasNameIn(submission.handle) !== undefined) {
    return sendUnderAlias(client, reservationAliases, submission, { sentBefore });
  }
  const order = sentOrderOf(submission);
  if (reservationFlow !== "alias") return sendOrder(client, order);
  const looked = await lookFirst(client, reservationAliases, aliasNameOf(submission), submission, { sentBefore });
  return "instead" in looked ? compared(looked.instead, submission) : sendOrder(client, order, looked.left);
}

/** What became of a purchase, in the flow that it was sent in. Throws nothing but the signal's reason. */
export async function resolveReservation(
  client: ReservationsClient,
  submission: Submission,
  { signal }: CallOptions,
): Promise<Fate> {
  return aliasNameIn(submission.handle) === undefined
    ? resolveOrder(client, sentOrderOf(submission), { signal })
    : resolveAlias(client, reservationAliases, submission, { signal });
}

/** The drive compares nothing with a minted handle, and this was not found by that: something else is not handed on. */
function compared(answer: PurchaseAnswer, { request }: Submission): PurchaseAnswer {
  if (answer.kind !== "exists" || answer.found === undefined) return answer;
  // The request is such a body: it was made from one.
  const asked = askedFacts(request as unknown as ReservationPurchaseBody);
  const differences = differencesBetween(asked, answer.found.facts);
  if (differences.length === 0) return answer;
  const { reason, providerCode } = answer;
  return { kind: "exists", reason: `${reason} It is something else (${listDifferences(differences)}).`, providerCode };
}

function sentOrderOf({ handle, request, token, price, evidence }: Submission): SentOrder {
  const id = handle["reservationOrderId"];
  return { reservationOrderId: typeof id === "string" ? id : "", request, token, price, evidence };
}
