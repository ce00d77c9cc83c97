import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { sandboxFor } from "../sandbox/support.ts";
import { fakeEnvironment, recommend } from "./support/azure-samples.ts";

const put = "PUT reservationOrders";
const { sku } = recommend();

/** Drives one recommendation, on one virtual clock and one ledger; the answer to the first purchase says that it failed. */
async function failing() {
  // Without a read between them: the purchase itself answers with the final state.
  const sandbox = await sandboxFor({ azure: { readsPerState: 0, finalStates: { [sku]: "BillingFailed" } } });
  const environment = createVirtualEnvironment();
  const ledger = createMemoryLedger({ clock: environment.now });
  const providers = [createAzure({ endpoint: sandbox.url, environment: fakeEnvironment() })];
  const purchaser = createPurchaser({ ledger, providers, environment });
  const drive = async () => {
    const execution = { executionId: "failed", source: "cudly-web", recommendations: [recommend()] };
    return (await purchaser.drive(execution)).outcomes[0];
  };
  const puts = () => sandbox.requests.filter(({ action }) => action === put).length;
  return { sandbox, drive, puts, ledger };
}

describe("a success that says that its order came to nothing", () => {
  test("uses its id up: a later drive asks about it, and buys under another one", async () => {
    const { sandbox, drive, puts, ledger } = await failing();
    expect(await drive()).toMatchObject({
      status: "rejected",
      error: { code: "purchase-rejected", providerCode: "BillingFailed" },
    });
    const [record] = await ledger.recordsOf("failed");
    const [first] = sandbox.orders();
    expect(record).toMatchObject({ state: "rejected", generation: 1, former: [{ failedAs: [first?.id] }] });
    sandbox.setFinalState(sku, "Succeeded");
    expect(await drive()).toMatchObject({ status: "purchased", commitment: { state: "Succeeded" } });
    expect(sandbox.orders().map(({ state }) => state)).toEqual(["BillingFailed", "Succeeded"]);
    expect(puts()).toBe(2);
  });

  test("is paid after all, and the listing does not show it: it is the purchase, and nothing more is sent", async () => {
    const { sandbox, drive, puts } = await failing();
    await drive();
    const [first] = sandbox.orders();
    sandbox.setOrderState(first?.id ?? "", "Succeeded");
    sandbox.addFault({
      match: { action: "GET reservationOrders" },
      times: 9,
      fault: { kind: "listing", listing: "empty" },
    });
    expect(await drive()).toMatchObject({ commitment: { id: first?.id, state: "Succeeded" } });
    expect([puts(), sandbox.orders().length]).toEqual([1, 1]);
  });

  test("lives, as a look shows: bought", async () => {
    const { sandbox, drive, puts } = await failing();
    sandbox.onRequest = ({ action }) => {
      const [first] = sandbox.orders();
      if (action === put && first !== undefined) sandbox.setOrderState(first.id, "Succeeded");
    };
    expect(await drive()).toMatchObject({ status: "purchased", commitment: { id: sandbox.orders()[0]?.id } });
    expect(puts()).toBe(1);
  });
});
