import { describe, expect, test } from "vitest";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { isSkip } from "../../src/contract/recommendation.ts";
import { answerText, imported, problemsOf, providers, subscriptionId } from "./recommendation-answers.ts";

/** What a record becomes: the fields that set it apart from the others of its answer, or the problem that is said first. */
type Expected = Readonly<Record<string, unknown>> | RegExp;

interface Answer {
  readonly file: string;
  readonly from: string;
  /** Fields of every recommendation of it. */
  readonly all: Readonly<Record<string, unknown>>;
  /** One for each record, in their order. */
  readonly records: readonly Expected[];
}

const yearly = { provider: "aws", accountId: "123456789012", payment: "no-upfront", term: "P1Y", quantity: 1 };
const month = "Cost Explorer estimates savings of 45.68 USD a month, from the last 30 days";
const ec2 = { platform: "Linux/UNIX", tenancy: "default", scope: "Region", offeringClass: "convertible", note: month };
const { note: _note, ...unnoted } = ec2;

const costExplorer: readonly Answer[] = [
  {
    file: "cost-explorer-ec2",
    from: "cost-explorer",
    all: { ...yearly, service: "ec2", region: "us-east-1", ...ec2 },
    records: [
      { instanceType: "m5.large", quantity: 2 },
      { instanceType: "c5.xlarge", quantity: 3 },
      { instanceType: "r5.large", platform: "Windows with SQL Server Standard" },
      /^set ec2\.scope: contradicts Recommendations\[0\]\.RecommendationDetails\[3\], which says "Availability Zone"/,
      { instanceType: "m6i.large", region: "eu-central-1", tenancy: "dedicated", quantity: 5 },
      /RecommendedNumberOfInstancesToPurchase: is "2\.5": only whole ones are sold, and a fraction is not rounded$/,
      /Region: is "Atlantis \(North\)", and no region of AWS is known by that name$/,
      /Tenancy: is "Host": Reserved Instances are sold for shared and for dedicated tenancy$/,
      /RecommendedNumberOfInstancesToPurchase: is missing: normalized units of a family are recommended/,
      /RecommendedNumberOfInstancesToPurchase: must be a whole number from 1, not "NA"$/,
      // EC2 sells no such platform: its quote says so.
      { instanceType: "c6g.large", platform: "Debian" },
      { instanceType: "c6g.large", platform: "Red Hat Enterprise Linux", accountId: "210987654321", note: undefined },
      /RecommendedNumberOfInstancesToPurchase: must be a whole number from 1, not "0"$/,
      /^set ec2\.accountId: is missing: 1 record does not say it\. It must be the 12 digits of the account that is charged$/,
      /^set ec2\.tenancy: is missing: 1 record does not say it\. It must be "default" or "dedicated"$/,
    ],
  },
  {
    file: "cost-explorer-ec2-convertible",
    from: "cost-explorer",
    all: { ...yearly, service: "ec2", region: "us-east-1", ...unnoted },
    records: [
      {
        instanceType: "m5.large",
        term: "P3Y",
        payment: "all-upfront",
        note: "Cost Explorer estimates savings of 45.68 USD a month, from the last 60 days",
      },
    ],
  },
  {
    file: "cost-explorer-ec2-heavy",
    from: "cost-explorer",
    all: {},
    records: [
      /RecommendationDetails\[0\]: lies in a group whose PaymentOption is "HEAVY_UTILIZATION", which is not sold/,
    ],
  },
  {
    file: "cost-explorer-rds",
    from: "cost-explorer",
    all: {
      ...yearly,
      service: "rds",
      payment: "partial-upfront",
      term: "P3Y",
      region: "us-east-1",
      multiAz: false,
      note: month,
    },
    records: [
      { instanceClass: "db.r6g.large", productDescription: "postgresql", multiAz: true, quantity: 2 },
      { instanceClass: "db.t4g.medium", productDescription: "mysql" },
      { instanceClass: "db.r6g.xlarge", productDescription: "mariadb", region: "eu-west-1" },
      { instanceClass: "db.r6g.large", productDescription: "aurora-postgresql" },
      { instanceClass: "db.r6g.2xlarge", productDescription: "aurora-mysql" },
      { instanceClass: "db.m5.large", productDescription: "oracle-se2" },
      { instanceClass: "db.m5.xlarge", productDescription: "oracle-ee (byol)" },
      { instanceClass: "db.m5.large", productDescription: "sqlserver-se", multiAz: true },
      { instanceClass: "db.t3.small", productDescription: "sqlserver-web" },
      /LicenseModel: is not said: known are license included, bring your own license, and they cost differently$/,
      /DatabaseEdition: is not said: known are enterprise, standard, standard one, standard two$/,
      /DatabaseEngine: is "db2": known are mysql, /,
      /DeploymentOption: is "Multi-AZ \(readable standbys\)": reserved are Single-AZ and Multi-AZ instances$/,
      /DatabaseEdition: is "enterprise", and mysql has no editions$/,
      /LicenseModel: is "bring your own license", and postgresql needs no licence$/,
      /^set rds\.multiAz: is missing: 1 record does not say it\. It must be true or false$/,
    ],
  },
  {
    file: "cost-explorer-caches-and-others",
    from: "cost-explorer",
    all: { ...yearly, region: "us-east-1", note: month },
    records: [
      { service: "elasticache", nodeType: "cache.r6g.large", productDescription: "redis" },
      { service: "elasticache", nodeType: "cache.r6g.large", productDescription: "valkey" },
      { service: "elasticache", nodeType: "cache.r6g.large", productDescription: "memcached" },
      /ProductDescription: is "Garnet": known are redis, memcached, valkey$/,
      {
        service: "redshift",
        nodeType: "ra3.4xlarge",
        offeringKind: "regular",
        region: "us-west-2",
        quantity: 4,
        payment: "all-upfront",
      },
      { service: "opensearch", instanceType: "r6g.large.search", quantity: 3 },
      { service: "opensearch", instanceType: "m5.xlarge.search" },
      {
        service: "memorydb",
        nodeType: "db.r6g.large",
        region: "eu-north-1",
        quantity: 2,
        payment: "partial-upfront",
      },
      /ReservedCapacityDetails: is reserved capacity of DynamoDB, which no API sells: buy it in the console$/,
      /InstanceDetails: must hold one of EC2InstanceDetails, RDSInstanceDetails, /,
    ],
  },
  {
    file: "cost-explorer-savings-plans",
    from: "cost-explorer",
    all: {
      provider: "aws",
      service: "savings-plans",
      accountId: "123456789012",
      payment: "no-upfront",
      term: "P1Y",
      note: "Cost Explorer estimates savings of 840.00 USD a month, from the last 30 days",
    },
    records: [
      { type: "Compute", hourlyCommitment: { amount: "3.2", currency: "USD" } },
      /HourlyCommitmentToPurchase: is "1\.234567": a savings plan takes up to 5 decimal places, and it is not rounded$/,
      {
        type: "EC2Instance",
        region: "eu-west-1",
        instanceFamily: "c6g",
        hourlyCommitment: { amount: "0.502", currency: "USD" },
        payment: "all-upfront",
        term: "P3Y",
      },
      /SavingsPlansDetails\.Region: is missing$/,
      { type: "SageMaker", hourlyCommitment: { amount: "0.75", currency: "USD" }, payment: "partial-upfront" },
      { type: "Database", hourlyCommitment: { amount: "1.25", currency: "USD" } },
      /HourlyCommitmentToPurchase: is nothing$/,
      /lies in a group whose SavingsPlansType is "LAMBDA_SP", which is not sold: known are COMPUTE_SP, /,
    ],
  },
];

