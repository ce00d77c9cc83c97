import { z } from "zod";
import type { JsonObject } from "../../../src/contract/json.ts";

/** Exactly what is sent: the parameters of PurchaseReservedNodeOffering, which takes nothing else. */
export type NodePurchaseRequest = {
  readonly ReservedNodeOfferingId: string;
  /** Nodes. */
  readonly NodeCount: number;
};

const schema: z.ZodType<NodePurchaseRequest> = z.strictObject({
  ReservedNodeOfferingId: z.string().min(1),
  NodeCount: z.int().min(1),
});

/** The parameters as they come back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parseNodePurchaseRequest(request: JsonObject): NodePurchaseRequest {
  return schema.parse(request);
}
