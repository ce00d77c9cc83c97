import { AwsFault } from "../aws-fault.ts";
import { isCallers } from "../aws-purchased.ts";
import type { AwsCall } from "../aws-service.ts";
import type { Query } from "../query.ts";
import type { QueryAction } from "../query-service.ts";
import { reservations, type StoredReservation } from "../reservations/reservation.ts";

/** Tags of reserved nodes by their ARN, as far as the sandbox is told that there are any. */
export const redshiftTagActions: Readonly<Record<"CreateTags" | "DescribeTags", QueryAction>> = {
  CreateTags: {
    run(call) {
      const { node } = nodeOf(call);
      reservations(call.store).set(node.id, { ...node, tags: { ...node.tags, ...call.input.tags("Tags.Tag") } });
      return {};
    },
  },
  DescribeTags: {
    run(call) {
      const { node, arn } = nodeOf(call);
      const shown = call.behaviour.redshiftTags === "shown" ? Object.entries(node.tags) : [];
      const items = shown.map(([Key, Value]) => ({
        Tag: { Key, Value },
        ResourceName: arn,
        ResourceType: "reservednode",
      }));
      return { TaggedResources: { member: "TaggedResource", items } };
    },
  },
};

/** The reserved node that an ARN names. Throws an AwsFault where there is none, or where none can be tagged. */
function nodeOf({ input, store, region, caller, behaviour }: AwsCall<Query>): {
  readonly node: StoredReservation;
  readonly arn: string;
} {
  const arn = input.demand("ResourceName");
  const prefix = `:redshift:${region}:${caller.accountId}:reservednode:`;
  const node = reservations(store)
    .values()
    .filter((one) => isCallers(one, { caller, behaviour }))
    .find((one) => one.service === "redshift" && one.region === region && arn.endsWith(`${prefix}${one.name}`));
  if (node === undefined || behaviour.redshiftTags === "refused") {
    throw new AwsFault(404, "ResourceNotFoundFault", `${arn} could not be found.`);
  }
  return { node, arn };
}
