// What a person is told to look for, of every service; the commands for AWS are run by the AWS CLI, where it is installed.
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createProviders, endpointsAt } from "../../src/cli/resources/providers.ts";
import type { Submission } from "../../src/contract/executor.ts";
import type { TokenRecord } from "../../src/contract/ledger.ts";
import { lookForEach, lookForOf } from "../../src/inspect/look-for.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { googleEnvironment } from "../sandbox/support.ts";
import { isProof } from "../standing-for-all.ts";

const installed = spawnSync("aws", ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
if (installed === "") console.log("The AWS CLI is not installed: these checks are skipped.");

const execution = JSON.parse(readFileSync("fixtures/execution.json", "utf8")) as { recommendations: unknown[] };
const ledger = createMemoryLedger();
let sandbox: Awaited<ReturnType<typeof startCloudSandbox>>;
let records: readonly TokenRecord[];

beforeAll(async () => {
  sandbox = await startCloudSandbox();
  const providers = await createProviders(["azure", "aws", "gcp"], endpointsAt(sandbox.url), 30_000);
  await createPurchaser({ ledger, providers }).drive({ ...execution, executionId: "look for it", source: "test" });
  records = await ledger.recordsOf("look for it");
});
afterAll(async () => sandbox.close());

/** As if nobody knew what became of it. */
function unknown(record: TokenRecord, changes: Partial<TokenRecord> = {}): TokenRecord {
  return { ...record, state: "unknown", commitment: undefined, parkedAt: record.updatedAt, ...changes };
}

const providersAt = (endpoint?: string) => {
  const settings = endpoint === undefined ? {} : { endpoint };
  const known = { azure: createAzure(settings), aws: createAws(settings), gcp: createGcp(settings) };
  return (name: string) => known[name as keyof typeof known];
};
const searches = providersAt();
const idOf = ({ recommendation: { provider, service } }: TokenRecord) => `${provider} ${service}`;

describe("what a person looks for", () => {
  test("every service that is bought has a command, who signs in, and what it would show", () => {
    expect(records.length).toBe(execution.recommendations.length);
    for (const record of records) {
      const { sent, place, region, decide } = lookForOf(unknown(record), searches) ?? { sent: [], decide: [] };
      expect(sent, idOf(record)).toEqual([
        {
          amount: record.submission?.price,
          sentAt: expect.stringMatching(/T\d\d:\d\d:\d\dZ$/),
          from: expect.any(String),
          until: expect.any(String),
          shows: expect.any(String),
          signedIn: expect.any(String),
          command: expect.stringMatching(/^(aws|az|bq|gcloud) /),
        },
      ]);
      expect(place).toBe(record.scope.label);
      if (record.recommendation["region"] !== undefined) expect(region).toBe(record.recommendation["region"]);
      expect(decide.map(({ command }) => command.match(/--[a-z-]+/)?.[0])).toEqual([
        "--bought",
        "--not-bought",
        "--not-this",
        "--write-off",
      ]);
      // Nothing that changes anything, and no token in whole.
      expect(JSON.stringify(sent)).not.toMatch(/purchase-reserved|create-|delete|update|[0-9a-f]{64}/);
    }
  });

  test("the window is around the first and the last send, and both are named", () => {
    const [record] = records as [TokenRecord];
    const submission = {
      ...record.submission,
      submittedAt: Date.UTC(2026, 10, 22, 9),
      resentAt: Date.UTC(2026, 10, 22, 9, 20),
    };
    const look = lookForOf(unknown(record, { submission: submission as Submission }), searches);
    expect(look?.sent[0]).toMatchObject({
      sentAt: "2026-11-22T09:00:00Z",
      sentAgainAt: "2026-11-22T09:20:00Z",
      from: "2026-11-22T08:55:00Z",
      until: "2026-11-22T09:35:00Z",
    });
  });

  test("what is bought, or proven not to be, is not looked for", () => {
    const [record] = records as [TokenRecord];
    expect(lookForOf(record, searches)).toBeUndefined();
    expect(lookForOf(unknown(record, { state: "rejected" }), searches)).toBeUndefined();
  });

  test("of what was refused because something may be it, without a send", () => {
    for (const record of records) {
      const error = { code: "several-commitments", message: "a, b" };
      const refused = unknown(record, { state: "refused", submission: undefined, parkedAt: undefined, error });
      const look = lookForOf(refused, searches);
      expect(look?.sent, idOf(record)).toEqual([expect.objectContaining({ command: expect.any(String) })]);
      expect(look?.sent[0]).not.toHaveProperty("from");
    }
  });

  test("what else is known is said in sentences", () => {
    const [record] = records as [TokenRecord];
    const submission = { ...record.submission, evidence: ["order-1"] } as unknown as Submission;
    const error = { code: "outcome-unknown", message: "?", said: "Try later." };
    expect(lookForOf(unknown(record, { submission, error, notThis: ["order-2"] }), searches)?.known).toEqual([
      "An answer to it named order-1: look at that first.",
      "What came of it: Try later.",
      "A person said that it is not order-2.",
    ]);
  });

  test("an Azure cloud of its own is asked at its own address", () => {
    const record = records.find(({ recommendation }) => recommendation.provider === "azure") as TokenRecord;
    const china = createAzure({ cloud: "china" });
    expect(lookForOf(unknown(record), () => china)?.sent[0]).toMatchObject({
      command: expect.stringContaining(
        "'https://management.chinacloudapi.cn/providers/Microsoft.Capacity/reservationOrders/",
      ),
      signedIn: expect.stringContaining("china"),
    });
  });
});

const describeAws = isProof ? describe.skipIf(installed === "") : () => undefined;
describeAws("the commands for AWS", () => {
  const env = {
    PATH: process.env["PATH"],
    AWS_ACCESS_KEY_ID: "dummy",
    AWS_SECRET_ACCESS_KEY: "dummy",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
  };

  const services = [
    "ec2",
    "rds",
    "elasticache",
    "memorydb",
    "opensearch",
    "redshift",
    "redshift-serverless",
    "medialive",
    "mediaconnect",
    "savings-plans",
  ];
  test.for(services)("%s: a shell runs it, and it shows what was bought, with and without a name", async (service) => {
    const at = providersAt(sandbox.url);
    const own = records.filter(({ recommendation }) => recommendation.service === service);
    const record = own.find(({ recommendation }) => recommendation.provider === "aws") as TokenRecord;
    const sent = lookForOf(unknown(record), at)?.sent[0]?.command;
    const error = { code: "several-commitments", message: "a, b" };
    const refused = unknown(record, { state: "refused", submission: undefined, error });
    const unsent = lookForOf(refused, at)?.sent[0]?.command;
    for (const command of [sent, unsent]) {
      const { stdout } = await promisify(execFile)("sh", ["-c", command ?? ""], { env });
      expect(stdout).toContain(record.commitment?.id);
    }
    // What began before it was sent is not it.
    const submission = { ...record.submission, submittedAt: record.updatedAt + 3_600_000 } as Submission;
    const later = lookForOf(unknown(record, { submission }), at)?.sent[0]?.command ?? "";
    const { stdout } = await promisify(execFile)("sh", ["-c", later], { env });
    const isNamed = typeof submission.handle["name"] === "string";
    expect(stdout.includes(record.commitment?.id ?? "?")).toBe(isNamed);
  });
});

const gcloud = isProof ? (spawnSync("gcloud", ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "") : "";
if (isProof && gcloud === "") console.log("The Google Cloud CLI is not installed: these checks are skipped.");

/** Its tests are of the proof: it takes a second to start. */
const describeGcloud = isProof ? describe.skipIf(gcloud === "") : () => undefined;
describeGcloud("the commands for Google Cloud", { timeout: 60_000 }, () => {
  test("a shell runs it, and it shows what was bought, with and without a name", async () => {
    const env = googleEnvironment();
    const at = providersAt(sandbox.url);
    const record = records.find(({ recommendation }) => recommendation.provider === "gcp") as TokenRecord;
    const sent = lookForOf(unknown(record), at)?.sent[0]?.command;
    const error = { code: "several-commitments", message: "a, b" };
    const unsent = lookForOf(unknown(record, { state: "refused", submission: undefined, error }), at)?.sent[0]?.command;
    for (const command of [sent, unsent]) {
      const { stdout } = await promisify(execFile)("sh", ["-c", command ?? ""], { env });
      expect(stdout, command).toContain(record.submission?.handle["name"]);
    }
  });
});

test("what a driver holds is left to it", () => {
  const [record] = records as [TokenRecord];
  const at = record.updatedAt;
  const held = unknown(record, { holder: "vm:1", leaseUntil: at + 1000, leaseLength: 30_000 });
  expect(lookForEach([held], { at, searches }).size).toBe(0);
  expect([...lookForEach([held], { at: at + 1000, searches }).keys()]).toEqual([record.token]);
});
