import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { serviceWithoutApi } from "../../src/contract/service-without-api.ts";

const bySpend =
  "Google sells its committed use discount by spend in the console alone: no API buys it, and a lost answer could buy it twice.";
const inConsole =
  "Buy it in the Google Cloud console (Billing, Committed use discounts), and remove it from the execution.";

/**
 * What people ask for under these names, and is not bought here: why, and what to do. An earlier program "bought" some of them by
 * creating real databases and buckets. Spend-based discounts: https://cloud.google.com/docs/cuds-spend-based
 */
const reasons: Readonly<Record<string, { readonly why?: string; readonly instead: string }>> = {
  cloudsql: {
    instead: "Buy its committed use discount in the Google Cloud console (Billing, Committed use discounts).",
  },
  memorystore: {
    instead: "Buy its committed use discount in the Google Cloud console (Billing, Committed use discounts).",
  },
  cloudstorage: { instead: "Google sells no commitment of it to everyone: ask your Google Cloud account team." },
  spanner: { why: bySpend, instead: inConsole },
  run: { why: bySpend, instead: inConsole },
  alloydb: { why: bySpend, instead: inConsole },
  bigtable: { why: bySpend, instead: inConsole },
  firestore: { why: bySpend, instead: inConsole },
  dataflow: { why: bySpend, instead: inConsole },
  gke: { why: bySpend, instead: inConsole },
  managedkafka: { why: bySpend, instead: inConsole },
  vmwareengine: { why: bySpend, instead: inConsole },
  "compute-flexible": {
    why: bySpend,
    instead: `${inConsole} What is committed by vCPUs and memory is the service "compute".`,
  },
};

/** Executors that refuse what this provider does not buy, before anything is sent. */
export const gcpNotSold: readonly ServiceExecutor[] = Object.entries(reasons).map(([service, reason]) =>
  serviceWithoutApi({ provider: "gcp", service, isRefused: reason.why !== undefined, ...reason }),
);
