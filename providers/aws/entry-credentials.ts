import { importOptional } from "../../src/contract/optional-package.ts";
import { readVariable } from "../../src/contract/variable.ts";
import type { Credential } from "./account-guard.ts";
import type { ConfigureClient } from "./account-sources.ts";
import { isOptInRegion } from "./aws-advice.ts";
import type { AwsAccountEntry, AwsKeysEntry, AwsRoleEntry, AwsWebIdentityEntry } from "./aws-accounts.ts";
import type { ClientConfiguration } from "./aws-connect.ts";
import type { Session } from "./aws-session.ts";
import type { ResolvedSettings } from "./aws-settings.ts";
import { profileError, roleError, tokenFileError } from "./entry-errors.ts";
import { isExpiredSession, readSdkError } from "./sdk-error.ts";
import { httpsOnly } from "./sdk-middleware.ts";

type CredentialSetting = ResolvedSettings["credentials"];

/** An entry of the accounts, and for which account it is used. */
export interface EntrySite<Entry extends AwsAccountEntry = AwsAccountEntry> {
  readonly entry: Entry;
  /** `aws.accounts.123456789012`, or of `*`. */
  readonly path: string;
  readonly accountId: string;
}

/** What the credentials of an entry are made with. */
export interface EntryParts {
  readonly variables: ResolvedSettings["variables"];
  /** The endpoint is http on loopback: no secret is read or sent. */
  readonly insecure: boolean;
  readonly configuration: ConfigureClient;
  /** The session of a profile, or of the default chain; `field` is where the profile is named. */
  sourceOf(profile: string | undefined, field: string): Session;
}

const package_ = "@aws-sdk/credential-providers";
const sdk = () => importOptional(package_, () => import("@aws-sdk/credential-providers"));

/** The shared configuration files are read anew: somebody may have signed in again, and the SDK keeps what it read first. */
const readAnew = { ignoreCache: true } as const;

/** What a provider of the SDK gives, asked anew; `given` undefined: the SDK's own chain. */
export async function fromSdk(given: CredentialSetting, configuration: ClientConfiguration): Promise<Credential> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  // This client sends nothing: it tells the provider the region, or else has the SDK's default chain, which gets its settings.
  const from = given === undefined ? readAnew : { credentials: given };
  const { config } = new STSClient({ ...configuration, ...from });
  const provide: (options: { readonly forceRefresh: boolean }) => Promise<Credential> = config.credentials;
  return provide({ forceRefresh: true });
}

/** What a profile of the shared configuration files gives. Throws a RefusedError that names the field. */
export async function fromProfile(
  profile: string,
  field: string,
  configuration: ClientConfiguration,
): Promise<Credential> {
  const { fromIni } = await sdk();
  try {
    // What the profile sends is for AWS alone, whatever endpoint a file names.
    return await fromSdk(
      fromIni({ profile, ...readAnew, clientConfig: { ignoreConfiguredEndpointUrls: true } }),
      configuration,
    );
  } catch (error) {
    throw profileError(error, { profile, field });
  }
}

/** Reads keys from the environment. Throws a RefusedError that names the field whose variable is not set. */
export function fromVariables(
  { entry, path }: Pick<EntrySite<AwsKeysEntry>, "entry" | "path">,
  { variables }: Pick<EntryParts, "variables">,
): Credential {
  const read = (field: keyof AwsKeysEntry) => {
    const variable = entry[field];
    return variable && readVariable(variable, `${path}.${field}`, variables());
  };
  const sessionToken = read("sessionToken");
  return {
    accessKeyId: read("accessKeyId") ?? "",
    secretAccessKey: read("secretAccessKey") ?? "",
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/**
 * Assumes the role of an entry. A source whose own session ended early is asked anew, once. Throws a RefusedError that names the
 * entry.
 */
export async function assumeRole(
  site: EntrySite<AwsRoleEntry>,
  parts: EntryParts,
  region: string,
  signal?: AbortSignal,
): Promise<Credential> {
  const { entry, path } = site;
  const source = parts.sourceOf(entry.sourceProfile, `${path}.sourceProfile`);
  const { externalId } = entry;
  const params = {
    ...sessionOf(site),
    RoleSessionName: sessionNameOf(entry),
    ExternalId:
      typeof externalId === "object" ? readVariable(externalId, `${path}.externalId`, parts.variables()) : externalId,
  };
  const { fromTemporaryCredentials } = await sdk();
  const client = await clientFor(region, parts);
  const assumeAs = async (masterCredentials: Credential) => {
    return fromTemporaryCredentials({ params, masterCredentials, ...client })();
  };

  const used = await source.credential(region, signal);
  try {
    return await assumeAs(used).catch(async (error: unknown) => {
      if (!isExpiredSession(readSdkError(error))) throw error;
      source.forget(used);
      const renewed = await source.credential(region, signal);
      if (renewed.accessKeyId === used.accessKeyId) throw error;
      return assumeAs(renewed);
    });
  } catch (error) {
    throw roleError(error, { ...site, roleArn: params.RoleArn, region });
  }
}

/**
 * Assumes the role of an entry with the token in its file; over http with one that is none, and the file is not read. Throws a
 * RefusedError that names the entry.
 */
export async function assumeByToken(
  site: EntrySite<AwsWebIdentityEntry>,
  parts: EntryParts,
  region: string,
): Promise<Credential> {
  const { fromTokenFile, fromWebToken } = await sdk();
  const { webIdentityTokenFile } = site.entry;
  const { RoleArn: roleArn, DurationSeconds: durationSeconds } = sessionOf(site);
  const init = {
    roleArn,
    roleSessionName: sessionNameOf(site.entry),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(await clientFor(region, parts)),
  };
  try {
    const provide = parts.insecure
      ? fromWebToken({ ...init, webIdentityToken: "not-a-secret" })
      : fromTokenFile({ ...init, webIdentityTokenFile });
    return await provide();
  } catch (error) {
    throw tokenFileError(error, site) ?? roleError(error, { ...site, roleArn, region });
  }
}

function sessionOf({ entry, accountId }: EntrySite<AwsRoleEntry | AwsWebIdentityEntry>) {
  const RoleArn = entry.roleArn.replaceAll("{accountId}", accountId);
  return { RoleArn, DurationSeconds: entry.durationSeconds };
}

function sessionNameOf({ sessionName }: AwsRoleEntry | AwsWebIdentityEntry): string {
  return sessionName ?? "buyonce";
}

/**
 * What the SDK asks STS with. A session of one region is good in all; a region that the account of the source may not have enabled
 * is not asked. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
 */
async function clientFor(region: string, { configuration, insecure }: EntryParts) {
  const clientConfig = await configuration(isOptInRegion(region) ? "us-east-1" : region);
  const applyToStack = (stack: { add(middleware: unknown, options: object): void }) => {
    stack.add(httpsOnly(insecure), { step: "build", name: "httpsOnly" });
  };
  return { clientConfig, clientPlugins: [{ applyToStack }] };
}
