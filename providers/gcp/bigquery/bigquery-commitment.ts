import { z } from "zod";
import { forgottenSpan } from "../../../src/contract/forgotten-span.ts";
import type { Standing } from "../../../src/contract/commitment.ts";
import type { Facts, Listed } from "../../../src/contract/listed.ts";
import type { Money } from "../../../src/contract/money.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import { marksOf } from "../compute/gcp-name.ts";
import { capacityPlans, type GcpBigQueryRecommendation } from "./bigquery-recommendation.ts";
import { type CapacityScope, parentOf } from "./bigquery-scope.ts";

const text = z.string().min(1).optional().catch(undefined);

const schema = z.object({
  /** `projects/my-project-123/locations/US/capacityCommitments/ID`; Google may name the project by its number. */
  name: z.string(),
  state: z.string().min(1),
  slotCount: text,
  plan: text,
  renewalPlan: text,
  edition: text,
  commitmentStartTime: text,
  commitmentEndTime: text,
});

/** A capacity commitment as far as it matters here; `id` is the last part of its name. Slots are int64 as text. */
export type CapacityCommitment = z.infer<typeof schema> & { readonly id: string };

/** Reads one of a place out of an answer. Throws an UnbelievableAnswerError for another place's, and where name or state cannot be read. */
export function parseCapacity(value: unknown, scope: CapacityScope): CapacityCommitment {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join(".")))].join(", ");
    throw new UnbelievableAnswerError(`a capacity commitment cannot be read (${fields})`);
  }
  const { name } = parsed.data;
  const [, project, location, id] =
    /^projects\/([^/]+)\/locations\/([^/]+)\/capacityCommitments\/([^/]+)$/.exec(name) ?? [];
  const isOwn = project === scope.projectId || /^\d+$/.test(project ?? "");
  // Google writes a multi-region in either letter case.
  if (id === undefined || !isOwn || location?.toLowerCase() !== scope.location.toLowerCase()) {
    throw new UnbelievableAnswerError(`"${name.slice(0, 200)}" is no capacity commitment of ${parentOf(scope)}`);
  }
  return { ...parsed.data, id };
}

interface StateMeaning {
  readonly standing: Standing;
  readonly settled: boolean;
}

/** The states of BigQuery's `CapacityCommitment.State`. PENDING is bought: its slots are on their way. FAILED never came to be. */
const meanings: Readonly<Record<string, StateMeaning>> = {
  PENDING: { standing: "live", settled: false },
  ACTIVE: { standing: "live", settled: true },
  FAILED: { standing: "failed", settled: true },
};

/** What a state means for buying. One that nobody knows counts as bought and is looked at again. */
export function meaningOf(state: string): StateMeaning {
  return (Object.hasOwn(meanings, state) ? meanings[state] : undefined) ?? { standing: "live", settled: false };
}

/** All that decides money, in the same words on both sides. */
export interface CapacityFacts {
  readonly decisive: Facts;
  readonly ifStated: Facts;
}

/** What was asked for. What follows the term may be left out of an answer. */
export function askedFacts({ edition, slots, term, renewalPlan }: GcpBigQueryRecommendation): CapacityFacts {
  return {
    decisive: { edition, plan: capacityPlans[term].plan, slotCount: String(slots) },
    ifStated: { renewalPlan },
  };
}

/**
 * Why one without a token may hold slots that were bought for one; undefined where it cannot. A merge keeps the later of the ends, and
 * a split the end, so the end tells when the newest of its slots were bought:
 * https://cloud.google.com/bigquery/docs/reference/reservations/rest/v1/projects.locations.capacityCommitments/merge
 */
export function resemblanceOf({ plan, commitmentEndTime }: CapacityCommitment, now: number): string | undefined {
  const own = Object.values(capacityPlans).find((one) => one.plan === plan);
  const end = Date.parse(commitmentEndTime ?? "");
  // What does not say when it ends may be of today.
  if (own !== undefined && end - own.hours * 3_600_000 < now - forgottenSpan) return undefined;
  return "holds slots that were bought within the last 31 days or are on their way, and BigQuery keeps no id where commitments are merged or split";
}

/** A commitment with all that it says of itself. It has neither labels nor a description: its id alone carries the token. */
export function toListed(found: CapacityCommitment, tagNames: TagNames, price?: Money): Listed {
  const { id, state, edition, plan, slotCount, renewalPlan, commitmentStartTime } = found;
  const marks = marksOf({ name: id }, tagNames);
  return {
    commitment: {
      id,
      state,
      ...meaningOf(state),
      marked: marks.length > 0,
      ...(price === undefined ? {} : { price }),
      ...(commitmentStartTime === undefined ? {} : { purchasedAt: commitmentStartTime }),
    },
    marks,
    facts: { edition, plan, slotCount, renewalPlan },
  };
}
