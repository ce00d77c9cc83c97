import type { Provider } from "../../contract/executor.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import type { Recommendation } from "../../contract/recommendation.ts";
import { isProviderName, type ProviderName } from "./providers.ts";

type Describe = (recommendation: Recommendation) => string;

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
