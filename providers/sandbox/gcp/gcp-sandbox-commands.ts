import { z } from "zod";
import type { Imitation } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import { capacities, mergeCapacities } from "./capacity-commitments.ts";
import type { Place } from "./insert.ts";
import { commitments, failures, keyOf } from "./stored.ts";

/** Puts every commitment of a name, or of BigQuery of an id, into a state, for good. Throws a RefusedError when there is none. */
export function setCommitmentState(store: SandboxStore, name: string, state: string): void {
  const named = commitments(store)
    .values()
    .filter(({ request }) => request.name === name);
  const slots = capacities(store)
    .values()
    .filter(({ id }) => id === name);
  if (named.length + slots.length === 0) {
    throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no commitment ${name}.` });
  }
  for (const found of named) {
    commitments(store).set(keyOf(found.project, found.region, name), { ...found, state });
  }
  for (const found of slots) {
    capacities(store).set(keyOf(found.project, found.location, name), { ...found, state });
  }
}

/** Purchases of a commitment type from now on are taken on, and their operation ends with the error; no code: they succeed. */
export function setOperationError(store: SandboxStore, type: string, code: string | undefined): void {
  if (code === undefined) return failures(store).delete(type);
  failures(store).set(type, { code, message: `The sandbox ends it with ${code}.`, httpStatus: 403 });
}

/** Merges BigQuery's commitments of these ids into one of another id. Throws a RefusedError where one is not there. */
function mergeCommitments(store: SandboxStore, place: Place, ids: readonly string[]): void {
  if (mergeCapacities(store, place, ids)) return;
  const message = `The sandbox does not have all of ${ids.join(", ")} there.`;
  throw new RefusedError({ code: "invalid-configuration", message });
}

/**
 * `POST /_sandbox/gcp/commitment-state {name, state}`, `POST /_sandbox/gcp/capacity-merge {projectId, location, ids}` and `POST /_sandbox/gcp/operation-error {type, code?}`.
 */
export const gcpCommands: NonNullable<Imitation["commands"]> = {
  "commitment-state": (body, store) => {
    const wanted = z.strictObject({ name: z.string(), state: z.string().min(1).max(100) }).parse(body);
    setCommitmentState(store, wanted.name, wanted.state);
    return wanted;
  },
  "capacity-merge": (body, store) => {
    const wanted = z
      .strictObject({ projectId: z.string(), location: z.string(), ids: z.array(z.string()).min(1) })
      .parse(body);
    mergeCommitments(store, { project: wanted.projectId, region: wanted.location }, wanted.ids);
    return wanted;
  },
  "operation-error": (body, store) => {
    const wanted = z
      .strictObject({ type: z.string().min(1).max(100), code: z.string().min(1).max(100).optional() })
      .parse(body);
    setOperationError(store, wanted.type, wanted.code);
    return { type: wanted.type, code: wanted.code ?? null };
  },
};
