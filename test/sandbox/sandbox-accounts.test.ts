// The sandbox is every account: whose a request is follows from its access key. Driven by the real SDKs.
import {
  CreateTagsCommand,
  DescribeReservedInstancesCommand,
  DescribeReservedInstancesOfferingsCommand,
  EC2Client,
  PurchaseReservedInstancesOfferingCommand,
} from "@aws-sdk/client-ec2";
import { DescribeReservedNodesCommand as DescribeMemoryDbNodesCommand, MemoryDBClient } from "@aws-sdk/client-memorydb";
import {
  DescribeReservedDBInstancesCommand,
  DescribeReservedDBInstancesOfferingsCommand,
  PurchaseReservedDBInstancesOfferingCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import {
  CreateSavingsPlanCommand,
  DescribeSavingsPlansCommand,
  DescribeSavingsPlansOfferingsCommand,
  SavingsplansClient,
} from "@aws-sdk/client-savingsplans";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { describe, expect, test } from "vitest";
import type { AwsSandboxOptions, CloudSandbox } from "../../providers/sandbox/index.ts";
import { thrownBy } from "../thrown-by.ts";
import { sandboxFor } from "./support.ts";

const own = "123456789012";
const other = "210987654321";
const RoleArn = `arn:aws:iam::${other}:role/buyonce`;

const key = (accessKeyId: string) => ({ accessKeyId, secretAccessKey: "not-a-secret" });
const keyOf = (account: string) => key(`BUYONCE${account}`);

/** What every client gets. */
function settings({ url }: CloudSandbox, credentials: ReturnType<typeof key> & { readonly sessionToken?: string }) {
  return { region: "us-east-1", endpoint: url, credentials, maxAttempts: 1 };
}

/** The credentials of a session, as a client takes them. */
function used({ AccessKeyId = "", SecretAccessKey = "", SessionToken = "" }: Credentials) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function assume(sandbox: CloudSandbox, input: Partial<AssumeRoleCommandInput> = {}, credentials = key("dummy")) {
  const sts = new STSClient(settings(sandbox, credentials));
  const answer = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "me", ...input }));
  if (!answer.Credentials) throw new Error("No credentials were answered.");
  return answer.Credentials;
}

async function whoIs(sandbox: CloudSandbox, credentials: Parameters<typeof settings>[1]) {
  const { Account, Arn, UserId } = await new STSClient(settings(sandbox, credentials)).send(
    new GetCallerIdentityCommand({}),
  );
  return { Account, Arn, UserId };
}

async function buyEc2(sandbox: CloudSandbox, credentials: Parameters<typeof settings>[1]): Promise<string> {
  const client = new EC2Client(settings(sandbox, credentials));
  const { ReservedInstancesOfferings } = await client.send(
    new DescribeReservedInstancesOfferingsCommand({ MaxResults: 5 }),
  );
  const ReservedInstancesOfferingId = ReservedInstancesOfferings?.[0]?.ReservedInstancesOfferingId ?? "";
  const command = new PurchaseReservedInstancesOfferingCommand({ ReservedInstancesOfferingId, InstanceCount: 1 });
  return (await client.send(command)).ReservedInstancesId ?? "";
}

const at = (aws: AwsSandboxOptions, clock?: { readonly now: () => number }) =>
  sandboxFor({ aws, ...(clock ? { clock } : {}) });

