import type { Command } from "commander";
import type { Purchaser } from "../../purchaser.ts";
import { executionIn, isPlan } from "../../drive/plan-document.ts";
import { validateAsked } from "../../drive/read-plan.ts";
import type { DriveEvent } from "../../contract/events.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import type { Report } from "../../contract/report.ts";
import { createProgress } from "../progress/progress.ts";
import { descriptionsIn, describePlaces } from "../resources/ledger-records.ts";
import { providersNamedIn } from "../resources/providers.ts";
import type { LookForByToken } from "../../inspect/look-for.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { isStandardInput } from "../resources/read-text-file.ts";
import { checkReportFile, keepEvents, writeReportFile } from "../resources/report-file.ts";
import { type ExitCode, exitCodeOf, exitCodeOfLost, usageError } from "../terminal/exit-code.ts";
import { noteOn, painter, widthOf } from "../terminal/terminal.ts";
import { jsonReport } from "../text/json-documents.ts";
import { type Again, againFromFile } from "../text/next-steps.ts";
import { reportText, sandboxText } from "../text/report-text.ts";
import { agreeOnSpending } from "./ask-before-buying.ts";
import { checkEndpoints, endpointsOf, ledgerAt, ownFiles } from "./option-checks.ts";
import type { CommandModule, CommandParts, RunningSandbox } from "./command-parts.ts";
import { untilInterrupted } from "./interruptible.ts";
import {
  buyOptions,
  defaultFiles,
  ledgerHelp,
  type OptionsOf,
  twinOptions,
  twinsOf,
  withOptions,
} from "./option-groups.ts";
import { withDriveLedger } from "./drive-ledger.ts";
import { lookForRecords, portalsOfRecords } from "./look-for-records.ts";
import { commandLineOf } from "./same-run.ts";
import { buildProviders, purchaseTimeoutOf, withClouds } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(buyOptions(command), twinOptions)
    .option("--wait", "wait for recommendations that another driver holds, instead of reporting in-progress")
    .option("--raise-limits", "record limits that the file raises or drops, instead of refusing it")
    .option("--new-ledger", "begin a new, empty ledger where there is none");

/** The options of `buyonce drive`. */
export type DriveCommandOptions = OptionsOf<typeof addOptions>;

