// What the documents look like that the door takes and gives: they validate, and /openapi.json is made of them.
import { z } from "zod";
import { errorAdvice } from "../contract/error-advice.ts";
import type { ErrorCode } from "../contract/errors.ts";
import { executionWords, labels } from "./word-schemas.ts";
import { paymentsSchema, paymentTotalsSchema } from "../contract/payment-schemas.ts";
import { moneySchema } from "../contract/money.ts";
import { textProblem } from "../contract/text-problem.ts";
import { twinsWithinPattern } from "../contract/twin.ts";
import { envelopeSchema } from "../drive/validate.ts";

/** The schemas that the document names, by their names. */
export const documented = z.registry<{ readonly id: string }>();

/** Gives a schema the name that the document calls it by. */
export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  documented.add(schema, { id });
  return schema;
}

const codes = Object.keys(errorAdvice) as [ErrorCode, ...ErrorCode[]];

const code = named("Code", z.enum(codes).describe("Stable; docs/errors.md says what each means and what to do."));

const money = named(
  "Money",
  z.object({ amount: z.string(), currency: z.string() }).describe("A decimal number, exact."),
);

const time = named("Time", z.iso.datetime());

/** A time, in ISO 8601. */
export const timeSchema = time;

const states = ["waiting", "stopped", "working", "needs-person", "complete"] as const;

/** Where an execution stands. */
export const stateSchema = named(
  "State",
  z
    .enum(states)
    .describe(
      "waiting: for an approval, its time, or a person who confirms it. working: something is being driven, or is to be. needs-person: something was refused, rejected or is parked. stopped: cancelled or expired. complete: all is bought and settled, skipped or decided.",
    ),
);

const forbidden = z.object({ code, reason: z.string() }).optional().describe("Why nothing may be sent for it now.");

const outcomeError = z.object({
  code,
  providerCode: z.string().optional(),
  message: z.string(),
  retryable: z.boolean(),
  retryAfter: z.number().optional().describe("Milliseconds."),
});

const account = { provider: z.string(), account: z.string().optional() };
const payments = named("Payments", paymentsSchema);
const paymentTotals = named("PaymentTotals", paymentTotalsSchema);

const payer = { provider: z.string().optional(), service: z.string().optional(), account: z.string().optional() };

const personsWord = z.object({ person: z.string(), reason: z.string(), at: time });

/** What became of one recommendation. */
export const outcomeSchema = named(
  "Outcome",
  z.object({
    recIndex: z.int(),
    status: z.enum([
      "purchased",
      "already-purchased",
      "in-progress",
      "refused",
      "rejected",
      "unresolved",
      "skipped",
      "written-off",
    ]),
    token: z.string().describe("The idempotency token, whole: it is what one looks for at the provider."),
    ...payer,
    commitment: z
      .object({ id: z.string(), furtherIds: z.array(z.string()).optional(), state: z.string(), settled: z.boolean() })
      .optional(),
    price: money.optional(),
    payments: payments.optional(),
    note: z.string().optional(),
    labels,
    error: outcomeError.optional(),
    parked: z.object({ since: time, sentAt: time, handle: z.record(z.string(), z.unknown()) }).optional(),
    decision: z.looseObject({ kind: z.string(), person: z.string(), reason: z.string(), at: time }).optional(),
    warnings: z.array(z.string()).optional(),
  }),
);

/** What is bought and what may be, summed per currency. */
export const sums = { totals: z.array(money), atRisk: z.array(money), payments: z.array(paymentTotals) };

/** How an execution stands. */
export const reportSchema = named(
  "Report",
  z.object({
    executionId: z.string(),
    state: stateSchema,
    forbidden,
    outcomes: z.array(outcomeSchema),
    ...sums,
    accounts: z.array(z.object({ ...account, ...sums })),
  }),
);

/** A cancelled execution. */
export const cancelledSchema = named(
  "CancelledReport",
  reportSchema.extend({
    mayBeBought: z
      .array(z.object({ recIndex: z.int(), token: z.string(), price: money.optional() }))
      .describe("What was sent before, and is not known to be bought or not."),
  }),
);

const limits = {
  maxTotals: z.array(money).optional(),
  notBefore: z.string().optional(),
  expiresAt: z.string().optional(),
  forbidTwinsWithin: z.string().optional(),
};

