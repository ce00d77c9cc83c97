import { z } from "zod";
import { about, matching, must } from "../../../src/contract/field-schemas.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { awsFields, type AwsRecommendation, durations, offeringTypes, regionField } from "../aws-fields.ts";
import type { Asked } from "../aws-facts.ts";

/** A reservation of Dedicated Hosts that exist. There is no quantity: one for each host. */
export type Ec2HostRecommendation = AwsRecommendation & {
  readonly service: "ec2-host";
  /** `us-east-1`. */
  readonly region: string;
  /** `m5`. */
  readonly instanceFamily: string;
  /** The ids of the hosts that it covers, in any order. */
  readonly hostIds: readonly string[];
};

/** No list of hosts is longer: more are several recommendations. */
const mostHosts = 100;

const hostIdsField: z.ZodType<readonly string[], readonly string[]> = z
  .array(
    matching(/^h-([0-9a-f]{8}|[0-9a-f]{17})$/, 'must be the id of a Dedicated Host such as "h-0123456789abcdef0"'),
    must("must be a list of ids of Dedicated Hosts"),
  )
  .min(1, "must name at least one Dedicated Host")
  .max(mostHosts, `must name at most ${mostHosts} Dedicated Hosts`)
  .refine((ids) => new Set(ids).size === ids.length, { error: "must name each Dedicated Host once" })
  .meta(
    about("The Dedicated Hosts that it covers, which exist already; one is bought for each.", {
      example: ["h-0123456789abcdef0"],
      called: "HostIdSet",
    }),
  );

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const ec2HostSchema = z
  .strictObject({
    ...awsFields("ec2-host", { payment: "PaymentOption" }),
    region: regionField,
    instanceFamily: matching(/^[a-z][a-z0-9-]{0,39}$/, 'must be an instance family such as "m5"').meta(
      about("The instance family of the hosts.", { example: "m5", called: "InstanceFamily" }),
    ),
    hostIds: hostIdsField,
  })
  .meta({ title: "EC2 Dedicated Host reservations" }) satisfies z.ZodType<Ec2HostRecommendation, Ec2HostRecommendation>;

/** All that decides which offering is bought, as asked for, by field; AWS' words. */
export function askedHostOffering({ instanceFamily, payment, term }: Ec2HostRecommendation): Asked {
  return { instanceFamily, payment: offeringTypes[payment], term: `${durations[term]} s` };
}

/** All that a reservation has to be, its hosts included. */
export function askedHosts(recommendation: Ec2HostRecommendation): Asked {
  return { ...askedHostOffering(recommendation), hostIds: hostsText(recommendation.hostIds) };
}

/** What EC2 says of an offering, of a preview's part, and of a reservation, in the same words. */
export interface HostTerms {
  readonly InstanceFamily?: string | undefined;
  readonly PaymentOption?: string | undefined;
  /** Seconds. */
  readonly Duration?: number | undefined;
}

/** The same of what EC2 shows; undefined where it did not say. */
export function hostFacts({ InstanceFamily, PaymentOption, Duration }: HostTerms): Facts {
  return {
    instanceFamily: InstanceFamily,
    // `NoUpfront` here, `No Upfront` everywhere else.
    payment: PaymentOption?.replace(/Upfront$/, " Upfront"),
    term: Duration === undefined ? undefined : `${Duration} s`,
  };
}

/** Hosts in any order are the same hosts. */
export function hostsText(ids: readonly string[]): string {
  return [...new Set(ids)].toSorted().join(", ");
}
