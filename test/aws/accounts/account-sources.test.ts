// Where credentials come from: real ones are made here, and sent nowhere.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createAccountSources } from "../../../providers/aws/account-sources.ts";
import type { AwsSettings } from "../../../providers/aws/index.ts";
import { createSession } from "../../../providers/aws/aws-session.ts";
import { assumeRole, type EntryParts } from "../../../providers/aws/entry-credentials.ts";
import { resolveSettings } from "../../../providers/aws/aws-settings.ts";
import { environmentVariables } from "../../environment-variables.ts";
import { thrownBy } from "../../thrown-by.ts";
import { error, type Loopback, ok, startLoopback } from "../aws-loopback.ts";

const account = "123456789012";
const other = "210987654321";
const role = "arn:aws:iam::{accountId}:role/buyonce";

/** Sources whose clients, where they send at all, send to `url`: over http nothing but a dummy credential may. */
function sourcesAt(settings: AwsSettings, url = "https://127.0.0.1:9") {
  return createAccountSources(resolveSettings(settings), async (region) => ({
    region,
    endpoint: url,
    maxAttempts: 1,
    ignoreConfiguredEndpointUrls: true,
  }));
}

/** The shared files of the AWS SDK, and nothing else of this machine. */
function sharedFiles(credentialsFile: string) {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-aws-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "credentials");
  writeFileSync(file, credentialsFile);
  return environmentVariables({
    AWS_SHARED_CREDENTIALS_FILE: file,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
  });
}

const payer = `[payer]\naws_access_key_id = AKIAPAYER\naws_secret_access_key = hush\n`;

describe("credentialsFor", () => {
  test("is asked once for each account, with the region of the call; a provider and plain credentials will do", async () => {
    const asked: unknown[] = [];
    const sources = sourcesAt({
      credentialsFor: (wanted) => {
        asked.push(wanted);
        const credentials = { accessKeyId: `AKIA${wanted.accountId}`, secretAccessKey: "s" };
        return wanted.accountId === account ? credentials : async () => credentials;
      },
    });
    const keyOf = async (id: string, region: string) => (await sources.resolve(id, region)).accessKeyId;
    expect(
      await Promise.all([keyOf(account, "us-east-1"), keyOf(account, "eu-west-1"), keyOf(other, "eu-west-1")]),
    ).toEqual([`AKIA${account}`, `AKIA${account}`, `AKIA${other}`]);
    expect(asked).toEqual([
      { accountId: account, region: "us-east-1" },
      { accountId: other, region: "eu-west-1" },
    ]);
  });

  test("gives none for an account: one sentence", async () => {
    const sources = sourcesAt({ credentialsFor: async () => undefined });
    expect(await thrownBy(sources.resolve(account, "us-east-1"))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining(
        `credentialsFor of the AWS provider gave no credentials for AWS account ${account}`,
      ),
    });
  });

  test("hangs for an account: the question ends, says so, and is asked anew; other accounts have theirs", async () => {
    let hangs = true;
    const credentials = { accessKeyId: "AKIAOTHER", secretAccessKey: "s" };
    const sources = sourcesAt({
      readTimeout: 20,
      credentialsFor: ({ accountId }) =>
        accountId === account && hangs ? new Promise<never>(() => undefined) : credentials,
    });
    const [hung, given] = await Promise.all([
      thrownBy(sources.resolve(account, "us-east-1")),
      sources.resolve(other, "us-east-1"),
    ]);
    expect(hung).toMatchObject({
      code: "credentials-unavailable",
      retryable: true,
      message: expect.stringContaining(`No credentials for AWS account ${account} came within 0.06 s.`),
    });
    expect(given).toEqual(credentials);
    hangs = false;
    expect(await sources.resolve(account, "us-east-1")).toEqual(credentials);
  });

  test("is not called over http, where the dummy key names the account", async () => {
    const credentialsFor = () => {
      throw new Error("It was called.");
    };
    const sources = sourcesAt({ endpoint: "http://127.0.0.1:9", credentialsFor });
    expect(await sources.resolve(account, "us-east-1")).toEqual({
      accessKeyId: `BUYONCE${account}`,
      secretAccessKey: "not-a-secret",
    });
  });
});

