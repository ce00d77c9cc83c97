import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClients } from "../../providers/aws/aws-clients.ts";
import { ec2At, instances, recommendation, submission } from "./ec2/ec2-answers.ts";
import { calmly, fakeEnvironment, find, serviceAt, serviceOf, token } from "./aws-executors.ts";
import { environmentVariables } from "../environment-variables.ts";
import { thrownBy } from "../thrown-by.ts";
import { type Loopback, startLoopback } from "./aws-loopback.ts";
import { services, submissionFor } from "./reservations/reservation-services.ts";
import { compute, submission as planSubmission } from "./savings-plans/aws-plan-answers.ts";

const wanted = { tokens: [token] };
const credentials = { accessKeyId: "AKIAREAL", secretAccessKey: "real", sessionToken: "real-session" };

/** Variables that this machine may have. */
const clean = {
  AWS_PROFILE: undefined,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  AWS_ENDPOINT_URL: undefined,
  AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
  AWS_EC2_METADATA_DISABLED: "true",
};

/** Every executor, a recommendation for it and a scope. */
const executors = [
  { service: "ec2", scope: submission.scope, submission, recommendation },
  ...services.map((one) => ({
    service: one.service,
    scope: submissionFor(one).scope,
    submission: submissionFor(one),
    recommendation: one.recommendation,
  })),
  { service: "savings-plans", scope: planSubmission.scope, submission: planSubmission, recommendation: compute },
];

const executorOf = (service: string) => serviceOf(service, { credentials });

/** A configuration file with this text, until the test is finished. */
function configurationFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "buyonce-aws-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "config");
  writeFileSync(file, text);
  return file;
}

function expectRefused(thrown: unknown, place: RegExp, loopback: Loopback) {
  expect(thrown).toMatchObject({ code: "invalid-configuration", message: expect.stringMatching(place) });
  expect(loopback.arrived).toEqual([]);
}

test("a client of a service that the check does not look for is a defect, before anything is sent", async () => {
  const refusing = () => () => Promise.reject(new Error("sent"));
  const middleware = { httpsOnly: refusing, renewing: refusing, forgetting: refusing };
  const caller = { account: "123456789012" };
  const environment = fakeEnvironment();
  const connection = { caller, environment, read: {}, purchase: async () => ({}), ...middleware };
  const middlewareStack = { add: () => undefined };
  const clients = (serviceId: string) =>
    createClients("RDS", async () => ({
      config: { serviceId, systemClockOffset: 0 },
      middlewareStack,
      send: refusing(),
    }));
  const made = clients("Braket");
  expect(await thrownBy(made.reader(connection))).toMatchObject({ message: expect.stringContaining("Braket") });
  expect(await thrownBy(made.buyer(connection, { handedOver: false }))).toBeInstanceOf(TypeError);
  await clients("RDS").reader(connection);
});

