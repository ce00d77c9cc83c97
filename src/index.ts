export { createPurchaser, type Purchaser, type PurchaserOptions } from "./drive/purchaser.ts";
export type { DriveOptions } from "./drive/drive.ts";
export type { QuotedRecommendation, Verdict } from "./drive/prospect.ts";
export type { Quotation, QuoteOptions } from "./drive/quote.ts";
export type { Decision } from "./drive/decide.ts";
export type { RedriveOptions } from "./drive/purchaser.ts";
export type { SettleOptions } from "./drive/settle-executions.ts";
export { type HistoryLine, ledgerHistory, type RecommendationHistory } from "./inspect/history.ts";
export { type LedgerStatus, ledgerStatus, type RecordStatus, type StatusOptions } from "./inspect/status.ts";
export { type StatusFilter, statusFilters } from "./inspect/status-filters.ts";
export type { AcceptedLoss } from "./audit/accept-loss.ts";
export type { AuditOptions } from "./audit/audit.ts";
export { createMemoryLedger } from "./ledger/memory.ts";
export { createEventLog } from "./log/event-log.ts";
export { eventLevel } from "./log/event-level.ts";
export type { Logger, LogLevel } from "./log/logger.ts";
export type { AuditedCommitment, AuditedScope, AuditReport, Finding, FindingKind, Place } from "./spec/audit.ts";
export { htmlReport, type HtmlReportOptions, type ReportedExecution } from "./report/html-report.ts";
export type { Commitment, Standing } from "./spec/commitment.ts";
export { parseEndpoint } from "./spec/endpoint.ts";
export { type Environment, systemEnvironment } from "./spec/environment.ts";
export {
  BuyonceError,
  type BuyonceErrorOptions,
  type ErrorCode,
  type ExecutionProblem,
  InvalidExecutionError,
  LedgerError,
  PurchaseOutcomeUnknownError,
  PurchaseRejectedError,
  RefusedError,
} from "./spec/errors.ts";
export type { DriveEvent, EventError, SendResult, StartedRecommendation } from "./spec/events.ts";
export type {
  CallOptions,
  Difference,
  Listing,
  Marker,
  Provider,
  Quote,
  Recovery,
  Resolution,
  Scope,
  ServiceExecutor,
  Submission,
} from "./spec/executor.ts";
export { fingerprint } from "./spec/fingerprint.ts";
export type { JsonObject, JsonValue } from "./spec/json.ts";
export type { Attributes, ListedCommitment, Refund } from "./spec/listed-commitment.ts";
export type {
  Claim,
  ClaimAnswer,
  ClaimOptions,
  ClaimRequest,
  HistoryEntry,
  Ledger,
  RecordPlace,
  RecordsQuery,
  ScopePage,
  TokenRecord,
  TokenState,
  UnfinishedQuery,
} from "./spec/ledger.ts";
export { compareMoney, formatMoney, money, type Money, moneySchema, totals } from "./spec/money.ts";
export { type Execution, quantitySchema, type Recommendation, termYears } from "./spec/recommendation.ts";
export type { Outcome, OutcomeError, OutcomeStatus, Report } from "./spec/report.ts";
export { defaultTagNames, type TagNames } from "./spec/tag-names.ts";
export { deriveIdempotencyToken, maskToken } from "./spec/token.ts";
