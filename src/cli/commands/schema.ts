import type { Command } from "commander";
import { nearest } from "../../contract/did-you-mean.ts";
import type { Provider } from "../../contract/executor.ts";
import { schemaDialect } from "../../contract/json-schema.ts";
import { type DescribedService, describedServices } from "../resources/execution-schema.ts";
import { isProviderName, providerNames } from "../resources/providers.ts";
import { type ExitCode, exitCodes, usageError } from "../terminal/exit-code.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { jsonServiceSchema, jsonServices } from "../text/json-documents.ts";
import { servicesText, serviceText } from "../text/schema-text.ts";
import type { CommandModule, CommandParts } from "./command-parts.ts";
import type { OptionsOf } from "./option-groups.ts";
import { buildProviders, requestTimeout } from "./with-resources.ts";

const addOptions = (command: Command) =>
  command.option("--json", "print one JSON document: the JSON Schema of a service's recommendation");

type SchemaCommandOptions = OptionsOf<typeof addOptions>;

const help = `
What it does
  Without a service it lists what can be bought. With one it shows the fields of its recommendation: which are needed,
  what they take, their unit, an example, and the provider's own word. It asks nobody. docs/services has the same as pages.

Exit codes
  0    shown
  1    an internal error, or output that could not be written
  2    bad usage, or a service that is not bought

With --json
  Standard output holds exactly one document: { "services": [ { "provider", "service", "title" } ] }; of a service its JSON
  Schema, draft 7; else { "error": ... }. The schemas of whole files are in the package: schemas/execution.json,
  schemas/config.json.

Examples
  buyonce schema
  buyonce schema aws ec2
  buyonce schema azure compute --json
`;

/** What `buyonce schema` is. */
export const schema = { addOptions, help, action: schemaCommand } satisfies CommandModule<
  [provider: string | undefined, service: string | undefined],
  SchemaCommandOptions
>;

/** `buyonce schema`: shows what a recommendation holds. Returns the exit code. Throws a usage error for a service that there is not. */
async function schemaCommand(
  provider: string | undefined,
  service: string | undefined,
  { json }: SchemaCommandOptions,
  parts: CommandParts,
): Promise<ExitCode> {
  const { stdout, env } = parts.terminal;
  const providers = await providersOf(provider, parts);
  const layout = { width: widthOf(stdout), paint: painter(stdout, env) };
  if (service === undefined) {
    const services = describedServices(providers);
    stdout.write(json ? jsonServices(services) : servicesText(services, layout));
    return exitCodes.bought;
  }
  const described = findService(providers, service);
  stdout.write(
    json ? jsonServiceSchema({ $schema: schemaDialect, ...described.schema }) : serviceText(described, layout),
  );
  return exitCodes.bought;
}

/** The provider that is named, or all of them. Throws a usage error for a name that none has. */
export async function providersOf(name: string | undefined, parts: CommandParts): Promise<readonly Provider[]> {
  if (name !== undefined && !isProviderName(name)) {
    throw usageError(`The provider must be one of ${providerNames.join(", ")}${nearest(name, providerNames) || "."}`);
  }
  return buildProviders(name === undefined ? providerNames : [name], {
    endpoints: {},
    purchaseTimeout: requestTimeout,
    parts,
  });
}

/** The service of this name. Throws a usage error for one that there is not, and for one that is not bought, with why. */
export function findService(providers: readonly Provider[], name: string): DescribedService {
  const services = describedServices(providers);
  const found = services.find(({ service }) => service === name);
  if (found !== undefined) return found;
  for (const { services: known } of providers) {
    const refused = Object.hasOwn(known, name) ? known[name]?.schema.safeParse({}).error : undefined;
    if (refused !== undefined) throw usageError(`${name} ${refused.issues.map(({ message }) => message).join(" ")}`);
  }
  const names = services.map(({ service }) => service);
  throw usageError(`The service must be one of ${names.join(", ")}${nearest(name, names) || "."}`);
}
