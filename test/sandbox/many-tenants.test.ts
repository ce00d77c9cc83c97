import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { recommend as recommendPlan } from "../azure/savings-plans/azure-plan-samples.ts";
import { fakeEnvironment, recommend } from "../azure/support/azure-samples.ts";
import { recommendation as gcpRecommendation } from "../gcp/gcp-samples.ts";
import { azureClient, sandboxFor, temporaryFolder, virtualMachine } from "./support.ts";

const [one, revoked, other, without] = ["1", "2", "3", "4"].map(
  (digit) => `${digit}0000000-aaaa-bbbb-cccc-${digit}00000000000`,
) as [string, string, string, string];
const plan = { commitment: { amount: "0.5", currency: "GBP" } };
const machine = (tenantId: string, quantity = 1) => recommend("compute", { tenantId, quantity });
const committed = (projectId: string, vcpus = 8) => ({ ...gcpRecommendation, projectId, vcpus });

/** Of the price list. */
const pricePages = 4;

/** Their variables are set nowhere: over http none is read. */
const tenants = Object.fromEntries(
  [one, revoked, other].map((tenantId) => [tenantId, { clientId: one, clientSecret: { env: "UNSET" } }]),
);
const projects = Object.fromEntries(
  ["project-one", "project-two", "project-denied"].map((id) => [id, { keyFile: "/nowhere" }]),
);

async function drive(sandbox: CloudSandbox, recommendations: readonly object[], ledger: Ledger = createMemoryLedger()) {
  const environment = fakeEnvironment();
  // The Google SDK holds the process up for seconds while it loads: kept connections end, and times pass.
  const times = { readTimeout: 300_000, purchaseTimeout: 1_200_000 };
  const settings = { endpoint: sandbox.url, environment, variables: {}, ...times };
  const providers = [createAzure({ ...settings, tenants }), createGcp({ ...settings, projects })];
  const purchaser = createPurchaser({ ledger, providers, environment });
  const execution = { executionId: "many", source: "test", recommendations };
  const { outcomes } = await purchaser.drive(execution);
  return outcomes;
}

/** How many requests of each kind came, by whom they were of. */
function counted({ requests }: CloudSandbox, ...actions: readonly string[]) {
  const lines = requests
    .filter(({ action }) => actions.includes(action))
    .map(({ action, account }) => `${action} ${account}`);
  return Object.fromEntries([...Map.groupBy(lines, (line) => line)].map(([line, { length }]) => [line, length]));
}

const recommendations = [
  machine(one),
  machine(one, 2),
  recommendPlan({ ...plan, tenantId: one }),
  machine(other.toUpperCase()),
  recommendPlan({ ...plan, tenantId: other }),
  machine(revoked),
  recommendPlan({ ...plan, tenantId: revoked }),
  machine(without),
  committed("project-one"),
  committed("project-one", 16),
  committed("project-two"),
  committed("project-denied"),
  committed("project-without"),
];

