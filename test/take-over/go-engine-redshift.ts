import * as sdk from "@aws-sdk/client-redshift";
import { clientOf, first, termsOf } from "./go-engine-aws.ts";
import { type GoPlace, type GoStep, goTags } from "./go-engine-place.ts";

/** Redshift: the tags of every live node are asked for, one by one, and what is bought is tagged afterwards. */
export function createGoRedshift(url: string): (place: GoPlace) => GoStep {
  const client = new sdk.RedshiftClient(clientOf(url));
  return ({ token, source, wanted }) => {
    const arnOf = (id: string) => `arn:aws:redshift:${wanted.region}:${wanted.accountId}:reservednode:${id}`;
    return {
      find: async () => {
        const { ReservedNodes = [] } = await client.send(new sdk.DescribeReservedNodesCommand({}));
        for (const { ReservedNodeId: id = "", State } of ReservedNodes) {
          if (State === "retired") continue;
          const { TaggedResources = [] } = await client.send(new sdk.DescribeTagsCommand({ ResourceName: arnOf(id) }));
          if (TaggedResources.some(({ Tag }) => Tag?.Key === goTags.token && Tag.Value === token)) return id;
        }
        return undefined;
      },
      buy: async () => {
        const { OfferingType, Duration } = termsOf(wanted);
        const fitting: sdk.ReservedNodeOffering[] = [];
        let Marker: string | undefined;
        do {
          const page: sdk.DescribeReservedNodeOfferingsCommandOutput = await client.send(
            new sdk.DescribeReservedNodeOfferingsCommand({ Marker }),
          );
          const kind = wanted.offeringKind === "regular" ? "Regular" : "Upgradable";
          fitting.push(
            ...(page.ReservedNodeOfferings ?? []).filter(
              (one) =>
                one.NodeType === wanted.nodeType &&
                one.ReservedNodeOfferingType === kind &&
                one.OfferingType === OfferingType &&
                one.Duration === Duration,
            ),
          );
          ({ Marker } = page);
        } while (Marker);
        const { ReservedNodeOfferingId } = first(fitting, "offering");
        const { ReservedNode } = await client.send(
          new sdk.PurchaseReservedNodeOfferingCommand({ ReservedNodeOfferingId, NodeCount: wanted.quantity }),
        );
        const id = ReservedNode?.ReservedNodeId ?? "";
        const Tags = [
          { Key: goTags.source, Value: source },
          { Key: goTags.token, Value: token },
        ];
        await client.send(new sdk.CreateTagsCommand({ ResourceName: arnOf(id), Tags })).catch(() => undefined);
        return id;
      },
    };
  };
}
