import type { FaultRule } from "../../providers/sandbox/index.ts";

/**
 * What happens in a chaos run for certain, whatever the machine's speed: by the number of the purchase request at which it
 * happens, counted from 1 over all drivers. Everything has to be bought, so there are at least as many of these as
 * recommendations.
 */
export interface ChaosPlan {
  /** At each of these, the driver that is at work is killed, before the request is answered. */
  readonly kills: readonly number[];
  /** After each of these PostgreSQL is restarted, in turn in an orderly way and as by a crash. */
  readonly restarts: readonly number[];
  /** Each hits once. A rule skips fewer requests than there have to be. */
  readonly faults: readonly FaultRule[];
  /** What a person says at each of these. Where there is any, the execution waits for an approval first. */
  readonly acts: readonly PlannedAct[];
}

/** What a person says at a purchase request, before it is answered; 0: before the execution is approved. */
export interface PlannedAct {
  readonly at: number;
  /**
   * All but a skip and a cancel for good are taken back, and approved anew, once drivers have met them. `totals`: no more than
   * is or may be bought by then, and afterwards all prices together, or none by chance. `price`: one cent for a place that was not sent.
   */
  readonly act: "cancel" | "cancel for good" | "totals" | "price" | "skip";
}

/** A plan of nothing, to be added to. */
export const emptyPlan: ChaosPlan = { kills: [], restarts: [], faults: [], acts: [] };

const azure = { action: "PUT reservationOrders" };
const instances = { action: "PurchaseReservedInstancesOffering" };
const listing = { action: "GET reservationOrders" };

/**
 * Six faults that every run with at least six reservations of Azure and an EC2 Reserved Instance meets: answers lost after
 * the effect, an error that hides a purchase, a hang, an answer cut off, a listing that lies.
 */
export const plannedFaults: readonly FaultRule[] = [
  { match: listing, skip: 1, fault: { kind: "listing", listing: "stale" } },
  { match: azure, fault: { kind: "reset", when: "after" } },
  { match: azure, skip: 1, fault: { kind: "status", status: 500, when: "after" } },
  { match: azure, skip: 2, fault: { kind: "hang", when: "before" } },
  { match: azure, skip: 2, fault: { kind: "cut" } },
  { match: instances, fault: { kind: "reset", when: "after" } },
];

/**
 * How many purchases of Azure reservations there have to be for all of these faults to hit. Each request is for the first rule whose
 * turn it is, and counts for the skips of the rules before that one alone.
 */
export function azurePurchasesFor(faults: readonly FaultRule[]): number {
  const left = faults
    .filter(({ match }) => match?.action === azure.action)
    .map(({ skip = 0 }) => ({ skip, hit: false }));
  let requests = 0;
  for (; left.some(({ hit }) => !hit); requests += 1) {
    for (const rule of left.filter(({ hit }) => !hit)) {
      if (rule.skip === 0) {
        rule.hit = true;
        break;
      }
      rule.skip -= 1;
    }
  }
  return requests;
}

/** What of a plan is still to come. `due` takes the next one whose purchase request was sent, once each. */
export interface Agenda {
  /** How many of them have become due so far and were taken. */
  readonly taken: number;
  readonly done: boolean;
  due(purchaseRequests: number): boolean;
}

/** Throws a RangeError where one is planned later than the last purchase that is certain to be sent. */
export function createAgenda(numbers: readonly number[], certain: number): Agenda {
  const sorted = numbers.toSorted((one, other) => one - other);
  if (sorted.some((number) => number < 1 || number > certain)) {
    throw new RangeError(`Planned for purchase requests ${sorted.join(", ")}: only ${certain} are certain.`);
  }
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    get done() {
      return taken === sorted.length;
    },
    due: (purchaseRequests) => {
      const next = sorted[taken];
      if (next === undefined || next > purchaseRequests) return false;
      taken += 1;
      return true;
    },
  };
}
