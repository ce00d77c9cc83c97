// One execution over many AWS accounts, through the real SDKs, at the sandbox: who is asked what is counted.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import execution from "../../fixtures/execution.json" with { type: "json" };
import { type AwsAccounts, type AwsSettings, createAws } from "../../providers/aws/index.ts";
import { type AwsSandboxOptions, type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { DriveOptions } from "../../src/drive/drive-execution.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { ec2, executionOf } from "./recommendations.ts";

const role = "arn:aws:iam::{accountId}:role/buyonce";

/** A clock that is set by hand, for the sandbox and the provider. */
function handClock() {
  let now = Date.now();
  return { now: () => now, forward: (milliseconds: number) => void (now += milliseconds) };
}

/** One recommendation of EC2 in each of two regions, and one of RDS. */
function wantedIn(accountId: string): readonly AnyRecommendation[] {
  const rds = {
    provider: "aws",
    service: "rds",
    accountId,
    region: "us-east-1",
    instanceClass: "db.r6g.large",
    productDescription: "postgresql",
    multiAz: false,
    payment: "no-upfront",
    term: "P1Y",
    quantity: 1,
  };
  return [{ ...ec2, accountId }, { ...ec2, accountId, region: "eu-west-1" }, rds];
}

interface Setting {
  readonly aws?: AwsSandboxOptions;
  readonly accounts: AwsAccounts;
  readonly variables?: AwsSettings["variables"];
  readonly purchaseTimeout?: number;
}

/** Drives an execution at a sandbox of its own; `before` may prepare it. */
async function driven(
  recommendations: readonly AnyRecommendation[],
  { aws = {}, ...settings }: Setting,
  before: (sandbox: CloudSandbox, clock: ReturnType<typeof handClock>) => void = () => undefined,
  how: DriveOptions = { concurrency: 8 },
) {
  const clock = handClock();
  const sandbox = await startCloudSandbox({ aws, clock });
  before(sandbox, clock);
  const environment = { ...systemEnvironment, now: clock.now };
  const provider = createAws({ endpoint: sandbox.url, variables: {}, ...settings, environment });
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [provider] });
  const drive = () => purchaser.drive(executionOf(...recommendations), how);
  const { outcomes } = await drive();
  const assumed = ({ action, body }: CloudSandbox["requests"][number], account: string) =>
    action === "AssumeRole" && body.includes(encodeURIComponent(`:iam::${account}:role`));
  return {
    sandbox,
    clock,
    drive,
    /** Status and code of what became of an account's recommendations. */
    of: (account: string) =>
      outcomes
        .filter(({ recIndex }) => recommendations[recIndex]?.["accountId"] === account)
        .map(({ status, error }) => (error === undefined ? status : `${status}: ${error.code}`)),
    messageOf: (account: string) =>
      outcomes.find(({ recIndex }) => recommendations[recIndex]?.["accountId"] === account)?.error?.message,
    /** How often something was asked for an account. */
    counts: (account: string) => {
      const count = (action: string) =>
        sandbox.requests.filter((one) => one.account === account && one.action === action);
      return {
        sessions: sandbox.requests.filter((one) => assumed(one, account)).length,
        identities: count("GetCallerIdentity").length,
        listings: count("DescribeReservedDBInstances").length,
        purchases: [...count("PurchaseReservedInstancesOffering"), ...count("PurchaseReservedDBInstancesOffering")]
          .length,
      };
    },
    boughtBy: (account: string) =>
      [...sandbox.reservedInstances(), ...sandbox.reservations()].filter(({ accountId }) => accountId === account)
        .length,
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

const all = ["purchased", "purchased", "purchased"];
const good = ["111111111111", "222222222222", "333333333333"];
/** What it takes to buy the three of an account: its listings are those of RDS, one region. */
const oneSession = { sessions: 1, identities: 1, listings: 1, purchases: 3 };

describe("one execution over many AWS accounts", () => {
  test("each is bought once in its own account; accounts that fail refuse their own alone", async () => {
    const [noEntry, wrongId, noRole, denied, notSet] = ["40", "41", "42", "43", "44"].map(
      (end) => `4444444444${end}`,
    ) as [string, string, string, string, string];
    const entry = { roleArn: role, externalId: "shared" };
    const roles = { buyonce: { externalId: "shared" } };
    const working = [...good, denied];
    const entries = Object.fromEntries([...working, noRole].map((account) => [account, entry]));
    await using run = await driven([...good, noEntry, wrongId, noRole, denied, notSet].flatMap(wantedIn), {
      accounts: {
        ...entries,
        [wrongId]: { roleArn: role, externalId: { env: "EXTERNAL_ID" } },
        [notSet]: { roleArn: role, externalId: { env: "NOT_SET" } },
      },
      variables: { EXTERNAL_ID: "another" },
      aws: {
        accounts: {
          ...Object.fromEntries([...good, wrongId, notSet].map((account) => [account, { roles }])),
          [noRole]: { roles: {} },
          [denied]: { roles, denied: ["ec2:PurchaseReservedInstancesOffering"] },
        },
      },
    });
    for (const account of good) {
      expect(run.of(account)).toEqual(all);
      expect(run.boughtBy(account)).toBe(3);
      expect(run.counts(account)).toEqual(oneSession);
    }
    expect(run.of(denied)).toEqual(["rejected: purchase-rejected", "rejected: purchase-rejected", "purchased"]);
    expect(run.messageOf(denied)).toContain("Grant the permission ec2:PurchaseReservedInstancesOffering");
    expect(run.counts(denied)).toEqual(oneSession);

    const refused = (code: string) => Array.from({ length: 3 }, () => `refused: ${code}`);
    expect(run.of(noEntry)).toEqual(refused("credentials-unavailable"));
    expect(run.messageOf(noEntry)).toContain(`add an entry aws.accounts.${noEntry}`);
    expect(run.of(wrongId)).toEqual(refused("access-denied"));
    expect(run.messageOf(wrongId)).toContain(`it asks for the external id of aws.accounts.${wrongId}`);
    expect(run.of(noRole)).toEqual(refused("access-denied"));
    expect(run.messageOf(noRole)).toContain(`The role arn:aws:iam::${noRole}:role/buyonce`);
    expect(run.of(notSet)).toEqual(refused("invalid-configuration"));
    expect(run.messageOf(notSet)).toContain(`aws.accounts.${notSet}.externalId names the environment variable NOT_SET`);
    expect(run.sandbox.purchases()).toBe(good.length * 3 + 1);
    for (const account of [noEntry, notSet]) expect(run.counts(account)).toMatchObject({ sessions: 0, identities: 0 });
    for (const account of [noEntry, wrongId, noRole, notSet])
      expect(run.counts(account)).toMatchObject({ purchases: 0 });
  });

  test("a session is kept for the next drive, and renewed when a purchase might outlast it", async () => {
    const [account = ""] = good;
    await using run = await driven(wantedIn(account), {
      accounts: { "*": { roleArn: role, durationSeconds: 900 } },
      purchaseTimeout: 120_000,
    });
    expect(run.counts(account)).toMatchObject({ sessions: 1, identities: 1 });
    run.clock.forward(900_000 - 120_000 - 300_000 - 1_000);
    await run.drive();
    expect(run.counts(account)).toMatchObject({ sessions: 1, identities: 1 });
    run.clock.forward(1_001);
    await run.drive();
    expect(run.counts(account)).toMatchObject({ sessions: 2, identities: 2, purchases: 3 });
  });

  describe("a session that has too little left after the price was asked for", () => {
    const priced = "DescribeReservedDBInstancesOfferings";
    const [account = ""] = good;
    const setting = { accounts: { "*": { roleArn: role, durationSeconds: 900 } } };
    const [, , rds] = wantedIn(account) as [AnyRecommendation, AnyRecommendation, AnyRecommendation];
    /** Then 300 of 900 seconds are left, and a purchase may take 60 and five minutes more. */
    const later = (sandbox: CloudSandbox, clock: ReturnType<typeof handClock>) => {
      sandbox.onRequest = ({ action, number }) => {
        if (action === priced && number < 6) clock.forward(600_000);
      };
    };

    test("is renewed before the purchase is sent", async () => {
      await using run = await driven([rds], setting, later);
      const actions = run.sandbox.requests.map(({ action }) => action);
      expect(actions.slice(actions.indexOf(priced) + 1)).toEqual([
        "AssumeRole",
        "GetCallerIdentity",
        "PurchaseReservedDBInstancesOffering",
      ]);
      expect(run.of(account)).toEqual(["purchased"]);
    });

    test("and cannot be renewed: nothing is sent, and the next drive buys", async () => {
      await using run = await driven([rds], setting, (sandbox, clock) => {
        later(sandbox, clock);
        const fault = { kind: "status", status: 403, code: "AccessDenied", when: "before" } as const;
        sandbox.addFault({ match: { action: "AssumeRole" }, skip: 1, fault });
      });
      expect(run.counts(account)).toMatchObject({ purchases: 0 });
      expect(run.messageOf(account)).toContain(`The role arn:aws:iam::${account}:role/buyonce`);
      const { outcomes } = await run.drive();
      expect(outcomes).toMatchObject([{ status: "purchased" }]);
      expect(run.counts(account)).toMatchObject({ purchases: 1 });
      expect(run.sandbox.purchases()).toBe(1);
    });
  });

  test.each(["DescribeReservedInstances", "DescribeReservedDBInstances"])(
    "a session that ends early, before %s: it is renewed once, and the question repeated",
    async (action) => {
      const [account = "", other = ""] = good;
      await using run = await driven(
        [account, other].flatMap(wantedIn),
        { accounts: { "*": { roleArn: role } }, aws: { accounts: { [account]: { sessionDuration: 60 } } } },
        (sandbox, clock) => {
          let ended = false;
          sandbox.onRequest = (entry) => {
            // The next question of that account is signed with a session that is over.
            if (ended || entry.account !== account || entry.action !== action) return;
            ended = true;
            clock.forward(60_000);
          };
        },
        // A purchase that is under way then would be refused, and is sent once.
        { concurrency: 1, quotesAhead: false },
      );
      expect(run.of(account)).toEqual(all);
      expect(run.of(other)).toEqual(all);
      expect(run.counts(account)).toMatchObject({ sessions: 2, identities: 2 });
      expect(run.counts(other)).toEqual(oneSession);
      expect(run.sandbox.purchases()).toBe(6);
    },
  );

  test("one that ends between the price and the purchase: refused, not sent again, and bought by the next drive", async () => {
    const [account = "", other = ""] = good;
    const [wanted] = wantedIn(account);
    await using run = await driven(
      [wanted, wantedIn(other)[0]] as AnyRecommendation[],
      { accounts: { "*": { roleArn: role } } },
      (sandbox) => {
        const fault = { kind: "status", status: 400, code: "RequestExpired", when: "before" } as const;
        sandbox.addFault({ match: { account, action: "PurchaseReservedInstancesOffering" }, fault });
      },
    );
    expect(run.of(account)).toEqual(["rejected: purchase-rejected"]);
    expect(run.of(other)).toEqual(["purchased"]);
    expect(run.counts(account)).toMatchObject({ sessions: 1, purchases: 1 });
    const { outcomes } = await run.drive();
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased", "already-purchased"]);
    expect(run.counts(account)).toMatchObject({ sessions: 2, identities: 2, purchases: 2 });
    expect(run.sandbox.purchases()).toBe(2);
  });

  test("every service, with no other rights than docs/accounts-aws.md says that a role needs", async () => {
    const page = readFileSync(new URL("../../docs/accounts-aws.md", import.meta.url), "utf8");
    const documented = [
      ...page.matchAll(
        /"(?:ec2|rds|elasticache|memorydb|es|redshift|redshift-serverless|mediaconnect|medialive|savingsplans):(\w+)"/g,
      ),
    ];
    const [account = ""] = good;
    const recommendations = (execution.recommendations as readonly AnyRecommendation[])
      .filter(({ provider }) => provider === "aws")
      .map((one) => ({ ...one, accountId: account }));
    await using run = await driven(recommendations, {
      accounts: { "*": { roleArn: role } },
      aws: { redshiftTags: "shown" },
    });
    expect(run.of(account)).toEqual(recommendations.map(() => "purchased"));
    expect(run.counts(account)).toMatchObject({ sessions: 1, identities: 1 });
    const needed = run.sandbox.requests
      .map(({ action }) => action)
      .filter((action) => !["AssumeRole", "GetCallerIdentity"].includes(action));
    // Tags that come with a purchase are asked for under a name of their own; one is read by its id only where a list does not show it.
    const notSent = ["AddTagsToResource", "TagResource", "DescribeReservation", "GetReservation"];
    const rights = new Set(documented.map(([, action]) => action).filter((name) => !notSent.includes(name ?? "")));
    expect(rights).toEqual(new Set(needed));
  });

  test("a session of another account is not used", async () => {
    const [account = ""] = good;
    await using run = await driven(wantedIn(account), { accounts: { "*": { use: "default" } } });
    expect(run.of(account)).toEqual(["refused: wrong-account", "refused: wrong-account", "refused: wrong-account"]);
    expect(run.messageOf(account)).toContain("the credentials belong to 123456789012");
    expect(run.sandbox.requests.map(({ action }) => action)).toEqual(["GetCallerIdentity"]);
  });
});
