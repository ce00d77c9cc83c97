// A whole organisation in one execution, driven through the real SDKs at the sandbox.
import { expect } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { type LoggedRequest, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { Outcome } from "../../src/contract/report.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";

/** How many accounts, tenants and projects an organisation has, and what is wanted in each. */
export interface Size {
  readonly accounts: number;
  readonly regions: readonly string[];
  readonly tenants: number;
  readonly perTenant: number;
  readonly projects: number;
  readonly perProject: number;
}

/** What is wanted in one account and region: 8 recommendations of five services. */
function wantedIn(accountId: string, region: string): readonly AnyRecommendation[] {
  const at = { provider: "aws", accountId, region, term: "P1Y", payment: "no-upfront" };
  const rds = { ...at, service: "rds", instanceClass: "db.r6g.large", productDescription: "postgresql", multiAz: true };
  const cache = { ...at, service: "elasticache", nodeType: "cache.r6g.large", productDescription: "redis" };
  const ec2 = { ...at, service: "ec2", instanceType: "m5.large", platform: "Linux/UNIX", tenancy: "default" };
  return [
    { ...ec2, scope: "Region", offeringClass: "convertible", quantity: 2 },
    ...[1, 2, 3].map((quantity) => ({ ...rds, quantity })),
    ...[1, 2].map((quantity) => ({ ...cache, quantity })),
    { ...at, service: "memorydb", nodeType: "db.r6g.large", payment: "partial-upfront", term: "P3Y", quantity: 1 },
    { ...at, service: "opensearch", instanceType: "r6g.large.search", payment: "all-upfront", quantity: 3 },
  ];
}

/** The requests of one account and region in which all 8 are bought: `Sdk action`, how often. */
const requestsPerRegion = {
  // EC2: a listing, the ids before the purchase, the new id. OpenSearch: a listing under the same name.
  DescribeReservedInstances: 5,
  DescribeReservedInstancesOfferings: 1,
  PurchaseReservedInstancesOffering: 1,
  CreateTags: 1,
  DescribeReservedDBInstances: 1,
  DescribeReservedDBInstancesOfferings: 3,
  PurchaseReservedDBInstancesOffering: 3,
  DescribeReservedCacheNodes: 1,
  DescribeReservedCacheNodesOfferings: 2,
  PurchaseReservedCacheNodesOffering: 2,
  DescribeReservedNodes: 1,
  DescribeReservedNodesOfferings: 1,
  PurchaseReservedNodesOffering: 1,
  DescribeReservedInstanceOfferings: 2,
  PurchaseReservedInstanceOffering: 1,
};

function wanted({ accounts, regions, tenants, perTenant, projects, perProject }: Size) {
  const named = (count: number, name: (index: number) => string) => Array.from({ length: count }, (_, at) => name(at));
  const ids = {
    accounts: named(accounts, (at) => String(100_000_000_000 + at)),
    tenants: named(tenants, (at) => `0000000${at}-8a44-4b6e-9c1a-5d2e7f90a1b2`),
    projects: named(projects, (at) => `project-${at}`),
  };
  const [revoked = "", otherId = "", shortSession = "", ...calm] = ids.accounts;
  const compute = { provider: "azure", service: "compute", region: "westus", sku: "Standard_B1ls", term: "P1Y" };
  const how = { billingPlan: "Upfront", appliedScope: { type: "Shared" }, instanceFlexibility: "On" };
  const cores = { provider: "gcp", service: "compute", region: "us-central1", machineFamily: "N2", term: "P1Y" };
  const each = <One>(count: number, one: (quantity: number) => One) =>
    Array.from({ length: count }, (_, at) => one(at + 1));
  const recommendations: readonly AnyRecommendation[] = [
    ...ids.accounts.flatMap((account) => regions.flatMap((region) => wantedIn(account, region))),
    ...ids.tenants.flatMap((tenantId) => {
      // Another id: who pays is a subscription of the tenant.
      const subscriptionId = tenantId.replace("0000000", "9b7c2d1");
      return each(perTenant, (quantity) => ({ ...compute, ...how, tenantId, subscriptionId, quantity }));
    }),
    ...ids.projects.flatMap((projectId) =>
      each(perProject, (count) => {
        return { ...cores, projectId, vcpus: 2 * count, memoryMb: 8192 * count, autoRenew: false };
      }),
    ),
  ];
  return { ...ids, recommendations, revoked, otherId, shortSession, calm };
}

/** Requests by action, of one account. */
function counted(requests: readonly LoggedRequest[], account: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const request of requests) {
    if (request.account === account) counts[request.action] = (counts[request.action] ?? 0) + 1;
  }
  return counts;
}

