// The commands by which a person changes what is said about an execution. None asks a provider, none buys.
import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import type { LimitChanges } from "../../contract/execution-record.ts";
import type { Money } from "../../contract/money.ts";
import type { ExecutionStatus } from "../../execution/execution-status.ts";
import type { SentPlace } from "../../execution/manage-executions.ts";
import type { Purchaser } from "../../purchaser.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { executionText, sentText } from "../text/executions-text.ts";
import { jsonExecution } from "../text/json-documents.ts";
import { againFromLedger } from "../text/next-steps.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { textArgument } from "./option-checks.ts";
import { ledgerHelp, ledgerOptions, type OptionsOf, withOptions } from "./option-groups.ts";
import { days, moneyPerCurrency, wholeNumber } from "./option-values.ts";
import { commandLineOf } from "./same-run.ts";
import { withKnownLedger } from "./with-resources.ts";

/** The options by which a person says something about an execution. */
export const personOptions = (command: Command) =>
  command
    .requiredOption("--person <name>", "who says so: goes into the history")
    .requiredOption("--reason <text>", "why: goes into the history")
    .option(
      "--expected-version <n>",
      "the version of the terms that you saw: where it moved on, nothing is changed",
      wholeNumber(1, 999_999_999),
    );

const byPerson = (command: Command) => withOptions(personOptions(command), ledgerOptions);

/** The options of a command by which a person changes an execution. */
export type AmendOptions = OptionsOf<typeof byPerson>;

const help = (what: string, example: string) => `
What it does
  ${what}
  The change is in the execution's history, with name and reason. No provider is asked, nothing is bought.
${ledgerHelp}
Exit codes
  0    recorded
  1    an internal error, a ledger that cannot be used, or output that could not be written
  2    bad usage, or an execution that the ledger does not know
  3    refused: the message says why, and nothing was changed

With --json
  Standard output holds exactly one document: the execution as it stands then, as "buyonce executions --json" shows it; else
  { "error": ... }.

Example
  ${example}
`;

const id = "6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11";
const who = '--person "$USER" --reason "agreed on 12 May"';

/** What a change came to. */
interface Changed {
  readonly status: ExecutionStatus;
  readonly mayBeBought?: readonly SentPlace[];
}

/** Who says it, and why. */
type Said = OptionsOf<typeof personOptions>;

async function amend(
  executionId: string,
  options: AmendOptions,
  parts: CommandParts,
  run: (
    purchaser: Purchaser<unknown>,
    said: { person: string; reason: string; expectedVersion?: number },
  ) => Promise<Changed>,
): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  const said = saidBy(options);
  return withKnownLedger(executionId, options, parts, async (ledger) => {
    const purchaser = await parts.createPurchaser({ ledger, providers: [] });
    const { status, mayBeBought } = await run(purchaser, said);
    if (options.json) stdout.write(jsonExecution(status, { mayBeBought }));
    else {
      const paint = painter(stdout, env);
      const { command = "" } = againFromLedger(executionId, commandLineOf(options, parts));
      const sent = mayBeBought === undefined ? "" : sentText(mayBeBought, widthOf(stdout), command);
      stdout.write(`${executionText(status, widthOf(stdout), paint)}${sent}`);
    }
    return exitCodes.bought;
  });
}

/** Throws a usage error for a name or a reason that cannot go into a history. */
export function saidBy({ person, reason, expectedVersion }: Said) {
  const text = (option: string, value: string) => textArgument(option, value, "Nothing was changed");
  return {
    person: text("--person", person),
    reason: text("--reason", reason),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  };
}

const approveOptions = (command: Command) =>
  withOptions(
    command.requiredOption("--terms <hash>", "the terms that are approved, as buyonce executions shows them"),
    byPerson,
  );

/** What `buyonce approve` is. */
export const approve = {
  addOptions: approveOptions,
  help: help(
    "Approves the terms that --terms names: what is bought at each place, for which source, within which limits.",
    `buyonce approve ${id} --terms 3f9a… ${who}`,
  ),
  action: (executionId, { terms, ...options }, parts) => {
    const termsHash = textArgument("--terms", terms, "Nothing was changed");
    return amend(executionId, options, parts, async (purchaser, said) => {
      return { status: await purchaser.approve(executionId, { ...said, termsHash }) };
    });
  },
} satisfies CommandModule<[executionId: string], OptionsOf<typeof approveOptions>>;

/** What `buyonce cancel` is. */
export const cancel = {
  addOptions: byPerson,
  help: help(
    `After it, nothing more is sent for the execution, by whichever driver. It says what was sent before and may be bought:
  buyonce redrive finds that out without sending anything.`,
    `buyonce cancel ${id} ${who}`,
  ),
  action: (executionId, options, parts) =>
    amend(executionId, options, parts, (purchaser, said) => purchaser.cancel(executionId, said)),
} satisfies CommandModule<[executionId: string], AmendOptions>;

