import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { Ledger } from "../../contract/ledger.ts";
import type { ImportReport } from "../../import/import-report.ts";
import { goEngineColumns, readGoEngineRows, recommendationsIn } from "../../import/go-engine-row.ts";
import { readExport } from "../../import/read-export.ts";
import { providersNamedIn } from "../resources/providers.ts";
import { nameOfFile, readExportFile } from "../resources/read-execution-file.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { importText } from "../text/import-text.ts";
import { jsonImport } from "../text/json-documents.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { withDriveLedger } from "./drive-ledger.ts";
import {
  givenOptions,
  importRecommendationsFile,
  isRecommendationSource,
  recommendationOptionNames,
  recommendationOptions,
  recommendationSources,
} from "./import-recommendations-file.ts";
import { stoppable } from "./interruptible.ts";
import { checkEndpoints, ledgerAt, textArgument } from "./option-checks.ts";
import { cloudOptions, ledgerHelp, type OptionsOf, withOptions } from "./option-groups.ts";
import { withClouds } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
      .addOption(
        new Option("--from <where>", "whose export, or whose recommendations the file holds")
          .choices(["go-engine", ...Object.keys(recommendationSources)])
          .makeOptionMandatory(true),
      )
      .option("--new-ledger", "go-engine: begin a new, empty ledger where there is none"),
    recommendationOptions,
    cloudOptions("ask it"),
  );

/** The options of `buyonce import`. */
export type ImportCommandOptions = OptionsOf<typeof addOptions>;

const help = `
From cost-explorer, azure-consumption, azure-advisor, gcp-recommender
  Makes an execution file of the recommendations that these print:
    cost-explorer      aws ce get-reservation-purchase-recommendation, get-savings-plans-purchase-recommendation
    azure-consumption  az consumption reservation recommendation list
    azure-advisor      az advisor recommendation list
    gcp-recommender    gcloud recommender recommendations list --format=json
                       (--recommender=google.compute.commitment.UsageCommitmentRecommender)
  It asks nobody, records nothing and opens no ledger. Nothing that decides money is guessed: what a recommendation does not
  say (offering class, scope, billing plan, which subscription is billed, renewal) is listed with its allowed values and has
  to be given by --set; without it nothing is written. So it is with a recommendation that cannot be translated
  (--skip-untranslatable leaves its place empty), with two that are about the same usage, such as one year and three years
  (--only chooses), and with an answer of which pages are missing. docs/import.md has a table for each source.

From go-engine
  Records the executions of another engine, so that the ledger knows what that one bought before the first drive. Nothing is
  bought, and nothing of them is before a person approved it (buyonce approve). What is said to be bought is read at the
  provider, compared with what was asked for, and recorded as bought. The same file again changes nothing; a newer export adds
  what was bought meanwhile. docs/take-over.md is the whole way, step by step.

  The file is a JSON array, JSON lines, or CSV with a line of names. A row is an execution:
    execution_id      with idempotency_key: what the tokens are derived from
    idempotency_key   goes before it, where it is not empty
    cloud_account_id  may be left out; only where the execution was fanned out over accounts: is added to the key
    status            is shown, and decides nothing
    source            is kept
    recommendations   JSON: every place in its order, each with Selected, Purchased, PurchaseID and Error, and where it was
                      selected with the fields of a recommendation as in an execution file: those of the other engine are
                      not known, and nothing is guessed. A place that was not selected is left empty.

  A row is
    recorded          the ledger did not know it
    updated           it did, and learnt of purchases
    known             nothing was changed
    nothing selected  there is nothing to record
    not taken         it is not valid, or contradicts the ledger or the provider: nothing of it was recorded
  A place is bought, open, skipped, or it waits: it is said to be bought, and the provider does not show it. Then nothing is
  bought for it (bought-elsewhere) until it shows, or a person decides (buyonce resolve --bought or --not-this).
${ledgerHelp}  One that does not exist is made without a word against an imitation only; against a real cloud --new-ledger is needed.

Exit codes
  0    every row was taken, or the execution was written
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, a file that cannot be read, or recommendations that cannot be taken; nothing was recorded or written
  3    a row was not taken
  4    something waits: it may be bought (even if a row was not taken)
  130  stopped before there was a report

With --json
  Standard output holds exactly one document:
    { "executions": [ { "row", "executionId", "status", "result", "places": [ { "recIndex", "result", "commitment", "note" } ],
        "problems": [ { "path", "message" } ] } ], "newLedger" }
  with "result" as above (nothing, not-taken); of recommendations, with --out FILE:
    { "executionId", "out", "records": [ { "position", "path", "recIndex", "result", "problems": [ ... ] } ] }
  with "result" translated, skipped or left-out; else { "error": ... }.

Examples
  buyonce import --from cost-explorer ec2.json --execution 2026-12-ec2 --source finops \\
    --set ec2.offeringClass=convertible --set ec2.scope=Region --out execution.json
  buyonce import --from go-engine export.csv --new-ledger
  buyonce import --from go-engine export.jsonl --json
`;

