import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import { createAccountSources } from "../../providers/aws/account-sources.ts";
import { resolveSettings } from "../../providers/aws/aws-settings.ts";
import { createAccountGuard } from "../../providers/aws/account-guard.ts";
import { calmly, fakeEnvironment, find, serviceOf, token } from "./aws-executors.ts";
import { ec2At, instances, recommendation, submission } from "./ec2/ec2-answers.ts";
import { environmentVariables } from "../environment-variables.ts";
import { thrownBy } from "../thrown-by.ts";
import { callerIdentity, error, ok, startLoopback } from "./aws-loopback.ts";

const { scope } = submission;
const wanted = { tokens: [token] };
/** Sources that ask each time. */
const notKept = { held: () => undefined, forget: () => undefined };

const invalidKey = Object.assign(new Error("The security token included in the request is invalid."), {
  Code: "InvalidClientTokenId",
  $metadata: { httpStatusCode: 403 },
});

describe("which account is charged", () => {
  test("STS is asked once, before anything else, whatever the number of calls and regions", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances());
    const ec2 = ec2At(loopback);
    await Promise.all([find(ec2, scope, wanted), find(ec2, scope, wanted)]);
    await find(ec2, ec2.scopeOf({ ...recommendation, region: "eu-west-1" }), wanted);
    expect(loopback.arrived.map(({ action }) => action)).toEqual([
      "GetCallerIdentity",
      "DescribeReservedInstances",
      "DescribeReservedInstances",
      "DescribeReservedInstances",
    ]);
  });

  test("lesson: fell back to ambient credentials of another account; refused, naming both, nothing sent", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", callerIdentity("999999999999"));
    const ec2 = ec2At(loopback);
    const refused = {
      code: "wrong-account",
      message: expect.stringMatching(/account 123456789012, but the credentials belong to 999999999999/),
    };
    expect(await thrownBy(find(ec2, scope, wanted))).toMatchObject(refused);
    expect(await thrownBy(ec2.quote(recommendation, submission, calmly))).toMatchObject(refused);
    expect(await ec2.send(submission, { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
      providerCode: "wrong-account",
      // Driving again changes nothing: it is the refusal itself, not a purchase that did not arrive.
      retryable: false,
      reason: refused.message,
    });
    expect(loopback.arrived.every(({ action }) => action === "GetCallerIdentity")).toBe(true);
  });

  test("a failed question is asked again, not remembered", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances());
    loopback.on("GetCallerIdentity", error(403, "AccessDenied"), callerIdentity("123456789012"));
    const ec2 = ec2At(loopback);
    expect(await thrownBy(find(ec2, scope, wanted))).toMatchObject({
      code: "access-denied",
      message: expect.stringContaining("sts:GetCallerIdentity"),
    });
    expect((await find(ec2, scope, wanted)).byToken.size).toBe(0);
  });

  test("an STS answer without an account is no account", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", ok("<html><body>Sign in</body></html>"));
    expect(await thrownBy(find(ec2At(loopback), scope, wanted))).toMatchObject({
      code: "wrong-account",
    });
    expect(loopback.count("DescribeReservedInstances")).toBe(0);
  });

  test("a rotated key is asked about again before its first use", async () => {
    const asked: string[] = [];
    let key = "KEY1";
    const guard = createAccountGuard({
      ...notKept,
      resolve: async () => ({ accessKeyId: key, secretAccessKey: "s" }),
      async callerOf({ accessKeyId }) {
        asked.push(accessKeyId);
        return { account: accessKeyId === "KEY1" ? "123456789012" : "999999999999" };
      },
    });
    await guard.credentialFor("123456789012", "us-east-1");
    await guard.credentialFor("123456789012", "us-east-1");
    key = "KEY2";
    expect(await thrownBy(guard.credentialFor("123456789012", "us-east-1"))).toMatchObject({ code: "wrong-account" });
    // A key stays of its account: nobody asks twice.
    expect(await thrownBy(guard.credentialFor("123456789012", "us-east-1"))).toMatchObject({ code: "wrong-account" });
    expect(asked).toEqual(["KEY1", "KEY2"]);
  });
});

