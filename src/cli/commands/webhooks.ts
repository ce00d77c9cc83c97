import type { Command } from "commander";
import type { Ledger } from "../../contract/ledger.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonWebhooks } from "../text/json-documents.ts";
import { webhooksText } from "../text/webhooks-text.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, showingExitCodes, withOptions } from "./option-groups.ts";
import { withKnownLedger } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(
    command
      .option("--enable <name>", "try this one again at once, also after it answered 410, with all that waits for it")
      .option(
        "--remove <name>",
        "forget this one and what waits for it; a server that has it configured adds it again",
      ),
    ledgerOptions,
  );

type WebhooksCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it shows
  The endpoints that messages about decisions go to (docs/webhooks.md): what waits for each, since when, and what it answered last.
  Servers deliver (buyonce serve); this command asks no endpoint.

State
  delivers   it took what it was sent last, or was sent nothing yet
  failing    it is tried again, further and further apart
  disabled   it answered 410: it gets nothing until --enable
${ledgerHelp}${showingExitCodes}
With --json
  Standard output holds exactly one document, times in ISO 8601:
    { "webhooks": [ { "name", "url", "state", "waiting", "oldestAt", "failures", "failingSince", "pausedUntil", "disabledAt",
        "lastAnswer": { "at", "text" }, "deliveredAt", "givenUp", "registeredAt" } ] }

Examples
  buyonce webhooks
  buyonce webhooks --enable finance
`;

/** What `buyonce webhooks` is. */
export const webhooks = { addOptions, help, action: webhooksCommand } satisfies CommandModule<
  [],
  WebhooksCommandOptions
>;

/**
 * `buyonce webhooks`: how the delivery to endpoints goes; enables or forgets one first. Returns the exit code. Throws a BuyonceError: bad
 * usage, or a ledger that cannot be used.
 */
async function webhooksCommand(options: WebhooksCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  const { enable, remove } = options;
  return withKnownLedger(undefined, options, parts, async (ledger) => {
    if (enable !== undefined) await change(ledger, enable, (name) => ledger.enableWebhook(name));
    if (remove !== undefined) await change(ledger, remove, (name) => ledger.removeWebhook(name));
    const all = await ledger.webhooks();
    if (options.json) stdout.write(jsonWebhooks(all));
    else if (all.length === 0)
      stdout.write("No endpoint is registered: a server does that for those in its configuration.\n");
    else stdout.write(webhooksText(all, widthOf(stdout), painter(stdout, env)));
    return exitCodes.bought;
  });
}

async function change(ledger: Ledger, name: string, run: (name: string) => Promise<boolean>): Promise<void> {
  if (await run(name)) return;
  const known = (await ledger.webhooks()).map((endpoint) => endpoint.name).join(", ") || "none";
  throw usageError(`There is no endpoint ${JSON.stringify(name)} (known: ${known}). Nothing was changed.`);
}
