import type { SandboxStore } from "../server/sandbox-store.ts";

/** How many orders of all kinds were ever bought, whatever became of them. */
export function purchasesIn(store: SandboxStore): number {
  return ["azure.orders", "azure.savingsPlanOrders"].reduce((sum, name) => sum + store.collection(name).size, 0);
}
