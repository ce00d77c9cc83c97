import { AwsFault } from "./aws-fault.ts";
import type { AwsAction } from "./aws-service.ts";
import { reservedInstances, visibleReservedInstances } from "./reserved-instance.ts";

/** Overwrites tags of the same key. All of the resources are tagged, or none. */
export const createTags: AwsAction = {
  run(call) {
    const { query, store } = call;
    query.demand("ResourceId.1");
    query.demand("Tag.1.Key");
    const tags = Object.fromEntries(
      tagKeys(call.query).map((key, index) => [key, query.get(`Tag.${index + 1}.Value`) ?? ""]),
    );
    const visible = visibleReservedInstances(call);
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

/** A resource may carry 50 tags. */
function tagKeys(query: { get(name: string): string | undefined }): readonly string[] {
  const keys = Array.from({ length: 50 }, (_, index) => query.get(`Tag.${index + 1}.Key`));
  return keys.filter((key) => key !== undefined);
}
