import { z } from "zod";
import type { JsonObject } from "../../../src/spec/json.ts";

/**
 * What identifies an EC2 purchase afterwards, for want of anything better: the ids that existed before it. EC2 takes no
 * id and no token from the caller.
 */
export interface Ec2Handle extends JsonObject {
  /** Ids of all Reserved Instances of the account and region just before the quote. */
  readonly baseline: readonly string[];
  readonly offeringId: string;
}

const schema = z.object({ baseline: z.array(z.string()), offeringId: z.string() });

/** A handle as it comes back from the ledger. Throws a ZodError for anything else. */
export function parseHandle(handle: JsonObject): Ec2Handle {
  return schema.parse(handle);
}
