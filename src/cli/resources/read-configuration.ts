import { lstatSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ledgerLocation } from "../../ledger/ledger-location.ts";
import { usageError } from "../terminal/exit-code.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Configuration } from "./configuration.ts";
import type { ConfigurationProblem } from "./configuration-problems.ts";
import { readJsonFile } from "./read-text-file.ts";

/** The variable that names the configuration. */
const configurationVariable = "BUYONCE_CONFIG";

/** What is read where nothing else is named: in the working directory, and only where it is there. */
const defaultFile = "buyonce.config.json";

/** Thousands of accounts fit. */
const megabytes = 1;

/**
 * The configuration: the file that `--config` names, else the one that BUYONCE_CONFIG names, else `buyonce.config.json` in the
 * working directory; undefined where that is not there. Relative paths in it begin at its folder.
 * Throws a BuyonceError `invalid-configuration` for a file that cannot be used, with the path of the field, and without anything
 * of what stands there.
 */
export async function readConfiguration(
  option: string | undefined,
  env: Terminal["env"],
): Promise<Configuration | undefined> {
  const named = namedFile(option, env);
  if (named === undefined) return undefined;
  const { file, subject } = named;
  const kind = { subject, megabytes, split: "Check the path.", code: "invalid-configuration" } as const;
  const content = await readJsonFile(file, kind, ({ plain }) => plain);
  const { configurationSchema } = await import("./configuration-schema.ts");
  const parsed = configurationSchema.safeParse(content);
  if (!parsed.success) {
    const { configurationProblems } = await import("./configuration-problems.ts");
    throw invalid(subject, configurationProblems(parsed.error, configurationSchema, content));
  }
  const folder = dirname(resolve(file));
  const { ledger, aws, azure, gcp, webhooks, tagNames } = parsed.data;
  return {
    file,
    ...withWholePaths({ aws, azure, gcp, webhooks }, folder),
    ledger: typeof ledger === "string" ? ledgerIn(ledger, subject, folder) : ledger,
    tagNames,
  };
}

function namedFile(option: string | undefined, env: Terminal["env"]) {
  const variable = env[configurationVariable];
  if (option !== undefined) return checked(option, "--config", `The configuration ${option}`);
  if (variable !== undefined) {
    const subject = `The configuration ${variable}, which ${configurationVariable} names,`;
    return checked(variable, configurationVariable, subject);
  }
  // A link that leads nowhere is there: somebody wants a configuration.
  const isThere = lstatSync(defaultFile, { throwIfNoEntry: false }) !== undefined;
  return isThere ? { file: defaultFile, subject: `The configuration ${defaultFile}` } : undefined;
}

/** Throws a usage error for what is no path: an empty text, or the next option. */
function checked(file: string, name: string, subject: string) {
  if (file.trim() === "") throw usageError(`${name} is empty: name a file, or leave it out. Nothing was sent.`);
  if (!file.startsWith("-")) return { file, subject };
  throw usageError(
    `${name} begins with a dash, as an option does: write ./ before the name of such a file. Nothing was sent.`,
  );
}

/** The ledger that the file itself names. Throws a usage error for what names none, and for a URL with a password. */
function ledgerIn(text: string, subject: string, folder: string): string {
  const name = `${subject} cannot be used: ledger`;
  const place = ledgerLocation(text, name, folder);
  if (place.kind === "sqlite") return place.file;
  const { password, searchParams } = new URL(place.connectionString);
  const holdsPassword = password !== "" || [...searchParams.keys()].some((key) => /passw/i.test(key));
  if (!holdsPassword) return place.connectionString;
  throw usageError(
    `${name} holds a password, which does not belong into the file: leave it to PGPASSWORD or ~/.pgpass, or write { "env": "ITS_NAME" } here and put the whole URL into that environment variable. Nothing was made, nothing was sent.`,
  );
}

/** A value with its paths made whole: the fields whose names end in File or Path hold one each. */
function withWholePaths<T>(value: T, folder: string): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inner: unknown) => withWholePaths(inner, folder)) as T;
  const entries = Object.entries(value).map(([name, inner]: [string, unknown]) => {
    const isPath = typeof inner === "string" && /(?:File|Path)$/.test(name);
    return [name, isPath ? resolve(folder, inner) : withWholePaths(inner, folder)];
  });
  return Object.fromEntries(entries) as T;
}

/** One problem is a sentence, several are a list. */
function invalid(subject: string, problems: readonly ConfigurationProblem[]) {
  const [only, ...more] = problems.map(({ path, message }) => `${path === "" ? "it" : path} ${message}`);
  if (more.length === 0) {
    const end = /[.!?]$/.test(only ?? "") ? "" : ".";
    return usageError(`${subject} cannot be used: ${only}${end} Nothing was made, nothing was sent.`);
  }
  const lines = [only, ...more].map((line) => `  ${line}`);
  return usageError(`${subject} cannot be used; nothing was made, nothing was sent.\n${lines.join("\n")}`);
}
