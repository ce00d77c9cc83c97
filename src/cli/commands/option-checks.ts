import { parseEndpoint } from "../../contract/endpoint.ts";
import { textProblem } from "../../contract/text-problem.ts";
import { checkPlaceOfLedger, placeOfLedger } from "../resources/open-ledger.ts";
import type { Endpoints } from "../resources/providers.ts";
import { usageError } from "../terminal/exit-code.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type CloudOptions, defaultFiles } from "./option-groups.ts";

/** What SQLite keeps beside a database, by the end of its name. */
const besideLedger = ["", "-wal", "-shm", "-journal"];

/** The files of ledgers and of imitations, whether they are there or not: nothing else may be written to them. */
export function ownFiles({ ledger }: Pick<CloudOptions, "ledger">, env: Terminal["env"]): readonly string[] {
  const { sandboxState } = defaultFiles;
  const named = [ledger, env[ledgerVariable]].flatMap((location) => (location === undefined ? [] : fileOf(location)));
  const ledgers = [...named, defaultFiles.ledger, defaultFiles.sandboxLedger];
  return [
    ...ledgers.flatMap((file) => besideLedger.map((end) => `${file}${end}`)),
    sandboxState,
    `${sandboxState}.lock`,
  ];
}

/** The file that a ledger is; none of what names no ledger, which is refused where it is opened. */
function fileOf(location: string): readonly string[] {
  try {
    const place = placeOfLedger(location);
    return place.kind === "sqlite" ? [place.file] : [];
  } catch {
    return [];
  }
}

/** The endpoints that were given, by provider. */
export function endpointsOf({ azureEndpoint, awsEndpoint, gcpEndpoint }: CloudOptions): Endpoints {
  return {
    ...(azureEndpoint === undefined ? {} : { azure: azureEndpoint }),
    ...(awsEndpoint === undefined ? {} : { aws: awsEndpoint }),
    ...(gcpEndpoint === undefined ? {} : { gcp: gcpEndpoint }),
  };
}

/** The ledger of a command that has no file to say which clouds are meant: with an imitation, that of imitations. */
export function ledgerOf(options: CloudOptions, env: Terminal["env"]): string {
  return ledgerAt(options, env, isImitated(options));
}

/** An imitation of some cloud was asked for. */
export function isImitated(options: CloudOptions): boolean {
  const endpoints = Object.values(endpointsOf(options));
  return options.sandbox === true || endpoints.some((endpoint) => parseEndpoint(endpoint).insecure);
}

/** The variable that names the ledger of real purchases. */
export const ledgerVariable = "BUYONCE_LEDGER";

/** Where the ledger is: as `--ledger` says, else of imitated purchases or of real ones; only for these the variable holds. */
export function ledgerAt({ ledger }: Pick<CloudOptions, "ledger">, env: Terminal["env"], imitation: boolean): string {
  return ledger ?? (imitation ? defaultFiles.sandboxLedger : (env[ledgerVariable] ?? defaultFiles.ledger));
}

/** Throws a usage error for endpoints or a ledger that cannot be used, or not together with the rest. */
export function checkEndpoints(options: CloudOptions): void {
  if (options.ledger !== undefined) checkPlaceOfLedger(options.ledger);
  const given = Object.values(endpointsOf(options));
  if (options.sandbox && given.length > 0) {
    throw usageError(
      "--sandbox brings its own endpoints: leave out --azure-endpoint, --aws-endpoint and --gcp-endpoint, or --sandbox.",
    );
  }
  for (const endpoint of given) parseEndpoint(endpoint);
}

/**
 * An id, a name or a reason from the command line, without the spaces around it. Throws a usage error for one that is
 * damaged or holds what does not show: `name` is what the command line calls it, `consequence` ends the message, as in
 * "Nothing was sent".
 */
export function textArgument(name: string, text: string, consequence: string): string {
  const trimmed = text.replaceAll(/^ +| +$/g, "");
  const problem = textProblem(trimmed);
  if (problem !== undefined) throw usageError(`${name} ${problem}. ${consequence}.`);
  return trimmed;
}

/** Throws a usage error for an execution id that no execution can have. */
export function checkExecutionId(executionId: string | undefined): void {
  const problem = executionId === undefined ? undefined : textProblem(executionId);
  if (problem !== undefined) throw usageError(`The execution id ${problem}. Nothing was sent.`);
}