/** The terms of an execution. */
export const termsSchema = named(
  "Terms",
  z.object({
    executionId: z.string(),
    source: z.string(),
    ...executionWords,
    termsVersion: z.int(),
    termsHash: z.string(),
    recommendations: z.array(z.looseObject({})).describe("As they are recorded; an empty place is { skip }."),
    ...limits,
    approvalRequired: z.boolean(),
    mayNotApprove: z
      .array(z.string())
      .optional()
      .describe("Two persons are needed: who submitted it, or set its terms since, may not approve it."),
    approval: personsWord.extend({ termsHash: z.string() }).optional(),
    cancelled: personsWord.optional(),
    incomplete: z.boolean().optional(),
    restored: z.boolean().optional(),
    limitsUnknown: z.boolean().optional(),
  }),
);

/** One of the executions in a list. */
export const summarySchema = named(
  "Summary",
  z.object({
    executionId: z.string(),
    source: z.string(),
    ...executionWords,
    state: stateSchema,
    forbidden,
    termsVersion: z.int(),
    size: z.int(),
    places: z.object({
      bought: z.int(),
      atRisk: z.int(),
      toCome: z.int(),
      inDoubt: z.int(),
      skipped: z.int(),
    }),
    money: z.object({ bought: z.array(money), atRisk: z.array(money), toCome: z.array(money) }),
    unlimited: z.int(),
    createdAt: time,
    updatedAt: time,
  }),
);

/** A page of executions. */
export const pageSchema = named(
  "Executions",
  z.object({
    executions: z.array(summarySchema),
    next: z.string().optional().describe("The cursor of the next page; not there on the last one."),
  }),
);

const historyLine = {
  at: time,
  event: z.string(),
  person: z.string().optional().describe("Who said so; not there where no person did."),
  from: z.string().optional(),
  to: z.string(),
  holder: z.string().optional(),
  epoch: z.int(),
  attempt: z.int(),
  code: z.string().optional(),
  detail: z.string(),
};

/** What happened to a recommendation. */
export const historySchema = named(
  "History",
  z.object({
    executionId: z.string(),
    recIndex: z.int(),
    token: z.string(),
    history: z.array(z.object(historyLine)),
  }),
);

/** What happened to an execution, or to one of its recommendations, in a stream. */
export const eventSchema = named(
  "Event",
  z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("execution"),
      number: z.int(),
      at: time,
      event: z.string(),
      person: z.string().optional(),
      reason: z.string().optional(),
      termsVersion: z.int(),
      detail: z.string(),
    }),
    z.object({
      kind: z.literal("recommendation"),
      number: z.int(),
      recIndex: z.int(),
      token: z.string(),
      ...historyLine,
    }),
    z
      .object({ kind: z.literal("end"), executionId: z.string(), state: stateSchema })
      .describe("The last one of an execution that is complete: there is nothing more to come."),
  ]),
);

/** What driving an execution would cost and do. */
export const quoteSchema = named(
  "Quote",
  z.object({
    executionId: z.string(),
    termsVersion: z.int(),
    raises: z.array(z.string()).optional(),
    recommendations: z.array(
      z.looseObject({
        recIndex: z.int(),
        token: z.string(),
        verdict: z.string(),
        price: money.optional(),
        payments: payments.optional(),
        warnings: z
          .array(z.string())
          .optional()
          .describe("What is the same as it: bought lately, or in this execution."),
      }),
    ),
    totals: z.object({ buy: z.array(money), bought: z.array(money), reconcile: z.array(money) }),
    payments: z.array(paymentTotals).describe("How what would be bought is paid, per currency."),
    accounts: z.array(z.object({ ...account, payments: z.array(paymentTotals) })),
    error: outcomeError.optional(),
  }),
);

const placeText = z.string().superRefine((text, { addIssue }) => {
  const problem = textProblem(text);
  if (problem !== undefined) addIssue({ code: "custom", message: problem });
});

/** Where an audit looks. */
export const placesSchema = named(
  "AuditRequest",
  z.strictObject({
    places: z
      .array(z.object({ provider: placeText }).catchall(placeText))
      .min(1, "must hold at least one place")
      .max(100, "must hold at most 100 places")
      .optional()
      .describe(
        "Default: all that the ledger knows. aws: accountId, region; azure: tenantId, or none; gcp: projectId, region.",
      ),
  }),
);

