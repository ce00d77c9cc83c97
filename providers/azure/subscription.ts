/**
 * The subscription that a billing scope names, in lower case: `/subscriptions/<id>` and the bare id both occur in
 * recordings. A billing account names none, unless it goes on with `/billingSubscriptions/<id>`
 * (https://learn.microsoft.com/rest/api/billingbenefits/savings-plan-order-alias/create).
 */
export function subscriptionIn(billingScope: string | undefined): string | undefined {
  const scope = billingScope?.trim().toLowerCase() ?? "";
  return /(?:^|\/(?:billing)?subscriptions\/)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?=\/|$)/.exec(scope)?.[1];
}
