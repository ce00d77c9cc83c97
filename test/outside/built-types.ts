// As whoever installed the package compiles: `npm run check:package` holds it against what was built, `npm run check:types` against
// the source. It is not run.
import { createMemoryLedger, createPurchaser, type Execution, type Recommendation, validate } from "buyonce";
import { createAws } from "buyonce/aws";
import { createAzure } from "buyonce/azure";
import { createGcp } from "buyonce/gcp";

type Server = {
  readonly provider: "outside";
  readonly service: "server";
  readonly plan: "small";
  readonly term: "P1Y";
};

declare module "buyonce" {
  interface RecommendationTypes {
    readonly "outside/server": Server;
  }
}

const providers = [createAws(), createAzure(), createGcp()];
const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
const own = { provider: "outside", service: "server", plan: "small", term: "P1Y", note: "FIN-17" } as const;
const gcp = {
  provider: "gcp",
  service: "compute",
  projectId: "my-project-123",
  region: "us-central1",
  machineFamily: "N2",
  vcpus: 8,
  memoryMb: 32_768,
  term: "P1Y",
  autoRenew: false,
} as const satisfies Recommendation;
const execution: Execution = { executionId: "night", source: "engine", recommendations: [own, gcp] };

await purchaser.drive(execution);
await purchaser.drive(validate(JSON.parse("{}"), providers));
// @ts-expect-error -- read from JSON: it goes through validate
await purchaser.drive(JSON.parse("{}") as unknown);
// @ts-expect-error -- maxPrice
await purchaser.drive({ ...execution, recommendations: [{ ...gcp, maxPirce: { amount: "1.00", currency: "USD" } }] });
// @ts-expect-error -- plan
await purchaser.drive({ ...execution, recommendations: [{ ...own, plna: "small" }] });
// @ts-expect-error -- a service that nobody sells
await purchaser.plan({ ...execution, recommendations: [{ ...gcp, service: "compote" }] });
