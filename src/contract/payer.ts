import type { AnyRecommendation } from "./recommendation.ts";

/** Which cloud and service a purchase is of, and who pays for it. */
export interface Payer {
  /** The cloud: `azure`, `aws`, `gcp`. */
  readonly provider: string;
  readonly service: string;
  /** The AWS account, the Azure subscription or the GCP project that is charged; absent where the recommendation names none. */
  readonly account?: string;
}

/**
 * The fields in which a recommendation says who pays, the first that is there: an AWS account, an Azure subscription, a GCP
 * project. An executor of your own takes one of them, or `account`.
 */
const payingFields = ["accountId", "subscriptionId", "projectId", "account"] as const;

/** Who pays for a recommendation. */
export function payerOf(recommendation: AnyRecommendation): Payer {
  const { provider, service } = recommendation;
  const account = payingFields.map((field) => recommendation[field]).find((value) => typeof value === "string");
  return { provider, service, ...(account === undefined ? {} : { account }) };
}

/** A payer in a few words, for messages and tables: `aws 123456789012`. */
export function payerText({ provider, account }: Account): string {
  return account === undefined ? provider : `${provider} ${account}`;
}

/** Who pays, of all services. */
export type Account = Pick<Payer, "provider" | "account">;

/** What each account pays for, in the order in which they come first; what names no cloud, an empty place, is none's. */
export function byAccount<Item>(
  items: readonly Item[],
  payer: (item: Item) => Partial<Payer>,
): readonly (readonly [Account, readonly Item[]])[] {
  const groups = new Map<string, { readonly account: Account; readonly items: Item[] }>();
  for (const item of items) {
    const { provider, account } = payer(item);
    if (provider === undefined) continue;
    const one = { provider, ...(account === undefined ? {} : { account }) };
    // A subscription's id is the same in any letter case.
    const key = payerText(one).toLowerCase();
    const group = groups.get(key) ?? { account: one, items: [] };
    groups.set(key, group);
    group.items.push(item);
  }
  return [...groups.values()].map((group) => [group.account, group.items]);
}
