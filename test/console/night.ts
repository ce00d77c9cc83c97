// A server as an operator finds it at night: purchases that are bought, refused, parked, and waiting.
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { type CloudSandbox, type FaultRule, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { systemEnvironment } from "../../src/contract/environment.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { createHandler } from "../../src/door/create-handler.ts";
import type { DoorHandler, HandlerOptions } from "../../src/door/door-parts.ts";
import { type DoorServer, startServer } from "../../src/door/start-server.ts";
import { staticTokens } from "../../src/door/static-tokens.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser, type Purchaser } from "../../src/purchaser.ts";
import { clockAhead } from "../clock-ahead.ts";
import { compute, ec2 } from "../end-to-end/recommendations.ts";

/** A server over a ledger in a file, an imitation of the clouds, and clocks that a test moves. */
export interface Night {
  readonly url: string;
  readonly sandbox: CloudSandbox;
  readonly ledger: Ledger;
  readonly purchaser: Purchaser<unknown>;
  /** What the handler told `onError`. */
  readonly errors: string[];
  /** Milliseconds pass, by all clocks. */
  pass(milliseconds: number): void;
  /** Ends the server, and starts another one at the same address. */
  restart(whileDown?: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** Tokens by the names of their callers. */
export const tokens = {
  operator: "operator-token-1",
  finance: "finance-token-1",
  reader: "reader-token-1",
  engine: "engine-token-1",
} as const;

const scopes = {
  operator: ["read", "write", "approve", "resolve", "all"],
  finance: ["read", "approve", "all"],
  reader: ["read", "all"],
  engine: ["read", "write"],
} as const;

/** Who they are, as a server with `--tokens` knows them. */
export function knownTokens() {
  const entries = Object.entries(tokens).map(([name, token]) => {
    const sha256 = createHash("sha256").update(token).digest("hex");
    return { name, sha256, scopes: scopes[name as keyof typeof scopes], executionIdPrefix: `${name}-` };
  });
  return staticTokens(JSON.stringify({ tokens: entries }), "tokens.json").authenticate;
}

/** Starts one. */
export async function startNight(
  options: Partial<HandlerOptions> = {},
  around: (handler: DoorHandler) => DoorHandler = (handler) => handler,
): Promise<Night> {
  const folder = await mkdtemp(join(tmpdir(), "buyonce-console-"));
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const sandbox = await startCloudSandbox({ clock: { now: clock } });
  const environment = { ...systemEnvironment, now: clock, readClock: () => clockAhead(ahead) };
  // What a drive waits for passes at once.
  const hurried = {
    ...environment,
    sleep: (time: number, signal?: AbortSignal) => environment.sleep(Math.min(time, 5), signal),
  };
  const ledger = await openSqliteLedger({ file: join(folder, "ledger.db"), clock });
  const providers = [
    createAws({ endpoint: sandbox.url, visibility: { attempts: 1, firstWait: 1 } }),
    createAzure({ endpoint: sandbox.url }),
  ];
  const purchaser = createPurchaser({ ledger, providers, environment: hurried });
  const errors: string[] = [];
  const onError = (error: unknown, about: string) => errors.push(`${about}: ${String(error)}`);
  const handlerOf = async (): Promise<DoorHandler> => {
    const handler = await createHandler({
      purchaser,
      ledger,
      authenticate: "nobody-is-asked",
      onError,
      sweepInterval: 3_600_000,
      environment,
      imitation: true,
      ...options,
    });
    return around(handler);
  };
  let server: DoorServer = await startServer(await handlerOf(), 0);
  const { url } = server;
  return {
    url,
    sandbox,
    ledger,
    purchaser,
    errors,
    pass: (milliseconds) => void (ahead += milliseconds),
    restart: async (whileDown = async () => undefined) => {
      await server.close();
      await whileDown();
      server = await startServer(await handlerOf(), Number(new URL(url).port));
    },
    close: async () => {
      await server.close();
      await ledger.close();
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

const day = 86_400_000;
const usd = (amount: string) => ({ amount, currency: "USD" });
const gbp = (amount: string) => ({ amount, currency: "GBP" });

/** A reservation of EC2 that differs from the others of this file in its region. */
export function ec2In(region: string, changes: Partial<AnyRecommendation> = {}): AnyRecommendation {
  return { ...ec2, region, maxPrice: usd("9000.00"), ...changes };
}

/** How an execution is submitted. */
interface SubmitHow {
  readonly requireApproval?: boolean;
  readonly caller?: string;
  readonly isDriven?: boolean;
}

/** Submits an execution for a caller, and drives it. */
export async function submitted(
  { purchaser }: Pick<Night, "purchaser">,
  executionId: string,
  recommendations: readonly AnyRecommendation[],
  { requireApproval = false, caller = "engine", isDriven = !requireApproval }: SubmitHow = {},
): Promise<void> {
  const execution = { executionId, source: "cost-engine", recommendations };
  await purchaser.submit(execution, { requireApproval, submitter: { caller } });
  if (isDriven) await purchaser.redrive(executionId, { concurrency: 1 });
}

const purchase = { action: "PurchaseReservedInstancesOffering" } as const;

/** Whoever looks what is there gets no answer, until the faults are cleared. */
export const blind: FaultRule = {
  match: { action: "DescribeReservedInstances" },
  fault: { kind: "status", status: 500, when: "before", code: "InternalError" },
  times: 1000,
};

/** The answer to a purchase is lost: before it took effect, or after. */
export function lostAnswer(when: "before" | "after"): FaultRule {
  return { match: purchase, fault: { kind: "reset", when } };
}

/**
 * `engine-bought`; `engine-parked`: one was sent a day ago and its answer was lost, and nobody can find out; `engine-refused`: one is
 * too dear; `engine-waiting` for an approval; `engine-over`: cancelled.
 */
export async function fillNight(night: Night): Promise<void> {
  const { sandbox, purchaser } = night;
  const upfront = ec2In("us-east-1", { instanceType: "m5.xlarge", payment: "all-upfront" });
  await submitted(night, "engine-bought", [ec2In("us-east-1"), upfront, { ...compute, maxPrice: gbp("30.00") }]);
  await park(night, "engine-parked", [ec2In("eu-west-1"), ec2In("eu-west-2", { accountId: "210987654321" })]);
  await submitted(night, "engine-refused", [
    ec2In("us-west-1", { maxPrice: usd("1.00") }),
    ec2In("us-west-2", { instanceType: "t3.micro", payment: "partial-upfront" }),
  ]);
  sandbox.clearFaults();
  const { maxPrice: _none, ...unlimited } = ec2In("ca-central-1", { platform: "Windows" });
  const toApprove = [ec2In("ap-south-1"), { ...compute, region: "westeurope", maxPrice: gbp("30.00") }, unlimited];
  await submitted(night, "engine-waiting", toApprove, { requireApproval: true });
  await submitted(night, "engine-over", [ec2In("sa-east-1")], { requireApproval: true });
  await purchaser.cancel("engine-over", { person: "operator", reason: "ordered twice" });
}

/** An execution whose first purchase was sent a day ago, took effect, and is not known to: nobody can find out. */
export async function park(
  night: Night,
  executionId: string,
  recommendations: readonly AnyRecommendation[],
  when: "before" | "after" = "after",
): Promise<void> {
  night.sandbox.addFault([lostAnswer(when)]);
  await submitted(night, executionId, recommendations);
  night.pass(day + 3_600_000);
  night.sandbox.addFault(blind);
  await night.purchaser.redrive(executionId, { concurrency: 1 });
  night.sandbox.clearFaults();
}
