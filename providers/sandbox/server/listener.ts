import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { RefusedError, messageOf } from "../../../src/contract/errors.ts";

const host = "127.0.0.1";
/** The port was this server's own a moment ago; five seconds are ample for getting it back. */
const attempts = 100;
const betweenAttempts = 50;

/** A server that can stop listening for a while and then listen on the same port again. */
export interface Listener {
  readonly port: number;
  /** Nothing listens at present: connections are refused, and those that are still open must not be served. */
  readonly paused: boolean;
  pause(milliseconds: number): void;
}

/** Listens on loopback only. Throws a RefusedError `invalid-configuration` when the port cannot be had. */
export async function listen(server: Server, port: number, signal: AbortSignal): Promise<Listener> {
  const open = async (at: number) => {
    server.listen(at, host);
    await once(server, "listening");
  };
  try {
    await open(port);
  } catch (error) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The sandbox cannot listen on ${host}:${port} (${messageOf(error)}). Choose another port, or 0 for a free one.`,
      cause: error,
    });
  }
  const { port: actual } = server.address() as AddressInfo;
  let paused = false;

  const resume = async (milliseconds: number) => {
    await sleep(milliseconds, undefined, { signal });
    for (let attempt = 1; ; attempt += 1) {
      try {
        await open(actual);
        paused = false;
        return;
      } catch (error) {
        if (attempt === attempts) {
          throw error;
        }
        await sleep(betweenAttempts, undefined, { signal });
      }
    }
  };

  return {
    port: actual,
    get paused() {
      return paused;
    },
    pause(milliseconds) {
      if (paused || signal.aborted) {
        return;
      }
      paused = true;
      // Closes the listening socket at once, and the idle connections.
      server.close();
      resume(milliseconds).catch((error: unknown) => {
        if (!signal.aborted) {
          process.emitWarning(`The sandbox could not listen on port ${actual} again: ${messageOf(error)}`);
        }
      });
    },
  };
}
