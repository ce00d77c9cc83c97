import type { Command } from "commander";
import type { ExecutionPlan } from "../../drive/plan-execution.ts";
import type { Purchaser } from "../../purchaser.ts";
import type { PlannedExecution } from "../../drive/make-plan.ts";
import { executionIn } from "../../drive/plan-document.ts";
import { validateAsked } from "../../drive/read-plan.ts";
import { BuyonceError } from "../../contract/errors.ts";
import { providersNamedIn } from "../resources/providers.ts";
import { describePlaces } from "../resources/ledger-records.ts";
import { checkNewFile, writeNewFile } from "../resources/new-file.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonPlanFile, jsonQuotation } from "../text/json-documents.ts";
import { noPlanText, planText } from "../text/plan-text.ts";
import { quoteText } from "../text/quote-text.ts";
import { checkEndpoints, endpointsOf, ledgerAt } from "./option-checks.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import {
  cloudOptions,
  ledgerHelp,
  type OptionsOf,
  paceOptions,
  totalOptions,
  twinOptions,
  twinsOf,
  withOptions,
} from "./option-groups.ts";
import { checkPlanOptions, planOptions } from "./plan-options.ts";
import { commandLineOf } from "./same-run.ts";
import { buildProviders, requestTimeout, withClouds, withLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    withOptions(command, cloudOptions("ask it"), paceOptions("are quoted", "it gives up"), totalOptions),
    twinOptions,
    planOptions,
  );

/** The options of `buyonce quote`. */
export type QuoteCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  It looks up what is bought already, asks for the prices, and says for each recommendation what a drive would do:
    buy         nothing shows that it was bought, and the price is within its maxPrice
    bought      nothing: the ledger knows it as bought
    adopt       nothing: the provider shows a commitment with its token, which is what was asked for
    reconcile   it was sent before and nobody knows what became of it: find that out first
    written-off nothing: a person wrote it off, and it may be bought
    held        nothing: another driver works on it
    refuse      a guard would stop it; the error says which
  It buys nothing, claims nothing and writes nothing; prices may change until the drive. A ledger that is missing counts
  as an empty one. With --max-total it also says whether all of it together is within the totals.
  It warns of twins: what is the same as something that was bought in the last days for something else, by the ledger and by
  the listings, or as another recommendation of the file. --forbid-twins refuses them, as a drive with it would.

The plan
  With --out what was seen becomes a plan: a file with the execution, each price as its limit (with --tolerance 1% a hundredth
  above it), the sum as the limit of all of it, and until when it holds. buyonce drive, quote and submit take it in place of
  the execution; docs/plan.md. What would be refused now, and what would be adopted, is not bought under it: its limit is 0.
  A plan of an execution that is not recorded yet makes it expire with the plan. None is written where nothing would be
  bought under it, or another driver holds some of it.
${ledgerHelp}
Exit codes
  0    a drive would buy all that is not bought yet
  2    bad usage or an invalid file
  3    something would be refused, all of it is above --max-total, or no plan was written
  4    something has to be found out first, is written off, or is held by another driver
  1    an internal error, a ledger that cannot be used, or output that could not be written
  130  stopped

With --json
  Standard output holds exactly one document:
    { "executionId", "recommendations": [ { "recIndex", "token", "provider", "service", "account",
        "verdict", "price": { "amount", "currency" },
        "limit": { "amount", "currency" }, "warnings": [ ... ], "commitment": { "id", "state", "settled" },
        "error": { "code", "message", "retryable", "retryAfter" } } ],
      "totals": { "buy": [ ... ], "bought": [ ... ], "reconcile": [ ... ] }, "error": { ... }, "out", "noPlan": { ... } }
  with "error" at the end only where the totals are not enough, and with --out the file of the plan or why there is none; else { "error": ... } alone.

Examples
  buyonce quote execution.json --sandbox
  buyonce quote execution.json --max-total "12000.00 USD" --max-total "5000.00 GBP"
  buyonce quote execution.json --out plan.json --tolerance 1% --holds-for 48h
