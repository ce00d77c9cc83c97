import { expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { startLoopback } from "./support/azure-loopback.ts";
import { fakeEnvironment, kindOf, order, priceAnswer, recommend, reservation } from "./support/azure-samples.ts";
import { recommend as recommendPlan } from "./savings-plans/azure-plan-samples.ts";

const tenantId = "ABCDEF00-aaaa-bbbb-cccc-100000000001";

/** Loses the answer of every purchase and shows nothing, except one order that carries no token. */
async function startTenant(shown: string) {
  let minted = 0;
  const bought = { requestDateTime: new Date().toISOString() };
  return startLoopback((request) => {
    const kind = kindOf(request);
    if (kind === "list") return { status: 200, body: { value: [] } };
    if (kind === "reservations") return { status: 200, body: { value: [reservation({}, { name: "r-1" })] } };
    if (kind === "purchase") return { fault: "reset" };
    if (kind === "price") {
      minted += 1;
      const reservationOrderId = `00000000-0000-4000-8000-00000000000${minted}`;
      return { status: 200, body: { properties: { ...priceAnswer.properties, reservationOrderId } } };
    }
    return request.path.toLowerCase().includes(shown)
      ? { status: 200, body: order({ displayName: "VM", ...bought }, { name: shown }) }
      : { status: 404, body: { error: { code: "ReservationOrderNotFound", message: "There is no such order." } } };
  });
}

test("A20: a tenant that one recommendation names and another leaves out: one order never counts for both", async () => {
  const shown = "b1155536-c572-4349-b11e-6d62eed38326";
  await using server = await startTenant(shown);
  const environment = fakeEnvironment();
  const providers = [createAzure({ endpoint: server.origin, environment, readAttempts: 1 })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers, environment });
  const recommendations = [recommend(), recommend("compute", { tenantId })];
  const { outcomes } = await purchaser.drive({ executionId: "e", source: "s", recommendations });
  expect(outcomes.map(({ status }) => status)).toEqual(["unresolved", "unresolved"]);

  const decide = (recIndex: number, id: string) =>
    purchaser.resolveByPerson({ executionId: "e", recIndex, finding: { bought: id }, person: "ann", reason: "seen" });
  expect((await decide(0, shown)).status).toBe("already-purchased");
  await expect(decide(1, shown.toUpperCase())).rejects.toMatchObject({
    code: "commitment-taken",
    message: expect.stringContaining("Nothing was recorded."),
  });
});

test("A20: one tenant in two letter cases is one scope, for reservations and for savings plans", () => {
  const { services } = createAzure();
  for (const [service, one] of [
    ["compute", recommend("compute", { tenantId })],
    ["savings-plans", recommendPlan({ tenantId })],
  ] as const) {
    const keys = [one, { ...one, tenantId: tenantId.toLowerCase() }].map(
      (each) => services[service]?.scopeOf(each).key,
    );
    expect(new Set(keys).size).toBe(1);
  }
});
