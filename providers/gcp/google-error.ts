import { z } from "zod";
import { maskToken } from "../../src/spec/token.ts";
import type { UnknownObject } from "../http/answer.ts";
import type { ErrorWords } from "../http/api-error.ts";

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

/**
 * Why, in the API's word, only where it really stood in the answer: `alreadyExists`, `quotaExceeded`, `notFound`; where
 * there is no such word, that of its status: `PERMISSION_DENIED`. In the message tokens are masked.
 */
export function errorOf(body: UnknownObject | undefined): ErrorWords {
  const error = errorSchema.safeParse(body).data?.error;
  return { code: error?.errors?.[0]?.reason ?? error?.status, message: maskTokens(error?.message) };
}

/** Google's own words for a person: no token in full, no endless text, no final stop. */
export function maskTokens(said: string | undefined): string | undefined {
  return said
    ?.slice(0, 500)
    .replace(/[0-9a-f]{64,}/gi, maskToken)
    .replace(/[.\s]+$/, "");
}
