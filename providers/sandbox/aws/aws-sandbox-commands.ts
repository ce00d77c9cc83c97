import { z } from "zod";
import type { Imitation } from "../server/imitation.ts";
import type { SandboxStore } from "../server/sandbox-store.ts";
import { RefusedError } from "../../../src/contract/errors.ts";
import { reservedInstances } from "./ec2/reserved-instance.ts";
import { reservations } from "./reservations/reservation.ts";
import { savingsPlans } from "./savings-plans/sold-plan.ts";

/** Puts a Reserved Instance into a state, for good. Throws a RefusedError when there is no such one. */
export function setReservedInstanceState(store: SandboxStore, id: string, state: string): void {
  const reserved = reservedInstances(store).get(id);
  if (reserved === undefined) {
    throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no Reserved Instance ${id}.` });
  }
  reservedInstances(store).set(id, { ...reserved, state });
}

/** Puts the reservation of that name into a state, for good. Throws a RefusedError when there is no such one. */
export function setReservationState(store: SandboxStore, name: string, state: string): void {
  const reservation = reservations(store)
    .values()
    .find((candidate) => candidate.name === name);
  if (reservation === undefined) {
    throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no reservation ${name}.` });
  }
  reservations(store).set(reservation.id, { ...reservation, state });
}

/** Puts a savings plan into a state, for good. Throws a RefusedError when there is no such one. */
export function setSavingsPlanState(store: SandboxStore, id: string, state: string): void {
  const plan = savingsPlans(store).get(id);
  if (plan === undefined) {
    throw new RefusedError({ code: "invalid-configuration", message: `The sandbox has no savings plan ${id}.` });
  }
  savingsPlans(store).set(id, { ...plan, state });
}

/**
 * `POST /_sandbox/aws/reserved-instance-state {id, state}`: `retired`, say, or `queued`;
 * `POST /_sandbox/aws/reservation-state {name, state}` for the reservations of other services;
 * `POST /_sandbox/aws/savings-plan-state {id, state}`.
 */
export const awsCommands: NonNullable<Imitation["commands"]> = {
  "reserved-instance-state": (body, store) => {
    const wanted = z.strictObject({ id: z.string(), state: z.string().min(1).max(100) }).parse(body);
    setReservedInstanceState(store, wanted.id, wanted.state);
    return wanted;
  },
  "reservation-state": (body, store) => {
    const wanted = z.strictObject({ name: z.string(), state: z.string().min(1).max(100) }).parse(body);
    setReservationState(store, wanted.name, wanted.state);
    return wanted;
  },
  "savings-plan-state": (body, store) => {
    const wanted = z.strictObject({ id: z.string(), state: z.string().min(1).max(100) }).parse(body);
    setSavingsPlanState(store, wanted.id, wanted.state);
    return wanted;
  },
};