const reservation = { provider: "azure", subscriptionId, term: "P1Y", billingPlan: "Monthly", renew: false };
const legacyNote = (days: number) => `Azure Consumption estimates savings of 0.59 (no currency said) in ${days} days`;
const shared = { appliedScope: { type: "Shared" } };
const machines = { service: "compute", instanceFlexibility: "On" };
const advice = "Azure Advisor estimates savings of 1200.50 USD a year, from the last 30 days";

const azure: readonly Answer[] = [
  {
    file: "azure-consumption",
    from: "azure-consumption",
    all: { ...reservation, region: "westus", ...shared, quantity: 1, note: legacyNote(7) },
    records: [
      { ...machines, sku: "Standard_DS1_v2", appliedScope: { type: "Single", subscriptionId } },
      { ...machines, sku: "Standard_D2s_v3", region: "westeurope", quantity: 2 },
      { ...machines, sku: "Standard_D4s_v3", region: "westeurope", quantity: 3, term: "P3Y", note: legacyNote(30) },
      {
        ...machines,
        sku: "Standard_E4s_v5",
        region: "northeurope",
        quantity: 4,
        note: "Azure Consumption estimates savings of 1234.50 EUR in 60 days",
      },
      { service: "database", sku: "SQLDB_GP_Compute_Gen5", quantity: 8 },
      { service: "cache", sku: "Azure_Redis_Cache_Premium_P1_Cache" },
      { service: "managed-redis", sku: "azure_managed_redis_balanced_b10" },
      { service: "cosmosdb", sku: "Cosmos_DB_100_RUs", region: "westeurope", quantity: 500 },
      { service: "synapse", sku: "SQLDW_cDWU", region: "eastus2", quantity: 5 },
      /recommendedQuantity: is "0\.72": only whole ones are sold, and a fraction is not rounded$/,
      /location: is "Middle Earth", and no region of Azure is known by that name$/,
      /resourceType: is "SapHana", which is not bought here: bought are VirtualMachines, RedisCache, /,
      /resourceType: is missing: what is recommended is not said$/,
      /scope: must be Shared or Single, not "Tenant"$/,
      /term: must be P1M, P1Y, P3Y or P5Y, not "P2Y"$/,
      /sku: is missing: what is to be reserved is not said$/,
      /recommendedQuantity: must be a whole number from 1, not "-1"$/,
      {
        ...machines,
        sku: "Standard_L8s_v3",
        appliedScope: { type: "Single", subscriptionId: "20000000-aaaa-bbbb-cccc-100000000002" },
      },
    ],
  },
  {
    file: "azure-advisor",
    from: "azure-advisor",
    all: {
      ...reservation,
      term: "P3Y",
      region: "westeurope",
      appliedScope: { type: "Single", subscriptionId },
      quantity: 2,
      note: advice,
    },
    records: [
      { ...machines, instanceFlexibility: "Off", sku: "Standard_D2s_v3" },
      { ...machines, instanceFlexibility: "Off", sku: "Standard_E4s_v5", ...shared },
      { service: "database", sku: "SQLDB_GP_Compute_Gen5", quantity: 8 },
      {
        ...machines,
        instanceFlexibility: "Off",
        sku: "Standard_DS3_v2",
        region: "eastus",
        quantity: 3,
        term: "P1Y",
        note: "Azure Advisor estimates savings of 900.00 GBP a year",
      },
      { service: "cosmosdb", sku: "CosmosDB_RU", quantity: 500 },
      /qty: is "1\.72": only whole ones are sold, and a fraction is not rounded$/,
      /targetResourceCount: is "3", and qty is "2"$/,
      /vmSize: is "Standard_D64s_v3", and sku is "Standard_D32s_v3"$/,
      /suppressionIds: is not empty: somebody has postponed or dismissed it$/,
      /\[9\]: is no recommendation to buy a reservation: "Right-size or shutdown underutilized virtual machines"$/,
      /\[10\]: is no recommendation to buy a reservation: "Enable backups"$/,
      /location: is "eastus", and region is "westus"$/,
    ],
  },
];

