// One execution over many AWS accounts, through the real SDKs, at the sandbox: who is asked what is counted.
import { describe, expect, test } from "vitest";
import { type AwsAccounts, type AwsSettings, createAws } from "../../providers/aws/index.ts";
import { type AwsSandboxOptions, type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { Recommendation } from "../../src/contract/recommendation.ts";
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
function wantedIn(accountId: string): readonly Recommendation[] {
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

async function driven(
  recommendations: readonly Recommendation[],
  { aws, accounts, variables = {}, before }: {
    readonly aws?: AwsSandboxOptions;
    readonly accounts: AwsAccounts;
    readonly variables?: AwsSettings["variables"];
    readonly before?: (sandbox: CloudSandbox, clock: ReturnType<typeof handClock>) => void;
  },
) {
  const clock = handClock();
  const sandbox = await startCloudSandbox({ ...(aws ? { aws } : {}), clock });
  const environment = { ...systemEnvironment, now: clock.now };
  before?.(sandbox, clock);
  const provider = createAws({ endpoint: sandbox.url, accounts, variables, environment });
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers: [provider] });
  const drive = () => purchaser.drive(executionOf(...recommendations), { concurrency: 8 });
  const { outcomes } = await drive();
  const count = (account: string, action: string) =>
    sandbox.requests.filter((request) => request.account === account && request.action === action).length;
  return { sandbox, clock, outcomes, drive, count, [Symbol.asyncDispose]: () => sandbox.close() };
}

describe("one execution over many AWS accounts", () => {
  test("x", async () => {
    const good = ["111111111111", "222222222222", "333333333333"];
    await using run = await driven(good.flatMap(wantedIn), { accounts: { "*": { roleArn: role } } });
    console.log(run.outcomes.map((o) => [o.status, o.error?.message]));
    console.log(run.sandbox.requests.map((r) => `${r.account} ${r.action}`));
    expect(run.sandbox.purchases()).toBe(9);
  });
});
