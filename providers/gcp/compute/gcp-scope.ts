import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Scope } from "../../../src/contract/executor.ts";
import { projectIdPattern, regionPattern } from "./gcp-fields.ts";
import type { GcpComputeRecommendation } from "./gcp-recommendation.ts";

/** What one listing of commitments sees: a project in a region. */
export interface GcpScope extends Scope {
  readonly projectId: string;
  readonly region: string;
}

/**
 * The scope in which what is bought for a recommendation is seen. Throws a RefusedError `invalid-configuration` for a place of
 * an audit that is named in another way: one project has one key.
 */
export function scopeOf({ projectId, region }: Pick<GcpComputeRecommendation, "projectId" | "region">): GcpScope {
  if (!projectIdPattern.test(projectId) || !regionPattern.test(region)) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `GCP: "${projectId}/${region}" must be a project id, not its number, and a region, both in lower case: my-project-123/us-central1.`,
    });
  }
  return { key: `gcp/${projectId}/${region}`, label: `GCP project ${projectId}, ${region}`, projectId, region };
}

const schema = z.object({ key: z.string(), label: z.string(), projectId: z.string(), region: z.string() });

/** Whether a text can be the name or the number of a commitment; anything else does not belong into a path. */
export function isCommitmentId(id: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(id);
}

/** A scope as it comes back from the ledger. Throws a ZodError when it is none of Compute Engine's. */
export function parseScope(scope: Scope): GcpScope {
  return schema.parse(scope);
}