describe("accounts", () => {
  test("keys come from the variables; the entry of the account wins over that for all", async () => {
    const accounts = {
      "*": { use: "default" },
      [account]: { accessKeyId: { env: "K" }, secretAccessKey: { env: "S" }, sessionToken: { env: "T" } },
    } as const;
    const sources = sourcesAt({ accounts, variables: { K: "AKIAKEYS", S: "hush", T: "token" } });
    expect(await sources.resolve(account, "us-east-1")).toEqual({
      accessKeyId: "AKIAKEYS",
      secretAccessKey: "hush",
      sessionToken: "token",
    });
  });

  test("a variable that is not set: its field and its name; once it is set it is read", async () => {
    const accounts = { "*": { accessKeyId: { env: "K" }, secretAccessKey: { env: "BUYONCE_TEST_SECRET" } } };
    const sources = sourcesAt({ accounts, variables: { K: "AKIAKEYS" } });
    expect(await thrownBy(sources.resolve(account, "us-east-1"))).toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining(
        "aws.accounts.*.secretAccessKey names the environment variable BUYONCE_TEST_SECRET",
      ),
    });

    using _set = environmentVariables({ K: "AKIAKEYS", BUYONCE_TEST_SECRET: undefined });
    const ofProcess = sourcesAt({ accounts });
    expect(await thrownBy(ofProcess.resolve(account, "us-east-1"))).toMatchObject({ code: "invalid-configuration" });
    using _later = environmentVariables({ BUYONCE_TEST_SECRET: "hush" });
    expect(await ofProcess.resolve(account, "us-east-1")).toMatchObject({ secretAccessKey: "hush" });
  });

  test("a profile, and one that is not there", async () => {
    using _files = sharedFiles(payer);
    const sources = sourcesAt({ accounts: { [account]: { profile: "payer" }, [other]: { profile: "nobody" } } });
    expect(await sources.resolve(account, "us-east-1")).toMatchObject({ accessKeyId: "AKIAPAYER" });
    expect(await thrownBy(sources.resolve(other, "us-east-1"))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining(`aws.accounts.${other}.profile names the AWS profile "nobody"`),
    });
  });

  test.each([
    ["a profile", { profile: "renewed" }],
    ["the chain", { use: "default" }],
  ] as const)(
    "keys that were renewed in the file are read after the old ones are refused: %s",
    async (_what, entry) => {
      const written = (key: string) => `[renewed]\naws_access_key_id = ${key}\naws_secret_access_key = hush\n`;
      using _files = sharedFiles(written("AKIAOLD"));
      using _profile = environmentVariables({ AWS_PROFILE: "renewed" });
      const sources = sourcesAt({ accounts: { [account]: entry } });
      const old = await sources.resolve(account, "us-east-1");
      writeFileSync(process.env["AWS_SHARED_CREDENTIALS_FILE"] ?? "", written("AKIANEW"));
      expect(await sources.resolve(account, "us-east-1")).toMatchObject({ accessKeyId: "AKIAOLD" });
      sources.forget(account, old);
      expect(await sources.resolve(account, "us-east-1")).toMatchObject({ accessKeyId: "AKIANEW" });
    },
  );

  test("the chain of the SDK, of this process", async () => {
    using _files = sharedFiles(payer);
    using _profile = environmentVariables({ AWS_PROFILE: "payer" });
    const sources = sourcesAt({ accounts: { "*": { use: "default" } } });
    expect(await sources.resolve(account, "us-east-1")).toMatchObject({ accessKeyId: "AKIAPAYER" });
  });

  test("an account without an entry: which, and what to add", async () => {
    const sources = sourcesAt({ accounts: { [account]: { use: "default" } } });
    expect(await thrownBy(sources.resolve(other, "us-east-1"))).toMatchObject({
      code: "credentials-unavailable",
      retryable: false,
      message: `Nothing says how to sign in to AWS account ${other}: add an entry aws.accounts.${other}, or aws.accounts.* for every account. Nothing was sent.`,
    });
  });

  test("a source profile or token file that is not there: its field", async () => {
    using _files = sharedFiles(payer);
    const sources = sourcesAt({
      accounts: {
        [account]: { roleArn: role, sourceProfile: "nobody" },
        [other]: { roleArn: role, webIdentityTokenFile: "/nowhere/token" },
      },
    });
    expect(await thrownBy(sources.resolve(account, "us-east-1"))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining(`aws.accounts.${account}.sourceProfile names the AWS profile "nobody"`),
    });
    expect(await thrownBy(sources.resolve(other, "us-east-1"))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringMatching(/webIdentityTokenFile names the file \/nowhere\/token, .*ENOENT/),
    });
  });

  test("real credentials do not ask for a role over http", async () => {
    using _files = sharedFiles(payer);
    await using loopback = await startLoopback();
    const sources = sourcesAt({ accounts: { "*": { roleArn: role, sourceProfile: "payer" } } }, loopback.url);
    expect(await thrownBy(sources.resolve(account, "us-east-1"))).toMatchObject({
      code: "invalid-configuration",
      message: expect.stringContaining("only https gets real credentials"),
    });
    expect(loopback.arrived).toEqual([]);
  });
});

/** What STS answers to AssumeRole. */
const session = (key: string, expiration: string) =>
  ok(
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  );
const later = new Date(Date.now() + 3_600_000).toISOString();
const webIdentity = "AssumeRoleWithWebIdentity";