const gcp: readonly Answer[] = [
  {
    file: "gcp-recommender",
    from: "gcp-recommender",
    all: {
      provider: "gcp",
      service: "compute",
      projectId: "my-project-123",
      region: "us-central1",
      vcpus: 8,
      memoryMb: 32_768,
      term: "P1Y",
      autoRenew: false,
      note: "Google's Recommender estimates savings of 101.50 USD in 30 days",
    },
    records: [
      { machineFamily: "E2" },
      { machineFamily: "N2", vcpus: 16, memoryMb: 65_536, term: "P3Y", region: "europe-west1" },
      { machineFamily: "C2" },
      { machineFamily: "N1", projectId: "other-project-1" },
      /resources: holds no MEMORY: a commitment that is bought here has vCPUs and memory$/,
      /resources\[0\]\.amount: is "8\.5": only whole ones are sold, and a fraction is not rounded$/,
      /resources\[2\]\.type: is "ACCELERATOR": only VCPU and MEMORY are taken over; write it by hand, with the reservations that it needs$/,
      /type: is "GENERAL_PURPOSE_T2A", which is not bought here: bought are GENERAL_PURPOSE, /,
      /plan: is "SIXTY_MONTH": known are TWELVE_MONTH, THIRTY_SIX_MONTH$/,
      /stateInfo\.state: is "CLAIMED": somebody has taken it up or dismissed it$/,
      /name: names the recommender "google\.cloudbilling\.commitment\.SpendBasedCommitmentRecommender": only recommendations of google\.compute\.commitment\.UsageCommitmentRecommender are/,
      /action: is "remove": only adding is buying$/,
      /content\.operationGroups: must hold one operation, not 2$/,
      /\[13\]: makes no recommendation: memoryMb must be a multiple of 256, in MB: 1 GB is 1024$/,
      { machineFamily: "C4D", projectId: "example.com:legacy" },
    ],
  },
];

const answers = [...costExplorer, ...azure, ...gcp];
const rows = answers.flatMap(({ file, from, all, records }) =>
  records.map((expected, index) => ({ file, from, index, all, expected })),
);

