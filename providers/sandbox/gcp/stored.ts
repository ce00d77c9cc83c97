import type { Collection, SandboxStore } from "../server/sandbox-store.ts";
import type { InsertRequest } from "./insert-request.ts";
import type { GcpBehaviour } from "./gcp-sandbox-options.ts";

/** A commitment that was bought. */
export type StoredCommitment = {
  readonly project: string;
  readonly region: string;
  /** A number, as text. */
  readonly id: string;
  readonly request: InsertRequest;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** How often it was read. */
  readonly reads: number;
  /** Set by hand, for good. */
  readonly state?: string | undefined;
};

/** What became of one insert. */
export type StoredOperation = {
  readonly name: string;
  readonly id: string;
  readonly project: string;
  readonly region: string;
  /** The commitment's name. */
  readonly target: string;
  readonly requestId: string;
  readonly createdAt: number;
  readonly reads: number;
  /** It ends with this error, and no commitment was created. */
  readonly error?: OperationError | undefined;
};

export type OperationError = { readonly code: string; readonly message: string; readonly httpStatus: number };

/** Every commitment, in the order in which they were bought, by {@link keyOf}. */
export function commitments(store: SandboxStore): Collection<StoredCommitment> {
  return store.collection("gcp.commitments");
}

/** Every operation, by name. */
export function operations(store: SandboxStore): Collection<StoredOperation> {
  return store.collection("gcp.operations");
}

/** With what the inserts of a commitment type end from now on, by type. */
export function failures(store: SandboxStore): Collection<OperationError> {
  return store.collection("gcp.failures");
}

/** Slashes would end a collection's name, so dots stand between the parts. */
export function keyOf(project: string, region: string, name: string): string {
  return `${project}.${region}.${name}`;
}

/** `NOT_YET_ACTIVE`, and `ACTIVE` once it was read often enough. */
export function statusOf({ state, reads }: StoredCommitment, { readsUntilActive }: GcpBehaviour): string {
  return state ?? (reads < readsUntilActive ? "NOT_YET_ACTIVE" : "ACTIVE");
}
