import { basename } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type ExecutionProblem, InvalidExecutionError } from "../../contract/errors.ts";
import type { Provider } from "../../contract/executor.ts";
import {
  importRecommendations,
  type RecommendationImport,
  type RecommendationImportOptions,
} from "../../import/import-recommendations.ts";
import { checkNewFile, writeNewFile } from "../resources/new-file.ts";
import type { ProviderName } from "../resources/providers.ts";
import { nameOfFile, readAnswerFile } from "../resources/read-execution-file.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { importedText } from "../text/imported-text.ts";
import { jsonExecutionFile, jsonRecommendationImport } from "../text/json-documents.ts";
import type { CommandParts } from "./command-parts.ts";
import { textArgument } from "./option-checks.ts";
import type { OptionsOf } from "./option-groups.ts";
import { buildProviders, requestTimeout } from "./with-resources.ts";

/** The sources of recommendations, and the provider that knows each. */
export const recommendationSources = {
  "cost-explorer": "aws",
  "azure-consumption": "azure",
  "azure-advisor": "azure",
  "gcp-recommender": "gcp",
} as const satisfies Readonly<Record<string, ProviderName>>;

/** Whether `--from` names one. */
export function isRecommendationSource(from: string): from is keyof typeof recommendationSources {
  return Object.hasOwn(recommendationSources, from);
}

/** The options of an import of recommendations. */
export const recommendationOptions = (command: Command) =>
  command
    .option("--execution <id>", "recommendations: the executionId of the execution that is made")
    .option("--source <name>", "recommendations: who decided to buy; becomes a tag of what is bought")
    .option(
      "--set <service.field=value>",
      "recommendations: what they do not say, such as ec2.offeringClass=convertible; once for each",
      settingOption,
    )
    .option("--only <name=value>", "recommendations: leave all others out, such as term=P1Y; once for each", onlyOption)
    .option("--skip-untranslatable", "recommendations: leave the place empty of one that cannot be translated")
    .option("--allow-incomplete", "recommendations: take an answer that says that there are further pages")
    .option("--allow-alternatives", "recommendations: take all that are about the same usage")
    .option("--out <file>", "recommendations: a new file for the execution (default: -, standard output)");

type Options = OptionsOf<typeof recommendationOptions> & { readonly json?: boolean | undefined };
type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

function settingOption(text: string, before: Settings = {}): Settings {
  const [, service = "", field = "", value = ""] = /^([^.=]+)\.([^=]+)=(.*)$/.exec(text) ?? [];
  if (service === "") {
    throw new InvalidArgumentError(
      "It must be a service, a field and its value, such as ec2.offeringClass=convertible.",
    );
  }
  const known = before[service] ?? {};
  if (Object.hasOwn(known, field)) throw new InvalidArgumentError(`${service}.${field} is given twice.`);
  return { ...before, [service]: { ...known, [field]: value } };
}

function onlyOption(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name = "", value = ""] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("It must be a name and its value, such as term=P1Y.");
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: value };
}

/** Names those of these options that were given. */
export function givenOptions(options: Readonly<Record<string, unknown>>, names: readonly string[]): readonly string[] {
  const given = names.filter((name) => options[name] !== undefined && options[name] !== false);
  return given.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

/** The names of the options above. */
export const recommendationOptionNames = [
  "execution",
  "source",
  "set",
  "only",
  "skipUntranslatable",
  "allowIncomplete",
  "allowAlternatives",
  "out",
];

/**
 * Makes an execution file of somebody's recommendations. Asks nobody, records nothing. Returns the exit code. Throws a BuyonceError
 * where nothing is written: bad usage, a file that cannot be read, or an InvalidExecutionError.
 */
export async function importRecommendationsFile(
  file: string,
  from: keyof typeof recommendationSources,
  options: Options,
  parts: CommandParts,
): Promise<ExitCode> {
  const { execution: executionId, source, out = "-", json } = options;
  if (executionId === undefined || source === undefined) {
    const missing = executionId === undefined ? "--execution <id>" : "--source <name>";
    throw usageError(`An import of recommendations makes an execution: ${missing} is missing. Nothing was written.`);
  }
  if (out !== "-") checkNewFile(out, "--out");
  else if (json)
    throw usageError("With --json standard output holds what became of each record: name a file by --out.");
  const name = textArgument("The name of the file", basename(nameOfFile(file)), "Nothing was written");
  const text = await readAnswerFile(file, parts.terminal.stdin);
  const made = { endpoints: {}, purchaseTimeout: requestTimeout, parts };
  const providers = await buildProviders([recommendationSources[from]], made);
  const result = translated(text, {
    from,
    providers,
    executionId,
    source,
    file: name,
    set: options.set,
    only: options.only,
    skipUntranslatable: options.skipUntranslatable,
    allowIncomplete: options.allowIncomplete,
    allowAlternatives: options.allowAlternatives,
  });
  await hand(result, { out, json, file: nameOfFile(file), providers }, parts);
  return exitCodes.bought;
}

/** As importRecommendations; what is wrong with a setting names the option that gives it. */
function translated(text: string, options: RecommendationImportOptions): RecommendationImport {
  try {
    return importRecommendations(text, options);
  } catch (error) {
    const isOption = ({ path }: ExecutionProblem) => path.startsWith("set ");
    if (!InvalidExecutionError.isInstance(error) || !error.problems.some(isOption)) throw error;
    const problems = error.problems.map((each) => (isOption(each) ? { ...each, path: `--${each.path}` } : each));
    throw new InvalidExecutionError(problems, "import");
  }
}

interface Handing {
  readonly out: string;
  readonly json: boolean | undefined;
  readonly file: string;
  readonly providers: readonly Provider[];
}

/** Writes the execution, and says what became of the records: on standard error where the execution is on standard output. */
async function hand(
  result: RecommendationImport,
  { out, json, file, providers }: Handing,
  { terminal: { stdout, stderr, env } }: CommandParts,
): Promise<void> {
  const whole = jsonExecutionFile(result.execution);
  const output = out === "-" ? stderr : stdout;
  if (out === "-") stdout.write(whole);
  else await writeNewFile(out, whole, "--out");
  const layout = { file, out, providers, width: widthOf(output), paint: painter(output, env) };
  output.write(json ? jsonRecommendationImport(result, out) : importedText(result, layout));
}
