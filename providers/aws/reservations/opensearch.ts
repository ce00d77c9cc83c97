import type { ReservedInstance } from "@aws-sdk/client-opensearch";
import { z } from "zod";
import { importOptional } from "../../../src/contract/optional-package.ts";
import { quantitySchema } from "../../../src/contract/recommendation.ts";
import { createClients } from "../aws-clients.ts";
import { awsFields, matching, offeringTypes, regionField } from "../aws-fields.ts";
import { sendOnce } from "../send-once.ts";
import type { Reservation, ReservationRecommendation, ReservationService } from "./reservation-service.ts";
import { chargesOf, termAttributes } from "./reservation-terms.ts";

/** Reserved instances of OpenSearch Service to buy. */
export interface OpenSearchRecommendation extends ReservationRecommendation {
  readonly service: "opensearch";
  /** `r6g.large.search`. */
  readonly instanceType: string;
}

const sdk = () => importOptional("@aws-sdk/client-opensearch", () => import("@aws-sdk/client-opensearch"));
const clients = createClients(async (configuration) => new (await sdk()).OpenSearchClient(configuration));

/** The most that one page may hold. */
const pageSize = 100;

/** OpenSearch has words of its own for the payment. */
const payments: Readonly<Record<string, string>> = {
  NO_UPFRONT: offeringTypes["no-upfront"],
  PARTIAL_UPFRONT: offeringTypes["partial-upfront"],
  ALL_UPFRONT: offeringTypes["all-upfront"],
};

/**
 * OpenSearch Service. It takes no tags with a purchase: the name is the only marker. Reservations can be asked for by the
 * service's own id alone, and offerings by theirs: all pages are read, and compared here.
 * https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_PurchaseReservedInstanceOffering.html
 */
export const opensearch: ReservationService<OpenSearchRecommendation> = {
  name: "opensearch",
  title: "OpenSearch",
  schema: z.strictObject({
    ...awsFields("opensearch"),
    region: regionField,
    instanceType: matching(
      /^[a-z0-9-]+\.[a-z0-9-]+\.search$/,
      'must be an OpenSearch instance type such as "r6g.large.search"',
    ),
    quantity: quantitySchema,
  }),
  describe: ({ instanceType }) => instanceType,
  asked: ({ instanceType }) => new Map([["instanceType", instanceType]]),
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
          attributes: attributesOf(offering),
          charges: chargesOf(offering),
        }));
        return { items, next: NextToken };
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection);
        const command = new PurchaseReservedInstanceOfferingCommand({
          ReservedInstanceOfferingId: request.offeringId,
          ReservationName: request.name,
          InstanceCount: request.count,
        });
        command.middlewareStack.add(sendOnce(report), { step: "deserialize", priority: "low", name: "sendOnce" });
        const { ReservedInstanceId, ReservationName } = await buyer.send(command, { abortSignal: signal });
        // The answer holds these two alone; the state is what a new reservation begins with.
        return reservationOf({ ReservedInstanceId, ReservationName, State: "payment-pending" });
      },
    };
  },
};

function reservationOf(instance: ReservedInstance): Reservation {
  return {
    id: instance.ReservedInstanceId,
    name: instance.ReservationName,
    attributes: attributesOf(instance),
    count: instance.InstanceCount,
    state: instance.State,
    start: instance.StartTime,
    charges: chargesOf(instance),
  };
}

function attributesOf(
  terms: Pick<ReservedInstance, "InstanceType" | "PaymentOption" | "Duration">,
): ReadonlyMap<string, string | undefined> {
  const payment = terms.PaymentOption && (payments[terms.PaymentOption] ?? terms.PaymentOption);
  return new Map([["instanceType", terms.InstanceType], ...termAttributes(payment, terms.Duration)]);
}
