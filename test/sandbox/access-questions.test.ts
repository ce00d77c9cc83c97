// What the sandbox answers to those who ask what they may do: by what an account, a tenant or a project denies. Driven by the real
// SDKs where there is one.
import { EC2Client, PurchaseReservedInstancesOfferingCommand } from "@aws-sdk/client-ec2";
import { DescribeReservedInstancesOfferingsCommand } from "@aws-sdk/client-ec2";
import { IAMClient, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { thrownBy } from "../thrown-by.ts";
import { sandboxFor } from "./support.ts";

const account = "111122223333";
const tenant = "10000000-aaaa-bbbb-cccc-100000000001";
const settings = ({ url }: CloudSandbox) => ({
  region: "us-east-1",
  endpoint: url,
  credentials: { accessKeyId: `BUYONCE${account}`, secretAccessKey: "not-a-secret" },
  maxAttempts: 1,
});

describe("DryRun of EC2", () => {
  async function dryRun(sandbox: CloudSandbox) {
    const ec2 = new EC2Client(settings(sandbox));
    const { ReservedInstancesOfferings } = await ec2.send(
      new DescribeReservedInstancesOfferingsCommand({ MaxResults: 5 }),
    );
    const ReservedInstancesOfferingId = ReservedInstancesOfferings?.[0]?.ReservedInstancesOfferingId ?? "";
    const input = { ReservedInstancesOfferingId, InstanceCount: 1, DryRun: true };
    return thrownBy(ec2.send(new PurchaseReservedInstancesOfferingCommand(input)));
  }

  test("that would be allowed: 412 DryRunOperation, sells nothing, and counts as no purchase", async () => {
    const sandbox = await sandboxFor();
    expect(await dryRun(sandbox)).toMatchObject({ name: "DryRunOperation", $metadata: { httpStatusCode: 412 } });
    expect([sandbox.purchases(), sandbox.purchaseRequests()]).toEqual([0, []]);
    expect(sandbox.requests.at(-1)?.action).toBe("PurchaseReservedInstancesOffering (DryRun)");
  });

  test("that is denied: 403 UnauthorizedOperation", async () => {
    const denied = ["ec2:PurchaseReservedInstancesOffering"];
    const sandbox = await sandboxFor({ aws: { accounts: { [account]: { denied } } } });
    expect(await dryRun(sandbox)).toMatchObject({ name: "UnauthorizedOperation", $metadata: { httpStatusCode: 403 } });
    expect([sandbox.purchases(), sandbox.purchaseRequests()]).toEqual([0, []]);
  });
});

describe("iam:SimulatePrincipalPolicy", () => {
  const ask = async (sandbox: CloudSandbox, PolicySourceArn: string) =>
    new IAMClient(settings(sandbox)).send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ["rds:Buy", "rds:Tag"] }),
    );

  test("allows all but what the account of the principal denies", async () => {
    const sandbox = await sandboxFor({ aws: { accounts: { [account]: { denied: ["rds:Tag"] } } } });
    const { EvaluationResults, IsTruncated } = await ask(sandbox, `arn:aws:iam::${account}:role/team/buyer`);
    expect(IsTruncated).toBe(false);
    expect(EvaluationResults).toMatchObject([
      { EvalActionName: "rds:Buy", EvalDecision: "allowed" },
      { EvalActionName: "rds:Tag", EvalDecision: "implicitDeny" },
    ]);
  });

  test("takes no session for a principal, and may itself be denied", async () => {
    const denied = ["iam:SimulatePrincipalPolicy"];
    const sandbox = await sandboxFor({ aws: { accounts: { [account]: { denied } } } });
    const role = `arn:aws:iam::${account}:role/buyer`;
    expect(await thrownBy(ask(sandbox, role))).toMatchObject({ Code: "AccessDenied" });
    const open = await sandboxFor();
    const session = `arn:aws:sts::${account}:assumed-role/buyer/me`;
    expect(await thrownBy(ask(open, session))).toMatchObject({ Code: "InvalidInput" });
  });
});

test("Microsoft.Authorization/permissions: all but what the tenant denies, at its own version only", async () => {
  const denied = ["Microsoft.Capacity/reservationorders/write"];
  const sandbox = await sandboxFor({ azure: { tenants: { [tenant]: { denied } } } });
  const ask = async (version: string) => {
    const path = `/subscriptions/x/providers/Microsoft.Authorization/permissions?api-version=${version}`;
    const headers = { authorization: `Bearer buyonce-loopback/${tenant}` };
    const answer = await fetch(`${sandbox.url}${path}`, { headers });
    return { status: answer.status, body: await answer.json() };
  };
  expect(await ask("2022-04-01")).toEqual({
    status: 200,
    body: { value: [{ actions: ["*"], notActions: denied, dataActions: [], notDataActions: [] }] },
  });
  expect(await ask("2022-11-01")).toMatchObject({ status: 400 });
});

describe("testIamPermissions", () => {
  async function ask(sandbox: CloudSandbox, body: unknown) {
    const answer = await fetch(`${sandbox.url}/v1/projects/my-project-123:testIamPermissions`, {
      method: "POST",
      headers: { authorization: "Bearer buyonce-loopback/my-project-123", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  }

  test("names what is asked about and not denied; an empty list is left out", async () => {
    const sandbox = await sandboxFor({ gcp: { projects: { "my-project-123": { denied: ["a"] } } } });
    expect(await ask(sandbox, { permissions: ["a", "b"] })).toEqual({ status: 200, body: { permissions: ["b"] } });
    expect(await ask(sandbox, { permissions: ["a"] })).toEqual({ status: 200, body: {} });
    expect(await ask(sandbox, {})).toMatchObject({ status: 400 });
    expect(sandbox.requests[0]).toMatchObject({ action: "POST testIamPermissions", account: "my-project-123" });
  });
});
