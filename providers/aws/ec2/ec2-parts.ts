import { standingOf } from "../aws-commitment.ts";
import type { Candidates } from "../candidates.ts";
import type { ReservedInstance } from "./ec2-api.ts";
import { countOf } from "./ec2-commitment.ts";
import type { Ec2Recommendation } from "./ec2-recommendation.ts";
import { isWhole } from "./ec2-resolve.ts";

/**
 * The Reserved Instances that a purchase of several became: those that are known to be of it or carry its token, and of the
 * others that may be, the live ones that complete the count. Undefined where they do not add up exactly, or in more ways than
 * one, or where one cannot be judged. One alone is no part: a split has at least two.
 */
export function partsOf(
  known: readonly ReservedInstance[],
  { tagged, untagged, doubtful }: Candidates<ReservedInstance>,
  recommendation: Ec2Recommendation,
): readonly ReservedInstance[] | undefined {
  const idOf = ({ ReservedInstancesId }: ReservedInstance) => ReservedInstancesId;
  const own = [...new Map([...known, ...tagged].map((instance) => [idOf(instance), instance])).values()];
  const missing = recommendation.quantity - (countOf(own) ?? NaN);
  if (missing === 0) return own;
  const others = untagged.filter((instance) => !known.some((one) => idOf(one) === idOf(instance)));
  const live = others.filter(({ State }) => standingOf(State ?? "unknown") === "live");
  const parts = live.flatMap((instance) => ({ instance, count: instance.InstanceCount ?? 0 }));
  const isClear = doubtful.length === 0 && live.every((instance) => isWhole(instance, recommendation));
  if (!isClear || !parts.every(({ count }) => count > 0)) return undefined;
  const chosen = onlyWayTo(missing, parts)?.map(({ instance }) => instance);
  return chosen && own.length + chosen.length > 1 ? [...own, ...chosen] : undefined;
}

interface Part {
  readonly instance: ReservedInstance;
  /** At least 1. */
  readonly count: number;
}

/** The parts that add up to a total; undefined where none do, or where there are several ways. */
function onlyWayTo(total: number, parts: readonly Part[]): readonly Part[] | undefined {
  let ways = new Map<number, readonly Part[] | "several">([[0, []]]);
  for (const part of parts) {
    const next = new Map(ways);
    for (const [sum, way] of ways) {
      const larger = sum + part.count;
      if (larger <= total) next.set(larger, way === "several" || next.has(larger) ? "several" : [...way, part]);
    }
    ways = next;
  }
  const way = ways.get(total);
  return way === "several" ? undefined : way;
}
