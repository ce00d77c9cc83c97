import { KnownErrorResponseCode } from "@azure/arm-reservations";
import { describe, expect, test } from "vitest";
import { judgeRefusal } from "../../providers/azure/judge-refusal.ts";

/** An answer that is no purchase, judged as that of an order id. */
function judge(status: number, code?: string, message?: string) {
  const body = code === undefined ? undefined : { error: { code, ...(message === undefined ? {} : { message }) } };
  return judgeRefusal({ status, text: "", retryAfter: undefined }, body, /^IdExists$/);
}

test.each([
  [400, "DisplayNameInvalid"],
  [400, "NotSupportedCountry"],
  [400, "InvalidQuantity"],
  [400, "UnsupportedReservationTerm"],
  [400, "RiskCheckFailed"],
  [409, "FulfillmentOutOfStockError"],
  [401, "InvalidAuthenticationToken"],
  [403, "AuthorizationFailed"],
])("HTTP %i %s: nothing was bought", (status, code) => {
  expect(judge(status, code, "No.")).toEqual({ kind: "rejected", code, reason: `HTTP ${status}: ${code}: No` });
});

test.each([401, 403])("HTTP %i without a word: nothing was bought", (status) => {
  expect(judge(status)).toEqual({ kind: "rejected", code: `HTTP ${status}`, reason: `HTTP ${status}` });
});

test("only a 4xx says that the handle was used before", () => {
  expect(judge(409, "IdExists")).toEqual({ kind: "exists", code: "IdExists", reason: "HTTP 409: IdExists" });
  for (const status of [302, 408, 429, 500]) expect(judge(status, "IdExists").kind).toBe("unknown");
});

test.each([
  [400, undefined],
  [404, undefined],
  [400, "BadRequest"],
  [400, "PurchaseError"],
  [400, "NotInvalidQuantity"],
  [400, "Invalid-Quantity"],
  [400, "InvalidQuantity-TransientError"],
  [409, "InvalidQuantity"],
  [302, "RiskCheckFailed"],
  [399, "RiskCheckFailed"],
  [408, "RiskCheckFailed"],
  [429, "RiskCheckFailed"],
  [500, "RiskCheckFailed"],
  [503, "InvalidQuantity"],
])("HTTP %i %s proves nothing", (status, code) => {
  expect(judge(status, code)).toEqual({
    kind: "unknown",
    code,
    reason: code === undefined ? `HTTP ${status}` : `HTTP ${status}: ${code}`,
  });
});

describe("B5: what each code of the SDK proves as the answer to a purchase", () => {
  const rejected = [
    // The request was not taken up: who asks, from where, with what.
    "AuthorizationFailed",
    "Forbidden",
    "HttpMethodNotSupported",
    "InvalidAccessToken",
    "InvalidHealthCheckType",
    "InvalidLocationId",
    "InvalidRefundQuantity",
    "InvalidRequestContent",
    "InvalidRequestUri",
    "InvalidReservationId",
    "InvalidReservationOrderId",
    "InvalidSingleAppliedScopesCount",
    "InvalidSubscriptionId",
    "InvalidTenantId",
    "MissingAppliedScopesForSingle",
    "MissingTenantId",
    "AppliedScopesNotAssociatedWithCommerceAccount",
    "NonsupportedAccountId",
    "NotSupportedCountry",
    "UnauthenticatedRequestsThrottled",
    "UnsupportedReservationTerm",
    // Ended before anything is bought.
    "FulfillmentOutOfStockError",
    "RiskCheckFailed",
  ];
  const unknown = [
    // Says nothing about the stage.
    "BadRequest",
    "ClientCertificateThumbprintNotSet",
    "InternalServerError",
    "NotSpecified",
    "OperationFailed",
    "ServerTimeout",
    // From the middle of a purchase, or after it.
    "ActivateQuoteFailed",
    "BillingCustomerInputError",
    "BillingError",
    "BillingPaymentInstrumentHardError",
    "BillingPaymentInstrumentSoftError",
    "BillingTransientError",
    "CalculatePriceFailed",
    "CapacityUpdateScopesFailed",
    "CreateQuoteFailed",
    "FulfillmentConfigurationError",
    "FulfillmentError",
    "FulfillmentTransientError",
    "InvalidFulfillmentRequestParameters",
    "PaymentInstrumentNotFound",
    "PurchaseError",
    "ReservationOrderCreationFailed",
    "RoleAssignmentCreationFailed",
    // Speaks of an order or its state, which may be the one that an earlier send bought.
    "AppliedScopesSameAsExisting",
    "BillingScopeIdCannotBeChanged",
    "OperationCannotBePerformedInCurrentState",
    "PatchValuesSameAsExisting",
    "ReservationIdNotInReservationOrder",
    "ReservationOrderNotEnabled",
    "ReservationOrderNotFound",
    // Belongs to other operations.
    "NoValidReservationsToReRate",
    "ReRateOnlyAllowedForEA",
    "RefundLimitExceeded",
    "SelfServiceRefundNotSupported",
  ];
  const orderExists = /^ReservationOrderIdAlreadyExists$/i;
  const judged = (code: string, status = 400) =>
    judgeRefusal({ status, text: "", retryAfter: undefined }, { error: { code, message: "No." } }, orderExists);

  test("all 58 are judged, each once", () => {
    const all = [...rejected, ...unknown, "ReservationOrderIdAlreadyExists"];
    expect(all.toSorted()).toEqual(Object.values(KnownErrorResponseCode).toSorted());
    expect(all).toHaveLength(58);
  });
  test.each(rejected)("%s: nothing was bought", (code) => {
    expect(judged(code)).toEqual({ kind: "rejected", code, reason: `HTTP 400: ${code}: No` });
    for (const status of [408, 429, 500]) expect(judged(code, status)).toMatchObject({ kind: "unknown", code });
  });
  test.each(unknown)("%s proves nothing", (code) => {
    for (const status of [400, 404, 409, 422, 500])
      expect(judged(code, status)).toMatchObject({ kind: "unknown", code });
  });
  test.each(["ReservationOrderIdAlreadyExists", "reservationorderidalreadyexists"])("%s: it exists", (code) => {
    for (const status of [400, 403, 409]) expect(judged(code, status)).toMatchObject({ kind: "exists", code });
  });
});

