import type { Age } from "../../src/contract/age.ts";
import type { Resolution } from "../../src/contract/executor.ts";

// Where AWS remembers a client token for a time that it does not document: in between these two ages an empty list says nothing.
// docs/decisions/0007-savings-plans-are-sent-again-after-a-look.md
/** Up to this age of a submission (milliseconds) the client token is taken to be remembered, the look and the send included. */
const clientTokenHolds = 4 * 60_000;
/** From this age on (milliseconds) whatever a submission bought is taken to be listed. */
export const listingHolds = 15 * 60_000;

/** What an empty list proves at an age; `reason` says that nothing is shown, without a full stop. */
export function absentUnlessSilent({ atLeast, atMost }: Age, reason: string): Resolution {
  if (atMost <= clientTokenHolds || atLeast >= listingHolds) return { kind: "absent", reason: `${reason}.` };
  const minutes = Math.ceil((listingHolds - atLeast) / 60_000);
  return {
    kind: "unclear",
    reason: `${reason}, but it may be too early for that, and too late for the client token to stop a second one: drive again in ${minutes} minutes.`,
  };
}
