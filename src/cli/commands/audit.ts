import type { AcceptedLoss } from "../../drive/accept-loss.ts";
import type { AuditReport, Place } from "../../contract/audit-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { close } from "../resources/close.ts";
import { providersOf } from "../resources/ledger-records.ts";
import { isProviderName, type ProviderName } from "../resources/providers.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn } from "../terminal/note.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { auditText } from "../text/audit-text.ts";
import { jsonAcceptedLoss, jsonAudit } from "../text/json-documents.ts";
import { checkEndpoints, type CloudCommandOptions, ledgerOf, textArgument } from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { withPurchaser } from "./with-purchaser.ts";

/** The options of `buyonce audit`, parsed. */
export interface AuditCommandOptions extends CloudCommandOptions {
  /** Where to look; undefined: the scopes that the ledger knows. */
  readonly places?: readonly Place[] | undefined;
  readonly repair: boolean;
  /** Seconds after which nothing new is looked at. */
  readonly timeout: number;
  /** The id of a commitment that is gone; then nothing is audited. */
  readonly acceptLoss?: string | undefined;
  readonly person?: string | undefined;
  readonly reason?: string | undefined;
}

/** As many records as are asked which providers they need. */
const maxRecords = 100_000;

/**
 * `buyonce audit`: compares what the clouds show with what the ledger knows. Buys nothing, gives nothing back. Returns the
 * exit code. Throws a BuyonceError where there is no report.
 */
export async function auditCommand(options: AuditCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { terminal } = parts;
  const note = noteOn(terminal.stderr);
  checkEndpoints(options);
  checkAudit(options);
  const { places } = options;
  const loss = lossOf(options);

  // Where the places are named, a ledger that was lost is one more thing to find out.
  const ledger = await parts.openLedger(ledgerOf(options), places ? { emptyIfMissing: true } : { mustExist: true });
  try {
    const needed = await providersFor(ledger, places);
    return await withPurchaser({ ledger, needed, options, parts }, async (purchaser) => {
      if (loss !== undefined) {
        const record = await stoppable(parts, "nothing was recorded", (signal) =>
          purchaser.acceptLoss(loss, { signal }),
        );
        terminal.stdout.write(
          options.json
            ? jsonAcceptedLoss(record)
            : `Recorded: ${loss.id} is gone before its term, says ${loss.person}. Drives no longer expect it; its recommendation (#${record.recIndex} of ${cleanText(record.executionId)}) stays bought.\n`,
        );
        return exitCodes.bought;
      }
      const report = await stoppable(parts, "there is no audit", (signal) =>
        purchaser.audit({
          ...(places ? { places } : {}),
          repair: options.repair,
          signal,
          deadline: parts.now() + options.timeout * 1000,
          onScope: (label) => note(`Looking at ${cleanText(label)}`),
        }),
      );
      const layout = { width: widthOf(terminal.stdout), paint: painter(terminal.stdout, terminal.env) };
      terminal.stdout.write(options.json ? jsonAudit(report) : auditText(report, layout));
      return exitCodeOfAudit(report);
    });
  } finally {
    await close("ledger", ledger, note);
  }
}

/** Throws a usage error for options that mean nothing together. */
export function checkAudit({ acceptLoss, person, reason, places, repair }: AuditCommandOptions): void {
  if (acceptLoss === undefined) {
    if (person === undefined && reason === undefined) return;
    throw usageError("--person and --reason go with --accept-loss. Nothing was changed.");
  }
  if (places !== undefined || repair) {
    throw usageError(
      "--accept-loss records one thing and looks at nothing else: leave out --repair and the places. Nothing was changed.",
    );
  }
  for (const [option, value] of Object.entries({ person, reason })) {
    if ((value ?? "").trim() === "") {
      throw usageError(`--accept-loss needs --${option}: it goes into the history. Nothing was changed.`);
    }
  }
}

/** What is said to be gone, by whom and why. Throws a usage error for what cannot go into a history. */
function lossOf({ acceptLoss, person = "", reason = "" }: AuditCommandOptions): AcceptedLoss | undefined {
  if (acceptLoss === undefined) return undefined;
  const said = (option: string, text: string) => textArgument(option, text, "Nothing was changed");
  return {
    id: said("--accept-loss", acceptLoss),
    person: said("--person", person),
    reason: said("--reason", reason),
  };
}

async function providersFor(ledger: Ledger, places: readonly Place[] | undefined): Promise<readonly ProviderName[]> {
  if (places === undefined) return providersOf(await ledger.records({ limit: maxRecords }));
  return [...new Set(places.map(({ provider }) => provider))].filter(isProviderName);
}

/** What was found weighs more than what could not be looked at. */
function exitCodeOfAudit({ findings, scopes }: AuditReport): ExitCode {
  if (findings.some(({ repaired }) => repaired !== true)) return exitCodes.notBought;
  return scopes.some(({ error }) => error !== undefined) ? exitCodes.unclear : exitCodes.bought;
}
