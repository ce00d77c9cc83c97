import type { GcpBehaviour } from "./gcp-sandbox-options.ts";
import { type StoredCommitment, type StoredOperation, statusOf } from "./stored.ts";

/** As Compute Engine writes times. */
const time = (milliseconds: number) => new Date(milliseconds).toISOString();

/** `http://host/compute/v1/projects/p/regions/r`, as in every link. */
export function regionUrl(origin: string, { project, region }: { project: string; region: string }): string {
  return `${origin}/compute/v1/projects/${project}/regions/${region}`;
}

/** A commitment as the service answers it; it leaves out what is empty. */
export function bodyOfCommitment(commitment: StoredCommitment, origin: string, behaviour: GcpBehaviour): object {
  const { request, createdAt } = commitment;
  const url = regionUrl(origin, commitment);
  const starts = new Date(createdAt);
  // Midnight, Pacific time, of the next day; without daylight saving here.
  starts.setUTCHours(32, 0, 0, 0);
  const ends = new Date(starts);
  ends.setUTCFullYear(ends.getUTCFullYear() + (request.plan === "TWELVE_MONTH" ? 1 : 3));
  return {
    kind: "compute#commitment",
    id: commitment.id,
    creationTimestamp: time(createdAt),
    name: request.name,
    ...(request.description === "" ? {} : { description: request.description }),
    region: url,
    selfLink: `${url}/commitments/${request.name}`,
    status: statusOf(commitment, behaviour),
    plan: request.plan,
    startTimestamp: starts.toISOString(),
    endTimestamp: ends.toISOString(),
    ...(request.resources.length === 0 ? {} : { resources: request.resources }),
    ...(request.licenseResource === undefined ? {} : { licenseResource: request.licenseResource }),
    ...(request.existingReservations === undefined ? {} : { existingReservations: request.existingReservations }),
    ...(request.type === undefined ? {} : { type: request.type }),
    category: request.category,
    autoRenew: request.autoRenew,
  };
}

/** An operation as the service answers it. */
export function bodyOfOperation(operation: StoredOperation, origin: string, behaviour: GcpBehaviour): object {
  const { name, id, target, createdAt, reads, error } = operation;
  const url = regionUrl(origin, operation);
  const done = reads >= behaviour.readsUntilDone;
  return {
    kind: "compute#operation",
    id,
    name,
    operationType: "insert",
    targetLink: `${url}/commitments/${target}`,
    status: done ? "DONE" : "RUNNING",
    user: "buyonce@sandbox",
    progress: done ? 100 : 0,
    insertTime: time(createdAt),
    startTime: time(createdAt),
    ...(done ? { endTime: time(createdAt) } : {}),
    ...(done && error
      ? {
          error: { errors: [{ code: error.code, message: error.message }] },
          httpErrorStatusCode: error.httpStatus,
          httpErrorMessage: "REFUSED",
        }
      : {}),
    region: url,
    selfLink: `${url}/operations/${name}`,
  };
}