describe("whose a request is", () => {
  test("the account that a dummy key names; any other key is of the sandbox's own", async () => {
    const sandbox = await at({});
    expect(await whoIs(sandbox, keyOf(other))).toMatchObject({
      Account: other,
      Arn: `arn:aws:iam::${other}:user/sandbox`,
    });
    for (const accessKeyId of ["BUYONCELOOPBACK", "dummy", "AKIAIOSFODNN7EXAMPLE"]) {
      expect(await whoIs(sandbox, key(accessKeyId))).toMatchObject({ Account: own });
    }
    expect(sandbox.requests.map(({ account }) => account)).toEqual([other, own, own, own]);
    expect(await whoIs(await at({ accountId: other }), key("dummy"))).toMatchObject({ Account: other });
  });

  test("that of the role, for the key of a session, with its token alone", async () => {
    const sandbox = await at({});
    const session = await assume(sandbox);
    expect(await whoIs(sandbox, used(session))).toEqual({
      Account: other,
      Arn: `arn:aws:sts::${other}:assumed-role/buyonce/me`,
      UserId: "AROASANDBOX:me",
    });
    const invalid = { name: "InvalidClientTokenId", message: "The security token included in the request is invalid." };
    expect(await thrownBy(whoIs(sandbox, key(session.AccessKeyId ?? "")))).toMatchObject(invalid);
    expect(await thrownBy(whoIs(sandbox, { ...used(session), sessionToken: "another" }))).toMatchObject(invalid);
    expect(await thrownBy(whoIs(sandbox, key("ASIABUYONCE0000000000")))).toMatchObject(invalid);
    expect(await thrownBy(buyEc2(sandbox, key("ASIABUYONCE0000000000")))).toMatchObject({ Code: "AuthFailure" });
  });

  test("a fault strikes the account that it is for", async () => {
    const sandbox = await at({});
    sandbox.addFault({ match: { account: other }, times: 9, fault: { kind: "status", status: 503, when: "before" } });
    expect(await thrownBy(whoIs(sandbox, keyOf(other)))).toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect(await whoIs(sandbox, keyOf(own))).toMatchObject({ Account: own });
  });
});

describe("AssumeRole", () => {
  test("every account has every role, and the session lasts an hour unless something else is asked", async () => {
    const now = 1_784_026_800_000;
    const sandbox = await at({}, { now: () => now });
    expect((await assume(sandbox)).Expiration?.getTime()).toBe(now + 3_600_000);
    const short = await assume(sandbox, { DurationSeconds: 900, ExternalId: "not demanded" });
    expect(short.Expiration?.getTime()).toBe(now + 900_000);
  });

  test("a role that is not there, and one with another external id, are refused in the same words", async () => {
    const sandbox = await at({
      accounts: { [other]: { roles: { buyonce: { externalId: "shared" }, "path/open": {} } } },
    });
    const message = `User: arn:aws:iam::${own}:user/sandbox is not authorized to perform: sts:AssumeRole on resource: `;
    const refused = { name: "AccessDenied", message: message + RoleArn, $metadata: { httpStatusCode: 403 } };
    expect(await thrownBy(assume(sandbox))).toMatchObject(refused);
    expect(await thrownBy(assume(sandbox, { ExternalId: "another" }))).toMatchObject(refused);
    const nobody = `${RoleArn}s`;
    expect(await thrownBy(assume(sandbox, { RoleArn: nobody }))).toMatchObject({
      ...refused,
      message: message + nobody,
    });
    await assume(sandbox, { ExternalId: "shared" });
    await assume(sandbox, { RoleArn: `arn:aws:iam::${other}:role/path/open` });
  });

  test.each<[string, Partial<AssumeRoleCommandInput>, RegExp]>([
    ["too short", { DurationSeconds: 899 }, /'899' at 'durationSeconds' .* greater than or equal to 900/],
    ["too long", { DurationSeconds: 43_201 }, /'43201' at 'durationSeconds' .* less than or equal to 43200/],
    ["a session name with a blank", { RoleSessionName: "a b" }, /at 'roleSessionName'/],
    ["no ARN", { RoleArn: "buyonce-role-without-an-arn" }, /at 'roleArn'/],
  ])("%s: a ValidationError", async (_what, input, message) => {
    const sandbox = await at({});
    expect(await thrownBy(assume(sandbox, input))).toMatchObject({
      name: "ValidationError",
      message: expect.stringMatching(message),
    });
  });

  test("a session assumes another role for an hour at most", async () => {
    const sandbox = await at({});
    const session = used(await assume(sandbox));
    const next = { RoleArn: `arn:aws:iam::${own}:role/next` };
    expect(await whoIs(sandbox, used(await assume(sandbox, next, session)))).toMatchObject({ Account: own });
    expect(await thrownBy(assume(sandbox, { ...next, DurationSeconds: 3_601 }, session))).toMatchObject({
      message: expect.stringContaining("role chaining"),
    });
  });

  test("with a web identity: unsigned, any token", async () => {
    const sandbox = await at({ accounts: { [other]: { roles: { buyonce: {} } } } });
    const sts = new STSClient(settings(sandbox, key("dummy")));
    const input = { RoleArn, RoleSessionName: "me", WebIdentityToken: "a.b.c" };
    const { Credentials } = await sts.send(new AssumeRoleWithWebIdentityCommand(input));
    expect(await whoIs(sandbox, used(Credentials ?? ({} as Credentials)))).toMatchObject({ Account: other });
    const nobody = new AssumeRoleWithWebIdentityCommand({ ...input, RoleArn: `${RoleArn}s` });
    expect(await thrownBy(sts.send(nobody))).toMatchObject({ name: "AccessDenied" });
  });

  test.each([
    ["as STS said", undefined, 900],
    ["earlier than STS said", 60, 60],
  ])("a session ends %s, in each service's own words", async (_when, sessionDuration, seconds) => {
    const clock = { time: 1_784_026_800_000, now: () => clock.time };
    const accounts = sessionDuration === undefined ? {} : { [other]: { sessionDuration } };
    const sandbox = await at({ accounts }, clock);
    const session = await assume(sandbox, { DurationSeconds: 900 });
    expect(session.Expiration?.getTime()).toBe(clock.time + 900_000);
    clock.time += seconds * 1000 - 1;
    await whoIs(sandbox, used(session));
    clock.time += 1;
    const ended = settings(sandbox, used(session));
    expect(await thrownBy(whoIs(sandbox, used(session)))).toMatchObject({ Code: "ExpiredToken" });
    expect(await thrownBy(new EC2Client(ended).send(new DescribeReservedInstancesCommand({})))).toMatchObject({
      Code: "RequestExpired",
    });
    expect(await thrownBy(new MemoryDBClient(ended).send(new DescribeMemoryDbNodesCommand({})))).toMatchObject({
      name: "ExpiredTokenException",
    });
  });
});

