import type { AccessReport } from "../../access/access-report.ts";
import type { PlanDocument } from "../../drive/plan-document.ts";
import type { ExecutionPlan } from "../../drive/plan-execution.ts";
import type { ParkedSum } from "../../drive/report-parked.ts";
import type { RecommendationHistory } from "../../inspect/read-history.ts";
import { recordedPriced } from "../../inspect/recorded.ts";
import type { LookFor, LookForByToken } from "../../inspect/look-for.ts";
import type { LedgerStatus } from "../../inspect/read-status.ts";
import type { ExecutionEntry } from "../../contract/execution-record.ts";
import type { ExecutionStatus } from "../../execution/execution-status.ts";
import type { SentPlace } from "../../execution/manage-executions.ts";
import type { AnyExecution } from "../../contract/recommendation.ts";
import type { RecommendationImport } from "../../import/import-recommendations.ts";
import type { ImportReport } from "../../import/import-report.ts";
import type { LedgerSummary } from "../../ledger/ledger-summary.ts";
import type { AuditReport } from "../../contract/audit-report.ts";
import { jsonText } from "./json-error.ts";
import { escapeHidden } from "../../contract/escape-hidden.ts";
import type { JsonSchema } from "../../contract/json-schema.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { payerOf } from "../../contract/payer.ts";
import type { Outcome, OutcomeError, Report } from "../../contract/report.ts";
import { type WebhookStatus, webhookState } from "../../contract/webhook-ledger.ts";
import type { ShownService } from "./schema-text.ts";

/** The one JSON document of `drive --json`: the report, tokens in full; and where the ledger is, if it was new. */
export function jsonReport(report: Report, { newLedger, lookFor }: BesideReport = {}): string {
  return jsonText({ ...reportDocument(report, lookFor), newLedger });
}

/** What is said beside a report. */
interface BesideReport {
  /** Where the ledger is, if it was new. */
  readonly newLedger?: string | undefined;
  /** What a person looks for at the providers, by token. */
  readonly lookFor?: LookForByToken | undefined;
}

/** The one JSON document of `redrive --json` and `settle --json`. */
export function jsonReports(
  reports: readonly Report[],
  { count, more, atRisk }: ParkedSum,
  lookFor?: LookForByToken,
): string {
  return jsonText({
    reports: reports.map((report) => reportDocument(report, lookFor)),
    parked: { count, more, atRisk },
  });
}

/** The one JSON document of `doctor --json`. */
export function jsonAccess({ ready, install, findings }: AccessReport): string {
  return jsonText({ ready, install, findings });
}

/** What `quote --out` did. */
interface PlanWritten {
  /** The file of the plan. */
  readonly out?: string | undefined;
  /** Why none was written. */
  readonly noPlan?: OutcomeError | undefined;
}

/** The one JSON document of `quote --json`, tokens in full. */
export function jsonQuotation(
  { executionId, recommendations, totals, payments, accounts, error }: ExecutionPlan,
  { out, noPlan }: PlanWritten = {},
): string {
  return jsonText({ executionId, recommendations, totals, payments, accounts, error, out, noPlan });
}

/** As large as a file may be that is read again; longer ones are written without indentation. */
const indentedBytes = 9_000_000;

/** A plan file. */
export function jsonPlanFile(plan: PlanDocument): string {
  const indented = jsonText(plan);
  return indented.length <= indentedBytes ? indented : escapeHidden(`${JSON.stringify(plan)}\n`);
}

/** The one JSON document of `status --json`, times in ISO 8601, tokens in full. */
export function jsonStatus(
  { recommendations, more, totals, payments, accounts }: LedgerStatus,
  descriptions: readonly string[],
  executions: readonly ExecutionStatus[],
  { webhooks, lookFor }: { readonly webhooks: readonly WebhookStatus[]; readonly lookFor?: LookForByToken },
): string {
  const rows = recommendations.map(({ status, record }, index) => ({
    ...recordDocument(record, descriptions[index]),
    status,
    state: record.state,
    commitment: record.commitment,
    ...recordedPriced(record),
    error: record.error,
    decision: record.decision && { ...record.decision, at: isoTime(record.decision.at) },
    lookFor: lookFor?.get(record.token),
    attempt: record.attempt,
    generation: record.generation,
    holder: record.holder,
    leaseUntil: record.leaseUntil === undefined ? undefined : isoTime(record.leaseUntil),
    createdAt: isoTime(record.createdAt),
    updatedAt: isoTime(record.updatedAt),
  }));
  return jsonText({
    executions: executions.map(executionDocument),
    recommendations: rows,
    more,
    totals,
    payments,
    accounts,
    ...(webhooks.length === 0 ? {} : { webhooks: webhooks.map(webhookDocument) }),
  });
}

/** The one JSON document of `history --json`, times in ISO 8601, tokens in full. */
export function jsonHistory(
  executionId: string,
  histories: readonly RecommendationHistory[],
  descriptions: readonly string[],
): string {
  const recommendations = histories.map(({ record, lines }, index) => ({
    ...recordDocument(record, descriptions[index]),
    history: lines.map(({ at, event, from, to, holder, epoch, attempt, code, detail }) => ({
      at: isoTime(at),
      event,
      from,
      to,
      holder,
      epoch,
      attempt,
      code,
      detail,
    })),
  }));
  return jsonText({ executionId, recommendations });
}

/** The one JSON document of `executions --json`, times in ISO 8601. */
export function jsonExecutions(all: readonly ExecutionStatus[]): string {
  return jsonText({ executions: all.map(executionDocument) });
}

/** What is said beside an execution. */
interface BesideExecution {
  readonly mayBeBought?: readonly SentPlace[] | undefined;
  readonly history?: readonly ExecutionEntry[];
  readonly audit?: AuditReport | undefined;
}

