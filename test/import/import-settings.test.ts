import { describe, expect, test } from "vitest";
import { answerText, everything, imported, problemsOf, providers, subscriptionId } from "./recommendation-answers.ts";

const convertible = answerText("cost-explorer-ec2-convertible");
const ec2 = { scope: "Region" };
const otherSubscription = "20000000-aaaa-bbbb-cccc-100000000002";

describe("what the source does not say has to be given", () => {
  test("all of it is listed at once, with its allowed values, and how many records need it", () => {
    const consumption = answerText("azure-consumption-choices");
    const problems = problemsOf(consumption, "azure-consumption", { set: {}, allowAlternatives: true });
    expect(problems).toEqual([
      'set compute.subscriptionId: is missing: 6 records do not say it. It must be the GUID of the subscription that is billed, or "record" for the one that each record names',
      'set compute.billingPlan: is missing: 6 records do not say it. It must be "Upfront" or "Monthly"',
      "set compute.renew: is missing: 6 records do not say it. It must be true or false",
      'set compute.instanceFlexibility: is missing: 6 records do not say it. It must be "On" or "Off"',
    ]);
  });

  test.each([
    [
      { ec2: { ...ec2, offeringClas: "standard" } },
      /^set ec2\.offeringClas: cannot be set; .*did you mean "offeringClass"\?$/,
    ],
    [{ ec3: ec2 }, /^set ec3: is not a service of this source; .*did you mean "ec2"\?$/],
    [
      { ec2: { scope: "region" } },
      /^set ec2\.scope: must be "Region" or "Availability Zone", not "region"; did you mean "Region"\?$/,
    ],
    [
      { ec2: { ...ec2, offeringClass: "standard" } },
      /^set ec2\.offeringClass: contradicts Recommendations\[0\]\.RecommendationDetails\[0\], which says "convertible"/,
    ],
    [{ ec2: { ...ec2, payment: "no-upfront" } }, /^set ec2\.payment: contradicts .*which says "all-upfront"/],
    [
      { ec2: { ...ec2, "accountId.123": "123456789012" } },
      /^set ec2\.accountId\.123: is for nothing: no record names "123"$/,
    ],
    [{ ec2: { scope: "Availability Zone" } }, /^set ec2\.availabilityZone: is missing/],
    [
      { ec2: { scope: "Availability Zone", availabilityZone: "eu-west-1a" } },
      /availabilityZone must lie in the region us-east-1$/,
    ],
    [{ constructor: ec2 }, /^set constructor: is not a service of this source/],
    [{ ec2: { ...ec2, toString: "x" } }, /^set ec2\.toString: cannot be set/],
    [{ ec2: { ...ec2, quantity: 5 } }, /^set ec2\.quantity: cannot be set/],
  ])("%j is refused", (set, problem) => {
    expect(problemsOf(convertible, "cost-explorer", { set })[0]).toMatch(problem);
  });

  test("what repeats a record, or is for a service that no record is of, is taken", () => {
    const set = { ec2: { ...ec2, offeringClass: "convertible", term: "P3Y" }, redshift: { offeringKind: "regular" } };
    const { execution } = imported(convertible, "cost-explorer", { set });
    expect(execution.recommendations[0]).toMatchObject({ offeringClass: "convertible", term: "P3Y", scope: "Region" });
  });

  test("the zone of a record is its scope", () => {
    const [, , , zoned] = (JSON.parse(answerText("cost-explorer-ec2")) as Answer).Recommendations[0]
      .RecommendationDetails;
    const answer = {
      Recommendations: [{ TermInYears: "ONE_YEAR", PaymentOption: "NO_UPFRONT", RecommendationDetails: [zoned] }],
    };
    const set = { ec2: { offeringClass: "standard" } };
    expect(imported(JSON.stringify(answer), "cost-explorer", { set }).execution.recommendations[0]).toMatchObject({
      scope: "Availability Zone",
      availabilityZone: "eu-west-1b",
    });
  });

  test("each project number has a project id of its own", () => {
    const text = JSON.stringify(
      (JSON.parse(answerText("gcp-recommender")) as unknown[]).filter((_, index) => [0, 3].includes(index)),
    );
    const plain = { compute: { autoRenew: true, projectId: "my-project-123" } };
    expect(problemsOf(text, "gcp-recommender", { set: plain })).toEqual([
      'set compute.projectId.123456789012: is missing: 1 record does not say it. It must be the id of the project, such as "my-project-123"',
      'set compute.projectId.210987654321: is missing: 1 record does not say it. It must be the id of the project, such as "my-project-123"',
    ]);
  });

  test("the billed subscription may be that of each record, which has to name one", () => {
    const set = { compute: { ...everything["azure-consumption"]?.["compute"], subscriptionId: "record" } };
    const options = { set, only: { scope: "Single", term: "P1Y", lookBack: "7 days" } };
    const { execution } = imported(answerText("azure-consumption-choices"), "azure-consumption", options);
    expect(execution.recommendations.map((each) => "subscriptionId" in each && each["subscriptionId"])).toEqual([
      subscriptionId,
      otherSubscription,
      otherSubscription,
    ]);
  });
});

interface Answer {
  readonly Recommendations: readonly [{ readonly RecommendationDetails: readonly unknown[] }];
}

