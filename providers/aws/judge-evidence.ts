import type { Resolution, Submission } from "../../src/contract/executor.ts";
import { standingOf } from "./aws-commitment.ts";
import { beganBefore } from "./purchase-times.ts";

/** What an answer to a purchase named, as it is now. */
export interface Named {
  readonly state: string;
  readonly start: Date | undefined;
  /** It is marked, for whomever; what is marked for the submission itself was found before. */
  readonly carriesToken: boolean;
}

/**
 * What the ids prove that answers to a purchase named and that could not be judged then: while one is not shown, or is live
 * and nothing says that it is another's, it may be what was bought. Undefined where none of them says anything. `owned` are the
 * ids that belong to other tokens.
 */
export async function judgeEvidence(
  submission: Submission,
  owned: ReadonlySet<string>,
  read: (id: string) => Promise<Named | undefined>,
): Promise<Resolution | undefined> {
  for (const id of submission.evidence ?? []) {
    if (owned.has(id)) continue;
    const found = await read(id);
    const named = `the answer to the purchase named ${id}`;
    if (!found) return { kind: "unclear", reason: `${named}, which is not shown.` };
    const { state, start, carriesToken } = found;
    if (carriesToken || beganBefore(start, submission) || standingOf(state) !== "live") continue;
    return { kind: "unclear", reason: `${named} (${state}), which carries no token.` };
  }
  return undefined;
}
