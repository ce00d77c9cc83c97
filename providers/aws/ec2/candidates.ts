import type { Submission } from "../../../src/spec/executor.ts";
import { statedDifferences } from "../differences.ts";
import type { ReservedInstance } from "./api.ts";
import { instanceDifferences } from "./attributes.ts";
import { tagOf } from "./commitment.ts";
import { parseHandle } from "./handle.ts";
import { ec2RecommendationSchema } from "./recommendation.ts";

/** Milliseconds by which EC2's clock may be behind the ledger's. */
const clockTolerance = 300_000;

/** Reserved Instances that may have come from a submission. */
export interface Candidates {
  /** New and tagged with the submission's token: they did. */
  readonly tagged: readonly ReservedInstance[];
  /**
   * New, without any token, nobody's in the ledger, begun after the submission, and different from what was asked in
   * nothing that EC2 states. Count and state are for the caller to judge.
   */
  readonly untagged: readonly ReservedInstance[];
  /** The same, but begun before the submission: two clocks that disagree, or somebody else's. For a person. */
  readonly early: readonly ReservedInstance[];
}

/** Looks through a complete list for what a submission may have bought. Throws for a submission that is not EC2's. */
export function candidatesIn(
  instances: readonly ReservedInstance[],
  submission: Submission,
  owned: ReadonlySet<string>,
  tokenTag: string,
): Candidates {
  const recommendation = ec2RecommendationSchema.parse(submission.recommendation);
  const baseline = new Set(parseHandle(submission.handle).baseline);
  const since = submission.submittedAt - clockTolerance;
  const fresh = instances.filter(({ ReservedInstancesId: id }) => !baseline.has(id) && !owned.has(id));
  const fitting = fresh.filter(
    (instance) =>
      tagOf(instance, tokenTag) === undefined &&
      statedDifferences(instanceDifferences(recommendation, instance)).length === 0,
  );
  // Without a start, it may be: better a person decides than that it is bought again.
  const isEarly = ({ Start }: ReservedInstance) => Start !== undefined && Start.getTime() < since;
  return {
    tagged: fresh.filter((instance) => tagOf(instance, tokenTag) === submission.token),
    untagged: fitting.filter((instance) => !isEarly(instance)),
    early: fitting.filter(isEarly),
  };
}
