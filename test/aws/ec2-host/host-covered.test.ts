import { expect, onTestFinished, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type CloudSandboxOptions, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../../src/contract/environment.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { fixtureExecution } from "../../fixture-execution.ts";

const { recommendations } = fixtureExecution();
const [host] = recommendations.filter(({ service }) => service === "ec2-host");
if (host === undefined) throw new Error("The fixture has no ec2-host.");

async function world(aws: CloudSandboxOptions["aws"]) {
  const sandbox = await startCloudSandbox({ aws });
  onTestFinished(() => sandbox.close());
  /** Each drive has a ledger of its own: whatever was known before is lost. */
  const drive = async (executionId: string, change: object = {}) => {
    const purchaser = createPurchaser({
      ledger: createMemoryLedger(),
      providers: [createAws({ endpoint: sandbox.url, purchaseTimeout: 5000, readTimeout: 5000 })],
      // The looks after an answer that says nothing come at once.
      environment: { ...systemEnvironment, sleep: async () => undefined },
    });
    const execution = { executionId, source: "test", recommendations: [{ ...host, ...change }] };
    return (await purchaser.drive(execution)).outcomes[0];
  };
  return { sandbox, drive };
}

test("with the ledger lost it is found by its tags, and not bought again", async () => {
  const { sandbox, drive } = await world({});
  const bought = await drive("night-1");
  expect(bought).toMatchObject({ status: "purchased" });
  expect(await drive("night-1")).toMatchObject({
    status: "already-purchased",
    commitment: { id: bought?.commitment?.id },
  });
  expect(sandbox.purchases()).toBe(1);
});

test.each(["refused", "sold"] as const)(
  "with the ledger lost and a listing that lags, nothing is bought twice: a host that is covered is %s",
  async (soldOnce) => {
    const { sandbox, drive } = await world({ soldOnce, visibilityLag: { reads: 100 } });
    const bought = await drive("night-1");
    expect(await drive("night-1")).toMatchObject({ commitment: { id: bought?.commitment?.id } });
    expect(sandbox.purchases()).toBe(1);
  },
);

test("the same where EC2 has forgotten the client token: the host stands against it", async () => {
  const { sandbox, drive } = await world({ clientTokenMemory: 0, visibilityLag: { reads: 100 } });
  await drive("night-1");
  const outcome = await drive("night-1");
  expect(outcome).toMatchObject({
    status: "unresolved",
    error: { code: "outcome-unknown", providerCode: "HostAlreadyCoveredByReservation" },
  });
  expect(sandbox.purchases()).toBe(1);
});

test("a host that another purchase covers is not sold again: nothing was bought, and the one that covers it is named", async () => {
  const { sandbox, drive } = await world({});
  const bought = await drive("night-1");
  expect(await drive("night-2")).toMatchObject({
    status: "rejected",
    error: {
      providerCode: "HostAlreadyCoveredByReservation",
      message: expect.stringContaining(`${bought?.commitment?.id} (active) covers h-`),
    },
  });
  expect(sandbox.purchases()).toBe(1);
});

test("a price above the limit of the recommendation is refused, and nothing is sent", async () => {
  const { sandbox, drive } = await world({});
  expect(await drive("night-1", { maxPrice: { amount: "1", currency: "USD" } })).toMatchObject({
    error: { code: "price-above-limit" },
  });
  expect(sandbox.purchaseRequests()).toHaveLength(0);
});

test("hosts of another family are refused by the preview", async () => {
  const { sandbox, drive } = await world({});
  expect(await drive("night-1", { instanceFamily: "c5" })).toMatchObject({ error: { code: "quote-failed" } });
  expect(sandbox.purchaseRequests()).toHaveLength(0);
});
