import type { Purchaser } from "../../purchaser.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import { usageError } from "../terminal/exit-code.ts";
import { isProviderName, type ProviderName } from "./providers.ts";

/** What each record asks for, in their order; provider and service where the purchaser was not given the executor. */
export function descriptionsOf(records: readonly TokenRecord[], purchaser: Purchaser): readonly string[] {
  return records.map(({ recommendation }) => {
    try {
      return purchaser.describe(recommendation);
    } catch {
      return `${recommendation.provider} ${recommendation.service}`;
    }
  });
}

/** All records of an execution. Throws a usage error where there is none. */
export async function recordsOf(ledger: Ledger, executionId: string): Promise<readonly TokenRecord[]> {
  const records = await ledger.execution(executionId);
  if (records.length > 0) return records;
  throw usageError(
    `The ledger knows no execution ${JSON.stringify(executionId)}. Check the id, and name the ledger that its drives used with --ledger. Nothing was sent.`,
  );
}

/** The providers that records need. Throws a usage error for one that the command line does not know. */
export function providersOf(records: readonly TokenRecord[]): readonly ProviderName[] {
  const names = new Set(records.map(({ recommendation }) => recommendation.provider));
  return [...names].map((name) => {
    if (isProviderName(name)) return name;
    throw usageError(
      `The ledger holds a recommendation of the provider ${JSON.stringify(name)}, which the command line does not know. Drive it again with the program that bought it. Nothing was sent.`,
    );
  });
}
