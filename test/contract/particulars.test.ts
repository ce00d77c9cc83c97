import { expect, test } from "vitest";
import { canBeListed } from "../../src/contract/service-without-api.ts";
import { awsParticulars } from "../../providers/aws/aws-particulars.ts";
import { createAws } from "../../providers/aws/index.ts";
import { azureParticulars } from "../../providers/azure/azure-particulars.ts";
import { gcpParticulars } from "../../providers/gcp/gcp-particulars.ts";
import { paymentsOf } from "../../src/contract/particulars.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { cache, compute, ec2 } from "../end-to-end/recommendations.ts";

const usd = (amount: string) => ({ amount, currency: "USD" });

test("what is due now and each month, as far as the way of paying says it", () => {
  const price = usd("1160.5248");
  expect(paymentsOf(price, ec2, "upfront")).toEqual({ dueNow: price, monthly: usd("0") });
  expect(paymentsOf(price, ec2, "monthly")).toEqual({ dueNow: usd("0"), monthly: usd("96.71") });
  expect(paymentsOf(price, { term: "P3Y" }, "monthly").monthly).toEqual(usd("32.24"));
  expect(paymentsOf(price, ec2, "both")).toEqual({});
  expect(paymentsOf(price, ec2, undefined)).toEqual({});
  expect(paymentsOf(price, { term: "a while" }, "monthly")).toEqual({});
});

test.each([
  [ec2, "https://console.aws.amazon.com/ec2/home?region=us-east-1#ReservedInstances:", "monthly"],
  [
    { ...ec2, region: "us-gov-west-1", payment: "all-upfront" },
    "https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#ReservedInstances:",
    "upfront",
  ],
  [
    { ...ec2, region: "cn-north-1", payment: "partial-upfront" },
    "https://console.amazonaws.cn/ec2/home?region=cn-north-1#ReservedInstances:",
    "both",
  ],
  [
    { ...ec2, region: "a b&c" },
    "https://console.aws.amazon.com/ec2/home?region=a%20b%26c#ReservedInstances:",
    "monthly",
  ],
  [{ ...ec2, service: "unknown", payment: "whenever" }, undefined, undefined],
])("AWS: %j", (recommendation, portal, paid) => {
  expect(awsParticulars(recommendation)).toEqual({ portal, paid });
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
    paid: "upfront",
  });
  expect(azureParticulars("china")(cache)).toMatchObject({
    paid: "monthly",
    portal: expect.stringContaining("portal.azure.cn/"),
  });
  expect(gcpParticulars({ ...compute, projectId: "p-1" })).toEqual({
    portal: "https://console.cloud.google.com/compute/commitments?project=p-1",
    paid: "monthly",
  });
});

test("a purchaser asks the provider of a recommendation, and knows nothing of others", () => {
  const providers = [createAws({ endpoint: "http://127.0.0.1:1" })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
  expect(purchaser.particularsOf(ec2)).toEqual(awsParticulars(ec2));
  expect(purchaser.particularsOf(compute)).toEqual({});
});
