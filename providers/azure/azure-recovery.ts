import type { Recovery } from "../../src/contract/executor.ts";

/**
 * Milliseconds after a send from which what Azure says, or does not show, may count as proof that it came to nothing: a hop on
 * the way may have repeated the send, and a new order shows late.
 */
export const minimumAge = 300_000;

/**
 * A handle can be read within minutes, and sending it again finds out the rest. What fails for a whole day, through an outage
 * or a lost right, needs a person.
 */
export function recoveryOf(handle: "minted" | "derived"): Recovery {
  return { kind: "resend", handle, minimumAge, parkAfter: 24 * 3_600_000 };
}
