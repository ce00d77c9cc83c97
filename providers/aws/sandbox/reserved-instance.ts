import type { Collection, SandboxStore } from "../../../src/sandbox/store.ts";
import type { AwsCall } from "./aws-service.ts";
import type { Offering } from "./offering.ts";
import type { AwsBehaviour } from "./options.ts";

/** A Reserved Instance that was bought. */
export type StoredReservedInstance = {
  readonly id: string;
  readonly region: string;
  readonly offering: Offering;
  readonly count: number;
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

/** Every Reserved Instance that was bought, of all regions, oldest first. */
export function reservedInstances(store: SandboxStore): Collection<StoredReservedInstance> {
  return store.collection("aws.reservedInstances");
}

export function stateOf({ state, reads }: StoredReservedInstance, { readsUntilActive }: AwsBehaviour): string {
  return state ?? (reads >= readsUntilActive ? "active" : "payment-pending");
}

/** Those of the call's region that can be seen yet. Each call brings the others nearer to it. */
export function visibleReservedInstances({
  store,
  region,
  now,
  behaviour,
}: AwsCall): readonly StoredReservedInstance[] {
  const all = reservedInstances(store);
  return all.values().filter((reserved) => {
    if (reserved.region !== region) {
      return false;
    }
    const visible =
      reserved.missedReads >= behaviour.hiddenReads && now - reserved.purchasedAt >= behaviour.hiddenMilliseconds;
    if (!visible) {
      all.set(reserved.id, { ...reserved, missedReads: reserved.missedReads + 1 });
    }
    return visible;
  });
}