describe("a role, at an imitation", () => {
  const at = ({ url }: Loopback, settings: AwsSettings) => sourcesAt({ endpoint: url, ...settings }, url);

  test("what is sent: the ARN of the account, external id, name and duration, signed with the dummy key", async () => {
    await using loopback = await startLoopback();
    loopback.on("AssumeRole", session("ASIA1", later));
    const entry = { roleArn: role, externalId: { env: "X" }, sessionName: "me", durationSeconds: 1_800 };
    const sources = at(loopback, { accounts: { "*": entry }, variables: { X: "shared" } });
    expect(await sources.resolve(account, "us-east-1")).toMatchObject({ accessKeyId: "ASIA1", sessionToken: "t" });
    expect(Object.fromEntries(loopback.last("AssumeRole").parameters)).toMatchObject({
      RoleArn: `arn:aws:iam::${account}:role/buyonce`,
      ExternalId: "shared",
      RoleSessionName: "me",
      DurationSeconds: "1800",
    });
    expect(loopback.last("AssumeRole").headers.authorization).toContain("Credential=BUYONCELOOPBACK/");
  });

  test("in a region that has to be enabled, STS is asked in one that does not", async () => {
    await using loopback = await startLoopback();
    loopback.on("AssumeRole", session("ASIA1", later));
    const sources = at(loopback, { accounts: { "*": { roleArn: role } } });
    await sources.resolve(account, "eu-south-2");
    await sources.resolve(other, "eu-west-3");
    const regions = loopback.arrived.map(({ headers }) => headers.authorization?.split("/")[2]);
    expect(regions).toEqual(["us-east-1", "eu-west-3"]);
    expect(Object.fromEntries(loopback.last("AssumeRole").parameters)).toMatchObject({ RoleSessionName: "buyonce" });
    expect(loopback.last("AssumeRole").parameters.has("ExternalId")).toBe(false);
  });

  test("with a web identity the token is not read over http", async () => {
    await using loopback = await startLoopback();
    loopback.on(webIdentity, error(400, "InvalidIdentityToken", "Incorrect token"));
    const accounts = { "*": { roleArn: role, webIdentityTokenFile: "/nowhere/token", durationSeconds: 900 } };
    const sources = at(loopback, { accounts });
    expect(await thrownBy(sources.resolve(account, "us-east-1"))).toMatchObject({
      message: expect.stringContaining(role.slice(0, 12)),
    });
    expect(Object.fromEntries(loopback.last(webIdentity).parameters)).toMatchObject({
      WebIdentityToken: "not-a-secret",
      RoleArn: `arn:aws:iam::${account}:role/buyonce`,
      DurationSeconds: "900",
    });
  });

  test("profiles and keys are neither read nor sent over http", async () => {
    using _files = sharedFiles("this is no configuration");
    const accounts = {
      [account]: { profile: "nobody" },
      [other]: { accessKeyId: { env: "K" }, secretAccessKey: { env: "S" } },
    };
    const sources = sourcesAt({ endpoint: "http://127.0.0.1:9", accounts, variables: {} });
    expect((await sources.resolve(account, "us-east-1")).accessKeyId).toBe(`BUYONCE${account}`);
    expect((await sources.resolve(other, "us-east-1")).accessKeyId).toBe(`BUYONCE${other}`);
  });

  test("a source whose own session ended early is asked anew, once", async () => {
    await using loopback = await startLoopback();
    loopback.on("AssumeRole", error(403, "ExpiredToken"), session("ASIA1", later));
    const keys = ["OLD", "NEW"];
    const source = createSession(async () => ({ accessKeyId: keys.shift() ?? "NEW", secretAccessKey: "s" }), {
      now: Date.now,
      least: 0,
    });
    const parts: EntryParts = {
      variables: () => ({}),
      insecure: true,
      configuration: async (region) => ({ region, endpoint: loopback.url, maxAttempts: 1 }),
      sourceOf: () => source,
    };
    const site = { entry: { roleArn: role }, path: "aws.accounts.*", accountId: account };
    expect(await assumeRole(site, parts, "us-east-1")).toMatchObject({ accessKeyId: "ASIA1" });
    const signed = () =>
      loopback.arrived.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? "")?.[1]);
    expect(signed()).toEqual(["OLD", "NEW"]);

    loopback.on("AssumeRole", error(403, "ExpiredToken"));
    expect(await thrownBy(assumeRole(site, parts, "us-east-1"))).toMatchObject({ code: "credentials-unavailable" });
    expect(signed()).toEqual(["OLD", "NEW", "NEW"]);
  });

  test.each([
    [
      "AccessDenied",
      403,
      "access-denied",
      /cannot be assumed \(AccessDenied: no\)\. See that it exists, that its trust policy/,
    ],
    [
      "ValidationError",
      400,
      "credentials-unavailable",
      /gives no session .*ValidationError: no\)\. Correct aws\.accounts\.\*;/,
    ],
    [
      "ExpiredToken",
      403,
      "credentials-unavailable",
      /No usable AWS credentials for the role .*ExpiredToken: no\)\. Sign in/,
    ],
    ["Throttling", 400, "lookup-failed", /slow down/],
  ])("STS says %s: %s", async (code, status, expected, message) => {
    await using loopback = await startLoopback();
    loopback.on("AssumeRole", error(status, code, "no"));
    const sources = at(loopback, { accounts: { "*": { roleArn: role } } });
    const thrown = await thrownBy(sources.resolve(account, "us-east-1"));
    expect(thrown).toMatchObject({ code: expected, message: expect.stringMatching(message) });
    expect(thrown).toMatchObject({ message: expect.stringContaining(`arn:aws:iam::${account}:role/buyonce`) });
    expect(loopback.count("AssumeRole")).toBe(1);
  });
});
