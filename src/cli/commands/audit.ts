import { type Command, InvalidArgumentError } from "commander";
import type { AcceptedLoss } from "../../drive/accept-loss.ts";
import { visitRecords } from "../../drive/read-records.ts";
import type { AuditReport, Place } from "../../contract/audit-report.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { Ledger, TokenRecord } from "../../contract/ledger.ts";
import { providersNamed } from "../resources/ledger-records.ts";
import { isProviderName, type ProviderName } from "../resources/providers.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn, painter, widthOf } from "../terminal/terminal.ts";
import { auditText } from "../text/audit-text.ts";
import { jsonAcceptedLoss, jsonAudit } from "../text/json-documents.ts";
import { checkEndpoints, ledgerOf, textArgument } from "./option-checks.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { cloudOptions, ledgerHelp, lookingTime, type OptionsOf, withOptions } from "./option-groups.ts";
import { withLedger, withPurchaser } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
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
      .option("--reason <text>", "with --accept-loss: why; goes into the history"),
    cloudOptions("ask it"),
  ).option(...lookingTime);

/** The options of `buyonce audit`. */
export type AuditCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  It reads all commitments in the places that are named (default: those that the ledger knows), and compares them with
  the ledger:
    duplicate       several live commitments carry one token; with what a return would give back, and until when, where
                    the provider calculates that (Azure reservations)
    twin            two of one kind and count were bought within 15 minutes, and one of them carries no token
    orphan          it carries a token that this ledger does not know
    unrecorded      it carries a token that the ledger knows, and the ledger does not know it as bought for it
    loss            the ledger knows it as live, and the provider does not show it as live
    missing marker  the ledger knows it, and it does not carry its token at the provider; --repair stamps it (EC2)
  It never buys and never gives anything back: that is for a person, at the provider.
  Name a tenant as the executions do: what they bought without a tenantId is looked for with --azure alone.
  A ledger that is missing counts as an empty one where places are named: then all that is marked is an orphan.

What is gone before its term
  A commitment that was exchanged, sold or given back is a loss, and drives refuse to buy in its scope while the ledger
  expects it there. --accept-loss ID records that it is gone, with name and reason in the history; this is refused while
  the provider shows it as live, and where it came to nothing (run buyonce settle). Its recommendation stays bought, and
  is not bought again.
${ledgerHelp}
Exit codes
  0    nothing was found, or all of it was repaired; or a loss was recorded
  3    something was found; or the loss was refused
  4    nothing was found, but something could not be looked at
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage
  130  stopped before there was a report

With --json
  Standard output holds exactly one document:
    { "scopes": [ { "key", "label", "listed", "error": { "code", "message" } } ],
      "findings": [ { "kind", "scope", "token", "executionId", "recIndex", "message", "repaired",
          "commitments": [ { "id", "state", "price", "purchasedAt", "recorded", "refundError",
            "refund": { "amount", "lastDay", "limit": { "most", "used" }, "problems": [ ... ], "rules" } } ] } ],
      "notLookedAt": [ { "provider", "service" } ] }
  where a token may be its first 32 characters; else { "error": ... }.

Examples
  buyonce audit
  buyonce audit --azure --aws 123456789012/us-east-1 --aws 123456789012/eu-west-1 --json
  buyonce audit --repair
  buyonce audit --accept-loss 0a1b2c3d-1111-2222-3333-444455556666 --person "$USER" --reason "exchanged for three years"
