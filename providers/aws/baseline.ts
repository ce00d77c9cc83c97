import { z } from "zod";
import type { JsonObject } from "../../src/contract/json.ts";

/**
 * What identifies a purchase afterwards where the service takes no id and no token from the caller, for want of anything
 * better: the ids that existed before it.
 */
export interface Baseline extends JsonObject {
  /** Ids of everything of its kind that the account had in the region just before the quote. */
  readonly baseline: readonly string[];
  readonly offeringId: string;
}

const schema = z.object({ baseline: z.array(z.string()), offeringId: z.string() });

/** A handle as it comes back from the ledger. Throws a ZodError for anything else. */
export function parseBaseline(handle: JsonObject): Baseline {
  return schema.parse(handle);
}