describe("one execution over three tenants and several projects, through the real SDKs", () => {
  test("each is bought once in its own place, and what is wrong with one place refuses its own only", async () => {
    const sandbox = await sandboxFor({
      azure: { tenants: { [revoked.toUpperCase()]: { denied: ["*"] } } },
      gcp: {
        projects: { "project-denied": { denied: ["compute.commitments.create"] } },
      },
    });
    const ledger = createMemoryLedger();
    const outcomes = await drive(sandbox, recommendations, ledger);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array(5).fill("purchased"),
      ...Array(3).fill("refused"),
      ...Array(3).fill("purchased"),
      "rejected",
      "refused",
    ]);
    const said = (index: number) => String(outcomes[index]?.error?.message);
    expect(said(5)).toContain(
      "does not have authorization to perform action 'Microsoft.Capacity/reservationorders/read' over scope '/providers/Microsoft.Capacity/reservationOrders'",
    );
    expect(said(6)).toContain("'Microsoft.BillingBenefits/savingsPlanOrders/read'");
    expect(said(7)).toContain(`add the entry "azure.tenants.${without}"`);
    expect(outcomes[11]?.error).toMatchObject({ providerCode: "forbidden" });
    expect(said(11)).toContain(
      "Required 'compute.commitments.create' permission for 'projects/project-denied/regions/us-central1/commitments'",
    );
    expect(said(12)).toContain('add the entry "gcp.projects.project-without"');

    expect(
      sandbox
        .orders()
        .map(({ tenantId, quantity }) => [tenantId, quantity])
        .toSorted(),
    ).toEqual([
      [one, 1],
      [one, 2],
      [other, 1],
    ]);
    expect(
      sandbox
        .savingsPlanOrders()
        .map(({ tenantId }) => tenantId)
        .toSorted(),
    ).toEqual([one, other]);
    expect(
      sandbox
        .commitments()
        .map(({ project }) => project)
        .toSorted(),
    ).toEqual(["project-one", "project-one", "project-two"]);
    expect(counted(sandbox, "GET reservationOrders", "GET savingsPlanOrders", "GET commitments")).toEqual({
      ...Object.fromEntries(
        [one, revoked, other].flatMap((id) => [
          [`GET reservationOrders ${id}`, 1],
          [`GET savingsPlanOrders ${id}`, 1],
        ]),
      ),
      ...Object.fromEntries(Object.keys(projects).map((id) => [`GET commitments ${id}`, 1])),
    });
    // Prices are everybody's.
    expect(sandbox.requests.filter(({ action }) => action === "GET skus")).toHaveLength(pricePages);
    expect(counted(sandbox, "PUT reservationOrders", "PUT savingsPlanOrderAliases", "POST commitments")).toEqual({
      [`PUT reservationOrders ${one}`]: 2,
      [`PUT savingsPlanOrderAliases ${one}`]: 1,
      [`PUT reservationOrders ${other}`]: 1,
      [`PUT savingsPlanOrderAliases ${other}`]: 1,
      "POST commitments project-one": 2,
      "POST commitments project-two": 1,
      "POST commitments project-denied": 1,
    });

    // Again, with the ledger and without: nothing more is sent to buy, but where it was refused.
    const purchases = sandbox.purchases();
    for (const again of [ledger, createMemoryLedger()]) {
      const statuses = (await drive(sandbox, recommendations, again)).map(({ status }) => status);
      expect(statuses.filter((status) => status === "already-purchased")).toHaveLength(8);
    }
    expect(sandbox.purchases()).toBe(purchases);
  });

  test("a project that may not read the price list fails alone: those that waited for it read it themselves, once", async () => {
    const denied = ["serviceusage.services.use"];
    const sandbox = await sandboxFor({ gcp: { projects: { "project-denied": { denied } } } });
    const settings = { endpoint: sandbox.url, environment: fakeEnvironment(), projects };
    const compute = createGcp(settings).services["compute"];
    const { signal } = new AbortController();
    const marker = { token: "a".repeat(64), source: "test", generation: 0 };
    const quotes = await Promise.allSettled(
      ["project-denied", "project-one", "project-two"].map(async (id) =>
        compute?.quote(committed(id), marker, { signal }),
      ),
    );
    expect(quotes).toMatchObject([
      { status: "rejected", reason: { code: "access-denied" } },
      { status: "fulfilled" },
      { status: "fulfilled" },
    ]);
    expect(String(Object(quotes[0]).reason)).toContain(
      "Required 'serviceusage.services.use' permission for 'projects/project-denied'",
    );
    const read = sandbox.requests.filter(({ action }) => action === "GET skus");
    expect(read.map(({ account, status }) => [account, status])).toEqual([
      ["project-denied", 403],
      ...Array.from({ length: pricePages }, () => ["project-one", 200]),
    ]);
  });
});

describe("a fault rule for one tenant or project", () => {
  test("hits its requests only", async () => {
    const sandbox = await sandboxFor();
    for (const account of [other, "project-two"]) {
      sandbox.addFault({ match: { account }, times: 100, fault: { kind: "status", status: 500, when: "before" } });
    }
    const outcomes = await drive(sandbox, [
      machine(one),
      machine(other),
      committed("project-one"),
      committed("project-two"),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "refused", "purchased", "refused"]);
  });
});

