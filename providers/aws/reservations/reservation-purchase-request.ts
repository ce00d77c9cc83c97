import { z } from "zod";
import type { JsonObject } from "../../../src/contract/json.ts";

/** Exactly what is bought and under which id; each service sends it in its own words. */
export type PurchaseRequest = {
  readonly offeringId: string;
  /** The id of the caller's choice. */
  readonly name: string;
  /** Instances or nodes. */
  readonly count: number;
  /** Source and token, by their tag names. */
  readonly tags: Readonly<Record<string, string>>;
};

const schema: z.ZodType<PurchaseRequest> = z.strictObject({
  offeringId: z.string().min(1),
  name: z.string().min(1),
  count: z.int().min(1),
  tags: z.record(z.string(), z.string()),
});

/** The request as it comes back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parsePurchaseRequest(request: JsonObject): PurchaseRequest {
  return schema.parse(request);
}

/** The tags of a request, as most services take them. */
export function tagList({ tags }: PurchaseRequest): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
