import { z } from "zod";
import { fileSchema, secretSchema, signInSchema, signInsSchema, type SignIns } from "../../src/contract/sign-in.ts";
import type { Variable } from "../../src/contract/variable.ts";

/** How to sign in to a tenant. Secrets are named by their environment variable; a file by its path, or by a variable. */
export type AzureTenantEntry =
  /** An application with a client secret. */
  | { readonly clientId: string; readonly clientSecret: Variable }
  /** An application with a certificate: a PEM file with its private key. */
  | {
      readonly clientId: string;
      readonly clientCertificatePath: string | Variable;
      readonly clientCertificatePassword?: Variable | undefined;
    }
  /** Workload identity: the file holds a token of another issuer. */
  | { readonly clientId: string; readonly federatedTokenFile: string | Variable }
  /** The managed identity of the machine; with a client id, a user assigned one. */
  | { readonly use: "managed-identity"; readonly managedIdentityClientId?: string | undefined }
  /** `DefaultAzureCredential`: whatever the machine offers. */
  | { readonly use: "default" };

/** The section `azure.tenants` of a configuration file: by tenant id, `*` for every other tenant. */
export type AzureTenants = SignIns<AzureTenantEntry>;

const clientId = z.guid("must be a GUID").optional();

const entry = signInSchema(
  {
    clientId,
    clientSecret: secretSchema.optional(),
    clientCertificatePath: fileSchema.optional(),
    clientCertificatePassword: secretSchema.optional(),
    federatedTokenFile: fileSchema.optional(),
    managedIdentityClientId: clientId,
    use: z.enum(["managed-identity", "default"], 'must be "managed-identity" or "default"').optional(),
  },
  [
    { needs: ["clientId", "clientSecret"] },
    { needs: ["clientId", "clientCertificatePath"], may: ["clientCertificatePassword"] },
    { needs: ["clientId", "federatedTokenFile"] },
    { needs: ["use"], may: ["managedIdentityClientId"], use: "managed-identity" },
    { needs: ["use"], use: "default" },
  ],
);

/** Strict: an unknown field is refused, and so are two spellings of one tenant. */
export const azureTenantsSchema = signInsSchema<AzureTenantEntry>(
  /^(\*|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$/,
  "must be the id of a tenant (a GUID), or *",
  entry,
);
