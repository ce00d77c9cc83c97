import type { HttpHeaders, HttpMethods } from "@azure/core-rest-pipeline";
import type { Environment } from "../../src/contract/environment.ts";
import { createPace, type Pace } from "../http/pace.ts";

/** The limits of one tenant: Azure Resource Manager counts what reads and what may change something apart. */
export interface AzureLimits {
  readonly reads: Pace;
  /** Prices and purchases: calculatePrice counts as a write (recorded). */
  readonly writes: Pace;
}

/** The limits that the clients of one tenant share. */
export function createLimits(environment: Environment): AzureLimits {
  return { reads: createPace({ environment }), writes: createPace({ environment, withPurchase: true }) };
}

/**
 * How many more requests of this kind Azure Resource Manager takes now: the least of what its headers say.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
export function leftOf(method: HttpMethods, headers: HttpHeaders): number | undefined {
  const counted = method === "GET" ? /^x-ms-ratelimit-remaining-.*reads$/i : /^x-ms-ratelimit-remaining-.*writes$/i;
  const counts = [...headers].flatMap(([name, value]) =>
    counted.test(name) && /^\d+$/.test(value) ? [Number(value)] : [],
  );
  return counts.length === 0 ? undefined : Math.min(...counts);
}
