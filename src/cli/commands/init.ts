import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { type ExecutionProblem, InvalidExecutionError } from "../../contract/errors.ts";
import type { Provider } from "../../contract/executor.ts";
import { jsonSchemaOf } from "../../contract/json-schema.ts";
import type { JsonObject } from "../../contract/json.ts";
import type { Execution } from "../../contract/recommendation-types.ts";
import { envelopeSchema, validateExecution } from "../../drive/validate.ts";
import { describedServices, type DescribedService } from "../resources/execution-schema.ts";
import { valueOfField, withValueAt } from "./field-values.ts";
import { checkNewFile, writeNewFile } from "../resources/new-file.ts";
import { providerNames } from "../resources/providers.ts";
import { fieldsOfSchema, saidOf } from "../../contract/schema-fields.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { canAsk, type Questions } from "../terminal/terminal.ts";
import { writtenTo } from "../text/imported-text.ts";
import { jsonExecutionFile, jsonWritten } from "../text/json-documents.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import { answered, askForFields, type ProblemsOf } from "./init-questions.ts";
import type { OptionsOf } from "./option-groups.ts";
import { findService, providersOf } from "./schema.ts";

const addOptions = (command: Command) =>
  command
    .option("--provider <name>", "azure, aws or gcp")
    .option("--service <name>", "what is bought, such as ec2: buyonce schema lists them")
    .option("--set <field=value>", "a field of the recommendation, such as term=P1Y; once for each", fieldOption)
    .option("--execution <id>", "the executionId: what is bought once under it is not bought again")
    .option("--source <name>", "who decided to buy; becomes a tag of what is bought")
    .option("--out <file>", "a new file; - is standard output", "execution.json")
    .option("--json", "print one JSON document and nothing else on standard output; asks nothing");

type InitCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  Writes an execution file with one recommendation. In a terminal it asks for what the options do not say; else all that is
  missing is listed, and nothing is written. Nothing is chosen for you: no field has a default. It asks no provider, records
  nothing and buys nothing, and never replaces a file. Further recommendations are further entries of its list; buyonce
  import makes a file of what a cloud recommends.

  --set takes a field as buyonce schema PROVIDER SERVICE names it: appliedScope.type=Shared, maxPrice="1,700.00 USD",
  hostIds=h-0123456789abcdef0,h-0f1e2d3c4b5a69788.

Exit codes
  0    written
  1    an internal error, or output that could not be written
  2    bad usage, a file that is there already, or a recommendation that is not valid; nothing was written
  130  stopped; nothing was written

With --json
  Standard output holds exactly one document: { "executionId", "out" }; else { "error": ... }.

Examples
  buyonce init
  buyonce init --provider gcp --service compute --execution 2026-12-n2 --source finops --out n2.json \\
    --set projectId=my-project-123 --set region=us-central1 --set machineFamily=N2 --set vcpus=8 --set memoryMb=32768 \\
    --set term=P1Y --set autoRenew=false --set maxPrice="2,200.00 USD"
