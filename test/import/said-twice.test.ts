import { describe, expect, test } from "vitest";
import { answerText, imported, problemsOf, subscriptionId } from "./recommendation-answers.ts";

type Fields = Readonly<Record<string, unknown>>;
const other = "20000000-aaaa-bbbb-cccc-100000000001";

const consumption = (top: Fields, properties: Fields) =>
  JSON.stringify([
    {
      id: `/subscriptions/${subscriptionId}/providers/Microsoft.Consumption/reservationRecommendations/x`,
      location: "westeurope",
      sku: "Standard_D2s_v3",
      ...top,
      properties: {
        scope: "Shared",
        resourceType: "VirtualMachines",
        term: "P1Y",
        recommendedQuantity: 2,
        lookBackPeriod: "Last30Days",
        ...properties,
      },
    },
  ]);

const advice = (extended: Fields, more: Fields = {}) =>
  JSON.stringify([
    {
      id: `/subscriptions/${subscriptionId}/providers/Microsoft.Advisor/recommendations/x`,
      ...more,
      properties: {
        recommendationTypeId: "84b1a508-fc21-49da-979e-96894f1665df",
        impactedField: "Microsoft.Subscriptions/subscriptions",
        impactedValue: subscriptionId,
        extendedProperties: {
          reservedResourceType: "virtualmachines",
          sku: "Standard_D2s_v3",
          region: "westeurope",
          term: "P1Y",
          qty: "2",
          scope: "Single",
          subId: subscriptionId,
          lookbackPeriod: "30",
          ...extended,
        },
      },
    },
  ]);

const google = (change: (text: string) => string, value: Fields = {}) => {
  const [first] = JSON.parse(answerText("gcp-recommender")) as readonly object[];
  const text = change(JSON.stringify(first));
  return `[${text.replace('"plan":', `${JSON.stringify(value).slice(1, -1)}${Object.keys(value).length > 0 ? "," : ""}"plan":`)}]`;
};
const ofProject = { compute: { autoRenew: false, projectId: "my-project-123" } };

const machines = (details: Fields) =>
  JSON.stringify({
    Recommendations: [
      {
        TermInYears: "ONE_YEAR",
        PaymentOption: "NO_UPFRONT",
        ...(details["group"] as Fields | undefined),
        RecommendationDetails: [
          {
            AccountId: "123456789012",
            InstanceDetails: details["instance"] ?? {
              EC2InstanceDetails: {
                Family: "m5",
                InstanceType: "m5.large",
                Region: "us-east-1",
                Platform: "Linux/UNIX",
                Tenancy: "Shared",
                ...details,
              },
            },
            RecommendedNumberOfInstancesToPurchase: "1",
          },
        ],
      },
    ],
  });

const plan = (type: string, details: Fields, summary: Fields = {}) =>
  JSON.stringify({
    SavingsPlansPurchaseRecommendation: {
      SavingsPlansType: type,
      TermInYears: "ONE_YEAR",
      PaymentOption: "NO_UPFRONT",
      SavingsPlansPurchaseRecommendationDetails: [
        {
          AccountId: "123456789012",
          HourlyCommitmentToPurchase: "0.5",
          CurrencyCode: "USD",
          SavingsPlansDetails: details,
        },
      ],
      SavingsPlansPurchaseRecommendationSummary: summary,
    },
  });

