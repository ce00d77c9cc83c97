import { readFile } from "node:fs/promises";
import { z } from "zod";
import { messageOf, RefusedError } from "../../src/contract/errors.ts";
import { entryFor, readFileName } from "../../src/contract/sign-in.ts";
import type { Variable } from "../../src/contract/variable.ts";
import type { GcpCredential, ResolvedSettings } from "./gcp-settings.ts";
import type { GcpProjectEntry, GcpProjects } from "./gcp-projects.ts";
import { loadAuth } from "./load-sdk.ts";

/** How a project is signed in for, and where that is written. */
interface ProjectSignIn {
  readonly entry: GcpProjectEntry;
  /** `gcp.projects.*` */
  readonly path: string;
}

type SignInSettings = Pick<ResolvedSettings, "variables" | "purchaseTimeout">;

const scope = "https://www.googleapis.com/auth/cloud-platform";

/** The entry of a project, else that of `*`. Throws a RefusedError `credentials-unavailable` where there is none. */
export function requireSignIn(projects: GcpProjects, projectId: string): ProjectSignIn {
  const found = entryFor(projects, projectId);
  if (found !== undefined) return { entry: found.entry, path: `gcp.projects.${found.key}` };
  throw new RefusedError({
    code: "credentials-unavailable",
    message: `Nothing says how to sign in for GCP project ${projectId}: add the entry "gcp.projects.${projectId}", or one for *. Nothing was sent.`,
  });
}

/**
 * Makes the credential of an entry, which keeps its token; undefined stands for the application default credentials. Sends
 * nothing. Throws a RefusedError `invalid-configuration` for a variable that is not set, a file that cannot be used, and where
 * `google-auth-library` is not installed.
 */
export async function signIn(
  { entry, path }: ProjectSignIn,
  settings: SignInSettings,
): Promise<GcpCredential | undefined> {
  if ("use" in entry) return undefined;
  const { ExternalAccountClient, GoogleAuth, Impersonated } = await loadAuth();
  const options = clientOptions(settings);
  if ("externalAccountFile" in entry) {
    const from = `${path}.externalAccountFile`;
    const file = await readJson(entry.externalAccountFile, from, settings);
    const account = externalAccount.safeParse(file.json).data;
    // Of its fields the library is the judge; undefined has no type.
    const client = ExternalAccountClient.fromJSON({ ...account, scopes: [scope], ...options } as never);
    if (client === null) throw unusable(from, file.name, 'it is no configuration of the type "external_account"');
    return client;
  }
  const keyFile = "keyFile" in entry ? entry.keyFile : undefined;
  const source = keyFile === undefined ? undefined : await serviceAccount(keyFile, `${path}.keyFile`, settings);
  if (!("impersonate" in entry)) return source;
  return new Impersonated({
    ...options,
    sourceClient: source ?? (await new GoogleAuth({ scopes: [scope], clientOptions: options }).getClient()),
    targetPrincipal: entry.impersonate,
    delegates: [...(entry.delegates ?? [])],
    targetScopes: [scope],
  });
}

/** Below this a client of `google-auth-library` renews its token before a request; its own default. */
const renewedBefore = 300_000;

/** What every client is made with: a token that ends within the purchase timeout is renewed before a purchase is sent. */
export function clientOptions({ purchaseTimeout }: Pick<ResolvedSettings, "purchaseTimeout">) {
  return { eagerRefreshThresholdMillis: Math.max(renewedBefore, purchaseTimeout) };
}

async function serviceAccount(keyFile: string | Variable, from: string, settings: SignInSettings) {
  const { JWT } = await loadAuth();
  const { name, json } = await readJson(keyFile, from, settings);
  const key = serviceAccountKey.safeParse(json).data;
  if (key === undefined) throw unusable(from, name, 'it is no key of the type "service_account"');
  const client = new JWT({ scopes: [scope], ...clientOptions(settings) });
  client.fromJSON(key);
  return client;
}

const serviceAccountKey = z.looseObject({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
});
const externalAccount = z.looseObject({ type: z.literal("external_account") });

async function readJson(file: string | Variable, from: string, { variables }: SignInSettings) {
  const name = readFileName(file, from, variables);
  const text = await readFile(name, "utf8").catch((cause: unknown) => {
    throw unusable(from, name, messageOf(cause), cause);
  });
  try {
    return { name, json: JSON.parse(text) as unknown };
  } catch {
    // The error of the parser quotes what it has read.
    throw unusable(from, name, "it is not JSON");
  }
}

function unusable(from: string, name: string, why: string, cause?: unknown): RefusedError {
  return refused(`${from} names the file "${name}", which cannot be used: ${why}`, cause);
}

function refused(problem: string, cause?: unknown): RefusedError {
  return new RefusedError({ code: "invalid-configuration", message: `${problem}. Nothing was sent.`, cause });
}
