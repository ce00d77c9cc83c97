import { randomUUID } from "node:crypto";
import type { Big } from "big.js";
import type { ImitationContext, SandboxResponse } from "../server/imitation.ts";
import type { Collection, SandboxStore } from "../server/sandbox-store.ts";
import { addMonths } from "./arm-date.ts";
import { armAnswer } from "./arm-answer.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";
import { months, priceOf } from "./azure-sandbox-price.ts";
import { type PurchaseRequest, parsePurchaseRequest } from "./check-purchase-request.ts";
import { findSku } from "./reserved-skus.ts";
import { markOf, type OfTenant } from "./sandbox-tenant.ts";

/** A quote session: the minted order id, until when it can be bought under, and for what. */
export type Quote = OfTenant & {
  readonly id: string;
  readonly expiresAt: number;
  readonly request: PurchaseRequest;
};

/** Quotes that were not bought, oldest first. */
export function quotes(store: SandboxStore): Collection<Quote> {
  return store.collection("azure.quotes");
}

/** POST calculatePrice: mints an order id and prices it; buys nothing. Every call mints another id. */
export function calculatePrice(
  body: string,
  tenant: string | undefined,
  { store, now }: Pick<ImitationContext, "store" | "now">,
  behaviour: AzureBehaviour,
): SandboxResponse {
  const request = parsePurchaseRequest(body);
  const id = randomUUID();
  dropExpired(store, now);
  quotes(store).set(id, { id, ...markOf(tenant), expiresAt: now + behaviour.quoteLifetime, request });

  const amount = (value: Big) => ({ currencyCode: behaviour.currency, amount: value.toNumber() });
  const { total, monthly } = priceOf(request);
  // The first payment alone carries the billing currency, as recorded.
  const schedule = Array.from({ length: months(request.term) }, (_, month) => ({
    dueDate: addMonths(now, month).toISOString().slice(0, 10),
    pricingCurrencyTotal: amount(monthly),
    ...(month === 0 ? { billingCurrencyTotal: amount(monthly) } : {}),
    status: "Scheduled",
  }));
  return armAnswer(
    200,
    {
      properties: {
        billingCurrencyTotal: amount(total),
        netTotal: 0,
        taxTotal: 0,
        grandTotal: 0,
        ...(request.billingPlan === "Monthly" ? { paymentSchedule: schedule } : {}),
        reservationOrderId: id,
        skuTitle: `${findSku(request.sku)?.title}, ${findSku(request.sku)?.name}, ${request.location}, ${lengthOf(request.term)}`,
        skuDescription: request.sku,
        pricingCurrencyTotal: amount(total),
      },
    },
    { "x-ms-ratelimit-remaining-tenant-writes": "1199" },
  );
}

/** `1 Year`, `3 Years` (recorded); `1 Month` is made up after them. */
function lengthOf(term: string): string {
  const count = months(term);
  const [length, unit] = count % 12 === 0 ? [count / 12, "Year"] : [count, "Month"];
  return `${length} ${unit}${length > 1 ? "s" : ""}`;
}

/** An expired quote answers as an unknown one does; dropping it keeps the store from growing with every quote. */
function dropExpired(store: SandboxStore, now: number): void {
  const pending = quotes(store);
  for (const { id, expiresAt } of pending.values()) {
    if (expiresAt > now) {
      return;
    }
    pending.delete(id);
  }
}
