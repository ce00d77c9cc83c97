import { z } from "zod";
import type { Imitation } from "../../../src/sandbox/imitation.ts";
import type { SandboxStore } from "../../../src/sandbox/store.ts";
import { RefusedError } from "../../../src/spec/errors.ts";
import { reservedInstances } from "./ec2/reserved-instance.ts";

/** Puts a Reserved Instance into a state, for good. Throws a RefusedError when there is no such one. */
export function setReservedInstanceState(store: SandboxStore, id: string, state: string): void {
  const reserved = reservedInstances(store).get(id);
  if (reserved === undefined) {
    throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no Reserved Instance ${id}.` });
  }
  reservedInstances(store).set(id, { ...reserved, state });
}

/** `POST /_sandbox/aws/reserved-instance-state {id, state}`: `retired`, say, or `queued`. */
export const awsCommands: NonNullable<Imitation["commands"]> = {
  "reserved-instance-state": (body, store) => {
    const wanted = z.strictObject({ id: z.string(), state: z.string().min(1).max(100) }).parse(body);
    setReservedInstanceState(store, wanted.id, wanted.state);
    return wanted;
  },
};
