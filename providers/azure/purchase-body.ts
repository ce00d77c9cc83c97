import type { PurchaseRequestProperties, SkuName } from "@azure/arm-reservations";
import type { JsonObject } from "../../src/contract/json.ts";

/**
 * The body of `calculatePrice` and of the purchase, as it is on the wire:
 * https://learn.microsoft.com/rest/api/reserved-vm-instances/reservation-order/calculate. The SDK's `PurchaseRequest` is
 * flattened and knows no `tags`; its serialiser would drop them.
 */
export type ReservationPurchaseBody = {
  readonly sku: SkuName;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties: PurchaseRequestProperties;
};

/** The body as plain JSON values, as it is sent and as the ledger keeps it. */
export function toJson(body: ReservationPurchaseBody): JsonObject {
  return JSON.parse(JSON.stringify(body)) as JsonObject;
}
