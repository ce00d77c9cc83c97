import { parseEndpoint } from "../../contract/endpoint.ts";
import { textProblem } from "../../contract/text-problem.ts";
import { checkPlaceOfLedger, placeOfLedger } from "../resources/open-ledger.ts";
import type { Endpoints } from "../resources/providers.ts";
import { usageError } from "../terminal/exit-code.ts";
import { type CloudOptions, defaultFiles } from "./option-groups.ts";

/** What SQLite keeps beside a database, by the end of its name. */
const besideLedger = ["", "-wal", "-shm", "-journal"];

/** The files of ledgers and of imitations, whether they are there or not: nothing else may be written to them. */
export function ownFiles({ ledger }: Pick<CloudOptions, "ledger">): readonly string[] {
  const { sandboxState } = defaultFiles;
  const named = ledger === undefined ? undefined : placeOfLedger(ledger);
  const ledgers = [named?.kind === "sqlite" ? named.file : [], defaultFiles.ledger, defaultFiles.sandboxLedger].flat();
  return [
    ...ledgers.flatMap((file) => besideLedger.map((end) => `${file}${end}`)),
    sandboxState,
    `${sandboxState}.lock`,
  ];
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
export function ledgerOf(options: CloudOptions): string {
  const endpoints = Object.values(endpointsOf(options));
  const imitated = options.sandbox || endpoints.some((endpoint) => parseEndpoint(endpoint).insecure);
  return options.ledger ?? (imitated ? defaultFiles.sandboxLedger : defaultFiles.ledger);
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
