import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import type { Place } from "../../src/contract/audit-report.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { cache, compute, ec2 } from "../end-to-end/recommendations.ts";
import { azureClient, virtualMachine } from "../sandbox/support.ts";

const { recommendations: fixture } = JSON.parse(
  readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8"),
) as { recommendations: AnyRecommendation[] };
const services = [
  "aws rds",
  "aws elasticache",
  "aws memorydb",
  "aws opensearch",
  "aws redshift",
  "aws savings-plans",
  "azure savings-plans",
  "azure compute",
];

/** Real SDKs over HTTP. Each call of `driver` has a ledger of its own. */
async function setup() {
  const sandbox = await startCloudSandbox();
  onTestFinished(() => sandbox.close());
  const endpoint = sandbox.url;
  const providers = [createAzure({ endpoint }), createAws({ endpoint }), createGcp({ endpoint })];
  const driver = () => createPurchaser({ ledger: createMemoryLedger(), providers });
  return { sandbox, driver };
}
const executionOf = (...recommendations: AnyRecommendation[]) => ({
  executionId: "e",
  source: "test",
  recommendations,
});

/** A second driver whose ledger is empty and which is shown an empty listing buys again: the documented hole. */
async function buyTwice(recommendation: AnyRecommendation) {
  const { sandbox, driver } = await setup();
  const purchaser = driver();
  const [first] = (await purchaser.drive(executionOf(recommendation))).outcomes;
  sandbox.addFault({ match: {}, times: 9, fault: { kind: "listing", listing: "empty" } });
  const [second] = (await driver().drive(executionOf(recommendation))).outcomes;
  sandbox.clearFaults();
  expect([first?.status, second?.status]).toEqual(["purchased", "purchased"]);
  return { sandbox, purchaser, ids: [first?.commitment?.id, second?.commitment?.id] };
}
const sends = ({ requests }: CloudSandbox) => requests.filter(({ method }) => method === "PUT").length;

describe("Azure reservations", () => {
  test("a duplicate, with what Azure would give back for each and until when; nothing is sent", async () => {
    const { sandbox, purchaser, ids } = await buyTwice(compute);
    const sent = sends(sandbox);
    // Every listing moves the orders on.
    const inTheEnd = () => sandbox.orders().every(({ state }) => state === "Succeeded");
    for (let look = 0; look < 30 && !inTheEnd(); look++) await purchaser.audit();
    expect(inTheEnd()).toBe(true);
    const before = sandbox.requests.length;
    const { findings } = await purchaser.audit();
    expect(findings).toMatchObject([{ kind: "duplicate", executionId: "e", recIndex: 0 }]);
    expect(findings[0]?.commitments.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(findings[0]?.commitments[0]?.refund).toMatchObject({
      amount: { amount: "24", currency: "GBP" },
      lastDay: new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10),
      limit: { most: { amount: "50000", currency: "USD" }, used: { amount: "0", currency: "USD" } },
      problems: [],
    });
    expect(sends(sandbox)).toBe(sent);
    expect(sandbox.requests.filter(({ path }) => /\/return\b/i.test(path))).toEqual([]);
    const asked = sandbox.requests.slice(before).filter(({ action }) => action === "POST calculateRefund");
    expect(asked).toHaveLength(2);
  });

  test("what is not yet final cannot be returned, and Azure's words say why", async () => {
    const { purchaser } = await buyTwice(cache);
    const [finding] = (await purchaser.audit()).findings;
    expect(finding?.commitments[0]?.refund).toMatchObject({
      problems: ["SelfServiceRefundNotSupported: The reservation is not active"],
    });
    expect(finding?.commitments[0]?.refund?.amount).toBeUndefined();
  });

  test("a refund that cannot be read stands as that, and the finding stays", async () => {
    const { sandbox, purchaser } = await buyTwice(compute);
    sandbox.addFault({
      match: { action: "POST calculateRefund" },
      times: 99,
      fault: { kind: "status", status: 403, when: "before" },
    });
    const [finding] = (await purchaser.audit()).findings;
    expect(finding?.commitments[0]?.refundError).toContain("Owner or Reservation Administrator");
  });

  test("a twin that somebody bought by hand; of another SKU it is none", async () => {
    const { sandbox, driver } = await setup();
    const purchaser = driver();
    await purchaser.drive(executionOf(compute));
    const client = azureClient(sandbox);
    const byHand = virtualMachine({
      displayName: "by-hand",
      billingScopeId: `/subscriptions/${compute["subscriptionId"] as string}`,
    });
    const id = await client.buy({ ...byHand, sku: { name: "standard_b1ls" } });
    await client.buy({ ...byHand, sku: { name: "Standard_D2s_v3" } });
    const { findings } = await purchaser.audit();
    const twins = findings.filter(({ kind }) => kind === "twin");
    expect(sandbox.orders()).toHaveLength(3);
    expect(twins.map(({ commitments }) => commitments[0]?.id)).toEqual([id]);
  });

  test("the ledger lost: orphans by tag or by the name alone", async () => {
    const { sandbox, driver } = await setup();
    await driver().drive(executionOf(compute));
    const places: Place[] = [{ provider: "azure", tenantId: compute["tenantId"] ?? "" }];
    const { findings, notLookedAt, scopes } = await driver().audit({ places });
    expect(findings).toMatchObject([{ kind: "orphan", commitments: [{ id: sandbox.orders()[0]?.id }] }]);
    // Reservations of all seven services share a listing, savings plans have their own.
    expect([scopes.length, notLookedAt]).toEqual([2, []]);
  });

  test("a tenant that the execution names and the audit leaves out: its purchase is no orphan", async () => {
    const { sandbox, driver } = await setup();
    const purchaser = driver();
    await purchaser.drive(executionOf(compute));
    // The credential's own tenant, which the audit looks into, is the one that was named.
    const orders = sandbox.store.collection<JsonObject>("azure.orders");
    const [{ tenant, ...order } = {}] = orders.values();
    orders.set(sandbox.orders()[0]?.id ?? "", order);
    expect(tenant).toBe(compute["tenantId"]);
    const places: Place[] = [{ provider: "azure" }];
    const { findings } = await driver().audit({ places });
    expect(findings).toMatchObject([{ kind: "orphan" }]);
    expect((await purchaser.audit({ places })).findings).toEqual([]);
    // By its name alone, which shows a digest of the token, it is found among all that the ledger knows.
    orders.set(sandbox.orders()[0]?.id ?? "", { ...order, request: { ...(order["request"] as JsonObject), tags: {} } });
    expect((await driver().audit({ places })).findings).toMatchObject([{ kind: "orphan" }]);
    expect((await purchaser.audit({ places })).findings).toEqual([]);
  });

  test("cancelled at the provider: a loss that a person accepts", async () => {
    const { sandbox, driver } = await setup();
    const purchaser = driver();
    await purchaser.drive(executionOf(compute));
    const id = sandbox.orders()[0]?.id ?? "";
    sandbox.setOrderState(id, "Cancelled");
    expect((await purchaser.audit()).findings).toMatchObject([{ kind: "loss", commitments: [{ state: "Cancelled" }] }]);
    await purchaser.acceptLoss({ id, person: "Ada", reason: "exchanged" });
    expect((await purchaser.audit()).findings).toEqual([]);
  });
});

