import type {
  GetHostReservationPurchasePreviewResult,
  HostOffering,
  HostReservation,
  PurchaseHostReservationResult,
} from "@aws-sdk/client-ec2";
import type { Scope } from "../../../src/contract/executor.ts";
import { createClients } from "../aws-clients.ts";
import type { Connect } from "../aws-connect.ts";
import { durations } from "../aws-fields.ts";
import { allKnown, isText, uniqueById } from "../aws-lists.ts";
import { createConnectRegion, listingCodes } from "../connect-region.ts";
import type { SendReport } from "../sdk-middleware.ts";
import type { HostPurchaseRequest } from "./host-purchase-request.ts";
import type { Ec2HostRecommendation } from "./host-recommendation.ts";

/** A host reservation of which enough is known to be taken for one. */
export type KnownHostReservation = HostReservation & {
  readonly HostReservationId: string;
  readonly State: NonNullable<HostReservation["State"]>;
};

/** The calls for one account and region. Reads are complete or throw RefusedErrors; they retry by themselves. */
export interface HostApi {
  /** All host reservations of the account and region, each id once. */
  all(signal: AbortSignal): Promise<readonly KnownHostReservation[]>;
  /** The offerings of the family and term asked for; whether EC2 filtered well is for the caller to see. */
  offerings(recommendation: Ec2HostRecommendation, signal: AbortSignal): Promise<readonly HostOffering[]>;
  /** What exactly this purchase would cost. Moves no money. */
  preview(
    request: Pick<HostPurchaseRequest, "OfferingId" | "HostIdSet">,
    signal: AbortSignal,
  ): Promise<GetHostReservationPurchasePreviewResult>;
  /** Sends the purchase once. Throws whatever the SDK throws; `report` says whether it was handed to the network. */
  purchase(
    request: HostPurchaseRequest,
    signal: AbortSignal,
    report: SendReport,
  ): Promise<PurchaseHostReservationResult>;
}

/** Checks the account and gives the calls for it. */
export type ConnectHosts = (scope: Scope, signal: AbortSignal) => Promise<HostApi>;

/** The most that one page may hold. */
const pageSize = 500;

/** Calls over the connections of one provider; the SDK is loaded with the first. */
export function createHostApi(connect: Connect, maxPages: number): ConnectHosts {
  const clients = createClients("EC2", async (configuration) => {
    const { EC2Client } = await import("@aws-sdk/client-ec2");
    return new EC2Client(configuration);
  });

  const connectRegion = createConnectRegion(connect, "ec2", maxPages);

  return async (scope, signal) => {
    const { connection, read, readAll } = await connectRegion(scope, signal);
    const reader = await clients.reader(connection);
    const sdk = await import("@aws-sdk/client-ec2");

    return {
      async all(signal) {
        const call = "DescribeHostReservations";
        const listed = await readAll(call, listingCodes.bought, signal, async (NextToken) => {
          const command = new sdk.DescribeHostReservationsCommand({ MaxResults: pageSize, NextToken });
          const answer = await reader.send(command, { abortSignal: signal });
          return { items: answer.HostReservationSet, next: answer.NextToken };
        });
        return uniqueById(allKnown(listed, isKnown, { call, needs: "an id or a state" }), {
          idOf: ({ HostReservationId }) => HostReservationId,
          stateOf: ({ State }) => State,
          // A marker that one of them has is there.
          merge: (kept, { Tags }) => ({ ...kept, Tags: [...(kept.Tags ?? []), ...(Tags ?? [])] }),
        });
      },

      offerings({ instanceFamily, term }, signal) {
        return readAll("DescribeHostReservationOfferings", listingCodes.offered, signal, async (NextToken) => {
          const command = new sdk.DescribeHostReservationOfferingsCommand({
            Filter: [{ Name: "instance-family", Values: [instanceFamily] }],
            MinDuration: durations[term],
            MaxDuration: durations[term],
            MaxResults: pageSize,
            NextToken,
          });
          const answer = await reader.send(command, { abortSignal: signal });
          return { items: answer.OfferingSet, next: answer.NextToken };
        });
      },

      preview: ({ OfferingId, HostIdSet }, signal) =>
        read("GetHostReservationPurchasePreview", "quote-failed", signal, () => {
          const command = new sdk.GetHostReservationPurchasePreviewCommand({ OfferingId, HostIdSet: [...HostIdSet] });
          return reader.send(command, { abortSignal: signal });
        }),

      async purchase({ HostIdSet, tags, ...request }, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        const command = new sdk.PurchaseHostReservationCommand({
          ...request,
          HostIdSet: [...HostIdSet],
          TagSpecifications: [{ ResourceType: "host-reservation", Tags }],
        });
        return buyer.send(command, { abortSignal: signal });
      },
    };
  };
}

function isKnown(reservation: HostReservation): reservation is KnownHostReservation {
  return isText(reservation.HostReservationId) && isText(reservation.State);
}
