import { messageOf } from "../../src/contract/errors.ts";

/**
 * No complete answer came.
 * - `credential`: no token could be had; nothing was sent.
 * - `connection`: there was no connection, or its TLS failed; nothing was sent.
 * - `unanswered`: it may have been sent.
 */
export type TransportStage = "credential" | "connection" | "unanswered";

/** An exchange that ended without a complete answer. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly stage: TransportStage;
  /** The system's or the SDK's code: `ECONNRESET`, `PARSE_ERROR`, `ETIMEDOUT`. */
  readonly code: string;

  constructor({
    stage,
    code,
    message,
    cause,
  }: {
    stage: TransportStage;
    code: string;
    message: string;
    cause?: unknown;
  }) {
    super(message, { cause });
    this.stage = stage;
    this.code = code;
  }
}

/** That a credential gave no token: nothing was sent. `cause` is what it threw. */
export function noToken(cause: unknown): TransportError {
  const message = messageOf(cause).replace(/\.$/, "");
  return new TransportError({ stage: "credential", code: "UNKNOWN", message, cause });
}
