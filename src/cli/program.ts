import { Command, Option } from "commander";
import { type StatusFilter, statusFilters } from "../inspect/status-filters.ts";
import type { Place } from "../contract/audit-report.ts";
import { escapeHidden } from "../contract/escape-hidden.ts";
import type { Money } from "../contract/money.ts";
import { logLevels } from "./command-log.ts";
import type { AuditCommandOptions } from "./commands/audit.ts";
import { type BuyCommandOptions, type CloudCommandOptions, defaultFiles } from "./commands/command-options.ts";
import type { DriveCommandOptions } from "./commands/drive.ts";
import type { QuoteCommandOptions } from "./commands/quote.ts";
import { type RedriveCommandOptions, redriveDefaults } from "./commands/redrive-options.ts";
import type { ResolveCommandOptions } from "./commands/resolve.ts";
import type { SandboxCommandOptions } from "./commands/sandbox.ts";
import type { SettleCommandOptions } from "./commands/settle.ts";
import type { LedgerCommandOptions, StatusCommandOptions } from "./commands/status.ts";
import {
  auditHelp,
  driveHelp,
  historyHelp,
  quoteHelp,
  redriveHelp,
  resolveHelp,
  settleHelp,
  statusHelp,
} from "./help-text.ts";
import { awsPlace, azurePlace, gcpPlace, moneyPerCurrency, ownTenant, wholeNumber } from "./option-values.ts";
import { type Terminal, widthOf } from "./terminal/terminal.ts";
import { maskPassword } from "./text/mask-password.ts";

/** What the commands do; `run.ts` brings the real ones. */
export interface ProgramActions {
  readonly drive: (file: string, options: DriveCommandOptions) => Promise<void>;
  readonly quote: (file: string, options: QuoteCommandOptions) => Promise<void>;
  readonly redrive: (executionId: string | undefined, options: RedriveCommandOptions) => Promise<void>;
  readonly settle: (executionId: string | undefined, options: SettleCommandOptions) => Promise<void>;
  readonly status: (executionId: string | undefined, options: StatusCommandOptions) => Promise<void>;
  readonly history: (executionId: string, recIndex: number | undefined, options: LedgerCommandOptions) => Promise<void>;
  readonly resolve: (executionId: string, recIndex: number, options: ResolveCommandOptions) => Promise<void>;
  readonly audit: (options: AuditCommandOptions) => Promise<void>;
  readonly sandbox: (options: SandboxCommandOptions) => Promise<void>;
}

interface LedgerFlags {
  readonly ledger?: string;
  readonly sandbox?: true;
  readonly json?: true;
}

interface StatusFlags extends LedgerFlags {
  readonly state?: StatusFilter;
  readonly limit: number;
}

interface CloudFlags extends LedgerFlags {
  readonly azureEndpoint?: string;
  readonly awsEndpoint?: string;
  readonly gcpEndpoint?: string;
}

interface PaceFlags extends CloudFlags {
  readonly concurrency: number;
  readonly timeout: number;
}

interface QuoteFlags extends PaceFlags {
  readonly maxTotal?: readonly Money[];
}

interface BuyFlags extends QuoteFlags {
  readonly yes?: true;
  readonly report?: string;
}

interface DriveFlags extends BuyFlags {
  readonly wait?: true;
}

interface RedriveFlags extends BuyFlags {
  readonly olderThan?: number;
  readonly limit?: number;
  readonly retryRefused?: true;
  readonly parked?: true;
}

interface ResolveFlags extends CloudFlags {
  readonly bought?: string;
  readonly notBought?: true;
  readonly person: string;
  readonly reason: string;
}

interface AuditFlags extends CloudFlags {
  readonly azure?: true | readonly Place[];
  readonly aws?: readonly Place[];
  readonly gcp?: readonly Place[];
  readonly repair?: true;
  readonly timeout: number;
  readonly acceptLoss?: string;
  readonly person?: string;
  readonly reason?: string;
}

