import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Scope } from "../../../src/contract/executor.ts";
import { projectIdPattern } from "../compute/gcp-fields.ts";
import { type GcpBigQueryRecommendation, locationPattern } from "./bigquery-recommendation.ts";

/** What one listing of capacity commitments sees: an administration project in a location. */
export interface CapacityScope extends Scope {
  readonly projectId: string;
  readonly location: string;
}

/**
 * The scope in which what is bought for a recommendation is seen; a place of an audit may name it as `region`. Throws a RefusedError
 * `invalid-configuration` for a place that is named in another way: one project has one key.
 */
export function capacityScope(
  place: Pick<GcpBigQueryRecommendation, "projectId" | "location"> & { readonly region?: unknown },
): CapacityScope {
  const { projectId } = place;
  // A place of an audit says where by its region.
  const location = (place as { readonly location?: unknown }).location ?? place.region;
  if (!projectIdPattern.test(projectId) || typeof location !== "string" || !locationPattern.test(location)) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `GCP: "${projectId}/${String(location)}" must be a project id, not its number, and a location: my-project-123/US.`,
    });
  }
  return {
    key: `gcp/${projectId}/${location}/bigquery`,
    label: `GCP project ${projectId}, BigQuery in ${location}`,
    projectId,
    location,
  };
}

const schema = z.object({ key: z.string(), label: z.string(), projectId: z.string(), location: z.string() });

/** A scope as it comes back from the ledger. Throws a ZodError when it is none of BigQuery's. */
export function parseCapacityScope(scope: Scope): CapacityScope {
  return schema.parse(scope);
}

/** `projects/my-project-123/locations/US` */
export function parentOf({ projectId, location }: CapacityScope): string {
  return `projects/${projectId}/locations/${location}`;
}

/** Whether a text can be the id of a capacity commitment; anything else does not belong into a path. */
export function isCapacityId(id: string): boolean {
  return /^[a-z0-9]([-a-z0-9]{0,62}[a-z0-9])?$/.test(id);
}