const help = `
The file
  JSON: { "executionId", "source", "recommendations": [ ... ] }. Strict: an unknown field is an error, and nothing
  is sent unless all of it is valid. Recommendations are counted from 0, as "#0" in the report. - is standard input; then
  nobody can be asked, and a real cloud needs --yes.
  Or a plan, as buyonce quote --out writes it: then what it says is done, or refused. What costs more than was seen, what it
  does not buy, and all of it once the plan does not hold any more or the recorded limits are others, is not bought.

Once
  Every recommendation is bought at most once, however often and from wherever the file is driven; driving it again
  reports the same result. So when in doubt, after a crash, a lost connection or Ctrl-C: drive the same file again.
  The ledger remembers what was sent. Keep it, and use the same one for all drives.
${ledgerHelp}  One that does not exist yet is made without a word against an imitation only. Against a real cloud the question says that it
  is a new, empty ledger, and without a question (--yes, no terminal) --new-ledger is needed: a new ledger knows nothing of
  what was bought before. The report says that it was new. Leave --new-ledger out afterwards: then a wrong path is an error.

Money
  Against a real cloud it shows the prices and asks first; without a terminal it needs --yes. What you agree to is what
  was shown: nothing else is bought, and nothing at a higher price. With --yes maxPrice is the limit, where there is one.
  --max-total "12000.00 USD" limits all of it together: every price is asked for before the first purchase, and if they
  come to more, nothing is bought. Every price is checked again before it is sent, with all that this drive has sent by
  then, outcomes unknown included. Once per currency; a currency that is not named is refused. What another driver holds
  is left out, and checked when it is this one's turn (--wait).
  Limits are recorded with the first drive and hold for the execution's life: maxPrice of each recommendation, and of all
  of it "maxTotals" in the file or, where it has none, the first drive's --max-total. A later file may lower them; one that
  raises or drops them is refused, unless --raise-limits says so, or you agree to it where it asks: the question says what is
  raised. Where an approval is required, it is refused all the same. buyonce limits changes them too.
  What is the same as something that was bought in the last 7 days (--twins-within) for something else, by the ledger and by the
  listings, is bought with a warning, in the report and before the question. With --forbid-twins it is refused, and so is a file
  that asks for the same twice; of two drives at once, one buys it. That is recorded, and holds for the execution's life.
  An endpoint must be https, or http on 127.0.0.1, [::1] or localhost. Over http only a dummy credential is sent, and
  the ledger defaults to ${defaultFiles.sandboxLedger}, so that records never mix with real ones.
  --sandbox does the same with a cloud of its own, whose state lasts in ${defaultFiles.sandboxState}.

Credentials
  As the configuration says for each account, tenant and project; without one, of all that a cloud has:
  Azure: DefaultAzureCredential (az login, environment variables, managed identity).
  AWS: the default chain (environment variables, profile, SSO, role). The account is checked before anything is sent.
  GCP: application default credentials (gcloud auth application-default login, GOOGLE_APPLICATION_CREDENTIALS, metadata
  server); needs the packages @google-cloud/compute and @google-cloud/billing beside buyonce.

Status
  purchased           bought by this drive
  already-purchased   bought before; the same result as then
  in-progress         another driver is at it; see --wait
  refused             a guard stopped it; nothing was sent
  rejected            the provider said no; nothing was bought
  unresolved          sent, and nobody can say yet whether it was bought; the next drive finds out first. "parked":
                      nobody could for longer than the provider's own time limit, so a person decides (buyonce resolve)
  written-off         sent, and a person gave up finding out: it may be bought, and is never bought again

Exit codes
  0    all is bought, now or before
  2    bad usage or an invalid file; nothing was sent
  3    something was refused or rejected
  4    something is unresolved, in progress or written off: it may be bought (even if something else was refused)
  1    an internal error, a ledger that cannot be used, or output that could not be written
  130  stopped, or answered with No, before there was a report

With --json
  Standard output holds exactly one document. A report:
    { "executionId", "outcomes": [ { "recIndex", "status", "token", "provider", "service", "account",
        "commitment": { "id", "state", "settled" }, "price": { "amount", "currency" },
        "error": { "code", "message", "retryable", "retryAfter" },
        "parked": { "since", "sentAt", "handle" },
        "lookFor": { "place", "region", "sent": [ ... ], "known": [ ... ], "decide": [ ... ] },
        "decision": { "kind", "id", "person", "reason", "at" }, "warnings": [ ... ] } ],
      "totals": [ { "amount", "currency" } ], "atRisk": [ { "amount", "currency" } ],
      "accounts": [ { "provider", "account", "totals", "atRisk" } ], "newLedger" }
  with newLedger, where the ledger is, only against a real cloud and where it was new; with commitment, price, error, parked,
  lookFor (where something may be bought: what to look for at the provider, and the commands for it), decision (a person's)
  and warnings only where there are any, and retryAfter in milliseconds where known.
  Where there is no report:
    { "error": { "code", "message", "retryable", "problems": [ { "path", "message" } ] } }
  with problems only for an invalid execution. Everything else goes to standard error.

With --report FILE.html
  A page for people who pay: results, prices, totals per currency, what to do next, and what happened when, with what the
  ledger holds of earlier drives. It needs no network and no script, and prints on A4. Tokens are masked. It is written
  after the drive; a file that cannot be written is an error before anything is sent.

Left behind
  buyonce redrive drives again what a dead driver, a lost answer or a missing marker left, without the file;
  buyonce resolve records what a person found out about what stays unresolved, or is refused for what may be it.

Environment
  NO_COLOR        no colours
  PGPASSWORD      the password of the PostgreSQL ledger
  BUYONCE_LEDGER  the ledger of real purchases
  BUYONCE_CONFIG  the configuration
  BUYONCE_DEBUG   stack traces of errors

Examples
  buyonce drive execution.json --sandbox
  buyonce drive execution.json
  engine | buyonce drive - --sandbox
  buyonce drive execution.json --yes --json --timeout 300 > report.json
  buyonce drive execution.json --ledger postgres://buyer@db.internal/buyonce
`;

/** What `buyonce drive` is. */
export const drive = { addOptions, help, action: driveCommand } satisfies CommandModule<
  [file: string],
  DriveCommandOptions
>;

/**
 * `buyonce drive`: buys what a file holds, once, and says how it went. Returns the exit code. Throws a BuyonceError where
 * there is no report: bad usage or a bad file (nothing was sent), a ledger that cannot be used, an interruption.
 */
