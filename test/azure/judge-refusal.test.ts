import { expect, test } from "vitest";
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
  expect(judge(409, "IdExists")).toEqual({ kind: "exists", reason: "HTTP 409: IdExists" });
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
    reason: code === undefined ? `HTTP ${status}` : `HTTP ${status}: ${code}`,
  });
});
