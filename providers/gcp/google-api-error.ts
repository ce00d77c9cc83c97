import { z } from "zod";
import { maskToken } from "../../src/spec/token.ts";
import type { UnknownObject } from "../http/answer.ts";

/** An answer of a Google API with a status other than 2xx. */
export class GoogleApiError extends Error {
  override readonly name = "GoogleApiError";
  /** HTTP status. */
  readonly status: number;
  /**
   * Why, in the API's word, only where it really stood in the answer: `alreadyExists`, `quotaExceeded`, `notFound`;
   * where there is no such word, that of its status: `PERMISSION_DENIED`.
   */
  readonly reason: string | undefined;
  /** Milliseconds that the service asks to wait, where it does. */
  readonly retryAfter: number | undefined;

  constructor(status: number, body: UnknownObject | undefined, retryAfter: number | undefined) {
    const { reason, message } = errorOf(body);
    super([`HTTP ${status}`, reason, message].filter((part) => part !== undefined).join(": "));
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
  }
}

const text = z.string().min(1).optional().catch(undefined);

/** https://docs.cloud.google.com/compute/docs/api/how-tos/handling-api-responses and google.rpc.Status. */
const errorSchema = z.object({
  error: z.object({
    message: text,
    status: text,
    errors: z
      .array(z.object({ reason: text }))
      .optional()
      .catch(undefined),
  }),
});

function errorOf(body: UnknownObject | undefined): { reason: string | undefined; message: string | undefined } {
  const error = errorSchema.safeParse(body).data?.error;
  return { reason: error?.errors?.[0]?.reason ?? error?.status, message: maskTokens(error?.message) };
}

/** Google's own words for a person: no token in full, no endless text, no final stop. */
export function maskTokens(said: string | undefined): string | undefined {
  return said
    ?.slice(0, 500)
    .replace(/[0-9a-f]{64,}/gi, maskToken)
    .replace(/[.\s]+$/, "");
}