describe("A21: an endpoint comes from our settings only", () => {
  test.each([
    ["ec2", "AWS_ENDPOINT_URL_EC2"],
    ["rds", "AWS_ENDPOINT_URL_RDS"],
    ["elasticache", "AWS_ENDPOINT_URL_ELASTICACHE"],
    ["memorydb", "AWS_ENDPOINT_URL_MEMORYDB"],
    ["opensearch", "AWS_ENDPOINT_URL_OPENSEARCH"],
    ["rds", "AWS_ENDPOINT_URL_REDSHIFT_SERVERLESS"],
    ["savings-plans", "AWS_ENDPOINT_URL_SAVINGSPLANS"],
    // The account check, and what the credential chain asks.
    ["rds", "AWS_ENDPOINT_URL_STS"],
    ["rds", "AWS_ENDPOINT_URL_SSO"],
    ["rds", "AWS_ENDPOINT_URL_SSO_OIDC"],
    ["rds", "AWS_ENDPOINT_URL_SIGNIN"],
    ["rds", "AWS_ENDPOINT_URL"],
    // One of another service says that requests may go astray as well.
    ["rds", "AWS_ENDPOINT_URL_REDSHIFT"],
  ])("%s: %s is refused with its name; a read, a quote and a purchase send nothing", async (service, variable) => {
    await using loopback = await startLoopback();
    using _environment = environmentVariables({ ...clean, [variable]: `${loopback.url}/secret?token=x` });
    const one = executors.find((candidate) => candidate.service === service);
    if (!one) throw new Error(service);
    const executor = executorOf(service);
    const named = new RegExp(`${variable} names the endpoint http://127\\.0\\.0\\.1:\\d+ for`);
    const { scope } = one;
    const marker = { token, source: "cudly-web", generation: 0 };
    expectRefused(await thrownBy(find(executor, scope, wanted)), named, loopback);
    expectRefused(await thrownBy(executor.quote(one.recommendation, marker, calmly)), named, loopback);
    expect(await executor.send(one.submission, { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
      providerCode: "invalid-configuration",
      reason: expect.stringMatching(named),
    });
    expect(loopback.arrived).toEqual([]);
  });

  test("https elsewhere is refused as well, and so is what is no URL", async () => {
    await using loopback = await startLoopback();
    for (const [value, shown] of [
      ["https://user:pw@elsewhere.example:8443/x", "https://elsewhere.example:8443 for"],
      ["elsewhere", String.raw`\(not a URL\) for`],
    ] as const) {
      using _environment = environmentVariables({ ...clean, AWS_ENDPOINT_URL_EC2: value });
      const refused = await thrownBy(find(executorOf("ec2"), submission.scope, wanted));
      expectRefused(refused, new RegExp(shown), loopback);
      expect(String(refused)).not.toContain("pw");
    }
  });

  test.each([
    ["of the default profile", "[default]\nendpoint_url = URL\n", undefined],
    ["of another profile", "[profile buyer]\nendpoint_url = URL\n", "buyer"],
    [
      "in a services section",
      "[default]\nservices = local\n[services local]\nrds =\n  endpoint_url = URL\n",
      undefined,
    ],
    ["for STS alone", "[default]\nservices = local\n[services local]\nsts =\n  endpoint_url = URL\n", undefined],
  ])("endpoint_url %s is refused", async (_what, text, profile) => {
    await using loopback = await startLoopback();
    using _environment = environmentVariables({
      ...clean,
      AWS_PROFILE: profile,
      AWS_CONFIG_FILE: configurationFile(text.replace("URL", loopback.url)),
    });
    const [rds] = services;
    if (!rds) throw new Error("No RDS.");
    const refused = await thrownBy(find(executorOf("rds"), submissionFor(rds).scope, wanted));
    const place = `endpoint_url in the AWS configuration \\(profile ${profile ?? "default"}\\) names`;
    expectRefused(refused, new RegExp(place), loopback);
  });

  test("also where our own settings name an endpoint: neither gets anything", async () => {
    await using loopback = await startLoopback();
    using _environment = environmentVariables({ ...clean, AWS_ENDPOINT_URL_EC2: "https://elsewhere.example" });
    const refused = await thrownBy(find(ec2At(loopback), submission.scope, wanted));
    expectRefused(refused, /AWS_ENDPOINT_URL_EC2 names/, loopback);
  });

  test.each([
    [
      "an endpoint that is switched off",
      { AWS_ENDPOINT_URL: "https://elsewhere.example", AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" },
    ],
    ["one of a service that is never asked", { AWS_ENDPOINT_URL_S3: "https://elsewhere.example" }],
    ["an empty one", { AWS_ENDPOINT_URL: "" }],
    [
      "FIPS and dual stack, which choose among those of AWS",
      { AWS_USE_FIPS_ENDPOINT: "true", AWS_USE_DUALSTACK_ENDPOINT: "true" },
    ],
  ])("%s is no obstacle", async (_what, variables) => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances());
    using _environment = environmentVariables({ ...clean, ...variables });
    const executor = serviceAt("ec2", loopback);
    expect((await find(executor, submission.scope, wanted)).byToken.size).toBe(0);
    expect(loopback.count("DescribeReservedInstances")).toBe(1);
  });

  test("one that was removed is forgotten by the same provider", async () => {
    await using loopback = await startLoopback();
    loopback.on("DescribeReservedInstances", instances());
    const executor = ec2At(loopback);
    {
      using _environment = environmentVariables({ ...clean, AWS_ENDPOINT_URL: loopback.url });
      await thrownBy(find(executor, submission.scope, wanted));
    }
    using _environment = environmentVariables(clean);
    expect((await find(executor, submission.scope, wanted)).byToken.size).toBe(0);
  });
});
