import type { Collection } from "../server/sandbox-store.ts";
import type { AwsSite } from "./aws-service.ts";
import type { AwsBehaviour } from "./aws-sandbox-options.ts";

/** What everything that was bought has, whatever the service. */
export type Purchased = {
  /** The key under which it is stored. */
  readonly id: string;
  /** Whose it is; where that is not said, the sandbox's own account's. */
  readonly accountId?: string | undefined;
  readonly region: string;
  /** How many purchases there were before it. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly purchasedAt: number;
  /** Calls that should have found it but came too early. */
  readonly missedReads: number;
  /** How often it was described. */
  readonly reads: number;
  /** Set by hand; overrides the sequence. */
  readonly state?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
};

/** What only a new purchase has. */
export const justBought = { missedReads: 0, reads: 0 } as const;

/** Whose something is that was bought. */
export function ownerOf({ accountId }: Purchased, { accountId: own }: AwsBehaviour): string {
  return accountId ?? own;
}

/** Whether something belongs to the account that calls. */
export function isCallers(purchased: Purchased, { caller, behaviour }: Pick<AwsSite, "caller" | "behaviour">): boolean {
  return ownerOf(purchased, behaviour) === caller.accountId;
}

/** `payment-pending`, then `active`. */
export function stateOf({ state, reads }: Purchased, { readsUntilActive }: AwsBehaviour): string {
  return state ?? (reads >= readsUntilActive ? "active" : "payment-pending");
}

/** Those of the caller's account in the call's region that can be seen yet. Each call brings the others nearer to it. */
export function visibleIn<T extends Purchased>(
  { region, now, caller, behaviour }: AwsSite,
  collection: Collection<T>,
): readonly T[] {
  return collection.values().filter((one) => {
    if (one.region !== region || !isCallers(one, { caller, behaviour })) return false;
    const visible = one.missedReads >= behaviour.hiddenReads && now - one.purchasedAt >= behaviour.hiddenMilliseconds;
    if (!visible) collection.set(one.id, { ...one, missedReads: one.missedReads + 1 });
    return visible;
  });
}

/** Notes that these were described: some time later they are active. */
export function noteReads<T extends Purchased>(
  { behaviour }: AwsSite,
  collection: Collection<T>,
  described: readonly T[],
): void {
  for (const one of described.filter(({ reads }) => reads < behaviour.readsUntilActive)) {
    collection.set(one.id, { ...one, reads: one.reads + 1 });
  }
}
