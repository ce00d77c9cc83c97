import type { Particulars } from "../../src/contract/particulars.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { consolePage } from "./gcp-portal.ts";

/** What a person wants to know about a recommendation for GCP. */
export function gcpParticulars(recommendation: AnyRecommendation): Particulars {
  const portal = consolePage(recommendation);
  return portal === undefined ? {} : { portal };
}
