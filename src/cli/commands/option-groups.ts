import { type Command, Option, type OptionValues } from "commander";
import type { TwinOptions } from "../../contract/twin.ts";
import type { LogLevel } from "../../log/logger.ts";
import { days, duration, moneyPerCurrency, wholeNumber } from "./option-values.ts";

/** Where things lie unless the command line says otherwise, relative to the working directory. */
export const defaultFiles = {
  ledger: ".buyonce/ledger.db",
  /** Records of imitated purchases never mix with those of real ones. */
  sandboxLedger: ".buyonce/sandbox-ledger.db",
  sandboxState: ".buyonce/sandbox.json",
} as const;

/** The values of `--log-level`. */
const logLevels = ["debug", "info", "warn", "error"] as const satisfies readonly LogLevel[];

const json = ["--json", "print one JSON document and nothing else on standard output"] as const;

/** The option that names the ledger. It goes before the environment variable and the configuration: see `ledgerAt`. */
const ledgerOption = (description: string) => new Option("--ledger <file|url>", description);

/** The option that names the configuration, of every command that opens a ledger or asks clouds: see `readConfiguration`. */
const config = [
  "--config <file>",
  "how accounts are signed in to, and where the ledger is (default: BUYONCE_CONFIG, else buyonce.config.json in this folder, where it is there)",
] as const;

/** The options of a command that only reads a ledger. */
export const ledgerOptions = (command: Command) =>
  command
    .addOption(
      ledgerOption(
        `the ledger that the drives used: an SQLite file, or postgres://user@host/database (default: BUYONCE_LEDGER, else what the configuration says, else ${defaultFiles.ledger})`,
      ),
    )
    .option(...config)
    .option("--sandbox", `the ledger of drives with --sandbox: ${defaultFiles.sandboxLedger}`)
    .option(...json);

/** The options of a command that asks clouds; `use` is what it does with an imitation of them. */
export const cloudOptions = (use: string) => (command: Command) =>
  command
    .addOption(
      ledgerOption(
        `where is recorded what was sent and bought: an SQLite file, or postgres://user@host/database (default: BUYONCE_LEDGER, else what the configuration says, else ${defaultFiles.ledger}; against an imitation ${defaultFiles.sandboxLedger})`,
      ),
    )
    .option(...config)
    .option("--sandbox", `start an imitation of the clouds and ${use}`)
    .option("--azure-endpoint <url>", "instead of the public Azure cloud")
    .option("--aws-endpoint <url>", "instead of AWS: one URL for EC2 and STS")
    .option("--gcp-endpoint <url>", "instead of Google Cloud: one origin for Compute Engine and Cloud Billing")
    .option(...json);

/** How much is done at once, by when it ends, and the log; `what` and `end` finish the first two sentences. */
export const paceOptions = (what: string, end: string) => (command: Command) =>
  command
    .option("--concurrency <n>", `how many recommendations ${what} at once`, wholeNumber(1, 100), 4)
    .option("--timeout <duration>", `by when ${end}: seconds, or such as 10m`, duration(1, 86_400), 600)
    .addOption(
      new Option(
        "--log-level <level>",
        "write a log to standard error, one JSON document a line, instead of lines for people; asks nothing",
      ).choices(logLevels),
    );

/** How much is driven at once by what drives for others. */
export const driversOptions = (command: Command) =>
  command
    .option("--executions <n>", "how many executions are driven at once", wholeNumber(1, 1000), 16)
    .option(
      "--concurrency <n>",
      "how many recommendations of one execution and tenant, or account and region, are driven at once",
      wholeNumber(1, 100),
      4,
    )
    .option("--webhooks", "with an imitation too, send messages to the webhooks of the configuration")
    .option("--new-ledger", "a ledger that is missing is begun anew, against a real cloud too");

/** How long a command looks at providers. */
export const lookingTime = [
  "--timeout <duration>",
  "after which nothing more is looked at: seconds, or such as 10m",
  duration(1, 86_400),
  600,
] as const;

