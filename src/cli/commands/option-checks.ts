import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parseEndpoint } from "../../contract/endpoint.ts";
import { textProblem } from "../../contract/text-problem.ts";
import { readVariable, type Variable } from "../../contract/variable.ts";
import { type LedgerLocation, ledgerLocation } from "../../ledger/ledger-location.ts";
import { checkPlaceOfLedger, placeOfLedger } from "../resources/open-ledger.ts";
import type { Endpoints } from "../resources/providers.ts";
import { usageError } from "../terminal/exit-code.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Surroundings } from "./command-parts.ts";
import { type CloudOptions, defaultFiles } from "./option-groups.ts";

/** What SQLite keeps beside a database, by the end of its name. */
const besideLedger = ["", "-wal", "-shm", "-journal"];

/** The files of ledgers and of imitations, whether they are there or not: nothing else may be written to them. */
export function ownFiles({ ledger }: Pick<CloudOptions, "ledger">, around: Surroundings): readonly string[] {
  const { sandboxState } = defaultFiles;
  const named = [() => ledger, () => realLedger(around)?.location()].flatMap(fileOf);
  const ledgers = [...named, defaultFiles.ledger, defaultFiles.sandboxLedger];
  return [
    ...ledgers.flatMap((file) => besideLedger.map((end) => `${file}${end}`)),
    sandboxState,
    `${sandboxState}.lock`,
  ];
}

/** The file that a ledger is; none of what names no ledger, which is refused where it is opened. */
function fileOf(location: () => string | undefined): readonly string[] {
  const place = placeOf(location);
  return place?.kind === "sqlite" ? [place.file] : [];
}

function placeOf(location: () => string | undefined): LedgerLocation | undefined {
  try {
    const named = location();
    return named === undefined ? undefined : placeOfLedger(named);
  } catch {
    return undefined;
  }
}

/** Throws a usage error where real purchases would be looked up in, or added to, those of an imitation. */
export function checkLedgerOfReal(options: Pick<CloudOptions, "ledger">, around: Surroundings): void {
  const [file] = fileOf(() => ledgerAt(options, around, false));
  const whole = file === undefined ? "" : wholePath(file);
  const wanted = resolve("/", defaultFiles.sandboxLedger);
  if (!whole.endsWith(wanted)) return;
  const by = options.ledger === undefined ? (realLedger(around)?.by ?? "The default") : "--ledger";
  throw usageError(
    `${by} names ${file}, the ledger of trials with --sandbox. It knows of no real purchase, and takes for bought what was only tried: name another one for real purchases, or give --sandbox. Nothing was sent.`,
  );
}

/** Without links, where it is there. */
function wholePath(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return resolve(file);
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
export function ledgerOf(options: CloudOptions, around: Surroundings): string {
  return ledgerAt(options, around, isImitated(options));
}

/** An imitation of some cloud was asked for. */
export function isImitated(options: CloudOptions): boolean {
  const endpoints = Object.values(endpointsOf(options));
  return options.sandbox === true || endpoints.some((endpoint) => parseEndpoint(endpoint).insecure);
}

/** The variable that names the ledger of real purchases. */
const ledgerVariable = "BUYONCE_LEDGER";

/** The ledger of real purchases, where a variable or the configuration names one. */
interface RealLedger {
  /** What names it. */
  readonly by: string;
  /** Throws a usage error where the configuration names a variable that is not set, or that names no ledger. */
  readonly location: () => string;
}

/** The ledger that is set for real purchases; the variable goes before the configuration. */
export function realLedger({ terminal: { env }, configuration }: Surroundings): RealLedger | undefined {
  const variable = env[ledgerVariable];
  if (variable !== undefined) return { by: ledgerVariable, location: () => variable };
  const { ledger, file = "" } = configuration ?? {};
  if (ledger === undefined) return undefined;
  return { by: file, location: () => (typeof ledger === "string" ? ledger : locationIn(ledger, file, env)) };
}

function locationIn(variable: Variable, file: string, env: Terminal["env"]): string {
  const location = readVariable(variable, `The configuration ${file} cannot be used: ledger`, env);
  ledgerLocation(location, `The variable ${variable.env}, which ledger in ${file} names,`);
  return location;
}

/** `--ledger` says what is set for real purchases anyway. */
export function isRealLedger(ledger: string, around: Surroundings): boolean {
  const [said, real] = [placeOf(() => ledger), placeOf(() => realLedger(around)?.location())];
  return said !== undefined && isDeepStrictEqual(said, real);
}

/** Where the ledger is: as `--ledger` says, else of imitated purchases or of real ones; only these are set otherwise. */
export function ledgerAt({ ledger }: Pick<CloudOptions, "ledger">, around: Surroundings, imitation: boolean): string {
  if (ledger !== undefined) return ledger;
  return imitation ? defaultFiles.sandboxLedger : (realLedger(around)?.location() ?? defaultFiles.ledger);
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
