/** What sets the services' advice apart. */
export interface AdvisedService {
  /** The resource provider: `Microsoft.Capacity`. */
  readonly namespace: string;
  /** The right that the purchase needs, without its namespace. */
  readonly action: string;
  /** The built-in role that has it. */
  readonly role: string;
}

/** What a person can do about a purchase that Azure refused, in a sentence. */
export function adviceFor(status: number, code: string, { namespace, action, role }: AdvisedService): string {
  const known = byCode.find(([codes]) => codes.test(code));
  if (known !== undefined) return known[1](namespace);
  if (status === 401) return "The credential is not accepted: sign in again, and check the tenant.";
  if (status === 403) {
    return `The identity needs a role that allows ${namespace}/${action} (role ${role}) on the billing subscription.`;
  }
  return "See Azure's own message for what to change.";
}

const byCode: readonly (readonly [RegExp, (namespace: string) => string])[] = [
  [
    /^(MissingSubscriptionRegistration|SubscriptionNotRegistered|NoRegisteredProviderFound)$/i,
    (namespace) =>
      `Register the resource provider in the billing subscription: az provider register --namespace ${namespace} --subscription <id>.`,
  ],
  [
    /^(SubscriptionNotFound|InvalidSubscriptionId)$/i,
    () => "Check subscriptionId, and that the subscription is in the credential's tenant (tenantId).",
  ],
  [
    /^(TenantNotFound|MissingTenantId|InvalidTenantId)$/i,
    () => "Check tenantId, and in which tenant the credential is.",
  ],
  [
    /^(ReadOnly)?DisabledSubscription$/i,
    () => "The billing subscription is disabled: enable it in the Azure portal, or have another one billed.",
  ],
  [
    /^(MissingAppliedScopesForSingle|InvalidSingleAppliedScopesCount|AppliedScopesNotAssociatedWithCommerceAccount)$/i,
    () => "Check appliedScope: a single subscription or resource group that the same billing account pays for.",
  ],
  [
    /^(NonsupportedAccountId|NotSupportedCountry)$/i,
    () => "Azure sells no such commitment to this billing account: have a subscription of another account billed.",
  ],
  [/^RequestDisallowedByPolicy$/i, () => "An Azure policy forbids it: ask whoever assigned the policy."],
  [/^RiskCheckFailed$/i, () => "Azure's risk check refused the account: ask Azure support."],
  [
    /^FulfillmentOutOfStockError$/i,
    () => "Azure has no such capacity there: choose another region or SKU, or try later.",
  ],
];