/** The command line: its commands, options and help. It throws a CommanderError for bad usage, and after help. */
export function createProgram(terminal: Terminal, version: string, actions: ProgramActions): Command {
  const program = new Command("buyonce")
    .description(
      "Buys cloud commitments (reservations, savings plans, committed use of Azure, AWS and GCP) exactly once.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.stdout.write(text),
      writeErr: (text) => void terminal.stderr.write(escapeHidden(maskPassword(text))),
      getOutHelpWidth: () => widthOf(terminal.stdout),
      getErrHelpWidth: () => widthOf(terminal.stderr),
    })
    .showHelpAfterError("(--help says more)");

  const drive = program
    .command("drive")
    .description("Buy every recommendation of an execution once, and report each.")
    .argument("<execution.json>", "the execution file, at most 10 MB");
  withBuyOptions(withCloudOptions(drive, "drive against it; nothing is spent"))
    .option("--wait", "wait for recommendations that another driver holds, instead of reporting in-progress")
    .addHelpText("after", driveHelp)
    .action((file: string, flags: DriveFlags) =>
      actions.drive(file, { ...buyOptions(flags), wait: flags.wait ?? false }),
    );

  const quote = program
    .command("quote")
    .description("Say what driving an execution would cost and do; nothing is bought.")
    .argument("<execution.json>", "the execution file, at most 10 MB");
  withLimits(withCloudOptions(quote, "ask it"), "are quoted", "it gives up")
    .addHelpText("after", quoteHelp)
    .action((file: string, flags: QuoteFlags) => {
      const { concurrency, timeout, maxTotal: maxTotals } = flags;
      return actions.quote(file, { ...cloudOptions(flags), concurrency, timeout, maxTotals });
    });

  const redrive = program
    .command("redrive")
    .description("Drive again, from the ledger alone: one execution, or all that was left behind.")
    .argument("[executionId]", "the execution (default: what was left behind, of all executions)")
    .option(
      "--older-than <seconds>",
      `only what nothing has happened to for so long (default: ${redriveDefaults.olderThan})`,
      wholeNumber(0, 100_000_000),
    )
    .option(
      "--limit <n>",
      `at most so many recommendations, longest untouched first (default: ${redriveDefaults.limit})`,
      wholeNumber(1, 10_000),
    )
    .option("--retry-refused", "also what was refused or rejected")
    .option("--parked", "also what is parked: sent long ago, and for a person to decide");
  withBuyOptions(withCloudOptions(redrive, "drive against it; nothing is spent"))
    .addHelpText("after", redriveHelp)
    .action((executionId: string | undefined, flags: RedriveFlags) =>
      actions.redrive(executionId, {
        ...buyOptions(flags),
        olderThan: flags.olderThan,
        limit: flags.limit,
        retryRefused: flags.retryRefused ?? false,
        parked: flags.parked ?? false,
      }),
    );

  const settle = program
    .command("settle")
    .description("Look after what is bought and pending until it is final; nothing is bought.")
    .argument("[executionId]", "the execution (default: all that is pending, of all executions)");
  withPace(withCloudOptions(settle, "ask it"), "are looked at", "it has reported, final or not")
    .addHelpText("after", settleHelp)
    .action((executionId: string | undefined, flags: PaceFlags) => {
      const { concurrency, timeout } = flags;
      return actions.settle(executionId, { ...cloudOptions(flags), concurrency, timeout });
    });

  const status = program
    .command("status")
    .description("Show what the ledger knows; no provider is asked.")
    .argument("[executionId]", "the execution (default: all of them, last changed first)")
    .addOption(new Option("--state <state>", "only these; --help says what they mean").choices(statusFilters))
    .option("--limit <n>", "at most so many recommendations", wholeNumber(1, 10_000), 100);
  withLedgerOptions(status)
    .addHelpText("after", statusHelp)
    .action((executionId: string | undefined, flags: StatusFlags) => {
      const { state, limit } = flags;
      return actions.status(executionId, { ...ledgerOptions(flags), state, limit });
    });

  const history = program
    .command("history")
    .description("Show every change that the ledger made to an execution; no provider is asked.")
    .argument("<executionId>", "the execution")
    .argument("[recIndex]", "the recommendation, counted from 0 (default: all)", wholeNumber(0, 999_999));
  withLedgerOptions(history)
    .addHelpText("after", historyHelp)
    .action((executionId: string, recIndex: number | undefined, flags: LedgerFlags) =>
      actions.history(executionId, recIndex, ledgerOptions(flags)),
    );

  const resolve = program
    .command("resolve")
    .description("Record what a person found out about a purchase that stays unresolved.")
    .argument("<executionId>", "the execution")
    .argument("<recIndex>", "the recommendation, counted from 0", wholeNumber(0, 999_999))
    .option("--bought <id>", "it was bought: the id of the commitment at the provider")
    .option("--not-bought", "it was not bought; refused while the provider shows it")
    .requiredOption("--person <name>", "who decides: goes into the history")
    .requiredOption("--reason <text>", "why: goes into the history");
  withCloudOptions(resolve, "ask it; nothing is spent")
    .addHelpText("after", resolveHelp)
    .action((executionId: string, recIndex: number, flags: ResolveFlags) =>
      actions.resolve(executionId, recIndex, {
        ...cloudOptions(flags),
        bought: flags.bought,
        notBought: flags.notBought ?? false,
        person: flags.person,
        reason: flags.reason,
      }),
    );

  const audit = program
    .command("audit")
    .description("Compare all commitments at the providers with the ledger; nothing is bought or given back.")
    .option("--azure [tenantId]", "look at a tenant, or at the credential's own", azurePlace)
    .option(
      "--aws <account/region>",
      "look at an account and region, such as 123456789012/us-east-1; repeatable",
      awsPlace,
    )
    .option("--gcp <project/region>", "look at a project and region; repeatable", gcpPlace)
    .option("--repair", "stamp markers that are missing")
    .option("--accept-loss <id>", "instead of an audit: record that this commitment is gone before its term")
    .option("--person <name>", "with --accept-loss: who says so; goes into the history")
    .option("--reason <text>", "with --accept-loss: why; goes into the history");
  withCloudOptions(audit, "ask it")
    .option("--timeout <seconds>", "after which nothing more is looked at", wholeNumber(1, 86_400), 600)
    .addHelpText("after", auditHelp)
    .action((flags: AuditFlags) => {
      const { timeout, acceptLoss, person, reason } = flags;
      const azure = flags.azure === true ? ownTenant : (flags.azure ?? []);
      const places = [...azure, ...(flags.aws ?? []), ...(flags.gcp ?? [])];
      return actions.audit({
        ...cloudOptions(flags),
        places: places.length > 0 ? places : undefined,
        repair: flags.repair ?? false,
        timeout,
        acceptLoss,
        person,
        reason,
      });
    });

  program
    .command("sandbox")
    .description("Run the imitation of the clouds until Ctrl-C.")
    .option("--port <n>", "the port on 127.0.0.1; 0 for any that is free", wholeNumber(0, 65_535), 0)
    .option("--state <file>", "where its state lasts (default: in memory only)")
    .action((flags: SandboxCommandOptions) => actions.sandbox(flags));

  return program;
}

