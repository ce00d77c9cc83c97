import { BuyonceError } from "../contract/errors.ts";
import type { TokenRecord } from "../contract/ledger.ts";
import type { Report } from "../contract/report.ts";
import { withOutcomes } from "./report-of.ts";
import { leftAsItIs } from "./outcome-of-record.ts";

/** The reports of a call, and in them what needs an executor that the purchaser was not given: as the ledger has it. */
export function withMissingExecutors(
  reports: readonly Report[],
  withoutExecutor: readonly TokenRecord[],
): readonly Report[] {
  return withOutcomes(
    reports,
    withoutExecutor.map((record) => {
      return { executionId: record.executionId, outcome: leftAsItIs(record, executorMissing(record)) };
    }),
  );
}

/** That nobody here can work on it. */
export function executorMissing({ recommendation: { provider, service }, state, parkedAt }: TokenRecord): BuyonceError {
  const stands = parkedAt === undefined ? state : "parked";
  return new BuyonceError({
    code: "executor-missing",
    message:
      `This worker has no executor for ${provider} ${service}, so it stays in the ledger as it is (${stands}). ` +
      "Run a worker that has one.",
  });
}
