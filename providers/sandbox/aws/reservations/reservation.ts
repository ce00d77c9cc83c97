import { randomUUID } from "node:crypto";
import type { Collection, SandboxStore } from "../../server/sandbox-store.ts";
import { AwsFault } from "../aws-fault.ts";
import type { AwsSite } from "../aws-service.ts";
import { isCallers, justBought, noteReads, ownerOf, type Purchased, stateOf, visibleIn } from "../aws-purchased.ts";
import { type PurchaseCollection, purchasesIn, shownBy } from "../aws-purchase-requests.ts";
import type { ReservableOffering } from "./reservation-sold-offerings.ts";

/** A reservation that was bought, under an id of the caller's choice wherever the service takes one. */
export type StoredReservation = Purchased & {
  /** The service's signing name. */
  readonly service: string;
  /** The caller's id for it; on Redshift the service's own. */
  readonly name: string;
  readonly offering: ReservableOffering;
  readonly count: number;
  /** Under which it was bought, where the service takes one. */
  readonly clientToken?: string | undefined;
  /** Ids of what it covers, where it is bought for something that exists: Dedicated Hosts. */
  readonly attachedTo?: readonly string[] | undefined;
  /** What else the caller said of it, and is shown: a name that identifies nothing, when it begins. */
  readonly said?: Readonly<Record<string, string>> | undefined;
};

/** A reservation of which it is said whose it is. */
type OwnedReservation = StoredReservation & { readonly accountId: string };

/** Every reservation that was bought, of all such services and regions, oldest first. */
export function reservations(store: SandboxStore): Collection<StoredReservation> {
  return store.collection("aws.reservations" satisfies PurchaseCollection);
}

/** Which reservation is bought. */
export interface ReservationPurchase {
  readonly service: string;
  readonly name: string;
  readonly offering: ReservableOffering;
  readonly count: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken?: string | undefined;
  readonly attachedTo?: readonly string[] | undefined;
  readonly said?: Readonly<Record<string, string>> | undefined;
  /** What the service answers to an id that is used already, whatever became of it. */
  readonly alreadyExists: AwsFault;
}

/** Buys, unless the name is taken: also one of a reservation that cannot be seen yet, or that failed, stays taken. */
export function buyReservation(site: AwsSite, { alreadyExists, ...purchase }: ReservationPurchase): OwnedReservation {
  const { store, region, now, caller } = site;
  const all = reservations(store);
  const own = all.values().filter((one) => isCallers(one, site));
  const taken = own.some(
    (one) => one.service === purchase.service && one.region === region && one.name === purchase.name,
  );
  if (taken) throw alreadyExists;
  if (purchase.count < 1) throw new AwsFault(400, "InvalidParameterValue", "The count must be at least 1.");
  const bought: OwnedReservation = {
    ...purchase,
    id: randomUUID(),
    accountId: caller.accountId,
    region,
    sequence: purchasesIn(store),
    purchasedAt: now,
    ...justBought,
  };
  all.set(bought.id, bought);
  return bought;
}

/** A reservation as it is shown, with the state it is in. */
export type ShownReservation = OwnedReservation & { readonly state: string };

/** Which reservation is read alone; neither: all are listed. */
export interface WantedReservation {
  readonly name?: string | undefined;
  /** The service's own id, where it has one besides. */
  readonly id?: string | undefined;
}

/** The reservations of a service that a call shows. To read one alone is no listing: it shows what is there. */
export function listReservations(
  site: AwsSite,
  service: string,
  { name, id }: WantedReservation,
): readonly ShownReservation[] {
  const all = reservations(site.store);
  const visible = visibleIn(site, all).filter((one) => one.service === service);
  const shown =
    name === undefined && id === undefined
      ? shownBy(site.fault, visible)
      : visible.filter((one) => one.id === id || one.name.toLowerCase() === name?.toLowerCase());
  noteReads(site, all, shown);
  return shown.map((one) => ({
    ...one,
    accountId: ownerOf(one, site.behaviour),
    state: stateOf(one, site.behaviour),
  }));
}