function withCloudOptions(command: Command, sandboxUse: string): Command {
  return command
    .option(
      "--ledger <file|url>",
      `where is recorded what was sent and bought: an SQLite file, or postgres://user@host/database (default: ${defaultFiles.ledger}; against an imitation ${defaultFiles.sandboxLedger})`,
    )
    .option("--sandbox", `start an imitation of the clouds and ${sandboxUse}`)
    .option("--azure-endpoint <url>", "instead of the public Azure cloud")
    .option("--aws-endpoint <url>", "instead of AWS: one URL for EC2 and STS")
    .option("--gcp-endpoint <url>", "instead of Google Cloud: one origin for Compute Engine and Cloud Billing")
    .option("--json", "print one JSON document and nothing else on standard output");
}

function withBuyOptions(command: Command): Command {
  return withLimits(command, "are driven", "it has reported whatever it knows")
    .option("--yes", "buy without being asked")
    .option("--report <file.html>", "write a page about it too, to be read in a browser, printed or mailed");
}

function withLimits(command: Command, what: string, end: string): Command {
  return withPace(command, what, end).option(
    "--max-total <amount>",
    'the most that all of it may cost, such as "12000.00 USD"; once per currency',
    moneyPerCurrency,
  );
}

function withPace(command: Command, what: string, end: string): Command {
  return command
    .option("--concurrency <n>", `how many recommendations ${what} at once`, wholeNumber(1, 100), 4)
    .option("--timeout <seconds>", `by when ${end}`, wholeNumber(1, 86_400), 600)
    .addOption(
      new Option(
        "--log-level <level>",
        "write a log to standard error, one JSON document a line, instead of lines for people; asks nothing",
      ).choices(logLevels),
    );
}

function withLedgerOptions(command: Command): Command {
  return command
    .option(
      "--ledger <file|url>",
      `the ledger that the drives used: an SQLite file, or postgres://user@host/database (default: ${defaultFiles.ledger})`,
    )
    .option("--sandbox", `the ledger of drives with --sandbox: ${defaultFiles.sandboxLedger}`)
    .option("--json", "print one JSON document and nothing else on standard output");
}

function ledgerOptions({ ledger, sandbox, json }: LedgerFlags): LedgerCommandOptions {
  return { ledger, sandbox: sandbox ?? false, json: json ?? false };
}

function cloudOptions({ azureEndpoint, awsEndpoint, gcpEndpoint, ...flags }: CloudFlags): CloudCommandOptions {
  return {
    ...ledgerOptions(flags),
    endpoints: {
      ...(azureEndpoint === undefined ? {} : { azure: azureEndpoint }),
      ...(awsEndpoint === undefined ? {} : { aws: awsEndpoint }),
      ...(gcpEndpoint === undefined ? {} : { gcp: gcpEndpoint }),
    },
  };
}

function buyOptions(flags: BuyFlags): BuyCommandOptions {
  const { concurrency, timeout, yes, maxTotal: maxTotals, report } = flags;
  return { ...cloudOptions(flags), concurrency, timeout, maxTotals, yes: yes ?? false, report };
}
