import type { Command } from "commander";
import type { ExecutionPlan } from "../../drive/plan-execution.ts";
import type { Purchaser } from "../../purchaser.ts";
import { validateExecution } from "../../drive/validate.ts";
import { BuyonceError } from "../../contract/errors.ts";
import { providersNamedIn } from "../resources/providers.ts";
import { describePlaces } from "../resources/ledger-records.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonQuotation } from "../text/json-documents.ts";
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
import { buildProviders, requestTimeout, withClouds, withLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    withOptions(command, cloudOptions("ask it"), paceOptions("are quoted", "it gives up"), totalOptions),
    twinOptions,
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
${ledgerHelp}
Exit codes
  0    a drive would buy all that is not bought yet
  2    bad usage or an invalid file
  3    something would be refused, or all of it is above --max-total
  4    something has to be found out first, is written off, or is held by another driver
  1    an internal error, a ledger that cannot be used, or output that could not be written
  130  stopped

With --json
  Standard output holds exactly one document:
    { "executionId", "recommendations": [ { "recIndex", "token", "provider", "service", "account",
        "verdict", "price": { "amount", "currency" },
        "limit": { "amount", "currency" }, "warnings": [ ... ], "commitment": { "id", "state", "settled" },
        "error": { "code", "message", "retryable", "retryAfter" } } ],
      "totals": { "buy": [ ... ], "bought": [ ... ], "reconcile": [ ... ] }, "error": { ... } }
  with "error" at the end only where the totals are not enough; else { "error": ... } alone.

Examples
  buyonce quote execution.json --sandbox
  buyonce quote execution.json --max-total "12000.00 USD" --max-total "5000.00 GBP"
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
  const input = await readExecutionFile(file, parts.terminal.stdin);
  const needed = providersNamedIn(input);
  validateExecution(
    input,
    await buildProviders(needed, { endpoints: endpointsOf(options), purchaseTimeout: requestTimeout, parts }),
  );

  return withClouds({ needed, options, parts }, ({ providers, real }) => {
    const location = ledgerAt(options, parts, real.length === 0);
    return withLedger(location, { emptyIfMissing: true }, parts, async (ledger) => {
      const purchaser = await parts.createPurchaser({ ledger, providers });
      const descriptions = describePlaces(purchaser.validate(input), purchaser);
      const quotation = await quoteInTime(input, purchaser, options, parts);
      const { stdout, env } = parts.terminal;
      const layout = { descriptions, width: widthOf(stdout), paint: painter(stdout, env), maxTotals: options.maxTotal };
      stdout.write(options.json ? jsonQuotation(quotation) : `${quoteText(quotation, layout)}\nNothing was bought.\n`);
      return exitCodeOfQuotation(quotation);
    });
  });
}

async function quoteInTime(
  input: unknown,
  purchaser: Purchaser<unknown>,
  { concurrency, timeout, maxTotal: maxTotals, ...options }: QuoteCommandOptions,
  parts: CommandParts,
): Promise<ExecutionPlan> {
  return stoppable(parts, "nothing was sent, nothing was bought", async (stopped) => {
    const late = AbortSignal.timeout(timeout * 1000);
    const signal = AbortSignal.any([stopped, late]);
    const quotation = await purchaser.plan(input, {
      signal,
      concurrency,
      ...twinsOf(options),
      ...(maxTotals ? { maxTotals } : {}),
    });
    if (stopped.aborted) throw new DOMException("stopped", "AbortError");
    if (late.aborted) throw tooSlow(timeout);
    return quotation;
  });
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