/** The most that all of it may cost. */
export const totalOptions = (command: Command) =>
  command.option(
    "--max-total <amount>",
    'the most that all of it may cost, such as "12000.00 USD"; once per currency',
    moneyPerCurrency,
  );

/** How identical commitments are treated, of a command that drives or quotes a file. */
export const twinOptions = (command: Command) =>
  command
    .option(
      "--twins-within <days>",
      "warn of what is the same as something bought within so many days for something else (default: 7)",
      days,
    )
    .option("--forbid-twins", "refuse it, also two that are the same in the file, instead of warning");

/** What these options say to a purchaser. */
export function twinsOf({ twinsWithin, forbidTwins }: OptionsOf<typeof twinOptions>): { readonly twins: TwinOptions } {
  return { twins: { ...(twinsWithin === undefined ? {} : { within: twinsWithin }), forbid: forbidTwins ?? false } };
}

/** The options of a command that buys. */
export const buyOptions = (command: Command) =>
  withOptions(
    command,
    cloudOptions("drive against it; nothing is spent"),
    paceOptions("are driven", "it has reported whatever it knows"),
    totalOptions,
  )
    .option("--yes", "buy without being asked")
    .option("--report <file.html>", "write a page about it too, to be read in a browser, printed or mailed");

type Group<Options extends OptionValues> = (command: Command) => Command<[], Options>;

/** Adds groups of options to a command, behind those that it has. */
export function withOptions<
  Own extends OptionValues,
  First extends OptionValues,
  Second extends OptionValues = {},
  Third extends OptionValues = {},
>(
  command: Command<[], Own>,
  ...groups: [Group<First>, Group<Second>?, Group<Third>?]
): Command<[], Own & First & Second & Third> {
  for (const group of groups) group?.(command);
  return command as unknown as Command<[], Own & First & Second & Third>;
}

/** What the help of every command that takes `--ledger` says of it. */
export const ledgerHelp = `
The configuration
  buyonce.config.json says how each account, tenant and project is signed in to, where the ledger is, and under which names
  purchases are marked; docs/configuration.md lists its fields. It is what --config names, else the environment variable
  BUYONCE_CONFIG, else the file of that name in this folder. It holds no secrets: { "env": "NAME" } stands for the value of
  a variable. An option goes before a variable, and a variable before the file.

The ledger
  A file: SQLite, for drivers on one machine. It is named by a path, by file:///whole/path or by sqlite:path. No folder is
  made for it but .buyonce. For several machines a PostgreSQL database, which needs the package pg:
  postgres://user@host:5432/database. The password may stand in the URL, percent-encoded; better, where other users
  cannot read it off the list of processes, in PGPASSWORD or ~/.pgpass. No message repeats it. What --ledger leaves out,
  the environment variable BUYONCE_LEDGER says, else "ledger" in the configuration; but not with --sandbox or against an
  http endpoint: these two are for real purchases, and imitated ones go into ${defaultFiles.sandboxLedger}, unless --ledger
  names another one for them.
`;

/** What the help of a command says that shows executions. */
export const showingExitCodes = `
Exit codes
  0    shown
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know
`;

/**
 * The options that a function adds to a command, as they are parsed. Whoever calls the command as a function may also say
 * that a flag is not set, or that an option is not there.
 */
export type OptionsOf<Add extends (...given: never) => { opts(): OptionValues }> = Given<
  ReturnType<ReturnType<Add>["opts"]>
>;

type Given<Parsed> = {
  readonly [Name in keyof Parsed]: Partial<Pick<Parsed, Name>> extends Pick<Parsed, Name>
    ? ([Parsed[Name]] extends [true | undefined] ? boolean : Parsed[Name]) | undefined
    : Parsed[Name];
};

/** The options of every command that reads a ledger and asks nobody. */
export type LedgerOptions = OptionsOf<typeof ledgerOptions>;

/** The options of every command that reads a ledger and asks clouds. */
export type CloudOptions = OptionsOf<ReturnType<typeof cloudOptions>>;

/** The options of every command that buys. */
export type BuyOptions = OptionsOf<typeof buyOptions>;
