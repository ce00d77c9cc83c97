import { describe, expect, test } from "vitest";
import { z } from "zod";
import { awsAccountsSchema, createAws, type AwsAccounts, type AwsSettings } from "../../../providers/aws/index.ts";
import { resolveSettings } from "../../../providers/aws/aws-settings.ts";

const role = "arn:aws:iam::{accountId}:role/buyonce";
const account = "123456789012";

/** What is said of settings that cannot be used. */
function refusalOf(settings: AwsSettings): string {
  try {
    createAws(settings);
  } catch (error) {
    expect(error).toMatchObject({ name: "RefusedError", code: "invalid-configuration" });
    return (error as Error).message;
  }
  throw new Error("It was taken.");
}

/** Whatever somebody wrote. */
const refused = (accounts: unknown) => refusalOf({ accounts: accounts as AwsAccounts });

describe("the section aws.accounts", () => {
  test.each<[string, AwsAccounts]>([
    ["a role in each, told by a variable", { [account]: { roleArn: role, externalId: { env: "EXTERNAL_ID" } } }],
    ["its own ARN, written out", { [account]: { roleArn: `arn:aws:iam::${account}:role/path/buyonce` } }],
    ["another partition", { [account]: { roleArn: "arn:aws-us-gov:iam::{accountId}:role/buyonce" } }],
    ["all of a role", { "*": { roleArn: role, externalId: "ab", sourceProfile: "payer", sessionName: "buyonce" } }],
    ["a web identity", { "*": { webIdentityTokenFile: "/token", roleArn: role, durationSeconds: 900 } }],
    ["a profile", { [account]: { profile: "production" } }],
    ["keys", { [account]: { accessKeyId: { env: "A" }, secretAccessKey: { env: "B" }, sessionToken: { env: "C" } } }],
    ["the chain", { "*": { use: "default" } }],
    ["one of its own beside one for all", { [account]: { profile: "a" }, "*": { profile: "a" } }],
    ["none", {}],
  ])("takes %s", (_what, accounts) => {
    expect(awsAccountsSchema.safeParse(accounts)).toMatchObject({ success: true, data: accounts });
  });

  test.each<[string, unknown, string]>([
    ["no account", { "1234": { use: "default" } }, "aws.accounts.1234: must be the 12 digits of an AWS account, or *"],
    ["an unknown key", { "*": { roleArn: role, rolearn: "x" } }, 'aws.accounts.*.rolearn: Unrecognized key: "rolearn"'],
    [
      "a role of another account",
      { [account]: { roleArn: "arn:aws:iam::999999999999:role/buyonce" } },
      `aws.accounts.${account}.roleArn: names a role of account 999999999999, not of ${account}`,
    ],
    [
      "one role for every account",
      { "*": { roleArn: `arn:aws:iam::${account}:role/buyonce` } },
      "aws.accounts.*.roleArn: must name the account as {accountId}: it is for every account",
    ],
    ["no role", { "*": { roleArn: "buyonce" } }, "aws.accounts.*.roleArn: must be the ARN of a role"],
    ["nothing", { "*": {} }, "aws.accounts.*: needs roleArn, profile, accessKeyId with secretAccessKey, or use"],
    [
      "half a key",
      { "*": { accessKeyId: { env: "A" } } },
      "aws.accounts.*.secretAccessKey: is missing beside accessKeyId",
    ],
    [
      "a token without a role",
      { "*": { webIdentityTokenFile: "/token" } },
      "aws.accounts.*.roleArn: is missing beside webIdentityTokenFile",
    ],
    [
      "a web identity with an external id, which STS does not take",
      { "*": { webIdentityTokenFile: "/token", roleArn: role, externalId: "ab" } },
      "aws.accounts.*.externalId: does not go together with webIdentityTokenFile",
    ],
    [
      "a role and a profile",
      { "*": { profile: "a", roleArn: role } },
      "aws.accounts.*.profile: does not go together with roleArn",
    ],
    [
      "a session of a minute",
      { "*": { roleArn: role, durationSeconds: 60 } },
      "aws.accounts.*.durationSeconds: must be a whole number of seconds from 900 to 43200",
    ],
    [
      "one profile for two accounts",
      { [account]: { profile: "a" }, "999999999999": { profile: "a" } },
      `aws.accounts.999999999999.profile: is the same as of ${account}: a credential belongs to one account`,
    ],
    [
      "one key for two accounts",
      {
        [account]: { accessKeyId: { env: "A" }, secretAccessKey: { env: "B" } },
        "999999999999": { accessKeyId: { env: "A" }, secretAccessKey: { env: "C" } },
      },
      "aws.accounts.999999999999.accessKeyId: is the same as of",
    ],
  ])("refuses %s, with its path", (_what, accounts, problem) => {
    expect(refused(accounts)).toContain(`nothing was sent. ${problem}`);
  });

  test.each(["accessKeyId", "secretAccessKey", "sessionToken"])(
    "refuses a %s that is written out, without it",
    (field) => {
      const keys = { accessKeyId: { env: "A" }, secretAccessKey: { env: "B" }, [field]: "wJalrXUtnFEMI" };
      const message = refused({ [account]: keys });
      expect(message).toContain(`aws.accounts.${account}.${field}: must not be written into the file`);
      expect(message).not.toContain("wJalrXUtnFEMI");
    },
  );

  test("is a JSON Schema too, which knows every field and no other", () => {
    const { additionalProperties: entry, propertyNames } = z.toJSONSchema(awsAccountsSchema) as {
      readonly additionalProperties: { readonly properties: object; readonly additionalProperties: boolean };
      readonly propertyNames: object;
    };
    expect(propertyNames).toMatchObject({ pattern: "^(\\d{12}|\\*)$" });
    expect(entry.additionalProperties).toBe(false);
    expect(Object.keys(entry.properties)).toEqual([
      "roleArn",
      "externalId",
      "sourceProfile",
      "sessionName",
      "durationSeconds",
      "webIdentityTokenFile",
      "profile",
      "accessKeyId",
      "secretAccessKey",
      "sessionToken",
      "use",
    ]);
  });
});

describe("the settings", () => {
  test("one source of credentials, not two", () => {
    const credentials = { accessKeyId: "A", secretAccessKey: "B" };
    expect(refusalOf({ credentials, accounts: {} })).toContain("settings credentials and accounts");
    expect(refusalOf({ credentials, credentialsFor: () => credentials })).toContain("credentials and credentialsFor");
    expect(refusalOf({ accounts: {}, credentialsFor: () => credentials })).toContain("credentialsFor and accounts");
  });

  test("a session is longer than a purchase may take", () => {
    const accounts = { "*": { roleArn: role, durationSeconds: 900 } };
    expect(resolveSettings({ accounts, purchaseTimeout: 600_000 })).toMatchObject({ accounts });
    expect(refusalOf({ accounts, purchaseTimeout: 600_001 })).toContain(
      "aws.accounts.*.durationSeconds must be at least 901",
    );
    expect(refusalOf({ accounts: { "*": { roleArn: role } }, purchaseTimeout: 3_300_001 })).toContain("at least 3601");
  });
});