describe("what a record says twice and differently is refused", () => {
  test.each<[string, string, RegExp]>([
    [
      "azure-consumption",
      consumption({}, { skuName: "Standard_D64s_v3" }),
      /properties\.skuName: is "Standard_D64s_v3", and \[0\]\.sku is "Standard_D2s_v3"$/,
    ],
    [
      "azure-consumption",
      consumption({}, { sku: "Standard_D64s_v3" }),
      /properties\.sku: is "Standard_D64s_v3", and \[0\]\.sku is/,
    ],
    [
      "azure-consumption",
      consumption({ skuName: "Standard_D64s_v3" }, {}),
      /\[0\]\.skuName: is "Standard_D64s_v3", and sku is/,
    ],
    [
      "azure-consumption",
      consumption({}, { location: "eastus" }),
      /properties\.location: is "eastus", and \[0\]\.location is "westeurope"$/,
    ],
    [
      "azure-consumption",
      consumption({}, { scope: "Single", subscriptionId: other }),
      /\[0\]\.id: is "\/subscriptions\/10.*, and \[0\]\.properties\.subscriptionId is "20/,
    ],
    ["azure-consumption", consumption({ subscriptionId: other }, {}), /\[0\]\.id: is .*, and subscriptionId is "20/],
    ["azure-consumption", consumption({ term: "P3Y" }, {}), /properties\.term: is "P1Y", and \[0\]\.term is "P3Y"$/],
    [
      "azure-consumption",
      consumption({ recommendedQuantity: 5 }, {}),
      /properties\.recommendedQuantity: is "2", and \[0\]\.recommendedQuantity is "5"$/,
    ],
    [
      "azure-consumption",
      consumption({ scope: "Single" }, {}),
      /properties\.scope: is "Shared", and \[0\]\.scope is "Single"$/,
    ],
    [
      "azure-consumption",
      consumption({ resourceType: "SqlDatabases" }, {}),
      /properties\.resourceType: is "VirtualMachines", and/,
    ],
    [
      "azure-advisor",
      advice({ subscriptionId: other }),
      /extendedProperties\.subscriptionId: is "20.*, and subId is "10/,
    ],
    [
      "azure-advisor",
      advice({ subId: other }),
      /: is .*10000000.*, and \[0\]\.properties\.extendedProperties\.subId is "20/,
    ],
    ["azure-advisor", advice({}, { subscriptionId: other }), /\[0\]\.subscriptionId: is "20/],
    [
      "azure-advisor",
      advice({ displaySKU: "Standard_D64s_v3" }),
      /displaySKU: is "Standard_D64s_v3", and sku is "Standard_D2s_v3"$/,
    ],
    ["azure-advisor", advice({ lookBackPeriod: "7" }), /lookBackPeriod: is "7", and lookbackPeriod is "30"$/],
    ["azure-advisor", advice({}, { extendedProperties: {} }), /\[0\]\.extendedProperties: are there a second time/],
    [
      "gcp-recommender",
      google((text) => text.replace("locations/us-central1", "locations/asia-east1")),
      /\[0\]\.name: is "asia-east1", and .*resource is "us-central1"$/,
    ],
    [
      "gcp-recommender",
      google((text) => text, { region: "https://www.googleapis.com/compute/v1/projects/p/regions/asia-east1" }),
      /value\.region: is "asia-east1"/,
    ],
    [
      "gcp-recommender",
      google((text) => text.replace("projects/123456789012/regions", "projects/210987654321/regions")),
      /resource: names the project "210987654321", and name the project "123456789012"$/,
    ],
    [
      "gcp-recommender",
      google((text) => text, { autoRenew: true }),
      /^set compute\.autoRenew: contradicts \[0\], which says true/,
    ],
    [
      "gcp-recommender",
      google((text) => text, { customEndTimestamp: "2031-01-01T00:00:00Z" }),
      /customEndTimestamp: is said: a commitment with it is not bought here$/,
    ],
    [
      "cost-explorer",
      machines({ Family: "c5" }),
      /EC2InstanceDetails\.Family: is "c5", and InstanceType is "m5\.large"$/,
    ],
    ["cost-explorer", machines({ AvailabilityZone: "eu-west-1a" }), /availabilityZone|contradicts/],
    [
      "cost-explorer",
      machines({
        group: { ServiceSpecification: { EC2Specification: { OfferingClass: "STANDARD" } } },
        instance: { MemoryDBInstanceDetails: { NodeType: "db.r6g.large", Region: "us-east-1" } },
      }),
      /InstanceDetails: says MemoryDBInstanceDetails, and the group is of EC2/,
    ],
    [
      "cost-explorer",
      plan("COMPUTE_SP", { Region: "eu-west-1" }),
      /SavingsPlansDetails\.Region: is "eu-west-1", and a Compute savings plan has none$/,
    ],
    ["cost-explorer", plan("COMPUTE_SP", {}, { CurrencyCode: "CNY" }), /CurrencyCode: is "CNY", and .* is "USD"$/],
  ])("%s, case %#", (from, text, problem) => {
    const set = from === "gcp-recommender" ? ofProject : undefined;
    expect(problemsOf(text, from, { set })[0]).toMatch(problem);
  });

  test.each<[string, string]>([
    [
      "azure-consumption",
      consumption(
        {},
        { skuName: "standard_d2s_V3", location: "EU West", subscriptionId: subscriptionId.toUpperCase() },
      ),
    ],
    [
      "azure-consumption",
      consumption({ id: "/providers/Microsoft.Billing/billingAccounts/1" }, { subscriptionId: other }),
    ],
    ["azure-advisor", advice({ subscriptionId, displaySKU: "D2s v3, two vCPUs", lookBackPeriod: 30 })],
    [
      "gcp-recommender",
      google((text) => text.replace("projects/123456789012/regions", "projects/my-project-123/regions"), {
        autoRenew: false,
      }),
    ],
    ["cost-explorer", machines({ Family: "General purpose" })],
    ["cost-explorer", plan("COMPUTE_SP", { Region: "", InstanceFamily: "" }, { CurrencyCode: "USD" })],
  ])("%s, case %#: twice the same, in other words, is not", (from, text) => {
    const set = from === "gcp-recommender" ? { compute: { autoRenew: false } } : undefined;
    expect(imported(text, from, { set }).execution.recommendations).toHaveLength(1);
  });
});
