import type { Caller } from "../door-parts.ts";
import { mayDo } from "./action-fit.ts";
import type { ExecutionAction } from "./console-links.ts";
import type { ShownExecution } from "./read-execution.ts";

/** Something that can be done about an execution. */
export interface OfferedAction {
  readonly action: ExecutionAction;
  readonly label: string;
  /** What is probably wanted. */
  readonly isMain: boolean;
}

/** What somebody can do about an execution, as it stands. */
export function actionsOf(shown: ShownExecution, caller: Caller): readonly OfferedAction[] {
  const { recorded, status } = shown;
  const { execution } = recorded;
  const { state, forbidden } = status;
  const offered: readonly (OfferedAction | undefined)[] = [
    forbidden?.code === "approval-missing" ? { action: "approve", label: "Approve …", isMain: true } : undefined,
    state === "needs-person" || (state === "stopped" && status.places.atRisk > 0)
      ? { action: "redrive", label: "Re-drive …", isMain: state === "needs-person" }
      : undefined,
    { action: "limits", label: "Change the limit …", isMain: false },
    execution.cancelled === undefined && state !== "complete" && status.places.toCome + status.places.atRisk > 0
      ? { action: "cancel", label: "Cancel …", isMain: false }
      : undefined,
    execution.cancelled !== undefined && state !== "complete"
      ? { action: "reopen", label: "Reopen …", isMain: false }
      : undefined,
  ];
  return offered.filter((one) => one !== undefined).filter(({ action }) => mayDo(shown, action, caller));
}