describe("EC2", () => {
  test("a missing tag is found, and stamped again by repair; a twin is the one without a tag", async () => {
    const { sandbox, driver } = await setup();
    const purchaser = driver();
    sandbox.addFault({
      match: { action: "CreateTags" },
      times: 99,
      fault: { kind: "status", status: 403, code: "UnauthorizedOperation", when: "before" },
    });
    await purchaser.drive(executionOf(ec2));
    expect((await purchaser.audit()).findings).toMatchObject([{ kind: "missing-marker" }]);
    sandbox.clearFaults();
    const { findings } = await purchaser.audit({ repair: true });
    expect(findings).toMatchObject([{ kind: "missing-marker", repaired: true }]);
    expect(Object.keys(sandbox.reservedInstances()[0]?.tags ?? {})).toContain("cudly-idempotency-token");
    expect((await purchaser.audit()).findings).toEqual([]);
  }, 60_000);

  test("a duplicate: EC2 calculates no refund", async () => {
    const { purchaser } = await buyTwice(ec2);
    const { findings } = await purchaser.audit();
    expect(findings).toMatchObject([{ kind: "duplicate" }]);
    expect(findings[0]?.commitments[0]).not.toHaveProperty("refund");
  });
});

describe.each(services)("%s", (name) => {
  const recommendation = fixture.find(({ provider, service }) => `${provider} ${service}` === name);
  test("what is bought once is nothing to report; with another ledger it is an orphan", async () => {
    if (recommendation === undefined) throw new Error("none");
    const { driver } = await setup();
    const purchaser = driver();
    const [outcome] = (await purchaser.drive(executionOf(recommendation))).outcomes;
    expect(outcome?.status).toBe("purchased");
    const { scopes, findings } = await purchaser.audit();
    expect([scopes.map(({ listed }) => listed), findings]).toEqual([[1], []]);
    const { provider, accountId = "", region = "us-east-1", tenantId } = recommendation as Record<string, string>;
    const azure = { provider: "azure", ...(tenantId === undefined ? {} : { tenantId }) };
    const places: Place[] = [provider === "aws" ? { provider, accountId, region } : azure];
    const lost = await driver().audit({ places });
    expect(lost.scopes.filter(({ error }) => error)).toEqual([]);
    // Nothing that Redshift shows carries a token.
    expect(lost.findings.map(({ kind }) => kind)).toEqual(name === "aws redshift" ? [] : ["orphan"]);
    expect(lost.notLookedAt).toEqual(provider === "aws" ? [{ provider, service: "dynamodb" }] : []);
  });
});
