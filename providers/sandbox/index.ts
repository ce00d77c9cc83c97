import { setReservationState, setReservedInstanceState, setSavingsPlanState } from "./aws/aws-sandbox-commands.ts";
import { createAwsImitation } from "./aws/aws-imitation.ts";
import { type AwsSandboxOptions, awsBehaviour } from "./aws/aws-sandbox-options.ts";
import {
  type ReservationView,
  type ReservedInstanceView,
  type SavingsPlanView,
  viewReservations,
  viewReservedInstances,
  viewSavingsPlans,
} from "./aws/aws-sandbox-view.ts";
import { setFinalState, setOrderState } from "./azure/azure-sandbox-commands.ts";
import { createAzureImitation } from "./azure/azure-imitation.ts";
import { type AzureSandboxOptions, azureBehaviour } from "./azure/azure-sandbox-options.ts";
import {
  type ReservationOrderView,
  type SavingsPlanOrderView,
  viewOrders,
  viewSavingsPlanOrders,
} from "./azure/azure-sandbox-view.ts";
import { setCommitmentState, setOperationError } from "./gcp/gcp-sandbox-commands.ts";
import { createGcpImitation } from "./gcp/gcp-imitation.ts";
import { type GcpSandboxOptions, gcpBehaviour } from "./gcp/gcp-sandbox-options.ts";
import {
  type CapacityCommitmentView,
  type CommitmentView,
  viewCapacities,
  viewCommitments,
} from "./gcp/gcp-sandbox-view.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "./server/server.ts";

export type { AwsSandboxOptions } from "./aws/aws-sandbox-options.ts";
export type { ReservationView, ReservedInstanceView, SavingsPlanView } from "./aws/aws-sandbox-view.ts";
export type {
  AzureSandboxOptions,
  ReservationAliasOptions,
  SandboxTenant,
  WriteLimit,
} from "./azure/azure-sandbox-options.ts";
export type { ReservationOrderView, SavingsPlanOrderView } from "./azure/azure-sandbox-view.ts";
export type { GcpSandboxOptions, SandboxProject } from "./gcp/gcp-sandbox-options.ts";
export type { CapacityCommitmentView, CommitmentView } from "./gcp/gcp-sandbox-view.ts";
export type { Fault, FaultRule } from "./server/fault.ts";
export type { LoggedRequest } from "./server/request-log.ts";

/** How the sandbox cloud is started: as any sandbox, with how each imitated cloud behaves. */
export interface CloudSandboxOptions extends Omit<SandboxOptions, "imitations"> {
  readonly azure?: AzureSandboxOptions | undefined;
  readonly aws?: AwsSandboxOptions | undefined;
  readonly gcp?: GcpSandboxOptions | undefined;
}

/** A sandbox that imitates the clouds at one address. */
export interface CloudSandbox extends Sandbox {
  /** Every reservation order that was bought, oldest first. Looking does not move them on. */
  orders(): readonly ReservationOrderView[];
  /** Every savings plan order that was bought, oldest first. Looking does not move them on. */
  savingsPlanOrders(): readonly SavingsPlanOrderView[];
  /** Every EC2 Reserved Instance that was bought, hidden ones too, oldest first. Looking does not move them on. */
  reservedInstances(): readonly ReservedInstanceView[];
  /** Every reservation of RDS, ElastiCache, MemoryDB, OpenSearch and Redshift that was bought, oldest first. */
  reservations(): readonly ReservationView[];
  /** Every AWS savings plan that was bought, hidden ones too, oldest first. Looking does not move them on. */
  savingsPlans(): readonly SavingsPlanView[];
  /** Puts an order into a state, for good: `Cancelled`, say. Throws a RefusedError when there is no such order. */
  setOrderState(id: string, state: string): void;
  /** Orders of the SKU that are bought from now on end in the state: `BillingFailed`, say. */
  setFinalState(sku: string, state: string): void;
  /** Puts a Reserved Instance into a state, for good. Throws a RefusedError when there is no such one. */
  setReservedInstanceState(id: string, state: string): void;
  /** Puts the reservation of that name into a state, for good. Throws a RefusedError when there is no such one. */
  setReservationState(name: string, state: string): void;
  /** Every GCP commitment that was bought, oldest first. Looking does not move them on. */
  commitments(): readonly CommitmentView[];
  /** Every capacity commitment of BigQuery that was bought, oldest first. Looking does not move them on. */
  capacityCommitments(): readonly CapacityCommitmentView[];
  /** Puts GCP commitments of a name into a state, for good: `EXPIRED`, say. Throws a RefusedError when there is none. */
  setCommitmentState(name: string, state: string): void;
  /**
   * GCP purchases of a commitment type from now on are taken on, and their operation ends with the error: `QUOTA_EXCEEDED`,
   * say. Without a code they succeed again.
   */
  setOperationError(type: string, code?: string): void;
  /** Puts an AWS savings plan into a state, for good. Throws a RefusedError when there is no such one. */
  setSavingsPlanState(id: string, state: string): void;
}

/**
 * Starts the sandbox cloud on 127.0.0.1. Nothing is spent.
 * Throws a RefusedError `invalid-configuration` when port or state file cannot be used.
 */
export async function startCloudSandbox({
  azure = {},
  aws = {},
  gcp = {},
  ...options
}: CloudSandboxOptions = {}): Promise<CloudSandbox> {
  const sandbox = await startSandbox({
    ...options,
    imitations: [createAzureImitation(azure), createAwsImitation(aws), createGcpImitation(gcp)],
  });
  const { store } = sandbox;
  return Object.assign(sandbox, {
    orders: () => viewOrders(store, azureBehaviour(azure)),
    savingsPlanOrders: () => viewSavingsPlanOrders(store, azureBehaviour(azure)),
    reservedInstances: () => viewReservedInstances(store, awsBehaviour(aws)),
    reservations: () => viewReservations(store, awsBehaviour(aws)),
    savingsPlans: () => viewSavingsPlans(store, awsBehaviour(aws)),
    setOrderState: (id: string, state: string) => setOrderState(store, id, state),
    setFinalState: (sku: string, state: string) => setFinalState(store, sku, state),
    setReservedInstanceState: (id: string, state: string) => setReservedInstanceState(store, id, state),
    setReservationState: (name: string, state: string) => setReservationState(store, name, state),
    commitments: () => viewCommitments(store, gcpBehaviour(gcp)),
    capacityCommitments: () => viewCapacities(store, gcpBehaviour(gcp)),
    setCommitmentState: (name: string, state: string) => setCommitmentState(store, name, state),
    setOperationError: (type: string, code?: string) => setOperationError(store, type, code),
    setSavingsPlanState: (id: string, state: string) => setSavingsPlanState(store, id, state),
  });
}
