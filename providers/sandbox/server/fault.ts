import { z } from "zod";

/** Before or after the request took effect in the imitated service. */
const when = z.enum(["before", "after"]);
const milliseconds = z.number().int().min(0).max(600_000);
const status = z.number().int().min(200).max(599);

/**
 * What goes wrong with one request.
 *
 * - `refuse`: nothing listens for so many milliseconds, so that connections are refused with ECONNREFUSED. `before`
 *   closes this connection unanswered; `after` still answers this request, and the next one is refused.
 * - `reset`: the connection is reset (RST) instead of an answer.
 * - `status`: this status, with an error in the provider's own shape (`code`), or with exactly `body`.
 * - `cut`: after the effect; headers with the full content-length, half of the body, then the connection closes.
 *   With a `status`, it is the error of that status that is cut.
 * - `html`: 200 and a text/html page, as from a proxy.
 * - `hang`: no answer until the client leaves or the sandbox closes.
 * - `delay`: the effect at once, the answer so many milliseconds later.
 * - `listing`: status 200 and a listing that lies. `stale` leaves out what was bought since the rule was added, `empty`
 *   is what an identity without the reading role gets, the others end a page with a link to another origin (`to`) or to
 *   itself. Only listings are touched: other requests that match pass and are not counted.
 */
export const faultSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("refuse"), milliseconds, when }),
  z.strictObject({ kind: z.literal("reset"), when }),
  z.strictObject({
    kind: z.literal("status"),
    status,
    when,
    /** The provider's error code; a usual one for the status where left out. */
    code: z.string().max(200).optional(),
    /** The value of the Retry-After header: seconds, or a date. */
    retryAfter: z.union([z.string().max(100), z.number()]).optional(),
    body: z.string().max(1_000_000).optional(),
  }),
  z.strictObject({ kind: z.literal("cut"), status: status.optional(), code: z.string().max(200).optional() }),
  z.strictObject({ kind: z.literal("html"), when }),
  z.strictObject({ kind: z.literal("hang"), when }),
  z.strictObject({ kind: z.literal("delay"), milliseconds }),
  z.strictObject({
    kind: z.literal("listing"),
    listing: z.enum(["stale", "empty", "foreign-next-link", "repeated-next-link"]),
    to: z.url({ protocol: /^https?$/ }).optional(),
  }),
]);

/** A rule: which requests, and what goes wrong with them. */
export const faultRuleSchema = z.strictObject({
  /** All that is given must match; nothing given matches every request. */
  match: z.strictObject({
    method: z.string().optional(),
    /** A part of path and query, as sent. */
    path: z.string().optional(),
    /** The whole action, as the request log shows it. */
    action: z.string().optional(),
    /** The account, tenant or project, as the request log shows it. */
    account: z.string().optional(),
  }),
  /** So many matching requests pass first; default 0. */
  skip: z.number().int().min(0).max(1_000_000).optional(),
  /** So many matching requests are hit, then the rule is spent; default 1. */
  times: z.number().int().min(1).max(1_000_000).optional(),
  fault: faultSchema,
});

/** How a request goes wrong. */
export type Fault = z.infer<typeof faultSchema>;
/** Which requests go wrong, how often, and how. */
export type FaultRule = z.infer<typeof faultRuleSchema>;
