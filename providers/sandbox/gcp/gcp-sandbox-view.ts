import type { SandboxStore } from "../server/sandbox-store.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";
import { boughtCapacities, capacityState } from "./capacity-commitments.ts";
import { commitments, statusOf } from "./stored.ts";

/** A commitment of Compute Engine in the sandbox, for tests. */
export interface CommitmentView {
  readonly project: string;
  readonly region: string;
  readonly name: string;
  readonly description: string;
  readonly category: string;
  /** Of licences there is none. */
  readonly type?: string | undefined;
  readonly plan: string;
  readonly autoRenew: boolean;
  /** Memory in MB, local SSD in GB. */
  readonly resources: readonly {
    readonly type: string;
    readonly amount: string;
    readonly acceleratorType?: string | undefined;
  }[];
  readonly licenseResource?:
    { readonly license: string; readonly amount: string; readonly coresPerLicense?: string | undefined } | undefined;
  /** Links to the reservations that are attached. */
  readonly existingReservations?: readonly string[] | undefined;
  readonly state: string;
}

export function viewCommitments(store: SandboxStore, behaviour: GcpBehaviour): readonly CommitmentView[] {
  return commitments(store)
    .values()
    .map((commitment) => {
      const { project, region, request } = commitment;
      return { project, region, ...request, state: statusOf(commitment, behaviour) };
    });
}

/** A capacity commitment of BigQuery that was bought in the sandbox, for tests. */
export interface CapacityCommitmentView {
  readonly project: string;
  readonly location: string;
  readonly id: string;
  readonly edition: string;
  readonly slotCount: string;
  readonly plan: string;
  readonly renewalPlan: string;
  readonly state: string;
  /** It was merged, so that nothing shows it under its id any more. */
  readonly isGone: boolean;
}

export function viewCapacities(store: SandboxStore, behaviour: GcpBehaviour): readonly CapacityCommitmentView[] {
  return boughtCapacities(store).map((found) => {
    const { project, location, id, edition, slotCount, plan, renewalPlan, isGone = false } = found;
    const state = capacityState(found, behaviour);
    return { project, location, id, edition, slotCount, plan, renewalPlan, state, isGone };
  });
}
