import type { SandboxStore } from "../../../src/sandbox/store.ts";
import type { AwsBehaviour } from "./options.ts";
import { reservedInstances } from "./ec2/reserved-instance.ts";
import { stateOf } from "./purchased.ts";
import { reservations } from "./reservations/reservation.ts";

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

/** A reservation in the sandbox, for tests: of RDS, ElastiCache, MemoryDB, OpenSearch. */
export interface ReservationView {
  readonly service: string;
  /** The caller's id for it. */
  readonly name: string;
  readonly region: string;
  /** What was bought, in the service's own words. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly offeringType: string;
  /** Seconds. */
  readonly duration: number;
  readonly count: number;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function viewReservations(store: SandboxStore, behaviour: AwsBehaviour): readonly ReservationView[] {
  return reservations(store)
    .values()
    .map((one) => ({
      service: one.service,
      name: one.name,
      region: one.region,
      attributes: one.offering.attributes,
      offeringType: one.offering.offeringType,
      duration: one.offering.duration,
      count: one.count,
      state: stateOf(one, behaviour),
      tags: one.tags,
    }));
}
