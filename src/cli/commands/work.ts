import type { Command } from "commander";
import { messageOf } from "../../contract/errors.ts";
import { readWebhooks, startConfiguredWebhooks, webhooksToSend } from "../resources/configured-webhooks.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { type ProviderName, realClouds } from "../resources/providers.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/terminal.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { checkEndpoints, endpointsOf, ledgerOf } from "./option-checks.ts";
import { cloudOptions, driversOptions, ledgerHelp, type OptionsOf, withOptions } from "./option-groups.ts";
import { untilInterrupted } from "./until-interrupted.ts";
import { withQueue } from "./with-queue.ts";
import { withClouds } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(command, driversOptions, cloudOptions("buy from it; nothing is spent")).option(
    "--yes",
    "buy against a real cloud: nobody is asked about what others submit",
  );

/** The options of `buyonce work`. */
type WorkCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  Drives what servers (buyonce serve), engines and people record in one PostgreSQL ledger, beside any number of other workers: it
  takes jobs from the queue in the ledger's database, and looks into the ledger for what was left behind. It accepts
  nothing itself. docs/operate.md says how several servers and workers are run. To the webhooks of the configuration it sends
  a message about each decision: docs/webhooks.md.
  The first Ctrl-C or SIGTERM lets it end: nothing new is begun, purchases under way are recorded, the rest others take.

Money
  Whoever may record in the ledger can have it buy. Against a real cloud it needs --yes.
${ledgerHelp}
Exit codes
  0    ended as it was told to
  1    an internal error, or a ledger or a queue that cannot be used
  2    bad usage, or a ledger that is not in PostgreSQL

With --json
  Standard output holds exactly one document, once it works: { "working": true }; else { "error": ... }.

Example
  buyonce work --ledger postgres://buyonce@db.internal/buyonce --yes
`;

/** What `buyonce work` is. */
export const work = { addOptions, help, action: workCommand } satisfies CommandModule<[], WorkCommandOptions>;

const providers: readonly ProviderName[] = ["azure", "aws", "gcp"];

/** Seconds of one drive. */
const driveTime = 600;

/** `buyonce work`: drives what others record until Ctrl-C. Returns the exit code. Throws a BuyonceError where it cannot begin. */
async function workCommand(options: WorkCommandOptions, parts: CommandParts): Promise<ExitCode> {
  checkEndpoints(options);
  checkReal(options);
  checkShared(options, parts);
  const note = noteOn(parts.terminal.stderr);
  const configured = await readWebhooks(parts);
  const buying = { yes: options.yes, timeout: driveTime };
  return withClouds({ needed: providers, options, parts, buying }, (clouds) =>
    withQueue(clouds, options, parts, async (drivers) => {
      const { createWorker } = await import("../../door/worker.ts");
      const onError = (error: unknown, about: string) => note(`${about} failed: ${messageOf(error)}`);
      const { executions: executionsAtOnce, concurrency } = options;
      const worker = createWorker({ ...drivers, executionsAtOnce, concurrency, onError });
      const webhooks = webhooksToSend(configured, {
        imitation: clouds.real.length === 0,
        webhooks: options.webhooks,
      });
      await untilInterrupted(endingWords, parts, async (interrupted) => {
        const delivery = await startConfiguredWebhooks(webhooks, drivers.ledger, onError);
        worker.start();
        const said = options.json ? JSON.stringify({ working: true }) : "buyonce works. Ctrl-C ends it.";
        parts.terminal.stdout.write(`${said}\n`);
        await interrupted;
        await worker.drain();
        await delivery.drain();
      });
      return exitCodes.bought;
    }),
  );
}

const endingWords = "nothing new is begun, purchases under way are recorded.";

/** Throws a usage error where money could be spent for whoever records, and nobody has agreed to that. */
function checkReal(options: WorkCommandOptions): void {
  const real = options.sandbox === true ? [] : realClouds(providers, endpointsOf(options));
  if (real.length === 0 || options.yes === true) return;
  throw usageError(
    `What others record would spend real money (${real.join(" and ")}). Give --yes if that is meant, or --sandbox to try it out. Nothing was started.`,
  );
}

/** Throws a usage error for a ledger that nobody on another machine can share. */
function checkShared(options: WorkCommandOptions, parts: CommandParts): void {
  if (placeOfLedger(ledgerOf(options, parts)).kind === "postgres") return;
  throw usageError(
    "A worker shares its ledger with servers, and needs one in PostgreSQL: --ledger postgres://user@host/database. With an SQLite file buyonce serve drives what it accepts by itself, and buyonce redrive, by a timer, what was left behind. Nothing was started.",
  );
}
