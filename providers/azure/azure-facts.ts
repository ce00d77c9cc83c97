import type { AskedFacts, Difference } from "../../src/contract/executor.ts";
import type { Facts } from "../../src/contract/listed.ts";

/**
 * The subscription that a billing scope names, in lower case: `/subscriptions/<id>` and the bare id both occur in
 * recordings. A billing account names none, unless it goes on with `/billingSubscriptions/<id>`
 * (https://learn.microsoft.com/rest/api/billingbenefits/savings-plan-order-alias/create).
 */
export function subscriptionIn(billingScope: string | undefined): string | undefined {
  const scope = billingScope?.trim().toLowerCase() ?? "";
  return /(?:^|\/(?:billing)?subscriptions\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\/|$)/.exec(scope)?.[1];
}

/** In what facts differ from what was asked for, where they say so. */
export function differencesBetween({ decisive, ifStated }: AskedFacts, found: Facts): readonly Difference[] {
  return Object.entries({ ...decisive, ...ifStated }).flatMap(([field, asked]) => {
    const there = found[field];
    return asked === undefined || there === undefined || there === asked ? [] : [{ field, asked, found: there }];
  });
}

/** `term: asked P1Y, found P3Y; …`, for messages. */
export function listDifferences(differences: readonly Difference[]): string {
  return differences.map(({ field, asked, found }) => `${field}: asked ${asked}, found ${found}`).join("; ");
}
