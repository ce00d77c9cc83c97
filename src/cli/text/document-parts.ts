// What several documents of `--json` hold.
import { z } from "zod";
import { paymentsSchema, paymentTotalsSchema } from "../../contract/payment-schemas.ts";
import { errorAdvice } from "../../contract/error-advice.ts";
import type { ErrorCode } from "../../contract/errors.ts";

/** A stable code. */
export const code = z
  .enum(Object.keys(errorAdvice) as [ErrorCode, ...ErrorCode[]])
  .describe("Stable; docs/errors.md says what each means and what to do.");
/** An amount. */
export const money = z
  .object({ amount: z.string().describe("A decimal number, exact."), currency: z.string().describe("ISO 4217.") })
  .describe("An amount of money.");
/** How a price is paid. */
export const payments = paymentsSchema.optional();
/** How several prices are paid. */
export const paymentTotals = z.array(paymentTotalsSchema).describe("How that is paid, per currency.");
/** A time. */
export const time = z.iso.datetime().describe("ISO 8601, in UTC.");
/** Which execution. */
export const executionId = z.string().describe("The execution.");
/** Which recommendation. */
export const recIndex = z.int().describe("The recommendation, counted from 0.");
/** Its token. */
export const token = z.string().describe("The idempotency token, whole: it is what one looks for at the provider.");
/** A note. */
export const note = z.string().optional().describe("For people.");
/** Labels. */
export const labels = z.record(z.string(), z.string()).optional().describe("For people: short texts by name.");
/** A ledger that was made. */
export const newLedger = z.string().optional().describe("Where the ledger is, if it was made by this.");
/** Who pays. */
export const payer = {
  provider: z.string().optional().describe("The cloud."),
  service: z.string().optional().describe("The provider's service."),
  account: z.string().optional().describe("The account, subscription or project that pays."),
};
/** A commitment. */
export const commitment = z
  .object({
    id: z.string().describe("The provider's id."),
    furtherIds: z.array(z.string()).optional().describe("Where the provider split it."),
    state: z.string().describe("The provider's word."),
    settled: z.boolean().describe("Whether that state is final."),
  })
  .describe("What was bought.");
/** What is not valid. */
export const problems = z
  .array(z.object({ path: z.string().describe("The field."), message: z.string().describe("What is wrong with it.") }))
  .describe("What is not valid, each with its field.");
/** Why not. */
export const error = z
  .object({
    code,
    providerCode: z.string().optional().describe("The provider's own code."),
    message: z.string().describe("What happened, and what to do."),
    retryable: z.boolean().describe("Driving again may help without anything being changed."),
    retryAfter: z.number().optional().describe("Milliseconds after which to try again."),
  })
  .describe("Why it is not bought, or not known to be.");
/** A person's decision. */
export const decision = z
  .looseObject({
    kind: z.string().describe("What was decided."),
    person: z.string().describe("Who decided it."),
    reason: z.string().describe("Why."),
    at: time,
  })
  .describe("What a person decided about it.");

/** What a person looks for at a provider. */
export const lookFor = z
  .object({
    provider: z.string().describe("The cloud."),
    service: z.string().describe("The provider's service."),
    account: z.string().optional().describe("The account, subscription or project that pays."),
    place: z.string().describe("Where it is looked for."),
    region: z.string().optional().describe("In which region."),
    sent: z
      .array(
        z.object({
          amount: money.optional(),
          sentAt: time.optional(),
          sentAgainAt: time.optional(),
          from: time.optional().describe("What it bought shows a time from here on."),
          until: time.optional().describe("And until here."),
          shows: z.string().optional().describe("What it would show as."),
          signedIn: z.string().optional().describe("Who has to be signed in for the command."),
          command: z.string().optional().describe("Of the provider's own tool: it looks, and changes nothing."),
        }),
      )
      .describe("What was sent and may have bought, the last one first."),
    known: z.array(z.string()).describe("What else is known."),
    decide: z
      .array(z.object({ finding: z.string().describe("What was found."), command: z.string().describe("Records it.") }))
      .describe("The command for each finding."),
  })
  .optional()
  .describe("Where something may be bought: how a person finds out, and says so.");

const sums = {
  totals: z.array(money).describe("What is bought, per currency."),
  atRisk: z.array(money).describe("What was sent and may be bought, per currency."),
  payments: paymentTotals.describe("How what is bought is paid, per currency."),
};
/** An account that pays. */
export const account = {
  provider: z.string().describe("The cloud."),
  account: z.string().optional().describe("The account, subscription or project that pays."),
};