`;

/** What `buyonce init` is. */
export const init = { addOptions, help, action: initCommand } satisfies CommandModule<[], InitCommandOptions>;

/** A parser of fields: `term=P1Y`. */
function fieldOption(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const [, name = "", value = ""] = /^([A-Za-z]+(?:\.[A-Za-z]+)*)=(.+)$/.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("It must be a field and its value, such as term=P1Y.");
  if (Object.hasOwn(before, name)) throw new InvalidArgumentError(`${name} is given twice.`);
  return { ...before, [name]: value };
}

/**
 * `buyonce init`: writes an execution file. Returns the exit code. Throws a BuyonceError where nothing is written: bad usage, an
 * InvalidExecutionError, a person who stopped.
 */
async function initCommand(options: InitCommandOptions, parts: CommandParts): Promise<ExitCode> {
  const { stdout, stderr } = parts.terminal;
  const { out, json } = options;
  if (out !== "-") checkNewFile(out, "--out");
  else if (json) throw usageError("With --json standard output holds one document: name a file by --out.");
  const questions = canAsk(parts.terminal) && json !== true ? parts.questions : undefined;
  const execution = await executionOf(options, questions, parts);
  const text = jsonExecutionFile(out === "-" ? execution : { ...schemaBeside(out), ...execution });
  if (out === "-") stdout.write(text);
  else await writeNewFile(out, text, "--out");
  if (json) stdout.write(jsonWritten(execution.executionId, out));
  else (out === "-" ? stderr : stdout).write(`Nothing was bought or recorded.\n${writtenTo(out)}`);
  return exitCodes.bought;
}

/** The execution as options and answers say, valid. Throws an InvalidExecutionError that names the options. */
async function executionOf(
  { provider, service, set = {}, execution, source }: InitCommandOptions,
  questions: Questions | undefined,
  parts: CommandParts,
): Promise<Execution> {
  const providers = await providersOf(await named("--provider", provider, providerNames, questions), parts);
  const services = describedServices(providers).map((each) => each.service);
  const described = findService(providers, await named("--service", service, services, questions));
  const problemsOf = (whole: object) => problemsIn(whole, providers);
  const ofRecommendation: ProblemsOf = (recommendation) =>
    problemsOf({ executionId: "e", source: "s", recommendations: [recommendation] }).flatMap(({ path, message }) =>
      path.startsWith(within) ? [{ path: path.slice(within.length), message }] : [],
    );
  const given = recommendationOf(described, set);
  const recommendation =
    questions === undefined ? given : await askForFields(described, given, questions, ofRecommendation);
  const head = async (field: "executionId" | "source", said: string | undefined, example: string) => {
    if (said !== undefined || questions === undefined) return said;
    const problem = (text: string) => {
      const found = problemsOf({ [field]: text }).find(({ path }) => path === field);
      return found === undefined ? undefined : `It ${found.message}.`;
    };
    return answered(questions.text(`${field}: ${headText(field)}`, { example, problem }));
  };
  const whole = {
    executionId: await head("executionId", execution, "such as 2026-12-night"),
    source: await head("source", source, "such as finops"),
    recommendations: [recommendation],
  };
  const problems = problemsOf(whole);
  if (problems.length > 0) throw new InvalidExecutionError(problems.map(asOption), "file");
  return validateExecution(whole, providers);
}

/** What is said of a field of the execution itself. */
function headText(field: "executionId" | "source"): string {
  const schema = fieldsOfSchema(jsonSchemaOf(envelopeSchema)).find(({ path }) => path === field)?.schema ?? {};
  return saidOf(schema, "description");
}

/** What was named by an option, or is chosen. Throws a usage error where nobody can be asked. */
async function named(
  option: string,
  said: string | undefined,
  names: readonly string[],
  questions: Questions | undefined,
): Promise<string> {
  if (said !== undefined) return said;
  if (questions === undefined)
    throw usageError(`${option} is missing: one of ${names.join(", ")}. Nothing was written.`);
  return answered(questions.choose(`${option.slice(2)}:`, names));
}

/** A recommendation of what `--set` says. Throws a usage error for an amount that cannot be read. */
function recommendationOf({ provider, service, schema }: DescribedService, set: Readonly<Record<string, string>>) {
  const schemas = new Map(fieldsOfSchema(schema).map((field) => [field.path, field.schema]));
  return Object.entries(set).reduce<JsonObject>(
    (made, [path, text]) => {
      try {
        return withValueAt(made, path, valueOfField(text, schemas.get(path) ?? {}));
      } catch (error) {
        if (!(error instanceof InvalidArgumentError)) throw error;
        throw usageError(`--set ${path}: ${error.message} Nothing was written.`);
      }
    },
    { provider, service },
  );
}

/** How the path of a problem of the one recommendation begins. */
const within = "recommendations[0].";

function problemsIn(execution: object, providers: readonly Provider[]): readonly ExecutionProblem[] {
  try {
    validateExecution(execution, providers);
    return [];
  } catch (error) {
    if (InvalidExecutionError.isInstance(error)) return error.problems;
    throw error;
  }
}

/** A problem, named by the option that mends it. */
function asOption({ path, message }: ExecutionProblem): ExecutionProblem {
  if (path === "executionId") return { path: "--execution", message };
  if (path === "source") return { path: "--source", message };
  return { path: path.startsWith(within) ? `--set ${path.slice(within.length)}` : path, message };
}

/** The schema for an editor, where the package is installed beside the file. */
function schemaBeside(out: string): { readonly $schema?: string } {
  const schema = "node_modules/buyonce/schemas/execution.json";
  return existsSync(join(dirname(out), schema)) ? { $schema: `./${schema}` } : {};
}
