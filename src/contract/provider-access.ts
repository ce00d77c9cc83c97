import type { CallOptions, Quote } from "./executor.ts";
import type { AnyRecommendation } from "./recommendation.ts";

/** What is signed in to at once: an AWS account, an Azure tenant, a GCP project. */
export interface AccessPlace {
  /** Equal keys are one place; starts with the provider's name: `aws/123456789012`. */
  readonly key: string;
  /** For messages: `AWS account 123456789012`. */
  readonly label: string;
  /** Its id; absent for the credential's own. */
  readonly id?: string | undefined;
  /** One of its regions, where it can be asked. */
  readonly region?: string | undefined;
}

/** By how much the provider's clock is ahead of this machine's, in milliseconds, as an answer showed; undefined where none did. */
export interface ClockSeen {
  readonly clockOffset?: number | undefined;
}

/** As whom a place was signed in to. */
export interface SignedIn extends ClockSeen {
  /** `arn:aws:iam::123456789012:user/buyer`; undefined where the provider does not say it. */
  readonly as?: string | undefined;
  /** What says so: `sts:GetCallerIdentity`. */
  readonly by: string;
}

/** Whether a purchase would be allowed, as far as anybody can tell without buying. */
export interface PurchaseRight extends ClockSeen {
  readonly result: "allowed" | "denied" | "unknown";
  /** What tells: `ec2:PurchaseReservedInstancesOffering (DryRun)`. */
  readonly by: string;
  /** What it said, in a sentence. */
  readonly detail: string;
  /** What a person can do about it, in a sentence. */
  readonly todo?: string | undefined;
}

/** What a service is asked with, by the provider's names of its permissions. */
export interface ServicePermissions {
  /** To look up what is bought: to list it first, then to read one by its id or name. */
  readonly list: readonly string[];
  /** To ask for a price. */
  readonly price: readonly string[];
  /** To buy, and to mark what is bought. */
  readonly purchase: readonly string[];
}

/** Says who a provider's requests come from and what they may do. It buys nothing and changes nothing. */
export interface ProviderAccess {
  /** The places that the provider's settings name by their ids. */
  readonly places: readonly AccessPlace[];
  /** The place in which a recommendation is bought. */
  placeOf(recommendation: AnyRecommendation): AccessPlace;
  /**
   * Signs in. It sends no more than what the first request to the place would be preceded by anyway, and that is not sent again
   * then. Throws a RefusedError.
   */
  signIn(place: AccessPlace, options: CallOptions): Promise<SignedIn>;
  /** The permissions that a service needs. */
  permissionsOf(service: string): ServicePermissions;
  /**
   * Whether the identity may buy a recommendation; `quote` is what would be sent. NEVER by buying: where nothing tells without
   * that, `unknown`. Throws a RefusedError where the question failed.
   */
  mayPurchase(recommendation: AnyRecommendation, quote: Quote, options: CallOptions): Promise<PurchaseRight>;
}