`;

/** What `buyonce audit` is. */
export const audit = { addOptions, help, action: auditCommand } satisfies CommandModule<[], AuditCommandOptions>;

/**
 * `buyonce audit`: compares what the clouds show with what the ledger knows. Buys nothing, gives nothing back. Returns the
 * exit code. Throws a BuyonceError where there is no report.
 */
export async function auditCommand(options: AuditCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { stdout, stderr, env } = parts.terminal;
  checkEndpoints(options);
  const places = placesOf(options);
  checkAudit(options, places !== undefined);
  const loss = lossOf(options);

  // Where the places are named, a ledger that was lost is one more thing to find out.
  const how = places ? { emptyIfMissing: true } : { mustExist: true };
  return withLedger(ledgerOf(options, parts), how, parts, async (ledger) => {
    const needed = await providersFor(ledger, places);
    return withPurchaser(ledger, { needed, options, parts }, async (purchaser) => {
      if (loss !== undefined) {
        const record = await stoppable(parts, "nothing was recorded", (signal) =>
          purchaser.acceptLoss(loss, { signal }),
        );
        stdout.write(options.json ? jsonAcceptedLoss(record) : acceptedText(loss, record));
        return exitCodes.bought;
      }
      const report = await stoppable(parts, "there is no audit", (signal) =>
        purchaser.audit({
          ...(places ? { places } : {}),
          repair: options.repair ?? false,
          signal,
          deadline: parts.now() + options.timeout * 1000,
          onScope: (label) => noteOn(stderr)(`Looking at ${cleanText(label)}`),
        }),
      );
      const layout = { width: widthOf(stdout), paint: painter(stdout, env) };
      stdout.write(options.json ? jsonAudit(report) : auditText(report, layout));
      return exitCodeOfAudit(report);
    });
  });
}

/** Where to look; undefined: the scopes that the ledger knows. */
function placesOf({ azure = [], aws = [], gcp = [] }: AuditCommandOptions): readonly Place[] | undefined {
  const ownTenant: readonly Place[] = [{ provider: "azure" }];
  const places = [...(azure === true ? ownTenant : azure), ...aws, ...gcp];
  return places.length > 0 ? places : undefined;
}

function acceptedText({ id, person }: AcceptedLoss, { recIndex, executionId }: TokenRecord): string {
  return `Recorded: ${id} is gone before its term, says ${person}. Drives no longer expect it; its recommendation (#${recIndex} of ${cleanText(executionId)}) stays bought.\n`;
}

/** Throws a usage error for options that mean nothing together. */
function checkAudit({ acceptLoss, person, reason, repair }: AuditCommandOptions, placesNamed: boolean): void {
  if (acceptLoss === undefined) {
    if (person === undefined && reason === undefined) return;
    throw usageError("--person and --reason go with --accept-loss. Nothing was changed.");
  }
  if (placesNamed || repair) {
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
  if (places === undefined) {
    const names = new Set<string>();
    const check = () => undefined;
    await visitRecords(ledger, check, ({ recommendation }) => names.add(recommendation.provider));
    return providersNamed(names);
  }
  return [...new Set(places.map(({ provider }) => provider))].filter(isProviderName);
}

/** What was found weighs more than what could not be looked at. */
function exitCodeOfAudit({ findings, scopes }: AuditReport): ExitCode {
  if (findings.some(({ repaired }) => repaired !== true)) return exitCodes.notBought;
  return scopes.some(({ error }) => error !== undefined) ? exitCodes.unclear : exitCodes.bought;
}

/** A parser of `--aws ACCOUNT/REGION`, which may be given several times. */
function awsPlace(text: string, before: readonly Place[] = []): readonly Place[] {
  const [, accountId, region] = /^(\d{12})\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (accountId !== undefined && region !== undefined) return [...before, { provider: "aws", accountId, region }];
  throw new InvalidArgumentError("It must be an account and a region, such as 123456789012/us-east-1.");
}

/** A parser of `--gcp PROJECT/REGION`, which may be given several times. */
function gcpPlace(text: string, before: readonly Place[] = []): readonly Place[] {
  const [, projectId, region] = /^([a-z0-9.:-]+)\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (projectId !== undefined && region !== undefined) return [...before, { provider: "gcp", projectId, region }];
  throw new InvalidArgumentError("It must be a project and a region, such as my-project/europe-west1.");
}

/** A parser of `--azure [tenantId]`. */
function azurePlace(text: string): readonly Place[] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return [{ provider: "azure", tenantId: text }];
  throw new InvalidArgumentError("It must be the id of a tenant; without one it is the credential's own tenant.");
}
