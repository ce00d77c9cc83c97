import type {
  DescribeReservedInstancesOfferingsCommandInput,
  DescribeReservedInstancesOfferingsCommandOutput,
  ReservedInstances,
} from "@aws-sdk/client-ec2";
import type { Scope } from "../../../src/contract/executor.ts";
import { createClients } from "../aws-clients.ts";
import type { Connect } from "../aws-connect.ts";
import { allKnown, isText, type RowTraits, sameCount, uniqueById, wholeList } from "../aws-lists.ts";
import { createConnectRegion } from "../connect-region.ts";
import { readSdkError } from "../sdk-error.ts";
import { onlyDryRun, type SendReport } from "../sdk-middleware.ts";
import type { PurchaseRequest } from "./ec2-purchase.ts";

/** A Reserved Instance as EC2 lists it; nothing but the id is certain to be there. */
export type ReservedInstance = ReservedInstances & { readonly ReservedInstancesId: string };

/** The calls to EC2, for one account and region. Reads throw RefusedErrors; they retry by themselves. */
export interface Ec2Api {
  /**
   * DescribeReservedInstances, which has no pages: all of them, or those with the ids, each id once. `not-visible` when EC2
   * says that it knows an id not (yet). Throws `lookup-untrusted` when the answer holds no list or an entry without an id.
   */
  reservedInstances(signal: AbortSignal): Promise<readonly ReservedInstance[]>;
  reservedInstances(signal: AbortSignal, ids: readonly string[]): Promise<readonly ReservedInstance[] | "not-visible">;
  /** One page. */
  offerings(
    input: DescribeReservedInstancesOfferingsCommandInput,
    signal: AbortSignal,
  ): Promise<DescribeReservedInstancesOfferingsCommandOutput>;
  /** CreateTags on all the ids. `not-visible` when EC2 does not know an id (yet). */
  createTags(
    ids: readonly string[],
    tags: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<"tagged" | "not-visible">;
  /**
   * Asks whether the purchase would be allowed. EC2 always answers with an error: its code tells. Sent once, and only with
   * DryRun in it. Throws what the SDK throws.
   */
  dryRun(request: PurchaseRequest, signal: AbortSignal): Promise<void>;
  /** Sends the purchase once. Throws whatever the SDK throws; `report` says whether it was handed to the network. */
  purchase(request: PurchaseRequest, signal: AbortSignal, report: SendReport): Promise<string | undefined>;
}

/** Checks the account and gives the calls for it. */
export type ConnectEc2 = (scope: Scope, signal: AbortSignal) => Promise<Ec2Api>;

/** An id that EC2 does not know, or does not show yet: the codes seen for Reserved Instances. */
const notVisibleCodes = new Set([
  "InvalidReservedInstancesId",
  "InvalidReservedInstancesId.NotFound",
  "InvalidReservationID.NotFound",
]);

/** Calls to EC2 over the connections of one provider; the SDK is loaded with the first. */
export function createEc2Api(connect: Connect): ConnectEc2 {
  const clients = createClients("EC2", async (configuration) => {
    const { EC2Client } = await import("@aws-sdk/client-ec2");
    return new EC2Client(configuration);
  });

  // Nothing here is read page by page.
  const connectRegion = createConnectRegion(connect, "ec2", 1);

  return async (scope, signal) => {
    const { connection, read } = await connectRegion(scope, signal);
    const reader = await clients.reader(connection);
    const sdk = await import("@aws-sdk/client-ec2");

    async function unlessNotVisible<Answer>(work: () => Promise<Answer>): Promise<Answer | "not-visible"> {
      try {
        return await work();
      } catch (error) {
        if (notVisibleCodes.has(readSdkError(error).code ?? "")) return "not-visible";
        throw error;
      }
    }

    async function reservedInstances(signal: AbortSignal, ids: readonly string[] | undefined) {
      const answer = await read("DescribeReservedInstances", "lookup-failed", signal, () =>
        unlessNotVisible(() =>
          reader.send(new sdk.DescribeReservedInstancesCommand(ids ? { ReservedInstancesIds: [...ids] } : {}), {
            abortSignal: signal,
          }),
        ),
      );
      return answer === "not-visible" ? answer : believable(answer.ReservedInstances);
    }

    return {
      reservedInstances: reservedInstances as Ec2Api["reservedInstances"],

      async offerings(input, signal) {
        return read("DescribeReservedInstancesOfferings", "quote-failed", signal, () =>
          reader.send(new sdk.DescribeReservedInstancesOfferingsCommand(input), { abortSignal: signal }),
        );
      },

      async createTags(ids, tags, signal) {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        const answer = await read("CreateTags", "lookup-failed", signal, () =>
          unlessNotVisible(() =>
            reader.send(new sdk.CreateTagsCommand({ Resources: [...ids], Tags }), { abortSignal: signal }),
          ),
        );
        return answer === "not-visible" ? answer : "tagged";
      },

      async dryRun(request, signal) {
        const asker = await clients.buyer(connection, { handedOver: false });
        asker.middlewareStack.add(onlyDryRun, { step: "build", name: "onlyDryRun" });
        const command = new sdk.PurchaseReservedInstancesOfferingCommand({ ...request, DryRun: true });
        await asker.send(command, { abortSignal: signal });
      },

      async purchase(request, signal, report) {
        const buyer = await clients.buyer(connection, report);
        const command = new sdk.PurchaseReservedInstancesOfferingCommand(request);
        return (await buyer.send(command, { abortSignal: signal })).ReservedInstancesId;
      },
    };
  };
}

const rows: RowTraits<ReservedInstance> = {
  idOf: ({ ReservedInstancesId }) => ReservedInstancesId,
  stateOf: ({ State }) => State ?? "unknown",
  merge: (kept, other) => ({
    ...kept,
    InstanceCount: sameCount(kept.InstanceCount, other.InstanceCount),
    Tags: [...(kept.Tags ?? []), ...(other.Tags ?? [])],
  }),
};

/** Each once; of an entry without an id nothing is known. */
function believable(list: readonly ReservedInstances[] | undefined): readonly ReservedInstance[] {
  const call = "DescribeReservedInstances";
  const hasId = (item: ReservedInstances): item is ReservedInstance => isText(item.ReservedInstancesId);
  const known = allKnown(wholeList(list, { call, code: "lookup-untrusted" }), hasId, { call, needs: "an id" });
  return uniqueById(known, rows);
}
