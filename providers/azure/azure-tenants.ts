import { z } from "zod";
import { fileSchema, signInSchema, signInsSchema, type SignIns } from "../../src/contract/sign-in.ts";
import { type Variable, variableSchema } from "../../src/contract/variable.ts";

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
    clientId: clientId.describe("The application (client) id of the app registration that buys."),
    clientSecret: variableSchema.optional().describe("The variable that holds the application's client secret."),
    clientCertificatePath: fileSchema
      .optional()
      .describe("A PEM file with the application's certificate and private key, or the variable that holds its path."),
    clientCertificatePassword: variableSchema
      .optional()
      .describe("The variable that holds the private key's password."),
    federatedTokenFile: fileSchema
      .optional()
      .describe("Workload identity: the file with the token of another issuer, read anew for every sign-in."),
    managedIdentityClientId: clientId.describe("Of a user assigned managed identity. Left out: the machine's own."),
    use: z
      .enum(["managed-identity", "default"], 'must be "managed-identity" or "default"')
      .optional()
      .describe("managed-identity: that of the machine. default: DefaultAzureCredential, whatever the machine offers."),
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
