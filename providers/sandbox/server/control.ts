import { z } from "zod";
import { RefusedError, messageOf } from "../../../src/contract/errors.ts";
import type { FaultScript } from "./fault-script.ts";
import type { Imitation, SandboxRequest, SandboxResponse } from "./imitation.ts";
import { jsonAnswer } from "./json-answer.ts";
import type { RequestLog } from "./request-log.ts";
import type { SandboxStore } from "./sandbox-store.ts";

/** What the control routes reach. */
export interface Controlled {
  readonly faults: FaultScript;
  readonly log: RequestLog;
  readonly store: SandboxStore;
  readonly imitations: readonly Imitation[];
  purchases(): number;
}

/** The paths of the control routes start with this; they are neither logged nor hit by faults. */
export const controlPrefix = "/_sandbox/";

/**
 * `POST /_sandbox/faults` (a rule or an array), `DELETE /_sandbox/faults`, `GET /_sandbox/requests`,
 * `GET /_sandbox/state`, and `POST /_sandbox/{imitation}/{command}`.
 */
export function control(request: SandboxRequest, controlled: Controlled): SandboxResponse {
  const { faults, log, store, imitations } = controlled;
  const route = `${request.method} ${request.path.slice(controlPrefix.length)}`;
  try {
    switch (route) {
      case "POST faults":
        return jsonAnswer(200, { added: faults.add(parse(request.body)) });
      case "DELETE faults":
        faults.clear();
        return jsonAnswer(200, { cleared: true });
      case "GET requests":
        return jsonAnswer(200, { requests: log.entries });
      case "GET state":
        return jsonAnswer(200, { purchases: controlled.purchases(), entries: store.snapshot() });
      default: {
        const [, name, command] = /^POST ([^/]+)\/([^/]+)$/.exec(route) ?? [];
        const commands = imitations.find((imitation) => imitation.name === name)?.commands ?? {};
        if (command === undefined || !Object.hasOwn(commands, command)) {
          return jsonAnswer(404, { error: `There is no control route "${request.method} ${request.path}".` });
        }
        return jsonAnswer(200, commands[command]?.(parse(request.body), store));
      }
    }
  } catch (error) {
    if (error instanceof z.ZodError) {
      return jsonAnswer(400, { error: z.prettifyError(error) });
    }
    if (RefusedError.isInstance(error)) {
      return jsonAnswer(400, { error: messageOf(error) });
    }
    throw error;
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The body is not JSON: ${messageOf(error)}`,
      cause: error,
    });
  }
}
