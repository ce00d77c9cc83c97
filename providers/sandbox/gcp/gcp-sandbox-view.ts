import type { SandboxStore } from "../server/sandbox-store.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";
import { commitments, statusOf } from "./stored.ts";

/** A commitment of Compute Engine in the sandbox, for tests. */
export interface CommitmentView {
  readonly project: string;
  readonly region: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  readonly plan: string;
  readonly autoRenew: boolean;
  /** Memory in MB. */
  readonly resources: readonly { readonly type: string; readonly amount: string }[];
  readonly state: string;
}

export function viewCommitments(store: SandboxStore, behaviour: GcpBehaviour): readonly CommitmentView[] {
  return commitments(store)
    .values()
    .map((commitment) => {
      const { name, description, type, plan, autoRenew, resources } = commitment.request;
      const { project, region } = commitment;
      const state = statusOf(commitment, behaviour);
      return { project, region, name, description, type, plan, autoRenew, resources, state };
    });
}
