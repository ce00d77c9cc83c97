import { Readable } from "node:stream";
import { z } from "zod";
import type { AcceptedLoss } from "../../src/drive/accept-loss.ts";
import type { AuditOptions } from "../../src/audit/run-audit.ts";
import type { DriveCommandOptions } from "../../src/cli/commands/drive.ts";
import type { CommandParts } from "../../src/cli/commands/command-parts.ts";
import type { InterruptHandlers } from "../../src/cli/terminal/interrupt.ts";
import type { OpenLedgerOptions } from "../../src/cli/resources/open-ledger.ts";
import type { Questions, Terminal } from "../../src/cli/terminal/terminal.ts";
import type { Decision } from "../../src/drive/resolve-by-person.ts";
import type { DriveOptions } from "../../src/drive/drive-execution.ts";
import type { RedriveOptions } from "../../src/drive/redrive-unfinished.ts";
import type { Purchaser } from "../../src/purchaser.ts";
import type { PlannedRecommendation } from "../../src/drive/plan-recommendation.ts";
import type { ExecutionPlan, PlanOptions } from "../../src/drive/plan-execution.ts";
import type { WatchOptions } from "../../src/drive/watch-pending.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { AuditReport } from "../../src/contract/audit-report.ts";
import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger, TokenRecord } from "../../src/contract/ledger.ts";
import { moneySchema, totals } from "../../src/contract/money.ts";
import { quantitySchema, type AnyExecution } from "../../src/contract/recommendation.ts";
import { paymentTotals } from "../../src/contract/payments.ts";
import { byAccount } from "../../src/contract/payer.ts";
import type { Outcome, Report } from "../../src/contract/report.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";

export const executionId = "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11";

/** Fields of an outcome, of whatever status. */
export type OutcomeChanges = { readonly [Field in keyof Outcome]?: Outcome[Field] };

/** An outcome of recommendation 0, bought and settled unless told otherwise. */
export function outcome(changes: OutcomeChanges = {}): Outcome {
  const recIndex = changes.recIndex ?? 0;
  const token = deriveIdempotencyToken(executionId, recIndex);
  return { recIndex, status: "purchased", token, ...changes } as Outcome;
}

export const bought: OutcomeChanges = {
  commitment: { id: "0a1b2c3d-1111-2222-3333-444455556666", state: "Succeeded", settled: true },
  price: { amount: "24.5", currency: "GBP" },
};

export function report(outcomes: readonly Outcome[]): Report {
  const isBought = ({ status }: Outcome) => status === "purchased" || status === "already-purchased";
  const sum = (of: readonly Outcome[]) => totals(of.flatMap(({ price }) => price ?? []));
  const open = outcomes.filter(({ status }) => status === "unresolved" || status === "in-progress");
  return {
    executionId,
    outcomes,
    totals: sum(outcomes.filter(isBought)),
    atRisk: sum(open),
    payments: paymentTotals(outcomes.filter(isBought)),
    accounts: [],
  };
}

/** A quoted recommendation: 0, to be bought, unless told otherwise. */
export function quoted(
  changes: { readonly [Field in keyof PlannedRecommendation]?: PlannedRecommendation[Field] } = {},
): PlannedRecommendation {
  const recIndex = changes.recIndex ?? 0;
  const token = deriveIdempotencyToken(executionId, recIndex);
  return { recIndex, token, verdict: "buy", ...changes } as PlannedRecommendation;
}

/** A quotation of these, with its sums. */
export function quotationOf(
  recommendations: readonly PlannedRecommendation[],
  changes: Partial<ExecutionPlan> = {},
): ExecutionPlan {
  const sum = (...verdicts: readonly string[]) =>
    totals(recommendations.flatMap(({ verdict, price }) => (price && verdicts.includes(verdict) ? [price] : [])));
  const sums = { buy: sum("buy"), bought: sum("bought", "adopt"), reconcile: sum("reconcile") };
  const toBuy = recommendations.filter(({ verdict }) => verdict === "buy");
  const accounts = byAccount(toBuy, (one) => one).map(([account, own]) => ({
    ...account,
    payments: paymentTotals(own),
  }));
  return {
    executionId,
    termsVersion: 0,
    recommendations,
    totals: sums,
    payments: paymentTotals(toBuy),
    accounts,
    ...changes,
  };
}

const schema = z.strictObject({
  provider: z.string(),
  service: z.string(),
  quantity: quantitySchema,
  term: z.enum(["P1Y", "P3Y"]),
  maxPrice: moneySchema.optional(),
});

/** A provider of which only the schema is ever used. */
function standInProvider(name: string, service: string): Provider {
  return { name, services: { [service]: { provider: name, service, schema } as unknown as ServiceExecutor } };
}

/** A valid execution for the stand-in providers. */
export function executionOf(...providers: readonly ("azure" | "aws" | "gcp")[]): AnyExecution {
  return {
    executionId,
    source: "test",
    recommendations: providers.map((provider) => ({
      provider,
      service: provider === "aws" ? "ec2" : "compute",
      quantity: 1,
      term: "P1Y",
    })),
  };
}

