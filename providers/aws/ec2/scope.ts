import { z } from "zod";
import type { Scope } from "../../../src/spec/executor.ts";
import type { Ec2Recommendation } from "./recommendation.ts";

/** What one DescribeReservedInstances sees: an account in a region. */
export interface Ec2Scope extends Scope {
  readonly accountId: string;
  readonly region: string;
}

/** The scope in which what is bought for a recommendation is seen. */
export function scopeOf({ accountId, region }: Pick<Ec2Recommendation, "accountId" | "region">): Ec2Scope {
  return { key: `aws/${accountId}/${region}/ec2`, label: `AWS account ${accountId}, ${region}`, accountId, region };
}

const schema = z.object({ key: z.string(), label: z.string(), accountId: z.string(), region: z.string() });

/** A scope as it comes back from the ledger. Throws a ZodError when it is not one of EC2's. */
export function parseScope(scope: Scope): Ec2Scope {
  return schema.parse(scope);
}
