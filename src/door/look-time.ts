import type { Door, DoorContext } from "./door-context.ts";

/** Milliseconds for which a quote, an audit, or a look at what a person says, may last. */
export const lookTime = 120_000;

/** Until the client is gone, the server ends, or the time is over. */
export function looking({ runner, now }: Pick<Door, "runner" | "now">, c: DoorContext) {
  return { signal: AbortSignal.any([c.req.raw.signal, runner.draining]), deadline: now() + lookTime };
}
