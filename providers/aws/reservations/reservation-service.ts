import type { z } from "zod";
import type { Facts } from "../../../src/contract/listed.ts";
import type { Connection } from "../aws-connect.ts";
import type { Asked } from "../aws-facts.ts";
import type { AwsRecommendation } from "../aws-fields.ts";
import type { Page } from "../aws-lists.ts";
import type { Charges } from "../aws-price.ts";
import type { SeenOffering } from "../choose-offering.ts";
import type { SendReport } from "../sdk-middleware.ts";
import type { ShownByAws } from "../shown-by-aws.ts";
import type { PurchaseRequest } from "./reservation-purchase-request.ts";

/** What every recommendation for a service with reservations says. */
export type ReservationRecommendation = AwsRecommendation & {
  /** `us-east-1`. */
  readonly region: string;
  /** Instances or nodes. */
  readonly quantity: number;
};

/** A reservation as a service lists it; everything may be missing. */
export interface Reservation {
  /** The id that a person looks it up by, and that reads it. */
  readonly id: string | undefined;
  /** The id of the caller's choice; the same as `id`, except where the service makes up one of its own besides. Redshift takes none: `id`. */
  readonly name: string | undefined;
  /** What was bought, by the field of the recommendation. */
  readonly facts: Facts;
  readonly count: number | undefined;
  readonly state: string | undefined;
  readonly start: Date | undefined;
  readonly charges: Charges;
  /** Left out where the service shows none. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Which reservations are listed: all; the one of that id; or the one of that name, beside which others may be listed. */
export interface ReservationQuery {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** The page. */
  readonly next?: string | undefined;
}

/** The calls of one service for one account and region. They throw whatever its SDK throws. */
export interface ReservationCalls<R extends ReservationRecommendation, Request = PurchaseRequest> {
  reservations(query: ReservationQuery, signal: AbortSignal): Promise<Page<Reservation>>;
  offerings(recommendation: R, next: string | undefined, signal: AbortSignal): Promise<Page<SeenOffering>>;
  /** Sends the purchase once; `report` says whether it was handed to the network. */
  purchase(request: Request, signal: AbortSignal, report: SendReport): Promise<Reservation | undefined>;
}

/** How the calls of a service are named, for messages and limits. */
export interface ReservationCallNames {
  /** `DescribeReservedDBInstances`. */
  readonly list: string;
  /** What reads one by its id; left out where the list does. */
  readonly read?: string;
  readonly offerings: string;
  readonly purchase: string;
  /** What the tags take that go with the purchase, or come after it; left out where nothing is tagged. */
  readonly tags?: readonly string[];
  /** The prefix of the service's IAM permissions: `rds`. */
  readonly permissions: string;
}

/**
 * A service that sells reservations under an id of the caller's choice and refuses a second one under it: all that sets it
 * apart from the others. Adding one is one file. Redshift, which takes no id, has another `Request`.
 */
export interface ReservationService<R extends ReservationRecommendation, Request = PurchaseRequest> {
  /** The recommendation's `service`: `rds`. */
  readonly name: string;
  /** For messages: `RDS`. */
  readonly title: string;
  readonly schema: z.ZodType<R>;
  /** What is bought, in a few words: `db.r6g.large postgresql, Multi-AZ`. */
  describe(recommendation: R): string;
  /** All that decides what is bought besides term, payment and count, as asked for, by field; the service's own words. */
  asked(recommendation: R): Asked;
  readonly calls: ReservationCallNames;
  /** The service's error codes, as they stand in its answers. */
  readonly codes: {
    readonly alreadyExists: string;
    readonly notFound: readonly string[];
    readonly quota: readonly string[];
  };
  readonly shown: ShownByAws;
  /** Loads its SDK. Throws a MissingPackageError. */
  load(): Promise<unknown>;
  connect(connection: Connection, region: string): Promise<ReservationCalls<R, Request>>;
}
