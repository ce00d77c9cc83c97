import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { importRecommendations, type RecommendationImportOptions } from "../../src/import/import-recommendations.ts";
import type { SettingValues } from "../../src/import/import-settings.ts";

/** None of them sends anything or looks for credentials by being made. */
export const providers = [createAws(), createAzure(), createGcp()];

/** The text of an answer in fixtures/recommendations. */
export const answerText = (file: string) =>
  readFileSync(resolve(import.meta.dirname, "../../fixtures/recommendations", `${file}.json`), "utf8");

/** The single, billed subscription of the fixtures. */
export const subscriptionId = "10000000-aaaa-bbbb-cccc-100000000001";

const azure = { subscriptionId, billingPlan: "Monthly", renew: false };

/** All that the sources of the fixtures leave unsaid. */
export const everything: Readonly<Record<string, SettingValues>> = {
  "cost-explorer": {
    ec2: { offeringClass: "convertible", scope: "Region" },
    redshift: { offeringKind: "regular" },
  },
  "azure-consumption": {
    compute: { ...azure, instanceFlexibility: "On" },
    database: azure,
    cache: azure,
    "managed-redis": azure,
    cosmosdb: { ...azure, region: "westeurope" },
    synapse: azure,
  },
  "azure-advisor": {
    compute: { ...azure, subscriptionId: "record", instanceFlexibility: "Off" },
    database: azure,
    cosmosdb: { ...azure, region: "westeurope" },
  },
  "gcp-recommender": {
    compute: {
      autoRenew: "false",
      "projectId.123456789012": "my-project-123",
      "projectId.210987654321": "other-project-1",
    },
  },
};

type Changes = Partial<Omit<RecommendationImportOptions, "from">>;

/** Imports a text. */
export function imported(text: string, from: string, changes: Changes = {}) {
  return importRecommendations(text, {
    from,
    providers,
    executionId: "import-1",
    source: "finops",
    ...changes,
    set: changes.set ?? everything[from],
  });
}

/** The problems of an import that is refused: `path: message`. */
export function problemsOf(text: string, from: string, changes: Changes = {}): readonly string[] {
  try {
    imported(text, from, changes);
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
  throw new Error("It was imported.");
}
