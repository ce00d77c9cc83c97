import type { ReservedInstance } from "@aws-sdk/client-opensearch";
import { z } from "zod";
import { about, matching } from "../../../src/contract/field-schemas.ts";
import type { Facts } from "../../../src/contract/listed.ts";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { firstState } from "../aws-commitment.ts";
import { awsFields, regionField } from "../aws-fields.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";
import { chargesOf, paymentIn, termFacts } from "./reservation-terms.ts";
import { literal } from "../shown-by-aws.ts";

/** Reserved instances of OpenSearch Service to buy. */
export type OpenSearchRecommendation = ReservationRecommendation & {
  readonly service: "opensearch";
  /** `r6g.large.search`; for earlier generations `m4.large.elasticsearch`. */
  readonly instanceType: string;
};

const sdk = () => importOptional("@aws-sdk/client-opensearch", () => import("@aws-sdk/client-opensearch"));
const clients = createClients("OpenSearch", async (configuration) => new (await sdk()).OpenSearchClient(configuration));

/** The most that one page may hold. */
const pageSize = 100;

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const openSearchSchema = z
  .strictObject({
    ...awsFields("opensearch", { payment: "PaymentOption" }),
    region: regionField,
    instanceType: matching(
      /^[a-z0-9-]+\.[a-z0-9-]+\.(elastic)?search$/,
      'must be an OpenSearch instance type such as "r6g.large.search"',
    ).meta(about("The instance type.", { example: "r6g.large.search", called: "InstanceType" })),
    quantity: quantitySchema.meta(about("How many.", { example: 1, unit: "instances", called: "InstanceCount" })),
  })
  .meta({ title: "OpenSearch Service reserved instances" }) satisfies z.ZodType<
  OpenSearchRecommendation,
  OpenSearchRecommendation
>;

/**
 * OpenSearch Service. It takes no tags with a purchase: the name is the only marker. Reservations can be asked for by the
 * service's own id alone, and offerings by theirs: all pages are read, and compared here.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_PurchaseReservedInstanceOffering.html
 */
export const opensearch: ReservationService<OpenSearchRecommendation> = {
  name: "opensearch",
  title: "OpenSearch",
  schema: openSearchSchema,
  describe: ({ instanceType }) => instanceType,
  asked: ({ instanceType }) => ({ instanceType }),
  calls: {
    list: "DescribeReservedInstances",
    offerings: "DescribeReservedInstanceOfferings",
    purchase: "PurchaseReservedInstanceOffering",
    permissions: "es",
  },
  codes: {
    // All three are HTTP 409.
    alreadyExists: "ResourceAlreadyExistsException",
    notFound: ["ResourceNotFoundException"],
    quota: ["LimitExceededException"],
  },
  shown: {
    console: ["aos", ""],
    words: ["opensearch", "describe-reserved-instances"],
    list: "ReservedInstances",
    fields: {
      id: "ReservedInstanceId",
      name: "ReservationName",
      count: "InstanceCount",
      state: "State",
      since: "StartTime",
    },
    kind: "instanceType",
    ofKind: (kind) => ({ query: `InstanceType==${literal(kind)}` }),
  },

  load: sdk,

  async connect(connection) {
    const {
      DescribeReservedInstancesCommand,
      DescribeReservedInstanceOfferingsCommand,
      PurchaseReservedInstanceOfferingCommand,
    } = await sdk();
    const reader = await clients.reader(connection);
    return {
      async reservations({ id, next }, signal) {
        const command = new DescribeReservedInstancesCommand({
          ReservedInstanceId: id,
          MaxResults: pageSize,
          NextToken: next,
        });
        const { ReservedInstances, NextToken } = await reader.send(command, { abortSignal: signal });
        return { items: ReservedInstances?.map(reservationOf), next: NextToken };
      },

      async offerings(_recommendation, next, signal) {
        const command = new DescribeReservedInstanceOfferingsCommand({ MaxResults: pageSize, NextToken: next });
        const { ReservedInstanceOfferings, NextToken } = await reader.send(command, { abortSignal: signal });
        const items = ReservedInstanceOfferings?.map((offering) => ({
          id: offering.ReservedInstanceOfferingId,
          facts: factsOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: NextToken };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const command = new PurchaseReservedInstanceOfferingCommand({
          ReservedInstanceOfferingId: request.offeringId,
          ReservationName: request.name,
          InstanceCount: request.count,
        });
        const { ReservedInstanceId, ReservationName } = await buyer.send(command, { abortSignal: signal });
        // The answer holds these two alone; the state is what a new reservation begins with.
        return reservationOf({ ReservedInstanceId, ReservationName, State: firstState });
      },
    };
  },
};

function reservationOf(instance: ReservedInstance): Reservation {
  return {
    id: instance.ReservedInstanceId,
    name: instance.ReservationName,
    facts: factsOf(instance),
    count: instance.InstanceCount,
    state: instance.State,
    start: instance.StartTime,
    charges: chargesOf(instance),
  };
}

function factsOf(terms: Pick<ReservedInstance, "InstanceType" | "PaymentOption" | "Duration">): Facts {
  return { instanceType: terms.InstanceType, ...termFacts(paymentIn(terms.PaymentOption), terms.Duration) };
}