describe("credentials", () => {
  const nowhere = {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_SESSION_TOKEN: undefined,
    AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: undefined,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: undefined,
    AWS_WEB_IDENTITY_TOKEN_FILE: undefined,
  };

  test("none: says so", async () => {
    using _environment = environmentVariables(nowhere);
    const ec2 = serviceOf("ec2", {});
    expect(await thrownBy(find(ec2, scope, wanted))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining("AWS account 123456789012, us-east-1"),
    });
  });

  test("over http only the dummy credential is sent, although real ones are there", async () => {
    using _environment = environmentVariables({
      ...nowhere,
      AWS_ACCESS_KEY_ID: "AKIAREAL",
      AWS_SECRET_ACCESS_KEY: "real",
      AWS_SESSION_TOKEN: "real-session",
    });
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances());
    loopback.on("PurchaseReservedInstancesOffering", error(400, "InvalidParameterValue"));
    const ec2 = ec2At(loopback, { credentials: { accessKeyId: "AKIAGIVEN", secretAccessKey: "given" } });
    await find(ec2, scope, wanted);
    expect(await ec2.send(submission, { sentBefore: false })).toMatchObject({ kind: "rejected" });
    expect(loopback.arrived).toHaveLength(3);
    for (const { headers } of loopback.arrived) {
      expect(headers.authorization).toContain("Credential=BUYONCELOOPBACK/");
      expect(headers["x-amz-security-token"]).toBeUndefined();
    }
  });

  test("an http endpoint from the AWS configuration gets no request signed with real credentials", async () => {
    await using loopback = await startLoopback();
    using _environment = environmentVariables({ ...nowhere, AWS_ENDPOINT_URL: loopback.url });
    const credentials = { accessKeyId: "AKIAREAL", secretAccessKey: "real", sessionToken: "real-session" };
    const ec2 = serviceOf("ec2", { credentials, environment: fakeEnvironment() });
    expect(await thrownBy(find(ec2, scope, wanted))).toMatchObject({
      code: "invalid-configuration",
    });
    expect(loopback.arrived).toEqual([]);
  });

  test("expired ones: says so; as there are no others, nothing is asked again", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", error(400, "RequestExpired"));
    expect(await thrownBy(find(ec2At(loopback), scope, wanted))).toMatchObject({
      code: "credentials-unavailable",
    });
    expect(loopback.count("DescribeReservedInstances")).toBe(1);
  });
});

test("credentials that are over when STS is asked whose they are: the next call asks for others", async () => {
  await using loopback = await startLoopback();
  loopback.on("GetCallerIdentity", error(403, "ExpiredToken"), callerIdentity("123456789012"));
  const keys = ["OLD", "NEW"];
  const sources = createAccountSources(
    resolveSettings({ credentials: async () => ({ accessKeyId: keys.shift() ?? "", secretAccessKey: "s" }) }),
    async (region) => ({ region, endpoint: loopback.url, maxAttempts: 1 }),
  );
  const client = new STSClient({ region: "us-east-1", endpoint: loopback.url, maxAttempts: 1 });
  const guard = createAccountGuard({
    ...sources,
    async callerOf(credentials) {
      client.config.credentials = async () => credentials;
      return { account: (await client.send(new GetCallerIdentityCommand({}))).Account };
    },
  });
  expect(await thrownBy(guard.credentialFor("123456789012", "us-east-1"))).toMatchObject({
    code: "credentials-unavailable",
  });
  expect(await guard.credentialFor("123456789012", "us-east-1")).toMatchObject({ accessKeyId: "NEW" });
});

test("a question to STS that hangs and was given up is asked again by the next call; one that is answered is kept", async () => {
  const answers: ((caller: { account: string }) => void)[] = [];
  const guard = createAccountGuard({
    ...notKept,
    resolve: async () => ({ accessKeyId: "KEY", secretAccessKey: "s" }),
    callerOf: () => new Promise((answer) => answers.push(answer)),
  });
  const asked = (signal?: AbortSignal) => guard.credentialFor("123456789012", "us-east-1", signal);
  const stop = new AbortController();
  const first = asked(stop.signal);
  await new Promise((done) => setImmediate(done));
  stop.abort();
  const second = asked();
  await new Promise((done) => setImmediate(done));
  expect(answers).toHaveLength(2);
  for (const answer of answers) answer({ account: "123456789012" });
  await Promise.all([first, second]);

  const late = new AbortController();
  await asked(late.signal);
  late.abort();
  await asked();
  expect(answers).toHaveLength(2);
});

test.each([
  ["a defect", new Error("boom"), "lookup-failed", true, "(Error: boom). Drive again later."],
  [
    "a right that it lacks",
    Object.assign(new Error("not authorized to perform: sts:AssumeRole"), {
      Code: "AccessDenied",
      $metadata: { httpStatusCode: 403 },
    }),
    "access-denied",
    false,
    "(AccessDenied: not authorized to perform: sts:AssumeRole). Grant what it names",
  ],
])(
  "what gives the credentials throws %s: that is said, and not of STS",
  async (_what, thrown, code, retryable, said) => {
    const guard = createAccountGuard({
      ...notKept,
      resolve: async () => Promise.reject(thrown),
      callerOf: async () => Promise.reject(new Error("It was asked.")),
    });
    const refusal = await thrownBy(guard.credentialFor("123456789012", "us-east-1"));
    expect(refusal).toMatchObject({ code, retryable, cause: thrown, message: expect.stringContaining(said) });
    expect(refusal).toMatchObject({ message: expect.not.stringContaining("sts:GetCallerIdentity") });
  },
);

test.each([
  ["STS does not know it any more", async () => Promise.reject(invalidKey), "credentials-unavailable"],
  ["it is of another account", async () => ({ account: "999999999999" }), "wrong-account"],
])("%s: whoever signed in again meanwhile is asked the next time", async (_what, callerOf, code) => {
  const forgotten: unknown[] = [];
  const credential = { accessKeyId: "AKIAOLD", secretAccessKey: "s" };
  const guard = createAccountGuard({
    resolve: async () => credential,
    held: () => credential,
    forget: (...of) => void forgotten.push(of),
    callerOf,
  });
  expect(await thrownBy(guard.credentialFor("123456789012", "us-east-1"))).toMatchObject({ code });
  expect(forgotten).toEqual([["123456789012", credential]]);
});
