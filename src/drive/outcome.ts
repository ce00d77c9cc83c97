import type { Commitment, Standing } from "../contract/commitment.ts";
import { capitalised, type DecisionKind, decisionText, type RecordedDecision } from "../contract/decision.ts";
import { todoOf } from "../contract/error-advice.ts";
import { BuyonceError, LedgerError, messageOf } from "../contract/errors.ts";
import type { Submission } from "../contract/executor.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import { wordsOf } from "../contract/labels.ts";
import { pricedAs } from "../contract/payments.ts";
import { payerOf } from "../contract/payer.ts";
import type {
  BoughtCommitment,
  BoughtOutcome,
  ErrorOutcome,
  InProgressOutcome,
  Outcome,
  OutcomeDecision,
  OutcomeError,
  UnresolvedOutcome,
} from "../contract/report.ts";

/** What an outcome takes from a record, or from a request for one. */
type Reported = Pick<TokenRecord, "recIndex" | "token" | "recommendation"> &
  Partial<Pick<TokenRecord, "decision" | "note" | "labels">>;

/** The outcome of something that is bought, in the fields and values of the first time. */
export function boughtOutcome(
  record: Reported & Partial<Pick<TokenRecord, "error">>,
  commitment: Commitment,
  status: BoughtOutcome["status"],
  warnings: readonly string[] = [],
): Outcome {
  const { recIndex, token, recommendation, error, decision } = record;
  const { id, state, standing, price, payments } = commitment;
  if (isOver({ error }, { standing })) {
    return errorOutcome({ recIndex, token, recommendation, ...wordsOf(record) }, "rejected", overError(id, state));
  }
  const all = [...warnings, ...warningsAbout(state, standing)];
  return {
    recIndex,
    status,
    token,
    ...payerOf(recommendation),
    commitment: reportedCommitment(commitment),
    ...(price ? { price } : {}),
    ...(payments ? { payments } : {}),
    ...wordsOf(record),
    ...decidedAs(decision, ["bought", "lost"]),
    ...(all.length > 0 ? { warnings: all } : {}),
  };
}

/** A commitment as it is reported. */
export function reportedCommitment({ id, furtherIds, state, settled }: Commitment): BoughtCommitment {
  return { id, ...(furtherIds?.length ? { furtherIds } : {}), state, settled };
}

/** The decision that an outcome rests on, if it is one of these. */
function decidedAs(
  decision: RecordedDecision | undefined,
  kinds: readonly DecisionKind[],
): { readonly decision?: OutcomeDecision } {
  if (decision === undefined || !kinds.includes(decision.kind)) return {};
  return { decision: { ...decision, at: new Date(decision.at).toISOString() } };
}

/** It was over when it was first seen: every drive says the same. */
export function isOver(
  { error }: Partial<Pick<TokenRecord, "error">>,
  { standing }: Pick<Commitment, "standing">,
): boolean {
  return standing === "ended" && error?.code === "purchase-over";
}

function warningsAbout(state: string, standing: Standing): readonly string[] {
  if (standing === "unclear")
    return [`Its state is ${state}: it cannot be told whether it was paid. Look at it at the provider.`];
  return standing === "ended" ? [`It was bought and is over: it was last seen as ${state}.`] : [];
}

/** It was bought under its handle and has ended. An execution is bought once, so it is not bought again. */
export function overError(id: string, state: string): BuyonceError {
  return new BuyonceError({
    code: "purchase-over",
    providerCode: state,
    message: `It was bought as ${id} and is over: its state is ${state}. ${todoOf("purchase-over")}`,
  });
}

/** What has an error in any case. */
type Failed = ErrorOutcome | UnresolvedOutcome | (InProgressOutcome & { readonly error: OutcomeError });

/**
 * The outcome of something that is not bought, or not known to be. `submission`: what was sent and may be bought, whose
 * price is named.
 */
export function errorOutcome<Status extends Failed["status"]>(
  { recIndex, token, recommendation, decision, ...words }: Reported,
  status: Status,
  error: unknown,
  submission?: Pick<Submission, "price" | "payments">,
): Failed & { readonly status: Status } {
  const outcome = {
    recIndex,
    status,
    token,
    ...payerOf(recommendation),
    ...pricedAs(submission),
    ...wordsOf(words),
    error: outcomeError(error),
    ...decidedAs(decision, decisionsBehind[status]),
  };
  // Of a status that is a type parameter, the compiler does not know which member of the union it is.
  return outcome as Failed & { readonly status: Status };
}

/** Which decisions still say something about what is not bought, or not known to be. */
const decisionsBehind: Readonly<Record<Outcome["status"], readonly DecisionKind[]>> = {
  purchased: [],
  "already-purchased": [],
  "in-progress": [],
  refused: ["not-bought", "not-this"],
  rejected: [],
  unresolved: ["not-this"],
  "written-off": ["written-off"],
  skipped: [],
};

/** The outcome of what a person wrote off: the same for every drive. */
export function writtenOffOutcome(record: TokenRecord): ErrorOutcome {
  const { decision, submission } = record;
  const by = decision === undefined ? "It was written off" : capitalised(decisionText(decision));
  const error = new BuyonceError({
    code: "written-off",
    message: `${by}. It may be bought, and is never bought again. ${todoOf("written-off")}`,
  });
  return errorOutcome(record, "written-off", error, submission);
}

/** The ledger itself failed, as opposed to a write that it declined. */
export function isBroken(error: unknown): error is LedgerError {
  return LedgerError.isInstance(error) && error.code.startsWith("ledger-");
}

/** Another driver holds the claim: this one has no more say in it. */
export function isLost(error: unknown): error is LedgerError {
  return LedgerError.isInstance(error) && error.code === "claim-lost";
}

/** What is said about anything that was thrown. */
export function outcomeError(error: unknown): OutcomeError {
  if (!BuyonceError.isInstance(error)) {
    return { code: "internal", message: `${messageOf(error)} Report this as a defect.`, retryable: false };
  }
  const { code, message, retryable, retryAfter, providerCode } = error;
  return {
    code,
    ...(providerCode === undefined ? {} : { providerCode }),
    message,
    retryable,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}
