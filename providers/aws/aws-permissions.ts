import type { ServicePermissions } from "../../src/contract/provider-access.ts";
import { redshift } from "./redshift/redshift-service.ts";
import { redshiftServerless } from "./redshift-serverless/serverless-service.ts";
import { elasticache } from "./reservations/elasticache.ts";
import { memorydb } from "./reservations/memorydb.ts";
import { opensearch } from "./reservations/opensearch.ts";
import { rds } from "./reservations/rds.ts";
import type { ReservationCallNames } from "./reservations/reservation-service.ts";

const reservationServices = [rds, elasticache, memorydb, opensearch, redshift, redshiftServerless];

/**
 * The IAM actions that a purchaser needs, by service. `sts:GetCallerIdentity` needs none.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
 */
export const awsPermissions: Readonly<Record<string, ServicePermissions>> = {
  ec2: {
    list: ["ec2:DescribeReservedInstances"],
    price: ["ec2:DescribeReservedInstancesOfferings"],
    purchase: ["ec2:PurchaseReservedInstancesOffering", "ec2:CreateTags"],
  },
  "ec2-host": {
    list: ["ec2:DescribeHostReservations"],
    price: ["ec2:DescribeHostReservationOfferings", "ec2:GetHostReservationPurchasePreview"],
    // The tags that go with the purchase take the second.
    purchase: ["ec2:PurchaseHostReservation", "ec2:CreateTags"],
  },
  ...Object.fromEntries(reservationServices.map(({ name, calls }) => [name, of(calls)])),
  "savings-plans": {
    list: ["savingsplans:DescribeSavingsPlans"],
    price: ["savingsplans:DescribeSavingsPlansOfferings"],
    purchase: ["savingsplans:CreateSavingsPlan"],
  },
};

function of({ permissions, list, read, offerings, purchase, tags = [] }: ReservationCallNames): ServicePermissions {
  const named = (call: string) => `${permissions}:${call}`;
  return {
    list: [list, ...(read === undefined ? [] : [read])].map(named),
    price: [named(offerings)],
    purchase: [purchase, ...tags].map(named),
  };
}
