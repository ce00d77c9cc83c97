import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { ServicePermissions } from "../../src/contract/provider-access.ts";
import type { Connect } from "./aws-connect.ts";
import type { ResolvedSettings } from "./aws-settings.ts";
import { createEc2 } from "./ec2/ec2-executor.ts";
import { createEc2Host } from "./ec2-host/host-executor.ts";
import { createMediaConnect } from "./mediaconnect/mediaconnect-executor.ts";
import { mediaConnect } from "./mediaconnect/mediaconnect-service.ts";
import { createMediaLive } from "./medialive/medialive-executor.ts";
import { mediaLive } from "./medialive/medialive-service.ts";
import { createRedshift } from "./redshift/redshift-executor.ts";
import { redshift } from "./redshift/redshift-service.ts";
import { createRedshiftServerless } from "./redshift-serverless/serverless-executor.ts";
import { redshiftServerless } from "./redshift-serverless/serverless-service.ts";
import { elasticache } from "./reservations/elasticache.ts";
import { memorydb } from "./reservations/memorydb.ts";
import { opensearch } from "./reservations/opensearch.ts";
import { rds } from "./reservations/rds.ts";
import { createReservationExecutor } from "./reservations/reservation-executor.ts";
import type { ReservationRecommendation, ReservationService } from "./reservations/reservation-service.ts";
import { createSavingsPlans } from "./savings-plans/aws-plan-executor.ts";
import { literal, type ShownByAws } from "./shown-by-aws.ts";

/** What this provider knows of one service that it buys. */
interface AwsServiceEntry {
  create(connect: Connect, settings: ResolvedSettings): ServiceExecutor;
  /**
   * The IAM actions that a purchaser needs. `sts:GetCallerIdentity` needs none.
   * https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
   */
  readonly permissions: ServicePermissions;
  readonly shown: ShownByAws;
}

/** Every service that is bought, by the recommendation's `service`. A further one is one more entry. */
export const awsServices: Readonly<Record<string, AwsServiceEntry>> = {
  ec2: {
    create: createEc2,
    permissions: {
      list: ["ec2:DescribeReservedInstances"],
      price: ["ec2:DescribeReservedInstancesOfferings"],
      purchase: ["ec2:PurchaseReservedInstancesOffering", "ec2:CreateTags"],
    },
    shown: {
      console: ["ec2", "#ReservedInstances:"],
      words: ["ec2", "describe-reserved-instances"],
      list: "ReservedInstances",
      fields: { id: "ReservedInstancesId", count: "InstanceCount", state: "State", since: "Start" },
      kind: "instanceType",
      ofKind: (kind) => ({ words: ["--filters", `Name=instance-type,Values=${kind}`] }),
    },
  },
  "ec2-host": {
    create: createEc2Host,
    permissions: {
      list: ["ec2:DescribeHostReservations"],
      price: ["ec2:DescribeHostReservationOfferings", "ec2:GetHostReservationPurchasePreview"],
      // The tags that go with the purchase take the second.
      purchase: ["ec2:PurchaseHostReservation", "ec2:CreateTags"],
    },
    shown: {
      console: ["ec2", "#Hosts:"],
      words: ["ec2", "describe-host-reservations"],
      list: "HostReservationSet",
      fields: { id: "HostReservationId", count: "Count", state: "State", since: "Start" },
      kind: "instanceFamily",
      ofKind: (kind) => ({ words: ["--filter", `Name=instance-family,Values=${kind}`] }),
    },
  },
  rds: named(rds),
  elasticache: named(elasticache),
  memorydb: named(memorydb),
  opensearch: named(opensearch),
  "savings-plans": {
    create: createSavingsPlans,
    permissions: {
      list: ["savingsplans:DescribeSavingsPlans"],
      price: ["savingsplans:DescribeSavingsPlansOfferings"],
      purchase: ["savingsplans:CreateSavingsPlan"],
    },
    shown: {
      console: ["cost-management", "#/savings-plans/inventory"],
      words: ["savingsplans", "describe-savings-plans"],
      list: "savingsPlans",
      fields: { id: "savingsPlanId", count: "commitment", state: "state", since: "start" },
      kind: "type",
      ofKind: (kind) => ({ query: `savingsPlanType==${literal(kind)}` }),
    },
  },
  redshift: reserved(redshift, createRedshift),
  "redshift-serverless": reserved(redshiftServerless, createRedshiftServerless),
  medialive: reserved(mediaLive, createMediaLive),
  mediaconnect: reserved(mediaConnect, createMediaConnect),
};

/** One that sells under an id of the caller's choice and refuses a second one under it. */
function named<R extends ReservationRecommendation>(service: ReservationService<R>): AwsServiceEntry {
  return reserved(service, (connect, settings) => createReservationExecutor(service, connect, settings));
}

/** One with reservations, and an executor of its own. */
function reserved<R extends ReservationRecommendation, Request>(
  { calls, shown }: ReservationService<R, Request>,
  create: AwsServiceEntry["create"],
): AwsServiceEntry {
  const { permissions, list, read, offerings, purchase, tags = [] } = calls;
  const action = (call: string) => `${permissions}:${call}`;
  return {
    create,
    shown,
    permissions: {
      list: [list, ...(read === undefined ? [] : [read])].map(action),
      price: [action(offerings)],
      purchase: [purchase, ...tags].map(action),
    },
  };
}
