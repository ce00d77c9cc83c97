import type { SandboxStore } from "../../../src/sandbox/store.ts";
import type { AwsBehaviour } from "./options.ts";
import { reservedInstances } from "./ec2/reserved-instance.ts";
import { stateOf } from "./purchased.ts";

/** A Reserved Instance in the sandbox, for tests. */
export interface ReservedInstanceView {
  readonly id: string;
  readonly region: string;
  readonly instanceType: string;
  readonly productDescription: string;
  readonly offeringClass: string;
  readonly offeringType: string;
  readonly scope: string;
  /** Seconds. */
  readonly duration: number;
  readonly count: number;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function viewReservedInstances(store: SandboxStore, behaviour: AwsBehaviour): readonly ReservedInstanceView[] {
  return reservedInstances(store)
    .values()
    .map((reserved) => ({
      id: reserved.id,
      region: reserved.region,
      instanceType: reserved.offering.instanceType,
      productDescription: reserved.offering.productDescription,
      offeringClass: reserved.offering.offeringClass,
      offeringType: reserved.offering.offeringType,
      scope: reserved.offering.scope,
      duration: reserved.offering.duration,
      count: reserved.count,
      state: stateOf(reserved, behaviour),
      tags: reserved.tags,
    }));
}
