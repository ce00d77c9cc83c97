// What a person approves: an execution with its limits, what was seen when it was quoted, and until when that holds.
import { z } from "zod";
import { about } from "../contract/field-schemas.ts";
import { hashJson } from "../contract/fingerprint.ts";
import type { JsonObject } from "../contract/json.ts";
import { moneySchema } from "../contract/money.ts";
import { maxRecommendations } from "./validate.ts";
import type { Execution } from "../contract/recommendation-types.ts";

/** What every plan says of itself, and the version of its form. */
const [planFormat, planVersion] = ["buyonce.plan", "1"] as const;

const hash = z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hexadecimal digits");
const percent = z.string().regex(/^\d{1,3}(\.\d{1,6})?$/, 'must be a number of percent in quotes, such as "1.5"');
const time = z.iso.datetime({ error: "must be a time such as 2026-12-01T00:00:00.000Z" });
const sums = (description: string) => z.array(moneySchema).meta(about(description));

/** What was seen of one recommendation. */
const seenSchema = z.strictObject({
  recIndex: z.int().min(0).meta(about("The recommendation, counted from 0.")),
  token: z.string().meta(about("Its idempotency token, whole.")),
  fingerprint: hash.optional().meta(about("The hash of what is bought there; left out for an empty place.")),
  provider: z.string().optional().meta(about("The cloud.")),
  service: z.string().optional().meta(about("The provider's service.")),
  account: z.string().optional().meta(about("The account, subscription or project that pays.")),
  verdict: z
    .enum(["buy", "bought", "adopt", "reconcile", "written-off", "refuse", "skip"])
    .meta(about("What would be done about it. Only buy and reconcile are bought under the plan.")),
  price: moneySchema.optional().meta(about("What was quoted, or what it was sent at or cost.")),
  payments: z.looseObject({ dueNow: moneySchema }).optional().meta(about("How that price is paid.")),
  limit: moneySchema.optional().meta(about("The most that it may cost under the plan; 0: it is not to be bought.")),
  note: z.string().optional().meta(about("For people.")),
  labels: z.record(z.string(), z.string()).optional().meta(about("For people, by name.")),
  warnings: z
    .array(z.string())
    .optional()
    .meta(about("What to know before it is bought: something identical was bought lately.")),
  commitment: z.looseObject({ id: z.string(), state: z.string() }).optional().meta(about("What was found as bought.")),
  error: z
    .looseObject({ code: z.string(), message: z.string() })
    .optional()
    .meta(about("Why it would be refused, or has to be found out first.")),
});

/** A plan but for its execution, which is checked as an execution file is. */
export const planSchema = z.strictObject({
  $schema: z.string().meta(about("For an editor. buyonce does not read it.")).optional(),
  format: z
    .literal(planFormat, { error: `must be "${planFormat}"` })
    .meta(about("Says that this is a plan and no execution.")),
  version: z
    .literal(planVersion, { error: `must be "${planVersion}": this version of buyonce reads no other plan` })
    .meta(about("Of the form of a plan.")),
  plannedAt: time.meta(about("When it was made, by the ledger's clock.")),
  holdsUntil: time.meta(about("Nothing is bought under it from then on.")),
  imitation: z
    .boolean()
    .meta(about("Whether it was quoted in a sandbox, or by another imitation: such a plan buys nothing for real.")),
  tolerancePercent: percent.meta(about("By how many percent a price may be above the one that was quoted.")),
  termsVersion: z
    .int()
    .min(0)
    .meta(about("The version of the recorded terms that it was made under; 0: it was not recorded.")),
  termsHash: hash.meta(about("Of the terms that it records, as `buyonce approve --terms` names them.")),
  execution: z.looseObject({}).meta(about("The execution, with each limit that holds under the plan.")),
  seen: z
    .array(seenSchema)
    .min(1)
    .max(maxRecommendations)
    .meta(about("What was seen, and what would be done: one for each place of the execution.")),
  totals: z
    .strictObject({
      buy: sums("What would be bought."),
      bought: sums("What is bought."),
      reconcile: sums("What was sent and may be bought."),
    })
    .meta(about("Sums per currency, of the prices that were seen.")),
  hash: hash.meta(about("Of all else in the plan (canonical JSON, RFC 8785): a plan that was altered is refused.")),
});

/**
 * What a person approves: an execution, each of its prices as its limit, what would be done about each recommendation, and until
 * when that holds. Made by `planDocument`; `drive`, `submit` and `plan` take it in place of an execution.
 */
export type PlanDocument = Omit<z.infer<typeof planSchema>, "execution"> & {
  /** With each limit that holds under the plan. */
  readonly execution: Execution;
};

/** What a plan says of one recommendation. */
export type SeenRecommendation = z.infer<typeof seenSchema>;

/** What a plan says, without what makes it one. */
export type UnsealedPlan = Omit<PlanDocument, "format" | "version" | "hash" | "$schema">;

/** Whether a value that somebody gives for an execution is meant as a plan. It may be none that is valid. */
export function isPlan(input: unknown): input is { readonly execution?: unknown; readonly format: unknown } {
  const { format } = Object(input) as { readonly format?: unknown };
  return typeof format === "string" && format.startsWith("buyonce");
}

/** The execution, not yet validated, of what may be a plan. */
export function executionIn(input: unknown): unknown {
  return isPlan(input) ? input.execution : input;
}

/** The plan as it is written: with its hash, and without what is not there. */
export function sealed(unsealed: UnsealedPlan): PlanDocument {
  const whole = { format: planFormat, version: planVersion, ...unsealed };
  const plan = JSON.parse(JSON.stringify(whole)) as typeof whole;
  return { ...plan, hash: hashOfPlan(plan) };
}

/** The hash of all that a plan says but the hash. */
export function hashOfPlan(plan: object): string {
  const { hash: _hash, $schema: _editors, ...rest } = plan as JsonObject;
  return hashJson(rest);
}
