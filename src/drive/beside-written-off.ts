import { ageAt } from "../contract/age.ts";
import { idsOf } from "../contract/commitment.ts";
import { lastSent, type Resolution, type ServiceExecutor, type Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { maskToken } from "../contract/token.ts";
import type { DriveContext } from "./drive-context.ts";
import { readOldest } from "./read-records.ts";

/**
 * What was written off occupies its lane no more, so what only fits a submission of that lane may be what was written off: then
 * a person decides. Not where it was shown by the time that this was sent, for then it is in the baseline. Throws a LedgerError.
 */
export async function doubtBesideWrittenOff(
  { ledger }: Pick<DriveContext, "ledger">,
  { recovery }: ServiceExecutor,
  { lane, token, submittedAt, clock }: Submission,
  resolution: Resolution,
): Promise<Resolution> {
  if (lane === undefined || resolution.kind !== "found" || resolution.by === "proof") return resolution;
  const look = clock && { at: submittedAt, clock };
  const isShown = (other: Submission) => {
    const age = look && ageAt(lastSent(other), look, look);
    return recovery.kind !== "manual" && age !== undefined && age.atLeast >= recovery.minimumAge;
  };
  const isRival = (other: Submission) => other.lane === lane && other.token !== token && !isShown(other);
  const keep = ({ submission }: TokenRecord) => (submission && isRival(submission) ? submission : undefined);
  const [rival] = await readOldest(ledger, { states: ["written-off"], limit: Infinity }, () => undefined, keep);
  if (rival === undefined) return resolution;
  const { commitment } = resolution.found;
  return {
    kind: "unclear",
    reason: `${commitment.id} fits, but may be what was bought for token ${maskToken(rival.token)}, which is written off: say which one it is with \`buyonce resolve\`.`,
    candidates: idsOf(commitment),
  };
}
