import type { SandboxStore } from "../server/sandbox-store.ts";
import type { AwsBehaviour } from "./aws-sandbox-options.ts";
import { reservedInstances } from "./ec2/reserved-instance.ts";
import { ownerOf, stateOf } from "./aws-purchased.ts";
import { reservations } from "./reservations/reservation.ts";
import { savingsPlans } from "./savings-plans/sold-plan.ts";

/** A Reserved Instance in the sandbox, for tests. */
export interface ReservedInstanceView {
  readonly id: string;
  /** The account that bought it. */
  readonly accountId: string;
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
      accountId: ownerOf(reserved, behaviour),
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

/** A reservation in the sandbox, for tests: of RDS, ElastiCache, MemoryDB, OpenSearch, Redshift, Redshift Serverless, Dedicated Hosts, MediaLive. */
export interface ReservationView {
  readonly service: string;
  /** By which a person looks it up: the name, but for OpenSearch, which makes up an id of its own besides. */
  readonly id: string;
  /** The caller's id for it; on Redshift and MediaLive the service's own. */
  readonly name: string;
  /** The account that bought it. */
  readonly accountId: string;
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
      id: one.service === "opensearch" ? one.id : one.name,
      name: one.name,
      accountId: ownerOf(one, behaviour),
      region: one.region,
      attributes: one.offering.attributes,
      offeringType: one.offering.offeringType,
      duration: one.offering.duration,
      count: one.count,
      state: stateOf(one, behaviour),
      tags: one.tags,
    }));
}

/** A savings plan in the sandbox, for tests. */
export interface SavingsPlanView {
  readonly id: string;
  /** The account that bought it. */
  readonly accountId: string;
  readonly type: string;
  readonly region: string | undefined;
  readonly instanceFamily: string | undefined;
  /** Per hour, as it was sent. */
  readonly commitment: string;
  readonly currency: string;
  /** Paid at once. */
  readonly upfront: string;
  readonly paymentOption: string;
  /** Seconds. */
  readonly duration: number;
  readonly clientToken: string | undefined;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function viewSavingsPlans(store: SandboxStore, behaviour: AwsBehaviour): readonly SavingsPlanView[] {
  return savingsPlans(store)
    .values()
    .map((plan) => ({
      id: plan.id,
      accountId: ownerOf(plan, behaviour),
      type: plan.offering.planType,
      region: plan.offering.properties["region"],
      instanceFamily: plan.offering.properties["instanceFamily"],
      commitment: plan.commitment,
      currency: plan.offering.currency,
      upfront: plan.upfront,
      paymentOption: plan.offering.offeringType,
      duration: plan.offering.duration,
      clientToken: plan.clientToken,
      state: stateOf(plan, behaviour),
      tags: plan.tags,
    }));
}
