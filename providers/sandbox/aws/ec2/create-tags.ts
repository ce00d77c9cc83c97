import { AwsFault } from "../aws-fault.ts";
import type { QueryAction } from "../query-service.ts";
import { visibleIn } from "../aws-purchased.ts";
import { reservedInstances } from "./reserved-instance.ts";

/** Overwrites tags of the same key. All of the resources are tagged, or none. */
export const createTags: QueryAction = {
  run(call) {
    const { input: query, store } = call;
    query.demand("ResourceId.1");
    query.demand("Tag.1.Key");
    const tags = query.tags("Tag");
    const visible = visibleIn(call, reservedInstances(store));
    const tagged = query.list("ResourceId").map((id) => {
      const reserved = visible.find((candidate) => candidate.id === id);
      if (reserved === undefined) {
        throw new AwsFault(
          400,
          "InvalidReservedInstancesId.NotFound",
          `The Reserved Instances ID '${id}' does not exist`,
        );
      }
      return { ...reserved, tags: { ...reserved.tags, ...tags } };
    });
    for (const reserved of tagged) {
      reservedInstances(store).set(reserved.id, reserved);
    }
    return { return: true };
  },
};
