import type { Resolution, Submission } from "../../../src/contract/executor.ts";
import { beganBefore } from "../began-before.ts";
import { standingOf } from "../aws-standing.ts";
import type { ReservationApi } from "./reservation-api.ts";
import { tokenPartOf } from "./reservation-name.ts";
import type { ReservationRecommendation } from "./reservation-service.ts";

/**
 * What an answer to a purchase named in place of the name that was sent: while it is live, and nothing says that it is
 * another's, it may be what was bought. `owned` are the ids that belong to other tokens.
 */
export async function namedInAnswer<R extends ReservationRecommendation>(
  api: ReservationApi<R>,
  submission: Submission,
  { signal, owned }: { readonly signal: AbortSignal; readonly owned: ReadonlySet<string> },
): Promise<Resolution | undefined> {
  for (const id of submission.evidence ?? []) {
    if (owned.has(id)) continue;
    const found = await api.one({ id }, signal);
    if (!found) return { kind: "unclear", reason: `the answer to the purchase named ${id}, which is not shown.` };
    const isOthers = tokenPartOf(found.name) !== undefined || beganBefore(found.start, submission);
    if (isOthers || standingOf(found.state) !== "live") continue;
    return { kind: "unclear", reason: `the answer to the purchase named ${id} (${found.state}) instead of its name.` };
  }
  return undefined;
}