/** What `buyonce import` is. */
export const importExport = { addOptions, help, action: importCommand } satisfies CommandModule<
  [file: string],
  ImportCommandOptions
>;

/**
 * `buyonce import`: records the executions of another engine, or makes an execution of recommendations. Returns the exit code.
 * Throws a BuyonceError: bad usage, a file that cannot be read, a ledger that cannot be used.
 */
async function importCommand(file: string, options: ImportCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { from } = options;
  const ofOthers = givenOptions(options, isRecommendationSource(from) ? ledgerOptionNames : recommendationOptionNames);
  if (ofOthers.length > 0) {
    throw usageError(
      `--from ${from} does not go with ${ofOthers.join(", ")} (buyonce import --help). Nothing was done.`,
    );
  }
  return isRecommendationSource(from)
    ? importRecommendationsFile(file, from, options, parts)
    : importExportFile(file, options, parts);
}

/** What an import of recommendations has no use for: it opens no ledger and asks nobody. */
const ledgerOptionNames = ["ledger", "newLedger", "sandbox", "config", "azureEndpoint", "awsEndpoint", "gcpEndpoint"];

async function importExportFile(file: string, options: ImportCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  checkEndpoints(options);
  const name = textArgument("The name of the file", basename(nameOfFile(file)), "Nothing was recorded");
  const text = await readExportFile(file, parts.terminal.stdin);
  const rows = readExport(text, goEngineColumns);
  const needed = providersNamedIn({ recommendations: rows.flatMap(recommendationsIn) });
  return withClouds({ needed, options, parts }, ({ providers, real }) => {
    const imitation = real.length === 0;
    const location = ledgerAt(options, parts, imitation);
    const { newLedger } = options;
    return withDriveLedger({ location, imitation, asks: false, newLedger }, parts, async ({ before, begin, newAt }) => {
      // Without a row that is valid no ledger is made.
      const isGood = readGoEngineRows(rows, providers).some((row) => "execution" in row && row.execution !== undefined);
      const ledger: Ledger = isGood ? await begin() : before;
      const purchaser = await parts.createPurchaser({ ledger, providers });
      const report = await stoppable(parts, "what was recorded by then stays: import again", (signal) =>
        purchaser.importExecutions(text, { from: "go-engine", file: name, signal }),
      );
      if (options.json) stdout.write(jsonImport(report, isGood ? newAt : undefined));
      else stdout.write(importText(report, widthOf(stdout), painter(stdout, env)));
      return exitCodeOfImport(report);
    });
  });
}

/** What may be bought weighs more than what was not taken. */
function exitCodeOfImport({ executions }: ImportReport): ExitCode {
  if (executions.some(({ places }) => places.some(({ result }) => result === "waits"))) return exitCodes.unclear;
  return executions.some(({ result }) => result === "not-taken") ? exitCodes.notBought : exitCodes.bought;
}