/** What an audit found. */
export const auditSchema = named(
  "Audit",
  z.object({
    scopes: z.array(
      z.object({
        key: z.string(),
        label: z.string(),
        listed: z.int().optional().describe("How many commitments it holds; for callers with the scope `all`."),
        error: z.object({ code, message: z.string() }).optional().describe("Then nothing is known about it."),
      }),
    ),
    findings: z.array(
      z.looseObject({
        kind: z.enum(["duplicate", "twin", "orphan", "unrecorded", "loss", "missing-marker"]),
        scope: z.object({ key: z.string(), label: z.string() }),
        token: z.string().optional(),
        executionId: z.string().optional(),
        recIndex: z.int().optional(),
        commitments: z.array(z.looseObject({ id: z.string(), state: z.string(), recorded: z.boolean() })),
        message: z.string(),
      }),
    ),
    more: z.int().describe("How many findings are left out."),
    notLookedAt: z.array(z.object({ provider: z.string(), service: z.string() })),
  }),
);

/** Why a request was not carried out. */
export const problemSchema = named(
  "Problem",
  z.object({
    type: z.string().describe("The page of the code, relative to this server."),
    title: z.string(),
    status: z.int(),
    code,
    detail: z.string(),
    retryable: z.boolean().describe("The same request may succeed later."),
    retryAfter: z.number().optional().describe("Milliseconds."),
    recIndex: z.int().optional(),
    holder: z.string().optional().describe("Of in-progress: the driver that works on it."),
    until: time.optional().describe("Of in-progress: until when it holds it, unless it goes on."),
    problems: z
      .array(
        z.object({
          pointer: z.string().optional().describe("A JSON pointer into the body: #/recommendations/1/quantity"),
          parameter: z.string().optional(),
          recIndex: z.int().optional(),
          detail: z.string(),
        }),
      )
      .optional(),
  }),
);

const id = z.string().min(1, "must not be empty");

const reason = z.string().min(1, "must not be empty").max(255, "must have at most 255 characters");

/** Why somebody does something; who does is the caller. */
export const reasonSchema = named("Reason", z.strictObject({ reason }));

/** A body of which nothing is read. */
export const emptySchema = named("Nothing", z.strictObject({}));

const limit = named("Limit", moneySchema);

/** Limits as they are from now on. */
export const limitsSchema = named(
  "LimitChanges",
  z.strictObject({
    maxTotals: z.array(limit).nullable().optional().describe("One amount for each currency; null is no limit."),
    maxPrices: z
      .record(z.string().regex(/^\d{1,6}$/, "must be the number of a recommendation"), limit.nullable())
      .optional()
      .describe("By recIndex; null is no limit."),
    forbidTwinsWithin: z
      .string()
      .regex(twinsWithinPattern, 'must be a number of days such as "P7D"')
      .nullable()
      .optional()
      .describe("Of what is the same as something bought within so many days, nothing is sent; null allows it."),
    reason,
  }),
);

/** The source from now on. */
export const sourceSchema = named("SourceChange", z.strictObject({ source: id, reason }));

/** What a person found out. */
export const resolutionSchema = named(
  "Resolution",
  z.discriminatedUnion("finding", [
    z.strictObject({ finding: z.literal("bought"), id, reason }),
    z.strictObject({ finding: z.literal("not-this"), id, reason }),
    z.strictObject({ finding: z.literal("not-bought"), reason }),
    z.strictObject({ finding: z.literal("write-off"), reason }),
  ]),
);

/** An execution, as JSON Schema: it is validated by the purchaser, which names every problem at once. */
export function executionDocuments() {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(envelopeSchema, { io: "input", unrepresentable: "any" });
  const description =
    'Each recommendation has the fields of its provider\'s service (docs/api), or is { "skip": "why" }. A name given twice in one object is refused.';
  const required = (schema.required ?? []).filter((field) => field !== "executionId");
  return {
    Execution: { ...schema, description },
    ExecutionInPath: { ...schema, required, description: `${description} Its executionId is the one in the path.` },
  };
}

/** The document about all of this. */
export const documentSchema = named("Document", z.looseObject({ openapi: z.string() }));
