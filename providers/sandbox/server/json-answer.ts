import { escapeHidden } from "../../../src/contract/escape-hidden.ts";
import type { SandboxResponse } from "./imitation.ts";

/** An answer of the sandbox itself, as JSON without raw hidden characters. */
export function jsonAnswer(status: number, value: unknown): SandboxResponse {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: escapeHidden(JSON.stringify(value)),
  };
}
