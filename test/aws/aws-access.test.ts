// What AWS says of who asks and what it may buy. A script answers, the real SDKs ask.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { awsServices } from "../../providers/aws/aws-services.ts";
import { createAws } from "../../providers/aws/index.ts";
import { permissionsHelp } from "../../src/cli/text/permissions-help.ts";
import type { Quote } from "../../src/contract/executor.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { environmentVariables } from "../environment-variables.ts";
import { thrownBy } from "../thrown-by.ts";
import { error, startLoopback, type Loopback } from "./aws-loopback.ts";

const accountId = "123456789012";
const { signal } = new AbortController();
const quote: Quote = { price: { amount: "1", currency: "USD" }, handle: {}, request: {} };
const ofRds = { provider: "aws", service: "rds", accountId, region: "eu-west-1" } as unknown as AnyRecommendation;
const ofEc2 = { ...ofRds, service: "ec2" } as AnyRecommendation;
const ec2Quote = { ...quote, request: { ReservedInstancesOfferingId: "offering", InstanceCount: 2 } };

function accessAt(loopback: Loopback, settings: Parameters<typeof createAws>[0] = {}) {
  const { access } = createAws({ endpoint: loopback.url, ...settings });
  if (access === undefined) throw new Error("AWS says who asks.");
  return access;
}

const identity = (arn: string) => ({
  status: 200,
  body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn><Account>${accountId}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
});

/** The answer to a simulation: a decision for each action, and what it lacks to decide. */
function simulated(decisions: Readonly<Record<string, string>>, missing: readonly string[] = []) {
  const keys = missing.map((key) => `<member>${key}</member>`).join("");
  const members = Object.entries(decisions)
    .map(
      ([action, decision]) =>
        `<member><EvalActionName>${action}</EvalActionName><EvalDecision>${decision}</EvalDecision><MissingContextValues>${keys}</MissingContextValues></member>`,
    )
    .join("");
  return {
    status: 200,
    body: `<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults>${members}</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>`,
  };
}

const buy = "rds:PurchaseReservedDBInstancesOffering";
const tag = "rds:AddTagsToResource";

