import { edited, fromTheWay, fromTheWayInBrief, nobodysId, refusal } from "./golden-answers.ts";
import { left, onItsHandle, listed } from "./golden-handles.ts";
import {
  type AnswerContext,
  type GoldenRow,
  longAfter,
  type NamedAnswer,
  onFirstSend,
  onQuickSecondSend,
  onSecondSend,
  onSold,
  onSoldUnseen,
} from "./golden-row.ts";

/** The beginning of what was recorded. */
export const sessionTimedOut = "Session timed out - Call CalculatePrice again";

/** What Azure Resource Manager and both services refuse with. */
export const azureErrors: readonly NamedAnswer[] = [
  // The request is not taken up.
  refusal(400, "DisplayNameInvalid"),
  refusal(400, "InvalidLocationId"),
  refusal(400, "UnsupportedReservationTerm"),
  refusal(400, "RiskCheckFailed"),
  refusal(400, "SubscriptionNotRegistered"),
  ["401 with nothing", { status: 401, body: "" }],
  refusal(401, "InvalidAuthenticationToken"),
  refusal(401, "ExpiredAuthenticationToken", "Session expired"),
  ["403 with nothing", { status: 403, body: "" }],
  refusal(403, "AuthorizationFailed"),
  refusal(403, "RequestDisallowedByPolicy"),
  refusal(404, "SubscriptionNotFound"),
  refusal(409, "MissingSubscriptionRegistration"),
  refusal(409, "ReadOnlyDisabledSubscription"),
  refusal(409, "FulfillmentOutOfStockError"),
  // From the middle of a purchase, of a state, or of nothing in particular.
  refusal(400, "BadRequest"),
  refusal(400, "PurchaseError"),
  refusal(400, "BillingError"),
  refusal(400, "InvalidQuoteState"),
  refusal(400, "ServerTimeout"),
  refusal(400, "Whatever"),
  refusal(403, "RoleAssignmentCreationFailed"),
  refusal(404, "ReservationOrderNotFound"),
  refusal(408, "RequestTimeout"),
  refusal(409, "Conflict"),
  refusal(409, "InvalidQuantity"),
  refusal(412, "PreconditionFailed"),
  refusal(429, "TooManyRequests"),
  refusal(429, "RiskCheckFailed"),
  refusal(500, "InternalServerError"),
  refusal(500, "RiskCheckFailed"),
  refusal(503, "ServiceUnavailable"),
  ["400 DisplayNameInvalid, cut", { status: 400, code: "DisplayNameInvalid", cut: true }],
  // The handle is over.
  refusal(400, "BadRequest", sessionTimedOut),
  refusal(400, "RiskCheckFailed", "The quote has expired"),
  refusal(409, "BadRequest", sessionTimedOut),
  refusal(500, "BadRequest", sessionTimedOut),
  ["400 without a code, session timed out", { status: 400, body: '{"error":{"message":"Session timed out"}}' }],
];

const exists: readonly NamedAnswer[] = [
  refusal(400, "ReservationOrderIdAlreadyExists"),
  refusal(409, "ReservationOrderIdAlreadyExists"),
  refusal(409, "ReservationOrderIdAlreadyExists", sessionTimedOut),
  refusal(500, "ReservationOrderIdAlreadyExists"),
];

const idOf = ({ request: { path } }: AnswerContext) => /reservationOrders\/([^?]+)/.exec(path)?.[1] ?? "";

/** An order, though nothing was carried out. */
function order(name: string, status: number, bodyOf: (id: string) => object): NamedAnswer {
  return [name, { status, body: (context) => JSON.stringify(bodyOf(idOf(context))) }];
}

const inState = (status: number, provisioningState: string) =>
  order(`${status} with the order ${provisioningState}`, status, (name) => ({
    name,
    properties: { provisioningState },
  }));

const orders: readonly NamedAnswer[] = [
  inState(200, "Succeeded"),
  inState(202, "Creating"),
  inState(200, "Failed"),
  inState(202, "BillingFailed"),
  inState(200, "Cancelled"),
  inState(200, "Strange"),
  inState(300, "Succeeded"),
  order("202 with the order, without a state", 202, (name) => ({ name, properties: {} })),
  order("202 with a state, without an order", 202, () => ({ properties: { provisioningState: "Creating" } })),
  order("200 with another order", 200, () => ({ name: nobodysId, properties: { provisioningState: "Succeeded" } })),
  order("200 with the order, and another one in its reservations", 200, (name) => ({
    name,
    properties: {
      provisioningState: "Succeeded",
      reservations: [{ id: `/providers/microsoft.capacity/reservationOrders/${nobodysId}/reservations/${nobodysId}` }],
    },
  })),
];