test.each([
  [409, "MissingSubscriptionRegistration"],
  [400, "missingsubscriptionregistration"],
  [400, "SubscriptionNotRegistered"],
  [409, "SubscriptionNotRegistered"],
  [404, "NoRegisteredProviderFound"],
  [404, "SubscriptionNotFound"],
  [404, "TenantNotFound"],
  [409, "ReadOnlyDisabledSubscription"],
  [403, "ReadOnlyDisabledSubscription"],
  [409, "DisabledSubscription"],
  [403, "RequestDisallowedByPolicy"],
  [404, "AuthorizationFailed"],
])("B5: HTTP %i %s is answered before the service sees anything", (status, code) => {
  expect(judge(status, code)).toMatchObject({ kind: "rejected", code });
});

test.each([
  [403, "RoleAssignmentCreationFailed"],
  [401, "PurchaseError"],
  [403, "BillingError"],
  [400, "InvalidQuoteState"],
  [400, "InvalidPaymentMethod"],
  [400, "UnsupportedFulfilmentRegion"],
  [400, "InvalidBillingState"],
  [409, "MissingAppliedScopesForSingle"],
])("B5: HTTP %i %s names a later stage, or speaks of a state: it proves nothing", (status, code) => {
  expect(judge(status, code)).toMatchObject({ kind: "unknown", code });
});

test("B5: what a bill is for is checked before anything is bought", () => {
  for (const code of ["InvalidBillingScopeId", "UnsupportedBillingPlan"])
    expect(judge(400, code).kind).toBe("rejected");
});

describe("A1: the session timed out, however Azure says it", () => {
  test.each([
    "Session timed out - Call CalculatePrice again and provide the new Reservation Order ID for purchase",
    "session timed out",
    "SESSION TIMED OUT",
    "The session has timed out.",
    "The purchase session is timed-out",
    "Session has expired",
    "The quote has expired",
    "Quote session time out",
    "Please call calculatePrice again.",
  ])("%s", (message) => {
    expect(judge(400, "BadRequest", message)).toMatchObject({ kind: "expired", code: "BadRequest" });
    // A code of validation beside such words is no proof.
    expect(judge(400, "InvalidRequestContent", message).kind).toBe("expired");
    expect(judge(400, "RiskCheckFailed", message).kind).toBe("expired");
    expect(judge(400, "IdExists", message).kind).toBe("exists");
    expect(judge(409, "SubscriptionNotFound", message).kind).toBe("unknown");
    expect(judge(500, "BadRequest", message).kind).toBe("unknown");
  });
  test.each(["The request timed out", "Your trial expired", "Session is fine"])("not: %s", (message) => {
    expect(judge(400, "BadRequest", message).kind).toBe("unknown");
  });
  test("a sign-in that expired is one", () => {
    expect(judge(401, "ExpiredAuthenticationToken", "Session expired").kind).toBe("rejected");
  });
});
