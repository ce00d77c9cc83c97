import { aged } from "../../aged.ts";
import type { Commitment } from "../../../src/contract/commitment.ts";
import type { Submission } from "../../../src/contract/executor.ts";
import { calmly, fakeEnvironment, marker, submittedAt } from "../aws-executors.ts";
import { ec2At, instance, instances, submission, tags } from "./ec2-answers.ts";
import { computed, error, ok, recorded, type Loopback } from "../aws-loopback.ts";

const { scope } = submission;
/** What EC2 answered with. */
export const bought: Commitment = {
  id: "ri-1",
  state: "payment-pending",
  standing: "live",
  settled: false,
  marked: false,
  price: { amount: "1240.64", currency: "USD" },
};

/** Reserved Instances that can be tagged, and that show ids and tags only after some looks. */
export function cloud(loopback: Loopback, items: Record<string, Record<string, string>>, lag = { id: 0, tag: 0 }) {
  const stamped = new Map<string, Record<string, string>>();
  let looks = 0;
  let looksAfterTag = 0;
  const listed = (parameters: URLSearchParams, prefix: string) =>
    [...parameters].filter(([name]) => name.startsWith(prefix)).map(([, value]) => value);
  loopback.on(
    "DescribeReservedInstances",
    computed(({ parameters }) => {
      const ids = listed(parameters, "ReservedInstancesId.");
      looks++;
      const showTags = stamped.size > 0 && looksAfterTag++ >= lag.tag;
      if (ids.length > 0 && (looks <= lag.id || ids.some((id) => !items[id])))
        return error(400, "InvalidReservedInstancesId");
      const shown = Object.entries(items).filter(([id]) => ids.length === 0 || ids.includes(id));
      return instances(
        ...shown.map(([id, changes]) => {
          const own = showTags ? stamped.get(id) : undefined;
          return instance(id, own ? { ...changes, tags: tags(own) } : changes);
        }),
      );
    }),
  );
  loopback.on(
    "CreateTags",
    computed(({ parameters }) => {
      const ids = listed(parameters, "ResourceId.");
      if (ids.some((id) => !items[id])) return error(400, "InvalidReservedInstancesId.NotFound");
      const keys = [...parameters].filter(([name]) => /^Tag\.\d+\.Key$/.test(name));
      const values = keys.map(([name, key]) => [key, parameters.get(name.replace("Key", "Value")) ?? ""]);
      for (const id of ids) stamped.set(id, { ...stamped.get(id), ...Object.fromEntries(values) });
      return ok(recorded("ec2-CreateTags.xml"));
    }),
  );
  return stamped;
}

/** Marks what was bought, `age` milliseconds after it was submitted; default a minute. */
export async function mark(
  loopback: Loopback,
  given: { submission?: Submission; owned?: string[]; commitment?: Commitment; age?: number } = {},
) {
  const environment = fakeEnvironment(submittedAt + (given.age ?? 60_000));
  const ec2 = ec2At(loopback, { environment });
  const options = { ...calmly, scope, owned: new Set(given.owned), age: aged(given.age) };
  const work = ec2.mark(given.commitment ?? bought, given.submission, marker, options);
  return { work, waits: environment.waits };
}
