import { expect, onTestFinished, test } from "vitest";
import { createAws } from "../../../providers/aws/index.ts";
import { type CloudSandboxOptions, startCloudSandbox } from "../../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../../src/contract/environment.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { clockAhead } from "../../clock-ahead.ts";
import { fixtureExecution } from "../../fixture-execution.ts";

const [reservation] = fixtureExecution().recommendations.filter(({ service }) => service === "mediaconnect");
if (reservation === undefined) throw new Error("The fixture has no mediaconnect.");

const minutes = 60_000;

async function world(aws: CloudSandboxOptions["aws"] = {}) {
  let skipped = 0;
  const clock = { now: () => Date.now() + skipped };
  const sandbox = await startCloudSandbox({ aws, clock });
  onTestFinished(() => sandbox.close());
  const readClock = () => clockAhead(skipped);
  const environment = { ...systemEnvironment, ...clock, readClock, sleep: async () => undefined };
  const providers = [createAws({ endpoint: sandbox.url, environment, purchaseTimeout: 5000, readTimeout: 5000 })];
  const ledger = createMemoryLedger({ clock: clock.now });
  const drive = async (executionId: string, kept = ledger) => {
    const purchaser = createPurchaser({ ledger: kept, environment, providers });
    const execution = { executionId, source: "test", recommendations: [reservation] };
    return (await purchaser.drive(execution)).outcomes[0];
  };
  const lose = (when: "before" | "after") =>
    sandbox.addFault([{ match: { action: "PurchaseOffering" }, fault: { kind: "reset", when } }]);
  const lost = () => createMemoryLedger({ clock: clock.now });
  return { sandbox, drive, lose, lost, wait: (time: number) => void (skipped += time) };
}

test("with the ledger lost it is found by its name, and not bought again", async () => {
  const { sandbox, drive, lost } = await world();
  const bought = await drive("night-1");
  expect(bought).toMatchObject({ status: "purchased" });
  expect(await drive("night-1", lost())).toMatchObject({
    status: "already-purchased",
    commitment: { id: bought?.commitment?.id },
  });
  expect(sandbox.purchases()).toBe(1);
});

test("the answer is lost, and the listing lags: nothing is sent until it shows", async () => {
  const { sandbox, drive, lose, wait } = await world({
    soldOnce: "sold",
    visibilityLag: { milliseconds: 10 * minutes },
  });
  lose("after");
  expect(await drive("night-1")).toMatchObject({ status: "unresolved" });
  wait(9 * minutes);
  expect(await drive("night-1")).toMatchObject({ status: "unresolved" });
  wait(2 * minutes);
  expect(await drive("night-1")).toMatchObject({ status: "already-purchased" });
  expect(sandbox.purchaseRequests()).toHaveLength(1);
});

test("it never arrived: bought again after 15 minutes, under the same name", async () => {
  const { sandbox, drive, lose, wait } = await world();
  lose("before");
  expect(await drive("night-1")).toMatchObject({ status: "unresolved" });
  wait(14 * minutes);
  expect(await drive("night-1")).toMatchObject({ status: "unresolved" });
  expect(sandbox.purchases()).toBe(0);
  wait(2 * minutes);
  expect(await drive("night-1")).toMatchObject({ status: "purchased" });
  expect(sandbox.purchases()).toBe(1);
  const names = sandbox
    .purchaseRequests()
    .map(({ body }) => (JSON.parse(body) as { reservationName: string }).reservationName);
  expect(new Set(names).size).toBe(1);
});

test("were it hidden for longer than that, what AWS refuses is not called failed: one is bought", async () => {
  const { sandbox, drive, lose, wait } = await world({ visibilityLag: { milliseconds: 60 * minutes } });
  lose("after");
  await drive("night-1");
  wait(16 * minutes);
  expect(await drive("night-1")).toMatchObject({ status: "unresolved", error: { code: "outcome-unknown" } });
  wait(60 * minutes);
  expect(await drive("night-1")).toMatchObject({ status: "already-purchased" });
  expect(sandbox.purchases()).toBe(1);
});

test("beside one that is active nothing is sold, and it says why", async () => {
  const { sandbox, drive } = await world();
  const bought = await drive("night-1");
  expect(await drive("night-2")).toMatchObject({
    status: "rejected",
    error: { message: expect.stringContaining(`${bought?.commitment?.id}`) },
  });
  expect(sandbox.purchases()).toBe(1);
});
