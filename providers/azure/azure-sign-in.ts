import type { TokenCredential } from "@azure/core-auth";
import { RefusedError } from "../../src/contract/errors.ts";
import { entryFor, readFileName } from "../../src/contract/sign-in.ts";
import { readVariable } from "../../src/contract/variable.ts";
import type { ResolvedSettings } from "./azure-settings.ts";
import type { AzureTenantEntry, AzureTenants } from "./azure-tenants.ts";
import { clouds } from "./clouds.ts";

/** How a tenant is signed in to, and where that is written. */
interface TenantSignIn {
  readonly entry: AzureTenantEntry;
  /** `azure.tenants.*` */
  readonly path: string;
}

/**
 * The entry of a tenant, else that of `*`. Throws a RefusedError `credentials-unavailable` where there is none, and where a
 * recommendation names no tenant and the entry signs in to one that is named.
 */
export function requireSignIn(tenants: AzureTenants, tenantId: string | undefined): TenantSignIn {
  const found = entryFor(tenants, tenantId);
  if (found === undefined) {
    const missing =
      tenantId === undefined
        ? 'A recommendation names no tenant: add its tenantId, or the entry "azure.tenants.*"'
        : `Nothing says how to sign in to Azure tenant ${tenantId}: add the entry "azure.tenants.${tenantId}", or one for *`;
    throw refused(missing);
  }
  const path = `azure.tenants.${found.key}`;
  if (tenantId === undefined && "clientId" in found.entry) {
    throw refused(`A recommendation names no tenant, and ${path} signs in to one that is named: add its tenantId`);
  }
  return { entry: found.entry, path };
}

/** Makes the credential of a tenant, which keeps its token. Throws a RefusedError for a variable that is not set. Sends nothing. */
export async function signIn(
  tenants: AzureTenants,
  tenantId: string | undefined,
  { cloud, variables }: Pick<ResolvedSettings, "cloud" | "variables">,
): Promise<TokenCredential> {
  const { entry, path } = requireSignIn(tenants, tenantId);
  const sdk = await import("@azure/identity");
  const { authorityHost } = clouds[cloud];
  if ("use" in entry) {
    if (entry.use === "default") {
      return new sdk.DefaultAzureCredential({ authorityHost, ...(tenantId === undefined ? {} : { tenantId }) });
    }
    const { managedIdentityClientId: clientId } = entry;
    return new sdk.ManagedIdentityCredential({ authorityHost, ...(clientId === undefined ? {} : { clientId }) });
  }
  const { clientId } = entry;
  const tenant = tenantId ?? "";
  if ("clientSecret" in entry) {
    const secret = readVariable(entry.clientSecret, `${path}.clientSecret`, variables);
    return new sdk.ClientSecretCredential(tenant, clientId, secret, { authorityHost });
  }
  if ("federatedTokenFile" in entry) {
    const tokenFilePath = readFileName(entry.federatedTokenFile, `${path}.federatedTokenFile`, variables);
    return new sdk.WorkloadIdentityCredential({ tenantId: tenant, clientId, tokenFilePath, authorityHost });
  }
  const certificatePath = readFileName(entry.clientCertificatePath, `${path}.clientCertificatePath`, variables);
  const { clientCertificatePassword: password } = entry;
  const protectedBy =
    password === undefined
      ? {}
      : { certificatePassword: readVariable(password, `${path}.clientCertificatePassword`, variables) };
  return new sdk.ClientCertificateCredential(tenant, clientId, { certificatePath, ...protectedBy }, { authorityHost });
}

function refused(problem: string): RefusedError {
  return new RefusedError({ code: "credentials-unavailable", message: `${problem}. Nothing was sent.` });
}