/** An answer with only one of its records, at its place. */
function only(text: string, index: number): string {
  let seen = -1;
  const keep = (list: readonly unknown[]) =>
    list.filter(() => {
      seen += 1;
      return seen === index;
    });
  const reduce = (value: unknown): unknown => {
    if (Array.isArray(value)) return (value as unknown[]).map(reduce);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        name,
        /^(Savings.*)?RecommendationDetails$/.test(name) ? keep(each as unknown[]) : reduce(each),
      ]),
    );
  };
  const answer: unknown = JSON.parse(text);
  const isFlat = Array.isArray(answer) && !text.includes("RecommendationDetails");
  return JSON.stringify(isFlat ? keep(answer) : reduce(answer));
}

describe("a record of each kind", () => {
  test("there are more than sixty", () => {
    expect(rows.length).toBeGreaterThan(90);
  });

  test.each(rows)("$file, $index", ({ file, from, index, all, expected }) => {
    const text = only(answerText(file), index);
    if (expected instanceof RegExp) {
      // Alone in its list it is the first.
      const alone = expected.source.replaceAll(/\\\[\d+\\\](?=:|, which)/g, String.raw`\[\d+\]`);
      const [problem] = problemsOf(text, from, { set: withoutUnused(from, index) });
      expect(problem).toMatch(new RegExp(alone));
      return;
    }
    const { execution, records } = imported(text, from, { set: withoutUnused(from, index) });
    const wanted = Object.entries({ ...all, ...expected }).filter(([, value]) => value !== undefined);
    expect(execution.recommendations).toEqual([Object.fromEntries(wanted)]);
    expect(records).toMatchObject([{ position: 1, recIndex: 0, result: "translated", problems: [] }]);
  });

  test.each(
    answers.filter(({ file }) => !["cost-explorer-ec2", "cost-explorer-rds", "cost-explorer-ec2-heavy"].includes(file)),
  )(
    "$file as a whole: in its order, with the places of what cannot be translated left empty and named",
    ({ file, from, records: expected }) => {
      const options = { skipUntranslatable: true, allowAlternatives: true } as const;
      const { execution, records } = imported(answerText(file), from, options);
      expect(execution.recommendations.map(isSkip)).toEqual(expected.map((each) => each instanceof RegExp));
      expect(records.map(({ result }) => result)).toEqual(
        expected.map((each) => (each instanceof RegExp ? "skipped" : "translated")),
      );
      for (const [index, place] of execution.recommendations.entries()) {
        if (isSkip(place)) expect(place.skip).toMatch(new RegExp(`^cannot be imported \\(record ${index + 1}\\): \\S`));
      }
      expect(records.map(({ position }) => position)).toEqual(expected.map((_, index) => index + 1));
      expect(providers.length).toBe(3);
    },
  );
});

describe("nothing is guessed", () => {
  const translatable = rows.filter(({ expected }) => !(expected instanceof RegExp));

  test.each(translatable)("$file, $index: without any one of its fields it is the same, or it is refused", (row) => {
    const { file, from, index } = row;
    const set = withoutUnused(from, index);
    const text = only(answerText(file), index);
    const whole = unnotedOf(imported(text, from, { set }).execution.recommendations[0]);
    let [same, refused] = [0, 0];
    for (const fewer of withoutEach(JSON.parse(text))) {
      try {
        const { execution } = imported(JSON.stringify(fewer), from, { set });
        expect(execution.recommendations.map(unnotedOf)).toEqual([whole]);
        same += 1;
      } catch (error) {
        if (!InvalidExecutionError.isInstance(error)) throw error;
        refused += 1;
      }
    }
    expect(same).toBeGreaterThan(3);
    expect(refused).toBeGreaterThan(2);
  });
});

function unnotedOf(place: object | undefined): object {
  const { note: _unread, ...rest } = { note: undefined, ...place };
  return rest;
}

/** The document without each of its members in turn. */
function* withoutEach(node: unknown): Generator {
  if (Array.isArray(node)) {
    for (const [index, each] of node.entries()) {
      for (const fewer of withoutEach(each)) yield node.with(index, fewer);
    }
    return;
  }
  if (typeof node !== "object" || node === null) return;
  for (const [name, value] of Object.entries(node)) {
    const { [name]: _left, ...rest } = node as Record<string, unknown>;
    yield rest;
    for (const fewer of withoutEach(value)) yield { ...rest, [name]: fewer };
  }
}

/** Of a record alone, what is given for others of its answer would be for nothing. */
function withoutUnused(from: string, index: number) {
  if (from !== "gcp-recommender") return undefined;
  const project = index === 3 ? "other-project-1" : index === 14 ? "example.com:legacy" : "my-project-123";
  return { compute: { autoRenew: false, ...(index === 2 ? {} : { projectId: project }) } };
}
