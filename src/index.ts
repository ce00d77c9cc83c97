export type { AccessFinding, AccessReport, AccessResult, AccessSubject } from "./access/access-report.ts";
export type { AccessOptions } from "./access/check-access.ts";
export type { Purchaser, PurchaserOptions } from "./purchaser.ts";
export { createPurchaser, validate } from "./typed-purchaser.ts";
export type { DriveOptions } from "./drive/drive-execution.ts";
export type {
  PlannedAsBought,
  PlannedPurchase,
  PlannedRecommendation,
  PlannedSkip,
  PlannedWithError,
  Verdict,
} from "./drive/plan-recommendation.ts";
export type { ExecutionPlan, PlannedAccount, PlanOptions } from "./drive/plan-execution.ts";
export type { PlanDocument, SeenRecommendation } from "./drive/plan-document.ts";
export type { PlanDocumentOptions, PlannedExecution } from "./drive/make-plan.ts";
export type { Decision, PersonFinding } from "./drive/resolve-by-person.ts";
export type { RedriveOptions } from "./drive/redrive-unfinished.ts";
export type { WatchOptions } from "./drive/watch-pending.ts";
export { type HistoryLine, ledgerHistory, type RecommendationHistory } from "./inspect/read-history.ts";
export { type LedgerStatus, ledgerStatus, type RecordStatus, type StatusOptions } from "./inspect/read-status.ts";
export {
  type Finding as FoundByHand,
  type LookedForSend,
  type LookFor,
  lookForOf,
  type Searches,
  type WriteCommand,
} from "./inspect/look-for.ts";
export type { SearchByHand, Sought } from "./contract/search-by-hand.ts";
export type { StatusFilter } from "./inspect/status-filters.ts";
export type { AcceptedLoss } from "./drive/accept-loss.ts";
export type { AuditOptions } from "./audit/run-audit.ts";
export { createMemoryLedger } from "./ledger/memory-ledger.ts";
export { createEventLog } from "./log/event-log.ts";
export type { Logger, LogLevel } from "./log/logger.ts";
export type {
  AuditedCommitment,
  AuditedScope,
  AuditReport,
  Finding,
  FindingKind,
  Place,
} from "./contract/audit-report.ts";
export { htmlReport, type HtmlReportOptions, type ReportedExecution } from "./report/html-report.ts";
export type { Age } from "./contract/age.ts";
export type { ClockReading, Moment } from "./contract/clock-reading.ts";
export type { Commitment, Standing } from "./contract/commitment.ts";
export { type Environment, systemEnvironment } from "./contract/environment.ts";
export {
  BuyonceError,
  type ErrorCode,
  type ExecutionProblem,
  InvalidExecutionError,
  LedgerError,
  RefusedError,
} from "./contract/errors.ts";
export type { DriveEvent, EventError, StartedRecommendation } from "./contract/events.ts";
export type {
  AskedFacts,
  CallOptions,
  Marker,
  OnWait,
  Provider,
  Quote,
  QuoteOptions,
  Recovery,
  Resolution,
  Scope,
  ServiceExecutor,
  Submission,
} from "./contract/executor.ts";
export type {
  AccessPlace,
  ClockSeen,
  ProviderAccess,
  PurchaseRight,
  ServicePermissions,
  SignedIn,
} from "./contract/provider-access.ts";
export { MissingPackageError } from "./contract/optional-package.ts";
export { fingerprint } from "./contract/fingerprint.ts";
export type { JsonObject } from "./contract/json.ts";
export type { Inventory, Refund } from "./contract/inventory.ts";
export type { Facts, Listed } from "./contract/listed.ts";
export type { PurchaseAnswer, Said } from "./contract/purchase-answer.ts";
export type {
  Claim,
  ClaimAnswer,
  ClaimOptions,
  ExecutionPlace,
  HistoryEntry,
  Ledger,
  RecordsQuery,
  TokenRecord,
  TokenState,
  UnfinishedQuery,
} from "./contract/ledger.ts";
export type { MonthlyPayment, Payments, PaymentTotals } from "./contract/payments.ts";
export { formatMoney, money, type Money, moneySchema, totals } from "./contract/money.ts";
export {
  type CommonFields,
  type AnyExecution,
  type ExecutionHead,
  type ExecutionLimits,
  isSkip,
  quantitySchema,
  type AnyRecommendation,
  type Skip,
} from "./contract/recommendation.ts";
// Not by name: only what is exported so can be extended by a declaration.
export * from "./contract/recommendation-types.ts";
export type {
  Amendment,
  EmptyPlace,
  ExecutionEntry,
  ExecutionOwner,
  ExecutionRecord,
  ExecutionsQuery,
  LimitChanges,
  NewExecution,
  NumberedEntry,
  PersonsWord,
  RecordedExecution,
  SubmittedKey,
  Submitter,
} from "./contract/execution-record.ts";
export type { ExecutionLedger } from "./contract/execution-ledger.ts";
export { executionState, type ExecutionState } from "./contract/execution-state.ts";
export { termsHash } from "./contract/terms.ts";
export type { Agreement } from "./drive/agreement.ts";
export {
  type ImportedRecord,
  importRecommendations,
  type RecommendationImport,
  type RecommendationImportOptions,
} from "./import/import-recommendations.ts";
export type { SettingValues } from "./import/import-settings.ts";
export type {
  RecommendationSource,
  Setting,
  SourceAnswer,
  SourceProblem,
  SourceRecord,
} from "./contract/recommendation-source.ts";
export type { ImportOptions } from "./import/import-executions.ts";
export type { ImportedExecution, ImportedPlace, ImportReport } from "./import/import-report.ts";
export type { Confirmed, ConfirmOptions } from "./execution/confirm-execution.ts";
export type { ExecutionStatus } from "./execution/execution-status.ts";
export type {
  ExecutionManager,
  PersonsDecision,
  SentPlace,
  Submitted,
  SubmitOptions,
} from "./execution/manage-executions.ts";
export type {
  BoughtCommitment,
  BoughtOutcome,
  ErrorOutcome,
  InProgressOutcome,
  Outcome,
  OutcomeDecision,
  OutcomeError,
  OutcomeStatus,
  Parked,
  Report,
  SkippedOutcome,
  UnresolvedOutcome,
} from "./contract/report.ts";
export { defaultTagNames, type TagNames } from "./contract/tag-names.ts";
export { deriveIdempotencyToken, maskToken } from "./contract/token.ts";