/** A terminal that keeps what was written. */
export function fakeTerminal({ tty = false, columns = 0 } = {}) {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    isTTY: tty,
    columns,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const terminal: Terminal = {
    stdin: Object.assign(Readable.from([]), { isTTY: tty }),
    stdout: output("stdout"),
    stderr: output("stderr"),
    env: { NO_COLOR: "1" },
  };
  return { terminal, written };
}

export const plainOptions: DriveCommandOptions = {
  concurrency: 4,
  timeout: 600,
};

/** What a stand-in command did, in order, and what it was given. */
export interface Calls {
  readonly names: string[];
  ledger?: string;
  sandboxState?: string | undefined;
  question?: string;
  driven?: AnyExecution;
  driveOptions?: RedriveOptions;
  quoteOptions?: PlanOptions;
  settleOptions?: WatchOptions;
  decision?: Decision;
  auditOptions?: AuditOptions;
  loss?: AcceptedLoss;
  ledgerOptions?: OpenLedgerOptions | undefined;
  readonly providers: { names: readonly string[]; endpoints: object; purchaseTimeout: number }[];
  interrupts?: InterruptHandlers;
  readonly exits: number[];
}

/** Parts of the drive command that send nothing, with a protocol of what was called. */
export function standInParts(
  behaviour: {
    readonly terminal?: Terminal;
    readonly drive?: (options: DriveOptions) => Promise<Report>;
    readonly quotes?: readonly PlannedRecommendation[];
    readonly quotation?: Partial<ExecutionPlan>;
    readonly answer?: "yes" | "no" | "stopped";
    readonly questions?: Questions;
    readonly openLedger?: () => Ledger;
    readonly settle?: () => Promise<readonly Report[]>;
    readonly resolve?: () => Promise<Outcome>;
    readonly audit?: () => AuditReport;
  } = {},
) {
  const calls: Calls = { names: [], providers: [], exits: [] };
  const drive = behaviour.drive ?? (async () => report([outcome(bought)]));
  const providers = [
    standInProvider("azure", "compute"),
    standInProvider("aws", "ec2"),
    standInProvider("gcp", "compute"),
  ];
  const purchaser = {
    ...createPurchaser({ ledger: createMemoryLedger(), providers }),
    validate: (execution) => validateExecution(execution, providers),
    describe: ({ provider, service, quantity }) => `${provider} ${service} × ${quantity}`,
    plan: async (_execution, options = {}) => {
      calls.names.push("quote");
      calls.quoteOptions = options;
      return quotationOf(behaviour.quotes ?? [], behaviour.quotation);
    },
    drive: async (execution, options = {}) => {
      calls.names.push("drive");
      calls.driven = execution as AnyExecution;
      calls.driveOptions = options;
      return drive(options);
    },
    redrive: async (id, options = {}) => {
      calls.names.push(`redrive ${id}`);
      calls.driveOptions = options;
      return drive(options);
    },
    redriveUnfinished: async (options = {}) => {
      calls.names.push("redrive unfinished");
      calls.driveOptions = options;
      return [await drive(options)];
    },
    watchPending: async (options = {}) => {
      calls.names.push("settle");
      calls.settleOptions = options;
      return behaviour.settle?.() ?? [];
    },
    resolveByPerson: async (decision) => {
      calls.names.push("resolve");
      calls.decision = decision;
      return behaviour.resolve?.() ?? outcome({ ...bought, status: "already-purchased" });
    },
    audit: async (options = {}) => {
      calls.names.push("audit");
      calls.auditOptions = options;
      return behaviour.audit?.() ?? { scopes: [], findings: [], notLookedAt: [] };
    },
    acceptLoss: async (loss) => {
      calls.names.push("accept loss");
      calls.loss = loss;
      return { executionId, recIndex: 0, token: deriveIdempotencyToken(executionId, 0) } as TokenRecord;
    },
  } satisfies Purchaser<unknown>;
  const parts: CommandParts = {
    terminal: behaviour.terminal ?? fakeTerminal().terminal,
    createProviders: async (names, endpoints, purchaseTimeout) => {
      calls.providers.push({ names, endpoints, purchaseTimeout });
      return providers.filter(({ name }) => names.some((one) => one === name));
    },
    openLedger: async (location, options) => {
      calls.names.push("ledger");
      calls.ledger = location;
      calls.ledgerOptions = options;
      return behaviour.openLedger?.() ?? createMemoryLedger();
    },
    createPurchaser: () => purchaser,
    startSandbox: async ({ stateFile }) => {
      calls.names.push("sandbox");
      calls.sandboxState = stateFile;
      return {
        url: "http://127.0.0.1:4001",
        purchaseRequests: () => 0,
        close: async () => void calls.names.push("sandbox closed"),
      };
    },
    confirm: async (question) => {
      calls.names.push("confirm");
      calls.question = question;
      return behaviour.answer ?? "yes";
    },
    questions: behaviour.questions ?? { choose: async () => undefined, text: async () => undefined },
    now: () => 1_000_000,
    onInterrupt: (handlers) => {
      calls.interrupts = handlers;
      return () => void calls.names.push("interrupts ignored");
    },
    exit: (code) => void calls.exits.push(code),
  };
  return { parts, calls };
}
