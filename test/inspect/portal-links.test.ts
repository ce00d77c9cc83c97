import { expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { awsServices } from "../../providers/aws/aws-services.ts";
import { canBeListed } from "../../src/contract/service-without-api.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { compute, ec2 } from "../end-to-end/recommendations.ts";

const order = "47935840-82e7-491c-a8dd-e4e4a7c866a8";
const tenantId = "3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2";
const azure: AnyRecommendation = { ...compute, tenantId };
const aws: AnyRecommendation = ec2;
const gcp = {
  provider: "gcp",
  service: "compute",
  projectId: "a b&c",
  region: "us-central1",
} as unknown as AnyRecommendation;

test("each provider's portal: the order, the region and the service, the project", () => {
  expect(createAzure({}).portalOf?.(azure, order)).toBe(
    `https://portal.azure.com/#@${tenantId}/resource/providers/Microsoft.Capacity/reservationOrders/${order}/overview`,
  );
  const plan = { ...azure, service: "savings-plans" } as AnyRecommendation;
  expect(createAzure({}).portalOf?.(plan, order)).toBe(
    `https://portal.azure.com/#@${tenantId}/resource/providers/Microsoft.BillingBenefits/savingsPlanOrders/${order}/overview`,
  );
  expect(createAzure({}).portalOf?.(plan)).toBeUndefined();
  expect(createAzure({ cloud: "china" }).portalOf?.(azure, order)).toMatch(/^https:\/\/portal\.azure\.cn\//);
  expect(createAws({}).portalOf?.({ ...aws, region: "eu-west-1" })).toBe(
    "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#ReservedInstances:",
  );
  expect(createAws({}).portalOf?.({ ...aws, region: "cn-north-1" })).toMatch(
    /^https:\/\/console\.amazonaws\.cn\/ec2\//,
  );
  expect(createGcp({}).portalOf?.(gcp)).toBe("https://console.cloud.google.com/compute/commitments?project=a%20b%26c");
});

test("what is not what it should be does not get into an address; an imitation has no portal", () => {
  expect(createAzure({}).portalOf?.(azure, "../x?y")).toMatch(/ReservationsBrowseBlade$/);
  expect(createAws({}).portalOf?.({ ...aws, region: "evil.example/" })).toBeUndefined();
  expect(createAws({}).portalOf?.({ ...aws, service: "toString" })).toBeUndefined();
  const endpoint = "http://127.0.0.1:4001";
  for (const [provider, of] of [
    [createAws({ endpoint }), aws],
    [createAzure({ endpoint }), azure],
    [createGcp({ endpoint }), gcp],
  ] as const) {
    expect(provider.portalOf?.(of, order)).toBeUndefined();
  }
});

test("every service of AWS that can be bought has a page in its console, and a line of its command line", () => {
  const { services, searchByHand } = createAws({});
  const sold = Object.entries(services).flatMap(([service, executor]) => (canBeListed(executor) ? [service] : []));
  expect(Object.keys(awsServices).toSorted()).toEqual(sold.toSorted());
  for (const service of sold) {
    const recommendation = { ...aws, service };
    expect(createAws({}).portalOf?.(recommendation), service).toMatch(
      /^https:\/\/us-east-1\.console\.aws\.amazon\.com\/\w/,
    );
    const scope = { key: "aws", label: "AWS", region: "us-east-1" };
    expect(searchByHand?.({ recommendation, scope, handle: {}, from: undefined })?.command, service).toMatch(/^aws /);
  }
});

test("a purchaser asks the provider of a recommendation, and knows nothing of others", () => {
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [createAws({})] });
  expect(purchaser.portalOf(aws)).toBe(createAws({}).portalOf?.(aws));
  expect(purchaser.portalOf(azure)).toBeUndefined();
  const { services } = createGcp({});
  expect(services["bigquery"]).toBeDefined();
  expect(createGcp({}).portalOf?.({ ...gcp, service: "bigquery", projectId: "p-1" })).toBe(
    "https://console.cloud.google.com/bigquery/admin/reservations?project=p-1",
  );
});