/** What became of a recommendation. */
export const outcome = z
  .object({
    recIndex,
    status: z
      .enum([
        "purchased",
        "already-purchased",
        "in-progress",
        "refused",
        "rejected",
        "unresolved",
        "skipped",
        "written-off",
      ])
      .describe("What it means for money: the table of the README."),
    token,
    ...payer,
    commitment: commitment.optional(),
    price: money.optional().describe("Of the whole commitment over its term."),
    payments,
    note,
    labels,
    error: error.optional(),
    parked: z
      .looseObject({ since: time, sentAt: time, handle: z.record(z.string(), z.unknown()).describe("Its name.") })
      .optional()
      .describe("No drive could find out what became of it: a person decides."),
    lookFor,
    decision: decision.optional(),
    warnings: z.array(z.string()).optional().describe("What to know although it is bought."),
  })
  .describe("What became of one recommendation.");

/** What became of an execution. */
export const report = z.object({
  executionId,
  outcomes: z.array(outcome).describe("One per recommendation, in their order."),
  ...sums,
  accounts: z.array(z.object({ ...account, ...sums })).describe("The same for each account that pays."),
});

const personsWord = z.object({
  person: z.string().describe("Who said it."),
  reason: z.string().describe("Why."),
  at: time,
});

/** How an execution stands. */
export const execution = z
  .object({
    executionId,
    source: z.string().describe("Who decided to buy."),
    note,
    labels,
    size: z.int().describe("How many places it has, empty ones included."),
    emptyPlaces: z
      .array(z.object({ recIndex, why: z.string().describe("Why it is empty.") }))
      .describe("Those that were empty from the beginning."),
    maxTotals: z.array(money).optional().describe("The most that all of it may cost, per currency."),
    notBefore: z.string().optional().describe("Nothing is sent before."),
    expiresAt: z.string().optional().describe("Nothing is sent from then on."),
    forbidTwinsWithin: z
      .string()
      .optional()
      .describe("Of what is the same as something bought within so many days for something else, nothing is sent."),
    approvalRequired: z.boolean().describe("Nothing is sent before a person approved the terms."),
    approval: personsWord.extend({ termsHash: z.string().describe("Of the terms.") }).optional(),
    cancelled: personsWord.optional(),
    termsVersion: z.int().describe("Grows with every change of its terms."),
    termsHash: z.string().describe("SHA-256 of its terms."),
    state: z.enum(["waiting", "stopped", "working", "needs-person", "complete"]).describe("Where it stands."),
    forbidden: z
      .object({ code, reason: z.string().describe("In words.") })
      .optional()
      .describe("Why nothing may be sent for it now."),
    places: z
      .object({
        bought: z.int().describe("Are bought."),
        atRisk: z.int().describe("Were sent, and may be bought."),
        toCome: z.int().describe("Were not sent, and are not decided."),
        inDoubt: z.int().describe("Of those to come: may be bought already."),
        skipped: z.int().describe("Are empty, or were dropped."),
      })
      .describe("How many places are of each kind."),
    money: z
      .object({
        bought: z.array(money).describe("Is bought."),
        atRisk: z.array(money).describe("May be bought."),
        toCome: z.array(money).describe("The limits of what is to come."),
      })
      .describe("Sums per currency."),
    unlimited: z.int().describe("How many of those to come have no limit."),
    createdAt: time,
    updatedAt: time,
  })
  .describe("How an execution stands.");

/** What an audit found. */
export const audit = z.object({
  scopes: z
    .array(
      z.object({
        key: z.string().describe("For programs."),
        label: z.string().describe("For people."),
        listed: z.int().optional().describe("How many commitments it holds."),
        error: z
          .object({ code, message: z.string().describe("In words.") })
          .optional()
          .describe("Why nothing is known."),
      }),
    )
    .describe("Where was looked."),
  findings: z
    .array(
      z.looseObject({
        kind: z
          .enum(["duplicate", "twin", "orphan", "unrecorded", "loss", "missing-marker"])
          .describe("What is not as it should be."),
        token: token.optional(),
        executionId: executionId.optional(),
        recIndex: recIndex.optional(),
        commitments: z
          .array(z.looseObject({ id: z.string(), state: z.string(), recorded: z.boolean() }))
          .describe("What it is about."),
        message: z.string().describe("What is wrong, and what to do."),
      }),
    )
    .describe("What a person should look at."),
  notLookedAt: z
    .array(z.object({ provider: z.string().describe("The cloud."), service: z.string().describe("Its service.") }))
    .describe("What cannot be listed."),
});

/** How an endpoint stands. */
export const webhook = z.looseObject({
  name: z.string().describe("As the configuration calls it."),
  url: z.string().optional().describe("Where messages go."),
  state: z.string().describe("Whether messages are delivered."),
  waiting: z.int().describe("How many messages wait."),
  registeredAt: time,
});

/** What names a recommendation. */
export const recommendation = {
  executionId,
  recIndex,
  token,
  ...payer,
  description: z.string().optional().describe("In a few words."),
  note,
  labels,
};