export async function driveCommand(file: string, options: DriveCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const note = noteOn(parts.terminal.stderr);
  checkEndpoints(options);
  await checkReportFile(options.report, ownFiles(options, parts));
  const input = await readExecutionFile(file, parts.terminal.stdin);
  const needed = providersNamedIn(executionIn(input));
  const purchaseTimeout = purchaseTimeoutOf(options.timeout);
  checkRaises(input, options);
  // Before anything is started or opened: a bad file leaves no trace.
  validateAsked(input, await buildProviders(needed, { endpoints: endpointsOf(options), purchaseTimeout, parts }));

  return withClouds({ needed, options, parts, buying: options }, ({ providers, real, sandbox }) => {
    const imitation = real.length === 0;
    const location = ledgerAt(options, parts, imitation);
    const asks = !imitation && !options.yes;
    return withDriveLedger({ location, imitation, asks, newLedger: options.newLedger }, parts, async (ledger) => {
      const { newAt } = ledger;
      const purchaserOf = (own: Ledger) => parts.createPurchaser({ ledger: own, providers });
      const purchaser = await purchaserOf(ledger.before);
      const execution = purchaser.validate(input);
      const places = describePlaces(execution, purchaser);
      const { executionId } = execution;
      const recordedBefore = await ledger.before.recordsOf(executionId);
      const descriptions = saidOf(executionId, places, recordedBefore, purchaser);
      const begin = async () => purchaserOf(await ledger.begin());
      const again = againFromFile(isStandardInput(file) ? undefined : file, commandLineOf(options, parts));
      const drive = { asked: input, purchaser, begin, newAt, descriptions, again, options, parts };
      const events: DriveEvent[] = [];
      const report = await driveUntilInterrupted(drive, asks, events);
      const own = await ledger.begin();
      const records = await own.recordsOf(executionId);
      const said = saidOf(executionId, places, records, purchaser);
      const lookFor = await lookForRecords(records, own, options, parts);
      writeReport(report, { ...drive, descriptions: said, lookFor }, sandbox);
      const links = options.report === undefined ? undefined : await portalsOfRecords(records, options, parts);
      const page = { report, descriptions: said, source: execution.source, lookFor, links };
      const how = { at: parts.now(), events, imitation, newLedger: newAt };
      const written = await writeReportFile(options.report, [page], how, { ledger: own, note });
      const code = exitCodeOf(report.outcomes);
      return written ? code : exitCodeOfLost(code);
    });
  });
}

/** Throws a usage error where a plan is to raise limits. */
function checkRaises(input: unknown, { raiseLimits }: DriveCommandOptions): void {
  if (raiseLimits !== true || !isPlan(input)) return;
  throw usageError(
    "A plan never raises a limit: leave out --raise-limits, or drive the execution file. Nothing was sent.",
  );
}

interface Drive {
  /** The execution that is driven, or the plan. */
  readonly asked: unknown;
  /** To look with, before anybody agreed. */
  readonly purchaser: Purchaser<unknown>;
  /** The one that drives. A new ledger is made by this. */
  readonly begin: () => Promise<Purchaser<unknown>>;
  /** Where the ledger is, if it is a new one. */
  readonly newAt: string | undefined;
  readonly descriptions: readonly string[];
  readonly again: Again;
  readonly options: DriveCommandOptions;
  readonly parts: CommandParts;
}

async function driveUntilInterrupted(drive: Drive, ask: boolean, events: DriveEvent[]): Promise<Report> {
  const { descriptions, options, parts } = drive;
  const { concurrency, wait = false, maxTotal: maxTotals } = options;
  return untilInterrupted(drive.again, parts, async ({ signal, drive: sending }) => {
    const twins = twinsOf(options);
    const agreed = ask
      ? await agreeOnSpending({ ...drive, ...twins, signal })
      : { raiseLimits: options.raiseLimits ?? false };
    const purchaser = await drive.begin();
    return sending(
      () => createProgress(parts.terminal, descriptions),
      (progress) => {
        const onEvent = keepEvents(options.report, events, progress);
        const deadline = parts.now() + options.timeout * 1000;
        const limits = { ...(maxTotals ? { maxTotals } : {}), ...twins, ...agreed };
        return purchaser.drive(drive.asked, { signal, deadline, concurrency, wait, onEvent, ...limits });
      },
    );
  });
}

/** What is said about each place: of an altered execution, what was recorded there, not what the file has there now. */
function saidOf(
  executionId: string,
  descriptions: readonly string[],
  records: readonly TokenRecord[],
  purchaser: Purchaser<unknown>,
): readonly string[] {
  const recorded = descriptionsIn(executionId, records, purchaser);
  const size = Math.max(recorded.length, descriptions.length);
  return Array.from({ length: size }, (_, recIndex) => recorded[recIndex] ?? descriptions[recIndex] ?? "");
}

function writeReport(
  report: Report,
  { newAt, descriptions, again, options, parts, lookFor }: Drive & { readonly lookFor: LookForByToken },
  sandbox: RunningSandbox | undefined,
): void {
  const { stdout, env } = parts.terminal;
  if (options.json) {
    stdout.write(jsonReport(report, { newLedger: newAt, lookFor }));
    return;
  }
  const paint = painter(stdout, env);
  const page = commandLineOf(options, parts)("report", report.executionId);
  const how = { descriptions, width: widthOf(stdout), paint, again, newLedger: newAt, lookFor, page };
  stdout.write(`\n${reportText(report, how)}`);
  if (sandbox) stdout.write(sandboxText(sandbox.purchaseRequests(), paint));
}