describe("what an account may not do", () => {
  test.each<[string, string, (sandbox: CloudSandbox) => Promise<unknown>, string, number]>([
    [
      "EC2",
      "ec2:DescribeReservedInstancesOfferings",
      (sandbox) => buyEc2(sandbox, keyOf(other)),
      "UnauthorizedOperation",
      403,
    ],
    [
      "RDS",
      "rds:DescribeReservedDBInstances",
      (sandbox) => new RDSClient(settings(sandbox, keyOf(other))).send(new DescribeReservedDBInstancesCommand({})),
      "AccessDenied",
      403,
    ],
    [
      "MemoryDB",
      "memorydb:DescribeReservedNodes",
      (sandbox) => new MemoryDBClient(settings(sandbox, keyOf(other))).send(new DescribeMemoryDbNodesCommand({})),
      "AccessDeniedException",
      400,
    ],
    [
      "savings plans",
      "savingsplans:DescribeSavingsPlans",
      (sandbox) => new SavingsplansClient(settings(sandbox, keyOf(other))).send(new DescribeSavingsPlansCommand({})),
      "AccessDeniedException",
      403,
    ],
  ])("%s says so in its own words, to that account alone", async (_service, action, ask, name, status) => {
    const sandbox = await at({ accounts: { [other]: { denied: [action, "sts:GetCallerIdentity"] } } });
    expect(await thrownBy(ask(sandbox))).toMatchObject({
      name,
      message: `User: arn:aws:iam::${other}:user/sandbox is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`,
      $metadata: { httpStatusCode: status },
    });
    // Needs no permission.
    expect(await whoIs(sandbox, keyOf(other))).toMatchObject({ Account: other });
    await ask(await at({ accounts: { [own]: { denied: [action] } } }));
  });
});

