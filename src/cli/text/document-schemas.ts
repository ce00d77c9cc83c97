// What the documents of `--json` look like: schemas/output is made of them. A further field of a document is no change that
// breaks anybody, so none of them is closed.
import { z } from "zod";
import {
  code,
  money,
  time,
  executionId,
  recIndex,
  token,
  note,
  labels,
  newLedger,
  commitment,
  problems,
  error,
  decision,
  lookFor,
  account,
  outcome,
  report,
  execution,
  audit,
  webhook,
  recommendation,
  payer,
  payments,
  paymentTotals,
} from "./document-parts.ts";

/** The documents by their names, each with the commands that print it. */
export const jsonDocuments = {
  report: report.extend({ newLedger }).meta({ title: "buyonce drive --json" }),
  reports: z
    .object({
      reports: z.array(report).describe("One for each execution."),
      parked: z
        .object({
          count: z.int().describe("How many."),
          more: z.boolean().describe("There are more than that."),
          atRisk: z.array(money).describe("What they cost, per currency."),
        })
        .describe("What waits for a person."),
    })
    .meta({ title: "buyonce redrive --json, buyonce settle --json" }),
  outcome: outcome.meta({ title: "buyonce resolve --json" }),
  quote: z
    .object({
      executionId,
      recommendations: z
        .array(
          z.object({
            recIndex,
            token,
            verdict: z
              .enum(["buy", "bought", "adopt", "reconcile", "written-off", "held", "refuse", "skip"])
              .describe("What a drive would do about it."),
            ...payer,
            price: money.optional().describe("Of the whole commitment over its term."),
            payments,
            limit: money.optional().describe("Its own limit: maxPrice."),
            note,
            labels,
            warnings: z
              .array(z.string())
              .optional()
              .describe("What is the same as it: bought lately for something else, or in the same execution."),
            commitment: commitment.optional(),
            error: error.optional(),
          }),
        )
        .describe("One per recommendation, in their order."),
      totals: z
        .object({
          buy: z.array(money).describe("What a drive would buy."),
          bought: z.array(money).describe("What is bought."),
          reconcile: z.array(money).describe("What was sent and may be bought."),
        })
        .describe("Sums per currency."),
      payments: paymentTotals.describe("How what a drive would buy is paid, per currency."),
      accounts: z
        .array(z.object({ ...account, payments: paymentTotals }))
        .describe("The same for each account that would pay."),
      error: error.optional(),
      out: z.string().optional().describe("The file that the plan was written to."),
      noPlan: error.optional().describe("Why no plan was written."),
    })
    .meta({ title: "buyonce quote --json" }),
  access: z
    .object({
      ready: z.boolean().describe("A drive could go through."),
      install: z.string().optional().describe("What installs the packages that are missing."),
      findings: z
        .array(
          z.looseObject({
            subject: z.enum(["packages", "sign-in", "clock", "list", "price", "purchase", "ledger"]),
            result: z.enum(["ok", "warning", "failed", "unknown"]),
            where: z.string(),
            by: z.string(),
            detail: z.string(),
            todo: z.string().optional(),
          }),
        )
        .describe("What was found out."),
    })
    .meta({ title: "buyonce doctor --json" }),
  status: z
    .object({
      executions: z.array(execution).describe("How the executions stand."),
      recommendations: z
        .array(
          z.looseObject({
            ...recommendation,
            status: z.string().describe("As in a report, or planned, waiting, not-bought, abandoned."),
            state: z.string().describe("The ledger's own word."),
            commitment: z.looseObject({ id: z.string(), state: z.string() }).optional().describe("What was bought."),
            price: money.optional().describe("What it cost, or at what price it was sent."),
            payments,
            decision: decision.optional(),
            lookFor,
            attempt: z.int().describe("How often a driver took it up."),
            generation: z.int().describe("How often it was begun anew."),
            createdAt: time,
            updatedAt: time,
          }),
        )
        .describe("By execution, in their order."),
      more: z.boolean().describe("There are more than are shown."),
      totals: z
        .object({
          bought: z.array(money).describe("Is bought."),
          unresolved: z.array(money).describe("May be bought."),
        })
        .describe("Sums per currency of what is shown."),
      payments: paymentTotals.describe("How what is bought of it is paid, per currency."),
      accounts: z.array(z.looseObject(account)).describe("The same for each account that pays."),
      webhooks: z.array(webhook).optional().describe("How messages are delivered."),
    })
    .meta({ title: "buyonce status --json" }),
  history: z
    .object({
      executionId,
      recommendations: z
        .array(
          z.object({
            ...recommendation,
            history: z
              .array(
                z.object({
                  at: time,
                  event: z.string().describe("What happened."),
                  from: z.string().optional().describe("The state before."),
                  to: z.string().describe("The state after."),
                  holder: z.string().optional().describe("The driver."),
                  epoch: z.int().describe("Of the driver's claim."),
                  attempt: z.int().describe("Which attempt."),
                  code: z.string().optional().describe("Of an error."),
                  detail: z.string().describe("In words."),
                }),
              )
              .describe("What happened, in order."),
          }),
        )
        .describe("One per recommendation."),
    })
    .meta({ title: "buyonce history --json" }),
  executions: z
    .object({ executions: z.array(execution).describe("How they stand.") })
    .meta({ title: "buyonce executions --json" }),
  execution: z
    .object({
      execution,
      audit: audit.optional(),
      mayBeBought: z
        .array(z.looseObject({ recIndex, token }))
        .optional()
        .describe("What was sent before, and may be bought."),
      history: z
        .array(z.looseObject({ at: time }))
        .optional()
        .describe("What became of it as a whole."),
    })
    .meta({
      title: "buyonce submit, approve, cancel, reopen, limits, skip, source, confirm and executions ID, with --json",
    }),
  import: z
    .object({
      executions: z
        .array(
          z.object({
            row: z.string().describe("Of the export."),
            executionId: executionId.optional(),
            status: z.string().optional().describe("The other engine's own word."),
            result: z.enum(["recorded", "updated", "known", "nothing", "not-taken"]).describe("What became of it."),
            places: z
              .array(
                z.object({
                  recIndex,
                  result: z.enum(["bought", "open", "skipped", "waits"]).describe("How it stands."),
                  commitment: z.string().optional().describe("Its id."),
                  note,
                  labels,
                }),
              )
              .describe("Its recommendations."),
            problems,
          }),
        )
        .describe("One for each row."),
      newLedger,
    })
    .meta({ title: "buyonce import --from go-engine --json" }),
  "recommendation-import": z
    .object({
      executionId,
      out: z.string().describe("The file that was written."),
      records: z
        .array(
          z.looseObject({
            position: z.int(),
            path: z.string(),
            recIndex: recIndex.optional(),
            result: z.enum(["translated", "skipped", "left-out"]),
          }),
        )
        .describe("What became of each record."),
    })
    .meta({ title: "buyonce import --out FILE --json" }),
  written: z
    .object({ executionId, out: z.string().describe("The file that was written.") })
    .meta({ title: "buyonce init --json" }),
  services: z
    .object({
      services: z
        .array(
          z.object({ provider: z.string(), service: z.string(), title: z.string().describe("What people call it.") }),
        )
        .describe("What can be bought."),
    })
    .meta({ title: "buyonce schema --json" }),
  audit: audit.meta({ title: "buyonce audit --json" }),
  "accepted-loss": z
    .object({ executionId, recIndex, token, ...payer, commitment: z.looseObject({ id: z.string() }).optional() })
    .meta({ title: "buyonce audit --accept-loss --json" }),
  ledger: z
    .object({
      place: z.string().describe("Where it is."),
      files: z.array(z.object({ path: z.string(), bytes: z.int() })).describe("What it consists of."),
      schema: z.int().optional().describe("The version of its tables."),
      knownSchema: z.int().describe("The version that this program writes."),
      backupAt: time.optional(),
      restoredAt: time.optional(),
      counts: z
        .object({
          executions: z.int(),
          recommendations: z.int(),
          bought: z.int(),
          mayBeBought: z.int(),
        })
        .optional()
        .describe("How many there are."),
      problems: z.array(z.string()).describe("What is wrong with it."),
    })
    .meta({ title: "buyonce ledger backup, check and restore FILE, with --json" }),
  "ledger-restored": z
    .object({ place: z.string().describe("Where it is."), restoredAt: time })
    .meta({ title: "buyonce ledger restore --json, without a file" }),
  webhooks: z
    .object({ webhooks: z.array(webhook).describe("How messages are delivered.") })
    .meta({ title: "buyonce webhooks --json" }),
  error: z
    .object({
      error: z.object({
        code: z.union([code, z.literal("internal")]).describe("Stable; docs/errors.md says what to do."),
        message: z.string().describe("What happened, and what to do."),
        retryable: z.boolean().describe("The same may succeed later."),
        retryAfter: z.number().optional().describe("Milliseconds."),
        problems: problems.optional(),
      }),
    })
    .meta({ title: "Any command with --json, where there is nothing to report" }),
} satisfies Readonly<Record<string, z.ZodType>>;
