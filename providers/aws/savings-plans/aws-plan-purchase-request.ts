import { z } from "zod";
import type { JsonObject } from "../../../src/contract/json.ts";

/**
 * Exactly what is sent: the parameters of CreateSavingsPlan. There is no `purchaseTime`, in the first send as in any
 * other: without it the plan is bought at once, and a time could only differ between two sends.
 */
export type PurchaseRequest = {
  readonly savingsPlanOfferingId: string;
  /** Per hour. */
  readonly commitment: string;
  /** Only with Partial Upfront. */
  readonly upfrontPaymentAmount?: string | undefined;
  /** Required: the SDK makes up another one for every send that has none. */
  readonly clientToken: string;
  readonly tags: Record<string, string>;
};

const schema: z.ZodType<PurchaseRequest> = z.strictObject({
  savingsPlanOfferingId: z.string().min(1),
  commitment: z.string().min(1),
  upfrontPaymentAmount: z.string().min(1).optional(),
  clientToken: z.string().min(1),
  tags: z.record(z.string(), z.string()),
});

/** The parameters as they come back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parsePurchaseRequest(request: JsonObject): PurchaseRequest {
  return schema.parse(request);
}
