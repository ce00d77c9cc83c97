import { createPurchaser } from "buyonce";
import { createAzure } from "buyonce/azure";
import { startCloudSandbox } from "buyonce/sandbox";
import { openSqliteLedger } from "buyonce/sqlite";
import execution from "./engine.json" with { type: "json" };

// The sandbox stands in for Azure. Without `endpoint` it is the real one, with the environment's credentials.
const sandbox = await startCloudSandbox({ stateFile: ".buyonce/engine-sandbox.json" });
const ledger = await openSqliteLedger({ file: ".buyonce/engine.db" });
const purchaser = createPurchaser({ ledger, providers: [createAzure({ endpoint: sandbox.url })] });

// What was read from JSON is checked here; what is written in TypeScript, the compiler checks.
const approved = purchaser.validate(execution);
const { outcomes } = await purchaser.drive(approved, { deadline: Date.now() + 600_000, concurrency: 4 });
for (const { recIndex, status, commitment, price, error } of outcomes) {
  console.log(recIndex, status, commitment?.id ?? error?.code, price ? `${price.amount} ${price.currency}` : "");
}
await ledger.close();
await sandbox.close();