describe("what is seen of a tenant", () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, "content-type": "application/json" });
  async function get(sandbox: CloudSandbox, path: string, token: string) {
    const answer = await fetch(`${sandbox.url}${path}?api-version=2022-11-01`, { headers: bearer(token) });
    return { status: answer.status, body: (await answer.json()) as { value?: { name: string }[] } };
  }

  test("its own orders, not those of another one, by list and by id; nobody buys under another one's quote", async () => {
    const sandbox = await sandboxFor();
    await drive(sandbox, [machine(one), recommendPlan({ ...plan, tenantId: one }), machine(other)]);
    const ids = Object.fromEntries(sandbox.orders().map(({ id, tenantId }) => [String(tenantId), id]));
    const orders = "/providers/Microsoft.Capacity/reservationOrders";
    for (const tenant of [one, other]) {
      const { body } = await get(sandbox, orders, `buyonce-loopback/${tenant}`);
      expect(body.value?.map(({ name }) => name)).toEqual([ids[tenant]]);
    }
    expect((await get(sandbox, orders, "dummy")).body.value).toEqual([]);
    expect((await get(sandbox, `${orders}/${ids[one]}`, `buyonce-loopback/${one}`)).status).toBe(200);
    for (const token of [`buyonce-loopback/${other}`, "dummy"]) {
      expect((await get(sandbox, `${orders}/${ids[one]}`, token)).status).toBe(404);
    }
    const [bought] = sandbox.savingsPlanOrders();
    for (const path of [`savingsPlanOrders/${bought?.id}`, `savingsPlanOrderAliases/${bought?.aliases[0]}`]) {
      const at = (tenant: string) =>
        get(sandbox, `/providers/Microsoft.BillingBenefits/${path}`, `buyonce-loopback/${tenant}`);
      expect([(await at(one)).status, (await at(other)).status]).toEqual([200, 404]);
    }

    const send = async (method: string, path: string, token: string) =>
      fetch(`${sandbox.url}/providers/Microsoft.Capacity/${path}?api-version=2022-11-01`, {
        method,
        headers: bearer(token),
        body: JSON.stringify(virtualMachine()),
      });
    const priced = await send("POST", "calculatePrice", `buyonce-loopback/${one}`);
    const { properties } = (await priced.json()) as { properties: { reservationOrderId: string } };
    const path = `reservationOrders/${properties.reservationOrderId}`;
    expect((await send("PUT", path, `buyonce-loopback/${other}`)).status).toBe(400);
    expect((await send("PUT", path, `buyonce-loopback/${one}`)).status).toBe(202);
    expect((await send("PUT", path, `buyonce-loopback/${other}`)).status).toBe(400);
  });

  test("an order that names no tenant, as earlier versions kept them, is found from every tenant and not bought again", async () => {
    const stateFile = join(temporaryFolder(), "sandbox.jsonl");
    const first = await sandboxFor({ stateFile });
    const all = [machine(one), recommendPlan({ ...plan, tenantId: one }), machine(other)];
    await drive(first, all);
    await first.close();
    // As it was before tenants were kept.
    const lines = readFileSync(stateFile, "utf8").replaceAll(/"tenant":"[^"]*",?/g, "");
    writeFileSync(
      stateFile,
      lines.replaceAll(
        new RegExp(`azure\\.savingsPlanOrderAliases/[0-9a-f-]{36}/`, "g"),
        "azure.savingsPlanOrderAliases/",
      ),
    );
    const second = await sandboxFor({ stateFile });
    expect(second.orders().map(({ tenantId }) => tenantId)).toEqual([undefined, undefined]);
    const outcomes = await drive(second, all);
    expect(outcomes.map(({ status }) => status)).toEqual(Array(3).fill("already-purchased"));
    expect(second.purchaseRequests()).toEqual([]);
    const { list } = azureClient(second);
    expect((await list()).body.value).toHaveLength(2);
  });

  test("a credential of another project is refused, as one without the permission is", async () => {
    const sandbox = await sandboxFor();
    const path = "/compute/v1/projects/project-one/regions/us-central1/commitments";
    const statuses = ["project-one", "project-two"].map(
      async (id) => (await get(sandbox, path, `buyonce-loopback/${id}`)).status,
    );
    expect(await Promise.all(statuses)).toEqual([200, 403]);
  });
});
