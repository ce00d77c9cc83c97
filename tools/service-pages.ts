// Writes docs/services from the schemas that recommendations are checked with, and the policy of docs/accounts-aws.md from the rights
// that are asked about: `npm run docs`. README.md there is written by hand.
import { readFileSync, rmSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { format } from "prettier";
import { awsServices } from "../providers/aws/aws-services.ts";
import { type DescribedService, describedServices, nameOfService } from "../src/cli/resources/execution-schema.ts";
import { createProviders, providerNames } from "../src/cli/resources/providers.ts";
import {
  exampleOf,
  fieldsOfSchema,
  knownOf,
  saidOf,
  type SchemaField,
  takenText,
} from "../src/contract/schema-fields.ts";
import type { AnyRecommendation } from "../src/contract/recommendation.ts";

const root = resolve(import.meta.dirname, "..");
const code = (text: string) => `\`${text}\``;
/** A word of a value, as JSON has it. */
const word = (text: string) => code(text === "true" || text === "false" ? text : JSON.stringify(text));

/** Makes the pages of docs/services, by their names: one for each service that can be bought. */
export async function servicePages(): Promise<ReadonlyMap<string, string>> {
  const services = describedServices(await createProviders(providerNames, {}, 60_000));
  const { recommendations } = JSON.parse(readFileSync(resolve(root, "fixtures/execution.json"), "utf8")) as {
    readonly recommendations: readonly AnyRecommendation[];
  };
  const pages = services.map(async (described) => {
    const example = recommendations.find(
      ({ provider, service }) => provider === described.provider && service === described.service,
    );
    const text = await format(pageText(described, example), { parser: "markdown", printWidth: 120 });
    return [`${nameOfService(described)}.md`, text] as const;
  });
  return new Map(await Promise.all(pages));
}

/** The page with the policy that names every right which a purchase of anything at AWS takes. */
function withPolicy(page: string): string {
  const rights = Object.values(awsServices).flatMap(({ permissions: { list, price, purchase } }) => [
    ...list,
    ...price,
    ...purchase,
  ]);
  const actions = [...new Set(rights)].map((right) => `        ${JSON.stringify(right)}`).join(",\n");
  return page.replace(/("Action": \[\n) *"ec2[^\]]*\]/, `$1${actions}\n      ]`);
}

function pageText({ provider, service, title, schema }: DescribedService, example: AnyRecommendation | undefined) {
  const fields = fieldsOfSchema(schema);
  const known = fields.flatMap(({ path, schema: field }) => {
    const values = knownOf(field);
    return values.length === 0 ? [] : [`Known values of ${code(path)}: ${values.map(code).join(", ")}.`];
  });
  return [
    `# ${title}: ${code(`${provider} ${service}`)}`,
    "Made from the schema that recommendations are checked with, by `npm run docs`; do not edit it. [All services](README.md).",
    `What a recommendation with \`"provider": "${provider}"\` and \`"service": "${service}"\` holds. An unknown field is an error, and nothing that decides money has a default. \`buyonce schema ${provider} ${service}\` shows the same.`,
    [
      "| field | required | value | unit | example | the provider's word | what it is |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      ...fields.map(rowText),
    ].join("\n"),
    ...known,
    ...(example === undefined
      ? []
      : ["A recommendation that the sandbox sells:", `\`\`\`json\n${JSON.stringify(example, undefined, 2)}\n\`\`\``]),
  ].join("\n\n");
}

function rowText({ path, isRequired, where, schema }: SchemaField): string {
  const condition = where === undefined ? "" : `with ${code(where.path)} ${where.values.map(word).join(", ")}`;
  const example = exampleOf(schema);
  const called = saidOf(schema, "x-called");
  const cells = [
    code(path),
    [isRequired ? "yes" : "no", ...(condition === "" ? [] : [condition])].join(", "),
    takenText(schema, word),
    saidOf(schema, "x-unit"),
    example === undefined ? "" : code(example),
    called === "" ? "" : code(called),
    saidOf(schema, "description"),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

if (process.argv[1] === import.meta.filename) {
  const folder = resolve(root, "docs/services");
  const pages = await servicePages();
  for (const name of readdirSync(folder)) {
    if (name !== "README.md" && !pages.has(name)) rmSync(resolve(folder, name));
  }
  for (const [name, text] of pages) writeFileSync(resolve(folder, name), text);
  const accounts = resolve(root, "docs/accounts-aws.md");
  writeFileSync(accounts, withPolicy(readFileSync(accounts, "utf8")));
}
