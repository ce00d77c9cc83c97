import { checkNumber, longestTimer } from "../../src/contract/check-number.ts";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import { systemEnvironment, type Environment } from "../../src/contract/environment.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import { parseSignIns } from "../../src/contract/sign-in.ts";
import { defaultTagNames, type TagNames } from "../../src/contract/tag-names.ts";
import type { Variables } from "../../src/contract/variable.ts";
import { defaultMaxAnswerBytes } from "../http/limit-bytes.ts";
import { gcpProjectsSchema, type GcpProjects } from "./gcp-projects.ts";

/**
 * What gives the headers that authenticate a request: a `GoogleAuth` or any client of `google-auth-library`. It needs
 * the scope `https://www.googleapis.com/auth/cloud-platform`.
 */
export interface GcpCredential {
  getRequestHeaders(url?: string | URL): Promise<Headers>;
}

/** Gives the credential of a project. */
export type CredentialsFor = (place: { readonly projectId: string }) => GcpCredential | Promise<GcpCredential>;

/** What `createGcp` works with. Everything has a default; nothing here decides what is bought. Times are in milliseconds. */
export interface GcpSettings {
  /** Default: the application default credentials, as the SDK finds them. Never used over http. */
  readonly credential?: GcpCredential | undefined;
  /** Instead of `credential`: asked once for the credential of each project, at its first request. Never asked over http. */
  readonly credentialsFor?: CredentialsFor | undefined;
  /**
   * Instead of `credential`: how to sign in for each project, as the section `gcp.projects` of a configuration file says it.
   * Nothing is read or made before the first request, and then once for each entry; over http never. All but
   * `{ use: "default" }` needs the package `google-auth-library`, version 10 or 11.
   */
  readonly projects?: GcpProjects | undefined;
  /** What `projects` takes the paths of files from that it names by a variable; default: the environment of this process. */
  readonly variables?: Variables | undefined;
  /** One origin for Compute Engine and Cloud Billing: https, or http on loopback with a fixed dummy credential. */
  readonly endpoint?: string | undefined;
  /** The names under which source and token stand in a commitment's description. */
  readonly tagNames?: TagNames | undefined;
  readonly environment?: Environment | undefined;
  /** In what prices are asked for where a recommendation sets no maxPrice; default `USD`. */
  readonly currency?: string | undefined;
  /** How long a purchase, with the look at its operation, may take before its outcome is unknown. Default 60,000. */
  readonly purchaseTimeout?: number | undefined;
  /** For each attempt of a read, its body included. Default 30,000. */
  readonly readTimeout?: number | undefined;
  /** How often a read is sent at most; default 4. A purchase is always sent once. */
  readonly readAttempts?: number | undefined;
  /** The most pages of one listing, of commitments or of prices, before it is refused as endless; default 200. */
  readonly maxPages?: number | undefined;
  /** The longest answer that is taken, in bytes; default 16,777,216. A longer one counts as one that cannot be read. */
  readonly maxAnswerBytes?: number | undefined;
}

/** The settings with their defaults filled in and checked. */
export interface ResolvedSettings {
  readonly auth: GcpCredential | undefined;
  readonly credentialsFor: CredentialsFor | undefined;
  readonly projects: GcpProjects | undefined;
  readonly variables: Variables;
  readonly endpoint: { readonly url: URL; readonly insecure: boolean } | undefined;
  readonly tagNames: TagNames;
  readonly environment: Environment;
  readonly currency: string;
  readonly purchaseTimeout: number;
  readonly readTimeout: number;
  readonly readAttempts: number;
  readonly maxPages: number;
  readonly maxAnswerBytes: number;
}

/** Fills in the defaults. Throws a RefusedError `invalid-configuration` that names the setting. */
export function resolveSettings(settings: GcpSettings): ResolvedSettings {
  const currency = settings.currency ?? "USD";
  if (!/^[A-Z]{3}$/.test(currency)) throw invalid(`currency must be an ISO 4217 code such as "USD", not "${currency}"`);
  const { credential, credentialsFor, projects } = settings;
  if ([credential, credentialsFor, projects].filter((given) => given !== undefined).length > 1) {
    throw invalid("it takes one of credential, credentialsFor and projects, not several");
  }
  return {
    auth: credential,
    credentialsFor,
    projects: projects && parseSignIns(gcpProjectsSchema, projects, "gcp.projects"),
    variables: settings.variables ?? process.env,
    endpoint: settings.endpoint === undefined ? undefined : resolveEndpoint(settings.endpoint),
    tagNames: checkTagNames(settings.tagNames ?? defaultTagNames),
    environment: settings.environment ?? systemEnvironment,
    currency,
    purchaseTimeout: positive("purchaseTimeout", settings.purchaseTimeout ?? 60_000),
    readTimeout: positive("readTimeout", settings.readTimeout ?? 30_000),
    readAttempts: positive("readAttempts", settings.readAttempts ?? 4),
    maxPages: positive("maxPages", settings.maxPages ?? 200),
    maxAnswerBytes: positive("maxAnswerBytes", settings.maxAnswerBytes ?? defaultMaxAnswerBytes),
  };
}

function resolveEndpoint(text: string): ResolvedSettings["endpoint"] {
  const endpoint = parseEndpoint(text);
  // The SDK puts host and port together with its own paths.
  if (endpoint.url.pathname !== "/") throw invalid(`endpoint must be an origin without a path, not "${text}"`);
  return endpoint;
}

function positive(name: string, value: number): number {
  return checkNumber(`GCP provider: ${name}`, value, { minimum: 1, maximum: longestTimer });
}

/** They stand as `name=value` between blanks in the description. */
function checkTagNames(names: TagNames): TagNames {
  for (const [setting, name] of Object.entries(names)) {
    if (!/^[\w.:/+@-]{1,128}$/.test(name)) {
      throw invalid(`the tag name "${name}" (${setting}) must be 1 to 128 letters, digits or one of _ . : / + @ -`);
    }
  }
  if (names.source === names.token) throw invalid("the tag names for source and token must differ");
  return names;
}

function invalid(problem: string): RefusedError {
  return new RefusedError({ code: "invalid-configuration", message: `GCP provider: ${problem}.` });
}
