import type { Facts } from "../../../src/contract/listed.ts";

/** A commitment as it is asked for, or as Google shows it. Amounts are int64 as text, memory in MB. */
export interface Described {
  readonly category?: string | undefined;
  readonly type?: string | undefined;
  readonly plan?: string | undefined;
  readonly autoRenew?: boolean | undefined;
  readonly resources: readonly { readonly type?: string | undefined; readonly amount?: string | undefined }[];
  readonly licenseResource?: unknown;
}

/** All of a commitment that decides money, in the same words on both sides. */
export function factsOf({ category, type, plan, autoRenew, resources, licenseResource }: Described): Facts {
  return {
    category,
    type,
    plan,
    // Google's default, where it says nothing.
    autoRenew: String(autoRenew ?? false),
    resources: resourcesOf(resources),
    licenseResource: licenseResource ? "a licence" : "none",
  };
}

/** `MEMORY 32768, VCPU 8`: every resource with its amount; undefined where one of them is not said. */
function resourcesOf(resources: Described["resources"]): string | undefined {
  const list = resources.map(({ type, amount }) => (type && amount ? `${type} ${amount}` : undefined));
  return list.length === 0 || list.includes(undefined) ? undefined : list.toSorted().join(", ");
}

/** What differs between a commitment that Google shows and one that was sent. */
export interface Compared {
  /** It says that it is something else; what it leaves out does not. */
  readonly isOther: boolean;
  /** `type is GENERAL_PURPOSE, not GENERAL_PURPOSE_N2; plan is not stated, not TWELVE_MONTH`; empty where nothing differs. */
  readonly differences: string;
}

/** Compares what Google shows under a name with what was sent under it. */
export function compare(sent: Described, shown: Described): Compared {
  const found = factsOf(shown);
  const fields = Object.entries(factsOf(sent)).filter(([field, asked]) => found[field] !== asked);
  return {
    isOther: fields.some(([field]) => found[field] !== undefined),
    differences: fields.map(([field, asked]) => `${field} is ${found[field] ?? "not stated"}, not ${asked}`).join("; "),
  };
}
