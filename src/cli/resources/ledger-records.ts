import type { Purchaser } from "../../purchaser.ts";
import type { Provider } from "../../contract/executor.ts";
import { executionStatus, type ExecutionStatus } from "../../execution/execution-status.ts";
import type { RecordedAt } from "../../contract/execution-record.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import { type AnyExecution, isSkip, type AnyRecommendation } from "../../contract/recommendation.ts";
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

/** What the records of one execution ask for, by recIndex. */
export function descriptionsIn(
  executionId: string,
  records: readonly TokenRecord[],
  purchaser: Purchaser,
): readonly string[] {
  const own = records.filter((record) => record.executionId === executionId);
  const said = descriptionsOf(own, purchaser);
  const descriptions: string[] = [];
  for (const [position, { recIndex }] of own.entries()) descriptions[recIndex] = said[position] ?? "";
  return descriptions;
}

/** All records of an execution. Throws a usage error where there is none. */
export async function recordsOf(ledger: Ledger, executionId: string): Promise<readonly TokenRecord[]> {
  const records = await ledger.recordsOf(executionId);
  if (records.length > 0) return records;
  throw unknownExecution(executionId);
}

/** An execution and its records. Throws a usage error for one that the ledger does not know. */
export async function recordedOf(ledger: Ledger, executionId: string): Promise<RecordedAt> {
  const recorded = await ledger.recorded(executionId);
  if (recorded === undefined) throw unknownExecution(executionId);
  return recorded;
}

/** How an execution stands. Throws a usage error for one that the ledger does not know. */
export async function executionStatusOf(ledger: Ledger, executionId: string): Promise<ExecutionStatus> {
  const recorded = await recordedOf(ledger, executionId);
  return executionStatus(recorded, recorded.at);
}

function unknownExecution(executionId: string) {
  return usageError(
    `The ledger knows no execution ${JSON.stringify(executionId)}. Check the id, and name the ledger that its drives used with --ledger. Nothing was sent.`,
  );
}

/** The providers that records need. Throws a usage error for one that the command line does not know. */
export function providersOf(records: readonly TokenRecord[]): readonly ProviderName[] {
  return providersNamed(new Set(records.map(({ recommendation }) => recommendation.provider)));
}

/** The providers that records name. Throws a usage error for one that the command line does not know. */
export function providersNamed(names: ReadonlySet<string>): readonly ProviderName[] {
  return [...names].map((name) => {
    if (isProviderName(name)) return name;
    throw usageError(
      `The ledger holds a recommendation of the provider ${JSON.stringify(name)}, which the command line does not know. Drive it again with the program that bought it. Nothing was sent.`,
    );
  });
}

/** What each place of an execution asks for, by recIndex. */
export function describePlaces({ recommendations }: AnyExecution, purchaser: Purchaser): readonly string[] {
  return recommendations.map((place) => (isSkip(place) ? "left empty" : purchaser.describe(place)));
}

type Describe = (recommendation: AnyRecommendation) => string;

/** Describing loads no SDK and looks for no credentials. */
const describers: Readonly<Record<ProviderName, () => Promise<Describe>>> = {
  azure: async () => (await import("../../../providers/azure/describe.ts")).describeAzure,
  // These load theirs at the first request.
  aws: async () => describerOf((await import("../../../providers/aws/index.ts")).createAws()),
  gcp: async () => describerOf((await import("../../../providers/gcp/index.ts")).createGcp()),
};

function describerOf({ services }: Provider): Describe {
  return (recommendation) => services[recommendation.service]?.describe(recommendation) ?? "";
}

/** What each record asks for, in a few words; provider and service where nobody knows how to say more. */
export async function describeRecords(records: readonly TokenRecord[]): Promise<readonly string[]> {
  const known = new Map<string, Describe>();
  for (const { recommendation } of records) {
    const { provider } = recommendation;
    if (isProviderName(provider) && !known.has(provider)) known.set(provider, await describers[provider]());
  }
  return records.map(({ recommendation }) => {
    const plain = `${recommendation.provider} ${recommendation.service}`;
    try {
      return known.get(recommendation.provider)?.(recommendation) || plain;
    } catch {
      // Recorded by another version, in another shape.
      return plain;
    }
  });
}
