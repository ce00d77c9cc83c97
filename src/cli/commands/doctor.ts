import type { Command } from "commander";
import type { AccessReport } from "../../access/access-report.ts";
import { checkAccess, recommendationsOf } from "../../access/check-access.ts";
import { systemEnvironment } from "../../contract/environment.ts";
import type { Provider } from "../../contract/executor.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { executionIn } from "../../drive/plan-document.ts";
import { validateExecution } from "../../drive/validate.ts";
import { ledgerText } from "../../ledger/ledger-location.ts";
import { placeOfLedger } from "../resources/open-ledger.ts";
import { type ProviderName, providerNames, providersNamedIn } from "../resources/providers.ts";
import { readExecutionFile } from "../resources/read-execution-file.ts";
import { serverPackages } from "../resources/server-packages.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { noteOn, painter, widthOf } from "../terminal/terminal.ts";
import { doctorText } from "../text/doctor-text.ts";
import { jsonAccess } from "../text/json-documents.ts";
import { permissionsHelp } from "../text/permissions-help.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { stoppable } from "./interruptible.ts";
import { checkEndpoints, endpointsOf, ledgerAt } from "./option-checks.ts";
import { cloudOptions, ledgerHelp, type OptionsOf, withOptions } from "./option-groups.ts";
import { duration, wholeNumber } from "./option-values.ts";
import { buildProviders, closeNoted, requestTimeout, withClouds } from "./with-resources.ts";

const addOptions = (command: Command) =>
  withOptions(command, cloudOptions("ask it"), (own: Command) =>
    own
      .option("--concurrency <n>", "how many questions are asked at once", wholeNumber(1, 100), 4)
      .option("--timeout <duration>", "by when all is said: seconds, or such as 10m", duration(1, 86_400), 300),
  );

/** The options of `buyonce doctor`. */
export type DoctorCommandOptions = OptionsOf<typeof addOptions>;

/** The longest that one question may take, in milliseconds. */
const questionTime = 60_000;

const help = `
What it does
  For every AWS account, Azure tenant and GCP project that the file or the configuration names, it says
    packages    whether the packages that not everybody installs are there; one line installs all that are missing.
                What only buyonce serve and work need is a warning
    sign-in     whether it can be signed in to, and as whom
    clock       by how much this machine's clock differs from the provider's: minutes are a failure
    list        whether what is bought there can be looked up
    price       whether prices can be asked for; once for each account, region and service
    purchase    whether the identity may buy; NEVER by buying, so "unknown" where nothing tells without
    ledger      whether the ledger can be used; a new one is a warning
  It buys nothing, changes nothing, makes no ledger and asks nobody. List, price and purchase need a file: it says what is
  bought where. An entry for * in the configuration is looked at for what the file names.

What tells whether a purchase would be allowed
  AWS, ec2       DryRun of PurchaseReservedInstancesOffering; CreateTags as the others
  AWS, others    iam:SimulatePrincipalPolicy, where the identity has that permission, is a user or a role, and the package
                 @aws-sdk/client-iam is there. It judges for every resource, and sees no condition on what only a real
                 request has
  Azure          Microsoft.Authorization/permissions of the subscription that is billed. A role at the billing account
                 (enterprise administrator) does not show there
  GCP            testIamPermissions of the project; its Cloud Resource Manager API has to be enabled

Permissions that a drive needs
${permissionsHelp()}
${ledgerHelp}
Exit codes
  0    a drive could go through: nothing failed. Warnings and "unknown" are no failure
  2    bad usage, an invalid file, or nothing that names an account
  3    something failed: a drive would refuse what it is about, or all of it
  1    an internal error, or output that could not be written
  130  stopped

With --json
  Standard output holds exactly one document:
    { "ready", "install", "findings": [ { "subject", "result", "where", "provider", "account", "service", "by",
        "detail", "todo", "error": { "code", "message" } } ] }
  subject as above, result one of ok, warning, failed, unknown; install only where a package is missing.

Examples
  buyonce doctor
  buyonce doctor execution.json
  buyonce doctor execution.json --json --concurrency 16
`;

/** What `buyonce doctor` is. */
export const doctor = { addOptions, help, action: doctorCommand } satisfies CommandModule<
  [file: string | undefined],
  DoctorCommandOptions
>;

/**
 * `buyonce doctor`: says whether a drive could go through. Buys nothing and changes nothing. Returns the exit code. Throws a
 * BuyonceError for bad usage or a bad file, and where it was stopped.
 */
export async function doctorCommand(
  file: string | undefined,
  options: DoctorCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  checkEndpoints(options);
  const input = file === undefined ? undefined : executionIn(await readExecutionFile(file, parts.terminal.stdin));
  const needed = neededBy(input, parts);
  const given = { endpoints: endpointsOf(options), purchaseTimeout: requestTimeout, parts };
  const built = await buildProviders(needed, given);
  const execution = input === undefined ? undefined : validateExecution(input, built);
  if (execution === undefined) requirePlaces(built);

  return withClouds({ needed, options, parts }, async ({ providers, real }) => {
    const location = ledgerAt(options, parts, real.length === 0);
    const uses = serverPackages(placeOfLedger(location).kind === "postgres");
    const report = await withOpener(location, parts, (openLedger) =>
      stoppable(parts, "nothing was bought, nothing was changed", async (signal) => {
        const { concurrency, timeout } = options;
        const ledger = { openLedger, ledgerPlace: ledgerText(placeOfLedger(location)) };
        const limits = { concurrency, deadline: parts.now() + timeout * 1000, timeout: questionTime };
        return checkAccess(
          recommendationsOf(execution),
          { providers, environment: systemEnvironment, uses, ...ledger },
          { signal, ...limits },
        );
      }),
    );
    writeAccess(report, { options, parts, hasFile: execution !== undefined });
    return report.ready ? exitCodes.bought : exitCodes.notBought;
  });
}

/** The clouds that a file needs, and those that the configuration says how to sign in to. */
function neededBy(input: unknown, { configuration }: CommandParts): readonly ProviderName[] {
  const named = input === undefined ? [] : providersNamedIn(input);
  return providerNames.filter((name) => named.includes(name) || configuration?.[name] !== undefined);
}

/** Throws a usage error where nothing names an account, a tenant or a project. */
function requirePlaces(providers: readonly Provider[]): void {
  if (providers.some(({ access }) => (access?.places ?? []).length > 0)) return;
  throw usageError(
    "Nothing names an account, a tenant or a project to look at: give an execution file (buyonce doctor execution.json), or name them by their ids in the configuration (buyonce.config.json). Nothing was asked.",
  );
}

/** Runs something with what opens the ledger; one that is not there is not made. It is closed afterwards. */
async function withOpener<T>(
  location: string,
  { openLedger, terminal }: Pick<CommandParts, "openLedger" | "terminal">,
  run: (open: () => Promise<Ledger>) => Promise<T>,
): Promise<T> {
  let ledger: Ledger | undefined;
  try {
    return await run(async () => (ledger = await openLedger(location, { mustExist: true })));
  } finally {
    await closeNoted("ledger", ledger, noteOn(terminal.stderr));
  }
}

function writeAccess(
  report: AccessReport,
  {
    options,
    parts,
    hasFile,
  }: { readonly options: DoctorCommandOptions; readonly parts: CommandParts; readonly hasFile: boolean },
): void {
  const { stdout, env } = parts.terminal;
  const layout = { width: widthOf(stdout), paint: painter(stdout, env), hasFile };
  stdout.write(options.json ? jsonAccess(report) : doctorText(report, layout));
}