/** Carried out, then the order is in a state, which the answer shows too. */
const states: readonly NamedAnswer[] = [
  "PendingBilling",
  "ConfirmedBilling",
  "Succeeded",
  "Split",
  "Failed",
  "BillingFailed",
  "Cancelled",
  "Canceled",
  "Expired",
  "Strange",
].map((becomes) => [
  `it is ${becomes}`,
  {
    becomes,
    ...edited(({ properties, ...body }) => ({ ...body, properties: { ...properties, provisioningState: becomes } })),
  },
]);

const answered: readonly NamedAnswer[] = [
  ["as it should be", "carried-out"],
  ["the answer is cut", { cut: true }],
  ...states,
  [
    "the answer says BillingFailed, the order lives",
    edited(({ properties, ...body }) => ({
      ...body,
      properties: { ...properties, provisioningState: "BillingFailed" },
    })),
  ],
  ["the order turns out to be BillingFailed", { becomes: "BillingFailed" }],
];

const telling: readonly NamedAnswer[] = [
  ["the connection ends", "lost-request"],
  refusal(400, "RiskCheckFailed"),
  refusal(400, "BadRequest", sessionTimedOut),
  refusal(409, "ReservationOrderIdAlreadyExists"),
  refusal(503, "ServiceUnavailable"),
  order("200 with another order", 200, () => ({ name: nobodysId, properties: { provisioningState: "Succeeded" } })),
  inState(200, "BillingFailed"),
];

/** The answer names what another ledger's drive bought under the same token, which the listing does not show. */
const namesTheOther: NamedAnswer = [
  "200 with its order",
  {
    status: 200,
    body: ({ sold }) => JSON.stringify({ name: sold[0], properties: { provisioningState: "Succeeded" } }),
  },
];

const bought = (what: string, more: Partial<GoldenRow>): GoldenRow => ({
  row: `bought with another ledger, ${what}: 200 with its order`,
  sends: [namesTheOther[1], "carried-out"],
  trouble: "unlisted",
  there: { asked: "same" },
  ...more,
});

/** Azure: reservations, under an order id that calculatePrice mints. */
export const azureRows: readonly GoldenRow[] = [
  ...fromTheWay.map(onFirstSend),
  ...fromTheWayInBrief.flatMap((answer) => [onSold(answer), onSecondSend(answer)]),
  ...[...azureErrors, ...exists, ...orders].flatMap((answer) => [
    onFirstSend(answer),
    onSold(answer),
    onSecondSend(answer),
  ]),
  ...answered.map(onSold),
  ...telling.flatMap((answer) => [onSoldUnseen(answer), onQuickSecondSend(answer)]),
  onFirstSend(["no connection", "refused"]),
  onSecondSend(["no connection", "refused"]),
  bought("the same", {}),
  bought("the same, Cancelled", { there: { asked: "same", state: "Cancelled" } }),
  bought("the same, BillingFailed", { there: { asked: "same", state: "BillingFailed" } }),
  bought("something else", { there: { asked: "other" } }),
  bought("unreadable", { trouble: "unreadable", next: {} }),
  {
    row: "carried out, unreadable: 400 BadRequest, session timed out",
    sends: [{ status: 400, code: "BadRequest", message: sessionTimedOut, sold: true }],
    trouble: "unreadable",
    next: {},
  },
  {
    row: "carried out, unreadable: 400 RiskCheckFailed",
    sends: [{ status: 400, code: "RiskCheckFailed", sold: true }],
    trouble: "unreadable",
    next: {},
  },
  {
    row: "carried out, unreadable: 409 ReservationOrderIdAlreadyExists",
    sends: [{ status: 409, code: "ReservationOrderIdAlreadyExists", sold: true }],
    trouble: "unreadable",
    next: {},
  },
  ...onItsHandle(["Succeeded", "BillingFailed", "Failed", "Cancelled", "Strange"]),
  {
    row: "left open, long after: it was bought, nothing shows, and the session timed out",
    before: { send: "lost-answer", later: longAfter },
    sends: [{ status: 400, code: "BadRequest", message: sessionTimedOut }, "carried-out"],
    trouble: "unseen",
    next: {},
  },
  ...left(),
  ...listed(),
];
