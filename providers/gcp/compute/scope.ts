import { z } from "zod";
import type { Scope } from "../../../src/spec/executor.ts";
import type { GcpComputeRecommendation } from "./recommendation.ts";

/** What one listing of commitments sees: a project in a region. */
export interface GcpScope extends Scope {
  readonly projectId: string;
  readonly region: string;
}

/** The scope in which what is bought for a recommendation is seen. */
export function scopeOf({ projectId, region }: Pick<GcpComputeRecommendation, "projectId" | "region">): GcpScope {
  return { key: `gcp/${projectId}/${region}`, label: `GCP project ${projectId}, ${region}`, projectId, region };
}

const schema = z.object({ key: z.string(), label: z.string(), projectId: z.string(), region: z.string() });

/** A scope as it comes back from the ledger. Throws a ZodError when it is none of Compute Engine's. */
export function parseScope(scope: Scope): GcpScope {
  return schema.parse(scope);
}