/** What `buyonce reopen` is. */
export const reopen = {
  addOptions: byPerson,
  help: help(
    "Undoes a cancel. Where the execution needs an approval, it has to be approved anew. What expired stays so.",
    `buyonce reopen ${id} ${who}`,
  ),
  action: (executionId, options, parts) =>
    amend(executionId, options, parts, async (purchaser, said) => {
      return { status: await purchaser.reopen(executionId, said) };
    }),
} satisfies CommandModule<[executionId: string], AmendOptions>;

/** What `buyonce skip` is. */
export const skip = {
  addOptions: byPerson,
  help: help("Drops a place that was never sent, for good.", `buyonce skip ${id} 2 ${who}`),
  action: (executionId, recIndex, options, parts) =>
    amend(executionId, options, parts, async (purchaser, said) => {
      return { status: await purchaser.skip(executionId, recIndex, said) };
    }),
} satisfies CommandModule<[executionId: string, recIndex: number], AmendOptions>;

/** What `buyonce source` is. */
export const source = {
  addOptions: byPerson,
  help: help(
    "Changes the source of what was not sent. Where the execution needs an approval, it has to be approved anew.",
    `buyonce source ${id} buyonce-prod ${who}`,
  ),
  action: (executionId, name, options, parts) => {
    const wanted = textArgument("The source", name, "Nothing was changed");
    return amend(executionId, options, parts, async (purchaser, said) => {
      return { status: await purchaser.setSource(executionId, { ...said, source: wanted }) };
    });
  },
} satisfies CommandModule<[executionId: string, source: string], AmendOptions>;

/** Said of a limit that is taken away. The command line knows no `null`: it reads it as an option without a value. */
const none = "none";

/** A parser of totals: once per currency, or `none`. */
function totalsOrNone(text: string, before: readonly Money[] | typeof none | undefined) {
  if (text.trim() === none && before === undefined) return none;
  if (text.trim() === none || before === none) throw new InvalidArgumentError("It is none or amounts, not both.");
  return moneyPerCurrency(text, before);
}

/** A parser of the limits of recommendations: `2=30.00 USD`, `2=none`. */
function priceOfPlace(
  text: string,
  before: Readonly<Record<number, Money | null>> = {},
): Readonly<Record<number, Money | null>> {
  const [, place, amount = ""] = /^(\d{1,6})=(.*)$/.exec(text.trim()) ?? [];
  if (place === undefined) {
    throw new InvalidArgumentError('It must be the number of a recommendation and its limit, such as "2=30.00 USD".');
  }
  if (Object.hasOwn(before, Number(place))) throw new InvalidArgumentError(`It is given twice for #${place}.`);
  const [price = null] = amount === "none" ? [] : moneyPerCurrency(amount, undefined);
  return { ...before, [Number(place)]: price };
}

/** A parser of a number of days, or `none`. */
function daysOrNone(text: string): string {
  return text.trim() === none ? none : days(text);
}

function orNull<Value>(limit: Value | typeof none): Value | null {
  return limit === none ? null : limit;
}

const limitsOptions = (command: Command) =>
  withOptions(
    command
      .option(
        "--max-total <amount>",
        'the most that all of it may cost, such as "12000.00 USD", once per currency; or none',
        totalsOrNone,
      )
      .option(
        "--max-price <n=amount>",
        'the most that a recommendation may cost, such as "2=30.00 USD" or 2=none; once for each',
        priceOfPlace,
      )
      .option(
        "--forbid-twins-within <days>",
        "nothing is sent of what is the same as something bought within so many days for something else; or none",
        daysOrNone,
      ),
    byPerson,
  );

/** What `buyonce limits` is. */
export const limits = {
  addOptions: limitsOptions,
  help: help(
    `Changes limits for the rest of the execution's life. Lowering keeps an approval, raising or removing clears it. A total
  below what was sent and is or may be bought is refused.`,
    `buyonce limits ${id} --max-total "9000.00 USD" ${who}`,
  ),
  action: (executionId, { maxTotal, maxPrice, forbidTwinsWithin, ...options }, parts) => {
    const changes: LimitChanges = {
      maxTotals: orNull(maxTotal),
      maxPrices: maxPrice,
      forbidTwinsWithin: orNull(forbidTwinsWithin),
    };
    if (Object.values(changes).every((change) => change === undefined)) {
      throw usageError("Say what to change: --max-total, --max-price or --forbid-twins-within. Nothing was changed.");
    }
    return amend(executionId, options, parts, async (purchaser, said) => {
      return { status: await purchaser.setLimits(executionId, { ...said, ...changes }) };
    });
  },
} satisfies CommandModule<[executionId: string], OptionsOf<typeof limitsOptions>>;
