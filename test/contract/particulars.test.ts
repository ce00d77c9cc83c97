import { expect, test } from "vitest";
import { canBeListed } from "../../src/contract/service-without-api.ts";
import { awsParticulars } from "../../providers/aws/aws-particulars.ts";
import { createAws } from "../../providers/aws/index.ts";
import { azureParticulars } from "../../providers/azure/azure-particulars.ts";
import { gcpParticulars } from "../../providers/gcp/gcp-particulars.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { cache, compute, ec2 } from "../end-to-end/recommendations.ts";

test.each([
  [ec2, "https://console.aws.amazon.com/ec2/home?region=us-east-1#ReservedInstances:"],
  [
    { ...ec2, region: "us-gov-west-1" },
    "https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#ReservedInstances:",
  ],
  [{ ...ec2, region: "cn-north-1" }, "https://console.amazonaws.cn/ec2/home?region=cn-north-1#ReservedInstances:"],
  [{ ...ec2, region: "a b&c" }, "https://console.aws.amazon.com/ec2/home?region=a%20b%26c#ReservedInstances:"],
  [{ ...ec2, service: "unknown" }, undefined],
])("AWS: %j", (recommendation, portal) => {
  expect(awsParticulars(recommendation)).toEqual({ portal });
});

test("every service of AWS that can be bought has a page", () => {
  const { services } = createAws({ endpoint: "http://127.0.0.1:1" });
  const sold = Object.keys(services).filter((service) => canBeListed(services[service]!));
  expect(sold.filter((service) => awsParticulars({ ...ec2, service }).portal === undefined)).toEqual([]);
});

test("Azure and GCP, in their clouds and projects", () => {
  const tenantId = "3f1d0c5e-8a44-4b6e-9c1a-5d2e7f90a1b2";
  const page = "view/Microsoft_Azure_Reservations/ReservationsBrowseBlade";
  expect(azureParticulars()(compute)).toEqual({
    portal: `https://portal.azure.com/#@${tenantId}/${page}`,
  });
  expect(azureParticulars("china")(cache)).toMatchObject({
    portal: expect.stringContaining("portal.azure.cn/"),
  });
  expect(gcpParticulars({ ...compute, service: "bigquery", projectId: "p-1" })).toEqual({
    portal: "https://console.cloud.google.com/bigquery/admin/reservations?project=p-1",
  });
  expect(gcpParticulars({ ...compute, projectId: "p-1" })).toEqual({
    portal: "https://console.cloud.google.com/compute/commitments?project=p-1",
  });
});

test("a purchaser asks the provider of a recommendation, and knows nothing of others", () => {
  const providers = [createAws({ endpoint: "http://127.0.0.1:1" })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
  expect(purchaser.particularsOf(ec2)).toEqual(awsParticulars(ec2));
  expect(purchaser.particularsOf(compute)).toEqual({});
});