`;

/** What `buyonce quote` is. */
export const quote = { addOptions, help, action: quoteCommand } satisfies CommandModule<
  [file: string],
  QuoteCommandOptions
>;

/**
 * `buyonce quote`: says what a drive of a file would do and cost. Buys nothing and writes nothing. Returns the exit code.
 * Throws a BuyonceError where there is no quotation: bad usage or a bad file, a ledger that cannot be used, an interruption.
 */
export async function quoteCommand(file: string, options: QuoteCommandOptions, parts: CommandParts): Promise<ExitCode> {
  checkEndpoints(options);
  checkPlanOptions(options);
  if (options.out !== undefined) checkNewFile(options.out, "--out");
  const input = await readExecutionFile(file, parts.terminal.stdin);
  const needed = providersNamedIn(executionIn(input));
  validateAsked(
    input,
    await buildProviders(needed, { endpoints: endpointsOf(options), purchaseTimeout: requestTimeout, parts }),
  );

  return withClouds({ needed, options, parts }, ({ providers, real }) => {
    const location = ledgerAt(options, parts, real.length === 0);
    return withLedger(location, { emptyIfMissing: true }, parts, async (ledger) => {
      const purchaser = await parts.createPurchaser({ ledger, providers });
      const descriptions = describePlaces(purchaser.validate(input), purchaser);
      const quoted = await quoteInTime(input, purchaser, options, parts);
      await writeQuotation(quoted, descriptions, options, parts);
      const code = exitCodeOfQuotation(quoted.plan);
      return quoted.error !== undefined && code === exitCodes.bought ? exitCodes.notBought : code;
    });
  });
}

async function quoteInTime(
  input: unknown,
  purchaser: Purchaser<unknown>,
  { concurrency, timeout, maxTotal: maxTotals, out, tolerance, holdsFor, ...options }: QuoteCommandOptions,
  parts: CommandParts,
): Promise<PlannedExecution> {
  return stoppable(parts, "nothing was sent, nothing was bought", async (stopped) => {
    const late = AbortSignal.timeout(timeout * 1000);
    const signal = AbortSignal.any([stopped, late]);
    const how = { signal, concurrency, ...twinsOf(options), ...(maxTotals ? { maxTotals } : {}) };
    const holding = holdsFor === undefined ? {} : { holdsFor: holdsFor * 1000 };
    const quoted =
      out === undefined
        ? { plan: await purchaser.plan(input, how) }
        : await purchaser.planDocument(input, { ...how, ...holding, tolerancePercent: tolerance ?? "0" });
    if (stopped.aborted) throw new DOMException("stopped", "AbortError");
    if (late.aborted) throw tooSlow(timeout);
    return quoted;
  });
}

/** Writes the plan, where one was asked for and can be made, and says what was seen. */
async function writeQuotation(
  { plan, document, error }: PlannedExecution,
  descriptions: readonly string[],
  options: QuoteCommandOptions,
  parts: CommandParts,
): Promise<void> {
  const { stdout, env } = parts.terminal;
  const out = document && options.out;
  if (document !== undefined && out !== undefined) await writeNewFile(out, jsonPlanFile(document), "--out");
  if (options.json) {
    stdout.write(jsonQuotation(plan, { out, noPlan: error }));
    return;
  }
  const layout = { width: widthOf(stdout), paint: painter(stdout, env) };
  stdout.write(`${quoteText(plan, { descriptions, ...layout, maxTotals: options.maxTotal })}\n`);
  if (error !== undefined) stdout.write(`${noPlanText(error, layout)}\n`);
  if (document !== undefined && out !== undefined) {
    stdout.write(`${planText(document, { file: out, line: commandLineOf(options, parts), ...layout })}\n`);
  }
  stdout.write("Nothing was bought.\n");
}

/** As that of the drive would be: what has to be found out first weighs more than what would be refused. */
function exitCodeOfQuotation({ recommendations, error }: ExecutionPlan): ExitCode {
  const verdicts = new Set(recommendations.map(({ verdict }) => verdict));
  const isUnclear = verdicts.has("reconcile") || verdicts.has("written-off") || verdicts.has("held");
  if (isUnclear) return exitCodes.unclear;
  return error !== undefined || verdicts.has("refuse") ? exitCodes.notBought : exitCodes.bought;
}

function tooSlow(timeout: number): BuyonceError {
  return new BuyonceError({
    code: "quote-failed",
    message: `Not everything could be quoted within ${timeout} s. Nothing was bought. Try again, with a longer --timeout if this goes on.`,
    retryable: true,
  });
}