/** The one JSON document of a command about one execution, times in ISO 8601, tokens in full. */
export function jsonExecution(
  status: ExecutionStatus,
  { mayBeBought = [], history, audit }: BesideExecution = {},
): string {
  return jsonText({
    execution: executionDocument(status),
    audit: audit && auditDocument(audit),
    ...(mayBeBought.length > 0 ? { mayBeBought } : {}),
    ...(history === undefined ? {} : { history: history.map((entry) => ({ ...entry, at: isoTime(entry.at) })) }),
  });
}

function executionDocument({ execution, ...status }: ExecutionStatus) {
  const { createdAt, updatedAt, approval, cancelled, ...record } = execution;
  const word = <Word extends { readonly at: number }>(said: Word | undefined) =>
    said && { ...said, at: isoTime(said.at) };
  return {
    ...record,
    approval: word(approval),
    cancelled: word(cancelled),
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
    ...status,
  };
}

/** The one JSON document of `import --json`. */
export function jsonImport({ executions }: ImportReport, newLedger: string | undefined): string {
  const rows = executions.map(({ row, executionId, status, result, places, problems }) => {
    return { row, executionId, status, result, places, problems };
  });
  return jsonText({ executions: rows, newLedger });
}

/** The one JSON document of `import --json` of recommendations. */
export function jsonRecommendationImport({ execution, records }: RecommendationImport, out: string): string {
  return jsonText({ executionId: execution.executionId, out, records });
}

/** An execution file. */
export function jsonExecutionFile({ recommendations, ...execution }: AnyExecution): string {
  return jsonText({ ...execution, recommendations });
}

/** The one JSON document of the `ledger` commands, times in ISO 8601. */
export function jsonLedger(summary: LedgerSummary): string {
  const { place, files, schema, knownSchema, backupAt, restoredAt, counts, problems } = summary;
  const time = (at: number | undefined) => (at === undefined ? undefined : isoTime(at));
  const times = { backupAt: time(backupAt), restoredAt: time(restoredAt) };
  return jsonText({ place, files, schema, knownSchema, ...times, counts, problems });
}

/** The one JSON document of `webhooks --json`, times in ISO 8601. */
export function jsonWebhooks(all: readonly WebhookStatus[]): string {
  return jsonText({ webhooks: all.map(webhookDocument) });
}

function webhookDocument(endpoint: WebhookStatus) {
  const { name, url, waiting, failures, lastAnswer, givenUp, ...times } = endpoint;
  const { oldestAt, failingSince, pausedUntil, disabledAt, deliveredAt, registeredAt } = times;
  const time = (at: number | undefined) => (at === undefined ? undefined : isoTime(at));
  return {
    name,
    url,
    state: webhookState(endpoint),
    waiting,
    oldestAt: time(oldestAt),
    failures,
    failingSince: time(failingSince),
    pausedUntil: time(pausedUntil),
    disabledAt: time(disabledAt),
    lastAnswer: lastAnswer && { ...lastAnswer, at: isoTime(lastAnswer.at) },
    deliveredAt: time(deliveredAt),
    givenUp,
    registeredAt: isoTime(registeredAt),
  };
}

/** The one JSON document of `init --json`. */
export function jsonWritten(executionId: string, out: string): string {
  return jsonText({ executionId, out });
}

/** The one JSON document of `schema --json`. */
export function jsonServices(services: readonly ShownService[]): string {
  return jsonText({ services: services.map(({ provider, service, title }) => ({ provider, service, title })) });
}

/** The one JSON document of `schema --json` of a service: a JSON Schema. */
export function jsonServiceSchema(schema: JsonSchema): string {
  return jsonText(schema);
}

/** The one JSON document of `ledger restore --json` without a file, the time in ISO 8601. */
export function jsonMarked(place: string, restoredAt: number): string {
  return jsonText({ place, restoredAt: isoTime(restoredAt) });
}

/** The one JSON document of `audit --json`, tokens in full. */
export function jsonAudit(report: AuditReport): string {
  return jsonText(auditDocument(report));
}

function auditDocument({ scopes, findings, notLookedAt }: AuditReport) {
  return { scopes, findings, notLookedAt };
}

/** The one JSON document of `audit --accept-loss --json`. */
export function jsonAcceptedLoss({ executionId, recIndex, token, recommendation, commitment }: TokenRecord): string {
  return jsonText({ executionId, recIndex, token, ...payerOf(recommendation), commitment });
}

/** The one JSON document of `resolve --json`. */
export function jsonOutcome(outcome: Outcome): string {
  return jsonText(outcomeDocument(outcome));
}

function reportDocument(
  { executionId, outcomes, totals, atRisk, payments, accounts }: Report,
  lookFor?: LookForByToken,
) {
  const said = outcomes.map((outcome) => outcomeDocument(outcome, lookFor?.get(outcome.token)));
  return { executionId, outcomes: said, totals, atRisk, payments, accounts };
}

function outcomeDocument(outcome: Outcome, lookFor?: LookFor) {
  const { recIndex, status, token, provider, service, account, ...rest } = outcome;
  const { commitment, price, payments, note, labels, error, parked, decision, warnings } = rest;
  const payer = { provider, service, account };
  return {
    recIndex,
    status,
    token,
    ...payer,
    commitment,
    price,
    payments,
    note,
    labels,
    error,
    parked,
    lookFor,
    decision,
    warnings,
  };
}

function recordDocument(
  { executionId, recIndex, token, recommendation, note, labels }: TokenRecord,
  description: string | undefined,
) {
  return { executionId, recIndex, token, ...payerOf(recommendation), description, note, labels };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