describe("of records about the same usage one is to be chosen", () => {
  const text = answerText("azure-consumption-choices");

  test("another term, another look-back, and all subscriptions beside one, are named", () => {
    const problems = problemsOf(text, "azure-consumption");
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^record 2, value\[1\]: is for the same usage with term P3Y, beside record 1: both would be bought\. Choose one \(only term=P3Y, or the other\)/,
    );
    expect(problems[1]).toMatch(/^record 3, value\[2\]: .* with lookBack 30 days, beside record 1/);
    expect(problems[2]).toMatch(/^record 6, value\[5\]: .* with scope Single, subscription .*, beside record 5/);
  });

  const plans = (JSON.parse(answerText("cost-explorer-savings-plans")) as readonly object[]).slice(0, 2);
  /** Of all accounts one plan of each type, beside each other; `change` is done to the second. */
  const beside = (type: string, change: (text: string) => string = (text) => text) => {
    const [compute, ofFamily] = plans.map((each) => {
      const { SavingsPlansPurchaseRecommendation: plan } = each as { SavingsPlansPurchaseRecommendation: object };
      const details = (plan as Record<string, readonly object[]>)["SavingsPlansPurchaseRecommendationDetails"];
      const one = details?.find((detail) => /"HourlyCommitmentToPurchase":"(3\.2|0\.502)/.test(JSON.stringify(detail)));
      return { SavingsPlansPurchaseRecommendation: { ...plan, SavingsPlansPurchaseRecommendationDetails: [one] } };
    });
    const second = JSON.parse(change(JSON.stringify(ofFamily))) as unknown;
    return JSON.stringify([type === "Compute" ? compute : ofFamily, second]);
  };
  const ofLinked = (text: string) => text.replace('"PAYER"', '"LINKED"');

  test("a Compute and an EC2 Instance savings plan, of one account or of one and all, are", () => {
    const found = (text: string) => problemsOf(text, "cost-explorer");
    expect(found(beside("Compute"))).toEqual([
      expect.stringMatching(
        /^record 2, .* is for the same usage with plan EC2Instance, .*, beside record 1: both would be bought\. Choose one \(only plan=EC2Instance, or the other\)/,
      ),
    ]);
    expect(found(beside("Compute", ofLinked))).toHaveLength(1);
    const reversed = JSON.stringify((JSON.parse(beside("Compute")) as unknown[]).toReversed());
    expect(found(reversed)).toEqual([expect.stringMatching(/^record 2, .* with plan Compute/)]);
    const both = { allowAlternatives: true };
    expect(imported(beside("Compute"), "cost-explorer", both).execution.recommendations).toHaveLength(2);
    const only = { plan: "Compute" };
    expect(imported(beside("Compute"), "cost-explorer", { only }).execution.recommendations).toHaveLength(1);
  });

  test("EC2 Instance savings plans of two families, or of two regions, are not", () => {
    const recommendations = (change: (text: string) => string) =>
      imported(beside("EC2Instance", change), "cost-explorer").execution.recommendations;
    expect(recommendations((text) => text.replace('"c6g"', '"m5"'))).toHaveLength(2);
    expect(recommendations((text) => text.replace("EU (Ireland)", "EU (Frankfurt)"))).toHaveLength(2);
    expect(problemsOf(beside("EC2Instance"), "cost-explorer")).toHaveLength(1);
  });

  test("`only` leaves the others out, and says so", () => {
    const { execution, records } = imported(text, "azure-consumption", {
      only: { term: "P1Y", lookBack: "7 days", scope: "Single" },
    });
    expect(execution.recommendations).toHaveLength(3);
    expect(records.map(({ result }) => result)).toEqual([
      "translated",
      "left-out",
      "left-out",
      "translated",
      "left-out",
      "translated",
    ]);
    expect(records.map(({ recIndex }) => recIndex)).toEqual([0, undefined, undefined, 1, undefined, 2]);
  });

  test.each([
    [{ terms: "P1Y" }, /^only\.terms: is not known; known are service, term, .*; did you mean "term"\?$/],
    [{ term: "P5Y" }, /^only\.term: no record has "P5Y": there is P1Y, P3Y/],
    [{ lookBack: "60 days" }, /^only\.lookBack: no record has "60 days": there is 7 days, 30 days/],
    [{ term: "P3Y", lookBack: "30 days" }, /^only: leaves no record$/],
  ])("%j is refused", (only, problem) => {
    expect(problemsOf(text, "azure-consumption", { only })[0]).toMatch(problem);
  });
});

test("what is unknown as a source is refused with those that there are", () => {
  expect(problemsOf("{}", "cost-explore")).toEqual([
    'from: must be one of cost-explorer, azure-consumption, azure-advisor, gcp-recommender; did you mean "cost-explorer"?',
  ]);
  expect(problemsOf("{}", "cost-explorer", { providers: providers.slice(1) })[0]).toMatch(
    /^from: must be one of azure-/,
  );
});

test.each([
  [{ executionId: "" }, /^executionId: must not be empty/],
  [{ source: "fin\u200Bops" }, /^source: must not hold U\+200B/],
])("the execution is checked as a drive would: %j", (changes, problem) => {
  const set = { ec2 };
  expect(problemsOf(convertible, "cost-explorer", { set, ...changes })[0]).toMatch(problem);
});
