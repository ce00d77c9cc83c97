import { expect, test } from "vitest";
import { createAzure } from "../../../providers/azure/index.ts";
import type { CloudSandbox } from "../../../providers/sandbox/index.ts";
import { createPurchaser } from "../../../src/purchaser.ts";
import { createMemoryLedger } from "../../../src/ledger/memory-ledger.ts";
import { createVirtualEnvironment } from "../../../src/testing/virtual-environment.ts";
import { sandboxFor } from "../../sandbox/support.ts";
import { fakeEnvironment } from "../support/azure-samples.ts";
import { recommend } from "./azure-plan-samples.ts";

// A second send that Azure refuses proves nothing about the first, but the alias of a further quote is the same one: it is
// looked at before each PUT. Here Azure buys again at every PUT that it takes.

const put = "PUT savingsPlanOrderAliases";
const look = "GET savingsPlanOrderAliases/{name}";
const list = "GET savingsPlanOrders";
const refused = { kind: "status", status: 403, code: "AuthorizationFailed", when: "before" } as const;
const hidden = { kind: "status", status: 404, code: "SavingsPlanOrderAliasNotFound", when: "before" } as const;

/**
 * A first PUT without an answer, and two further ones that are refused, while no listing and no alias shows anything:
 * unresolved. Then 300 seconds pass, the next PUT is refused too, and `hiddenLooks` more looks at the alias show nothing.
 */
async function begin(when: "before" | "after", hiddenLooks: number) {
  const sandbox = await sandboxFor({ azure: { savingsPlan: { secondPut: "buys-again" } } });
  const hide = (times: number) => {
    sandbox.addFault({ match: { action: list }, times: 99, fault: { kind: "listing", listing: "empty" } });
    sandbox.addFault({ match: { action: look }, times, fault: hidden });
  };
  hide(99);
  sandbox.addFault({ match: { action: put }, fault: { kind: "reset", when } });
  sandbox.addFault({ match: { action: put }, times: 2, fault: refused });
  const environment = createVirtualEnvironment();
  const azure = fakeEnvironment();
  const ledger = createMemoryLedger({ clock: environment.now });
  const providers = [createAzure({ endpoint: sandbox.url, environment: azure })];
  const purchaser = createPurchaser({ ledger, providers, environment });
  const drive = async () => {
    const execution = { executionId: "further", source: "cudly-web", recommendations: [recommend()] };
    return (await purchaser.drive(execution)).outcomes[0];
  };
  expect(await drive()).toMatchObject({ status: "unresolved" });
  // Refused within 300 seconds: no further quote.
  expect([count(sandbox, put), count(sandbox, "POST validate")]).toEqual([3, 1]);
  environment.advance(300_000);
  sandbox.clearFaults();
  hide(hiddenLooks);
  sandbox.addFault({ match: { action: put }, fault: refused });
  return { sandbox, drive, slept: azure.slept };
}

const actions = (sandbox: CloudSandbox) => sandbox.requests.map(({ action }) => action);
const count = (sandbox: CloudSandbox, action: string) => actions(sandbox).filter((each) => each === action).length;

test("300 seconds later, refused again and still absent: a further quote, and one order under the same alias", async () => {
  const { sandbox, drive, slept } = await begin("before", 99);
  const before = slept.length;
  expect(await drive()).toMatchObject({ status: "purchased" });
  expect([count(sandbox, put), sandbox.savingsPlanOrders().length]).toEqual([5, 1]);
  const paths = sandbox.requests.filter(({ action }) => action === put).map(({ path }) => path);
  expect(new Set(paths).size).toBe(1);
  // After the refusal a listing and a look have to agree, and again for the quote; then two looks, 15 seconds apart.
  const puts = actions(sandbox).flatMap((action, at) => (action === put ? [at] : []));
  const between = actions(sandbox).slice((puts[3] ?? 0) + 1, puts[4]);
  expect(between).toEqual([list, look, list, "POST validate", look, look, look]);
  expect(slept.slice(before)).toEqual([15_000, 15_000]);
});

// By then five looks: two before the second send, two within it, one after its refusal.
test.each([
  ["once the further price is known", 5],
  ["at the first look of the further send", 6],
  ["at the second look of the further send", 7],
])("the first PUT did buy, and its alias shows only %s: nothing more is bought", async (_name, hiddenLooks) => {
  const { sandbox, drive } = await begin("after", hiddenLooks);
  const [order] = sandbox.savingsPlanOrders();
  expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: order?.id } });
  expect(count(sandbox, "POST validate")).toBe(2);
  expect([count(sandbox, put), sandbox.savingsPlanOrders().length]).toEqual([4, 1]);
});
