import { z } from "zod";
import type { Imitation } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import { commitments, failures, keyOf } from "./stored.ts";

/** Puts every commitment of a name into a state, for good. Throws a RefusedError when there is none. */
export function setCommitmentState(store: SandboxStore, name: string, state: string): void {
  const named = commitments(store)
    .values()
    .filter(({ request }) => request.name === name);
  if (named.length === 0) {
    throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no commitment ${name}.` });
  }
  for (const found of named) {
    commitments(store).set(keyOf(found.project, found.region, name), { ...found, state });
  }
}

/** Purchases of a commitment type from now on are taken on, and their operation ends with the error; no code: they succeed. */
export function setOperationError(store: SandboxStore, type: string, code: string | undefined): void {
  if (code === undefined) return failures(store).delete(type);
  failures(store).set(type, { code, message: `The sandbox ends it with ${code}.`, httpStatus: 403 });
}

/** `POST /_sandbox/gcp/commitment-state {name, state}` and `POST /_sandbox/gcp/operation-error {type, code?}`. */
export const gcpCommands: NonNullable<Imitation["commands"]> = {
  "commitment-state": (body, store) => {
    const wanted = z.strictObject({ name: z.string(), state: z.string().min(1).max(100) }).parse(body);
    setCommitmentState(store, wanted.name, wanted.state);
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
