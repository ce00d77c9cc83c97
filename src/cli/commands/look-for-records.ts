import type { Provider } from "../../contract/executor.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import type { Report } from "../../contract/report.ts";
import { lookForEach, type LookForByToken, portalLinks } from "../../inspect/look-for.ts";
import { isProviderName } from "../resources/providers.ts";
import type { CommandParts } from "./command-parts.ts";
import { endpointsOf, isImitated } from "./option-checks.ts";
import type { CloudOptions } from "./option-groups.ts";
import { commandLineOf } from "./same-run.ts";
import { buildProviders, requestTimeout } from "./with-resources.ts";

/**
 * What a person looks for at the providers, of those among these records that may be bought, by token, with the commands of this run.
 * Nothing is sent. Throws a LedgerError.
 */
export async function lookForRecords(
  records: readonly TokenRecord[],
  ledger: Pick<Ledger, "now">,
  options: CloudOptions,
  parts: CommandParts,
): Promise<LookForByToken> {
  const how = { at: await ledger.now(), line: commandLineOf(options, parts) };
  const tokens = lookForEach(records, { ...how, searches: () => undefined });
  const own = records.filter(({ token }) => tokens.has(token));
  // A command's own imitation ends with it: there is nothing left to look at.
  const providers = own.length === 0 || options.sandbox ? [] : await providersOf(own, options, parts);
  return lookForEach(own, { ...how, searches: (name) => providers.find((provider) => provider.name === name) });
}

/** Where the portals of the providers show what these records bought, or may have, by token. Nothing is sent. */
export async function portalsOfRecords(
  records: readonly TokenRecord[],
  options: CloudOptions,
  parts: CommandParts,
): Promise<ReadonlyMap<string, string>> {
  // What an imitation sold no portal shows.
  const providers = isImitated(options) ? [] : await providersOf(records, options, parts);
  return portalLinks(records, (name) => providers.find((provider) => provider.name === name));
}

/** The records of all that reports are about, as the ledger has them by now. Throws a LedgerError. */
export async function recordsOfReports(
  reports: readonly Report[],
  ledger: Pick<Ledger, "recordsOf">,
): Promise<readonly TokenRecord[]> {
  const records: TokenRecord[] = [];
  for (const { executionId, outcomes } of reports) {
    const tokens = new Set(outcomes.map(({ token }) => token));
    const own = await ledger.recordsOf(executionId);
    records.push(...own.filter(({ token }) => tokens.has(token)));
  }
  return records;
}

/** Settings that cannot be used are no reason to say nothing of what may be bought. */
async function providersOf(
  records: readonly TokenRecord[],
  options: CloudOptions,
  parts: CommandParts,
): Promise<readonly Provider[]> {
  const names = new Set(records.map(({ recommendation }) => recommendation.provider).filter(isProviderName));
  if (names.size === 0) return [];
  const how = { endpoints: endpointsOf(options), purchaseTimeout: requestTimeout, parts };
  return buildProviders([...names], how).catch(() => []);
}
