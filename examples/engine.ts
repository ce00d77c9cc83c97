import { createPurchaser } from "buyonce";
import { createAzure } from "buyonce/azure";
import { startCloudSandbox } from "buyonce/sandbox";
import { openSqliteLedger } from "buyonce/sqlite";

// The sandbox stands in for Azure. Without `endpoint` it is the real one, with the environment's credentials.
await using sandbox = await startCloudSandbox({ stateFile: ".buyonce/engine-sandbox.json" });
const ledger = await openSqliteLedger({ file: ".buyonce/engine.db" });
const purchaser = createPurchaser({ ledger, providers: [createAzure({ endpoint: sandbox.url })] });

const report = await purchaser.drive(
  {
    executionId: "night-2026-11-22",
    source: "my-engine",
    recommendations: [
      {
        provider: "azure",
        service: "compute",
        subscriptionId: "9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d",
        region: "westus",
        sku: "Standard_B1ls",
        quantity: 1,
        term: "P1Y",
        billingPlan: "Upfront",
        appliedScope: { type: "Shared" },
        instanceFlexibility: "On",
        maxPrice: { amount: "30.00", currency: "GBP" },
      },
    ],
  },
  { deadline: Date.now() + 600_000, concurrency: 4 },
);

for (const { recIndex, status, commitment, price, error } of report.outcomes) {
  // purchased, already-purchased: bought. in-progress, unresolved: drive again later. refused, rejected: see the error.
  console.log(recIndex, status, commitment?.id ?? error?.code, price ? `${price.amount} ${price.currency}` : "");
}
await ledger.close();
