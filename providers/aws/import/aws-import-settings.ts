import { flagSetting, type Setting, textSetting, wordSetting } from "../../../src/contract/recommendation-source.ts";
import { durations, offeringTypes } from "../aws-fields.ts";

/** What every recommendation for AWS needs, should a record not say it. */
const common: readonly Setting[] = [
  textSetting("accountId", /^\d{12}$/, "the 12 digits of the account that is charged"),
  wordSetting("payment", Object.keys(offeringTypes)),
  wordSetting("term", Object.keys(durations)),
];

/** What Cost Explorer may leave unsaid, by service. It never says an EC2 scope, or which kind of Redshift offering it means. */
export const awsSettings: Readonly<Record<string, readonly Setting[]>> = {
  ec2: [
    ...common,
    wordSetting("offeringClass", ["standard", "convertible"]),
    wordSetting("tenancy", ["default", "dedicated"]),
    wordSetting("scope", ["Region", "Availability Zone"]),
    textSetting(
      "availabilityZone",
      /^[a-z0-9-]+[a-z]$/,
      'an Availability Zone such as "us-east-1a"',
      ({ scope }) => scope === "Availability Zone",
    ),
  ],
  rds: [...common, flagSetting("multiAz")],
  elasticache: common,
  memorydb: common,
  opensearch: common,
  redshift: [...common, wordSetting("offeringKind", ["regular", "upgradable"])],
  "savings-plans": common,
};
