import { expect, onTestFinished, test } from "vitest";
import { awsServices } from "../../providers/aws/aws-services.ts";
import { createAws } from "../../providers/aws/index.ts";
import { gcpPermissions } from "../../providers/gcp/gcp-permissions.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyExecution } from "../../src/contract/recommendation.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { fixtureExecution } from "../fixture-execution.ts";

/** What a listing does not take, and a look at one purchase does. */
const byId = [
  ...Object.entries(awsServices).map(([service, { permissions }]) => ({ provider: "aws", service, permissions })),
  ...Object.entries(gcpPermissions).map(([service, permissions]) => ({ provider: "gcp", service, permissions })),
].flatMap(({ permissions: { list }, ...place }) => list.slice(1).map((permission) => ({ ...place, permission })));

test.each(byId)("$provider $service: without $permission a lost answer could not be looked up", async (place) => {
  const { provider, service, permission } = place;
  const { recommendations, ...head } = fixtureExecution();
  const wanted = recommendations.filter((one) => one["provider"] === provider && one["service"] === service);
  const denied = [permission];
  const sandbox = await startCloudSandbox({
    aws: { accounts: { "123456789012": { denied } } },
    gcp: { projects: { "my-project-123": { denied } } },
  });
  onTestFinished(() => sandbox.close());
  const providers = [createAws({ endpoint: sandbox.url }), createGcp({ endpoint: sandbox.url })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
  const execution = { ...head, recommendations: wanted } as unknown as AnyExecution;
  const { ready, findings } = await purchaser.checkAccess(execution);
  expect(ready).toBe(false);
  const failed = findings.filter(({ result }) => result === "failed");
  expect(failed).toMatchObject([{ subject: "purchase", service, detail: expect.stringContaining(permission) }]);
});

test("every service that reads by an id of its own is among them", () => {
  expect(byId.map(({ service }) => service)).toEqual([
    "redshift-serverless",
    "medialive",
    "compute",
    "compute-license",
    "bigquery",
  ]);
});