describe("IAM's simulation", () => {
  test("asks for the role behind a session, with what the recommendation needs and its region", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", identity(`arn:aws:sts::${accountId}:assumed-role/buyer/me`));
    loopback.on("SimulatePrincipalPolicy", simulated({ [buy]: "allowed", [tag]: "allowed" }));
    expect(await accessAt(loopback).mayPurchase(ofRds, quote, { signal })).toMatchObject({
      result: "allowed",
      by: "iam:SimulatePrincipalPolicy",
    });
    const { parameters, headers } = loopback.last("SimulatePrincipalPolicy");
    expect(parameters.get("PolicySourceArn")).toBe(`arn:aws:iam::${accountId}:role/buyer`);
    expect([1, 2].map((n) => parameters.get(`ActionNames.member.${n}`))).toEqual([buy, tag]);
    expect(parameters.get("ContextEntries.member.1.ContextKeyValues.member.1")).toBe("eu-west-1");
    expect(headers.authorization).toContain("/iam/aws4_request");
  });

  test("asks for the whole ARN of a role that the settings name, which STS does not say", async () => {
    await using loopback = await startLoopback();
    const roleArn = `arn:aws:iam::${accountId}:role/team/buyer`;
    loopback.on("AssumeRole", {
      status: 200,
      body: `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    });
    loopback.on("GetCallerIdentity", identity(`arn:aws:sts::${accountId}:assumed-role/buyer/me`));
    loopback.on("SimulatePrincipalPolicy", simulated({ [buy]: "allowed", [tag]: "allowed" }));
    await accessAt(loopback, { accounts: { [accountId]: { roleArn } } }).mayPurchase(ofRds, quote, { signal });
    expect(loopback.last("SimulatePrincipalPolicy").parameters.get("PolicySourceArn")).toBe(roleArn);
  });

  test.each([
    ["denies one of both", simulated({ [buy]: "allowed", [tag]: "explicitDeny" }), "denied", tag],
    [
      "lacks what a condition asks for",
      simulated({ [buy]: "implicitDeny" }, ["aws:SourceIp"]),
      "unknown",
      "aws:SourceIp",
    ],
    ["leaves one out", simulated({ [buy]: "allowed" }), "unknown", tag],
    ["knows no such role", error(404, "NoSuchEntity"), "unknown", "NoSuchEntity"],
    ["may not be asked", error(403, "AccessDenied"), "unknown", "AccessDenied"],
  ])("that %s", async (_what, answer, result, words) => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", identity(`arn:aws:iam::${accountId}:user/buyer`));
    loopback.on("SimulatePrincipalPolicy", answer);
    const right = await accessAt(loopback).mayPurchase(ofRds, quote, { signal });
    expect(right).toMatchObject({ result, detail: expect.stringContaining(words) });
  });

  test("the root of an account has no policies: unknown, and IAM is not asked", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", identity(`arn:aws:iam::${accountId}:root`));
    expect(await accessAt(loopback).mayPurchase(ofRds, quote, { signal })).toMatchObject({ result: "unknown" });
    expect(loopback.count("SimulatePrincipalPolicy")).toBe(0);
  });
});

describe("EC2's DryRun", () => {
  const asks = async (answer: Parameters<Loopback["on"]>[1]) => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", identity(`arn:aws:iam::${accountId}:user/buyer`));
    loopback.on("PurchaseReservedInstancesOffering", answer);
    loopback.on("SimulatePrincipalPolicy", simulated({ "ec2:CreateTags": "allowed" }));
    const asked = accessAt(loopback).mayPurchase(ofEc2, ec2Quote, { signal });
    const right = await asked.catch((thrown: unknown) => ({ thrown }));
    return { right, sent: loopback.arrived.filter(({ action }) => action === "PurchaseReservedInstancesOffering") };
  };

  test("is sent once, with what would be bought, and nothing without DryRun", async () => {
    const { right, sent } = await asks(error(412, "DryRunOperation"));
    expect(right).toMatchObject({ result: "allowed" });
    expect(sent.map(({ parameters }) => Object.fromEntries(parameters))).toEqual([
      expect.objectContaining({ DryRun: "true", InstanceCount: "2", ReservedInstancesOfferingId: "offering" }),
    ]);
  });

  test("that is not allowed names the permission", async () => {
    const { right, sent } = await asks(error(403, "UnauthorizedOperation"));
    expect(right).toMatchObject({
      result: "denied",
      todo: expect.stringContaining("ec2:PurchaseReservedInstancesOffering"),
    });
    expect(sent).toHaveLength(1);
  });

  test("that fails in another way says nothing, and is not sent again", async () => {
    const { right, sent } = await asks(error(503, "Unavailable"));
    expect(right).toMatchObject({ thrown: { code: "lookup-failed" } });
    expect(sent).toHaveLength(1);
  });

  test("that is answered with a success is no permission: something may have been sold", async () => {
    const { right } = await asks({ status: 200, body: "<x><reservedInstancesId>id</reservedInstancesId></x>" });
    expect(right).toMatchObject({ result: "unknown", detail: expect.stringContaining("may have sold") });
  });
});

describe("signing in", () => {
  test("says who it is, by one question to STS, which the first look-up does not ask again", async () => {
    await using loopback = await startLoopback();
    loopback.on("GetCallerIdentity", identity(`arn:aws:iam::${accountId}:user/buyer`));
    const access = accessAt(loopback);
    const place = access.placeOf(ofRds);
    expect(place).toMatchObject({ key: `aws/${accountId}`, region: "eu-west-1" });
    expect(await access.signIn(place, { signal })).toMatchObject({
      as: `arn:aws:iam::${accountId}:user/buyer`,
      by: "sts:GetCallerIdentity",
      clockOffset: expect.any(Number),
    });
    await thrownBy(access.mayPurchase(ofEc2, ec2Quote, { signal }));
    expect(loopback.count("GetCallerIdentity")).toBe(1);
  });

  test("accounts that the settings name are asked in a region of their partition", async () => {
    using _environment = environmentVariables({ AWS_REGION: undefined });
    await using loopback = await startLoopback();
    const accounts = {
      [accountId]: { roleArn: `arn:aws-cn:iam::${accountId}:role/buyer` },
      "*": { use: "default" },
    } as const;
    const access = accessAt(loopback, { accounts });
    expect(access.places).toEqual([{ key: `aws/${accountId}`, label: `AWS account ${accountId}`, id: accountId }]);
    const [place] = access.places;
    if (place) await thrownBy(access.signIn(place, { signal }));
    expect(loopback.last("AssumeRole").headers.authorization).toContain("/cn-north-1/sts/");
  });
});

test("docs/accounts-aws.md and the help of doctor name every permission that is asked about", async () => {
  const all = Object.values(awsServices).flatMap(({ permissions: { list, price, purchase } }) => [
    ...list,
    ...price,
    ...purchase,
  ]);
  // Tags are the same right for instances and for hosts.
  const needed = [...new Set(all)];
  const page = readFileSync(new URL("../../docs/accounts-aws.md", import.meta.url), "utf8");
  const [, policy = ""] = /"Action": \[\n *"ec2([^\]]*)\]/.exec(page) ?? [];
  expect([...`"ec2${policy}`.matchAll(/"([^"]+)"/g)].map(([, action]) => action).toSorted()).toEqual(needed.toSorted());
  for (const permission of needed) expect(permissionsHelp()).toContain(permission);
  for (const service of Object.keys(awsServices)) expect(permissionsHelp()).toContain(`  AWS, ${service}  `);
});