function codes(outcomes: readonly Outcome[]): readonly string[] {
  return [...new Set(outcomes.map(({ status, error }) => error?.code ?? status))];
}

/** Every request of the drive: none more than it takes. */
function checkRequests(requests: readonly LoggedRequest[], size: Size): void {
  const { tenants, projects, revoked, otherId, shortSession, calm } = wanted(size);
  const perAccount = Object.fromEntries(
    Object.entries(requestsPerRegion).map(([action, count]) => [action, count * size.regions.length]),
  );
  for (const account of calm) {
    expect(counted(requests, account)).toEqual({ GetCallerIdentity: 1, ...perAccount });
  }
  const offerings = "DescribeReservedCacheNodesOfferings";
  expect(counted(requests, shortSession)).toEqual({
    GetCallerIdentity: 2,
    ...perAccount,
    [offerings]: (perAccount[offerings] ?? 0) + 1,
  });
  const sessions = (account: string) =>
    requests.filter(({ action, body }) => action === "AssumeRole" && body.includes(account)).length;
  for (const account of [revoked, ...calm]) expect(sessions(account)).toBe(1);
  expect(sessions(shortSession)).toBe(2);
  // Asked again by each listing, while none is under way.
  expect(sessions(otherId)).toBeGreaterThan(0);
  expect(sessions(otherId)).toBeLessThanOrEqual(size.regions.length * 5);
  for (const tenant of tenants) {
    expect(counted(requests, tenant)).toEqual({
      "GET reservationOrders": 1,
      "POST calculatePrice": size.perTenant,
      "PUT reservationOrders": size.perTenant,
    });
  }
  // The price list is Google's own, and read once for all projects.
  expect(requests.filter(({ action }) => action === "GET skus")).toHaveLength(4);
  for (const project of projects) {
    const { "GET skus": _prices, ...own } = counted(requests, project);
    expect(own).toEqual({
      "GET commitments": 1,
      "POST commitments": size.perProject,
      "GET operations/{name}": size.perProject,
      "GET commitments/{name}": size.perProject,
    });
  }
}

/**
 * Drives an organisation with one account whose rights were revoked, one whose role asks for another external id, and one whose session
 * ends in the middle, and checks that the rest is bought once and that every request is accounted for. Returns what was measured.
 */
export async function driveOrganisation(size: Size) {
  const { accounts, tenants, projects, recommendations, revoked, otherId, shortSession } = wanted(size);
  await using sandbox = await startCloudSandbox({
    aws: {
      accounts: {
        [revoked]: { denied: ["*"] },
        [otherId]: { roles: { buyonce: { externalId: "another" } } },
      },
    },
  });
  const ends = { match: { account: shortSession, action: "DescribeReservedCacheNodesOfferings" }, skip: 1 };
  sandbox.addFault({ ...ends, fault: { kind: "status", status: 403, code: "ExpiredToken", when: "before" } });
  const endpoint = sandbox.url;
  const role = { roleArn: "arn:aws:iam::{accountId}:role/buyonce", externalId: "buyonce" };
  const purchaser = createPurchaser({
    ledger: createMemoryLedger(),
    providers: [
      createAws({ endpoint, accounts: { "*": role } }),
      createAzure({ endpoint, tenants: { "*": { use: "default" } } }),
      createGcp({ endpoint, projects: { "*": { use: "default" } } }),
    ],
  });
  const execution = { executionId: "organisation", source: "cudly-web", recommendations };
  const began = performance.now();
  const report = await purchaser.drive(execution, { concurrency: 16 });
  const seconds = (performance.now() - began) / 1000;
  const requests = [...sandbox.requests];

  const isFailing = ({ account }: Outcome) => account === revoked || account === otherId;
  const of = (account: string) => report.outcomes.filter((outcome) => outcome.account === account);
  expect(codes(of(revoked))).toEqual(["access-denied"]);
  expect(codes(of(otherId))).toEqual(["access-denied"]);
  const rest = report.outcomes.filter((outcome) => !isFailing(outcome));
  expect(codes(rest)).toEqual(["purchased"]);
  expect(rest).toHaveLength(recommendations.length - of(revoked).length - of(otherId).length);
  expect(sandbox.purchases()).toBe(rest.length);
  expect(sandbox.purchaseRequests()).toHaveLength(rest.length);
  expect(report.accounts).toHaveLength(accounts.length + tenants.length + projects.length);

  checkRequests(requests, size);

  const again = await purchaser.drive(execution, { concurrency: 16 });
  expect(codes(again.outcomes.filter((outcome) => !isFailing(outcome)))).toEqual(["already-purchased"]);
  expect(sandbox.purchases()).toBe(rest.length);
  return { recommendations: recommendations.length, bought: rest.length, requests: requests.length, seconds };
}