describe("what was bought is the account's own", () => {
  test("EC2: seen, read and tagged by its account alone", async () => {
    const sandbox = await at({});
    const id = await buyEc2(sandbox, keyOf(other));
    const listed = async (account: string) => {
      const { ReservedInstances } = await new EC2Client(settings(sandbox, keyOf(account))).send(
        new DescribeReservedInstancesCommand({}),
      );
      return ReservedInstances?.map(({ ReservedInstancesId }) => ReservedInstancesId);
    };
    expect(await listed(other)).toEqual([id]);
    expect(await listed(own)).toEqual([]);
    const tag = new CreateTagsCommand({ Resources: [id], Tags: [{ Key: "k", Value: "v" }] });
    expect(await thrownBy(new EC2Client(settings(sandbox, keyOf(own))).send(tag))).toMatchObject({
      Code: "InvalidReservedInstancesId.NotFound",
    });
    expect(sandbox.reservedInstances()).toMatchObject([{ id, accountId: other, tags: {} }]);
  });

  test("the look of one account does not bring what another bought nearer to being seen", async () => {
    const sandbox = await at({ visibilityLag: { reads: 1 } });
    await buyEc2(sandbox, keyOf(other));
    const look = async (account: string) => {
      const client = new EC2Client(settings(sandbox, keyOf(account)));
      return (await client.send(new DescribeReservedInstancesCommand({}))).ReservedInstances?.length;
    };
    expect([await look(own), await look(other), await look(other)]).toEqual([0, 0, 1]);
  });

  test("a reservation: its name is taken in its account alone", async () => {
    const sandbox = await at({});
    const buy = async (account: string) => {
      const rds = new RDSClient(settings(sandbox, keyOf(account)));
      const { ReservedDBInstancesOfferings } = await rds.send(new DescribeReservedDBInstancesOfferingsCommand({}));
      const ReservedDBInstancesOfferingId = ReservedDBInstancesOfferings?.[0]?.ReservedDBInstancesOfferingId ?? "";
      const input = { ReservedDBInstancesOfferingId, ReservedDBInstanceId: "same" };
      return (await rds.send(new PurchaseReservedDBInstancesOfferingCommand(input))).ReservedDBInstance;
    };
    expect((await buy(other))?.ReservedDBInstanceArn).toBe(`arn:aws:rds:us-east-1:${other}:ri:same`);
    expect((await buy(own))?.ReservedDBInstanceArn).toBe(`arn:aws:rds:us-east-1:${own}:ri:same`);
    expect(await thrownBy(buy(own))).toMatchObject({ Code: "ReservedDBInstanceAlreadyExists" });
    expect(sandbox.reservations().map(({ accountId }) => accountId)).toEqual([other, own]);
    const rds = new RDSClient(settings(sandbox, keyOf(other)));
    const { ReservedDBInstances } = await rds.send(new DescribeReservedDBInstancesCommand({}));
    expect(ReservedDBInstances).toMatchObject([{ ReservedDBInstanceArn: `arn:aws:rds:us-east-1:${other}:ri:same` }]);
  });

  test("a savings plan: a client token is remembered in its account alone", async () => {
    const sandbox = await at({});
    const buy = async (account: string) => {
      const client = new SavingsplansClient(settings(sandbox, keyOf(account)));
      const { searchResults } = await client.send(
        new DescribeSavingsPlansOfferingsCommand({ paymentOptions: ["No Upfront"] }),
      );
      const savingsPlanOfferingId = searchResults?.[0]?.offeringId ?? "";
      const command = new CreateSavingsPlanCommand({ savingsPlanOfferingId, commitment: "1.0", clientToken: "same" });
      return (await client.send(command)).savingsPlanId;
    };
    const first = await buy(other);
    expect(await buy(other)).toBe(first);
    expect(await buy(own)).not.toBe(first);
    expect(sandbox.savingsPlans().map(({ accountId }) => accountId)).toEqual([other, own]);
    const { savingsPlans } = await new SavingsplansClient(settings(sandbox, keyOf(other))).send(
      new DescribeSavingsPlansCommand({}),
    );
    expect(savingsPlans).toMatchObject([{ savingsPlanArn: `arn:aws:savingsplans::${other}:savingsplan/${first}` }]);
  });

  test("of a state that says of nothing whose it is, the sandbox's own account is the owner", async () => {
    const sandbox = await at({ accountId: other });
    const id = await buyEc2(sandbox, key("dummy"));
    const stored = sandbox.store.collection<Record<string, string>>("aws.reservedInstances");
    const { accountId: _owner, ...older } = stored.get(id) ?? {};
    stored.set(id, older);
    expect(sandbox.reservedInstances()).toMatchObject([{ id, accountId: other }]);
    const { ReservedInstances } = await new EC2Client(settings(sandbox, key("dummy"))).send(
      new DescribeReservedInstancesCommand({}),
    );
    expect(ReservedInstances).toMatchObject([{ ReservedInstancesId: id }]);
  });
});
