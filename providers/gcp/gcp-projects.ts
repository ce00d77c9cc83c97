import { z } from "zod";
import { fileSchema, signInSchema, signInsSchema, type SignIns } from "../../src/contract/sign-in.ts";
import type { Variable } from "../../src/contract/variable.ts";

/** How to sign in for a project. Nothing here is a secret; a file is named by its path, or by a variable that holds it. */
export type GcpProjectEntry =
  /** The application default credentials. */
  | { readonly use: "default" }
  /** The key of a service account, as Google gives it out: a JSON file of the type `service_account`. */
  | { readonly keyFile: string | Variable }
  /** A service account, by its e-mail address; whoever impersonates it signs in with `keyFile`, else by default. */
  | {
      readonly impersonate: string;
      /** Service accounts in between, each of which may impersonate the next. */
      readonly delegates?: readonly string[] | undefined;
      readonly keyFile?: string | Variable | undefined;
    }
  /** Workload identity federation: a JSON file of the type `external_account`. */
  | { readonly externalAccountFile: string | Variable };

/** The section `gcp.projects` of a configuration file: by project id, `*` for every other project. */
export type GcpProjects = SignIns<GcpProjectEntry>;

const serviceAccount = z
  .string("must be the e-mail address of a service account")
  .regex(/^[^\s@]+@[^\s@]+\.gserviceaccount\.com$/, "must be the e-mail address of a service account");

const entry = signInSchema(
  {
    use: z.literal("default", 'must be "default"').optional().describe("default: the application default credentials."),
    keyFile: fileSchema.optional().describe("The JSON key of a service account, or the variable that holds its path."),
    impersonate: serviceAccount
      .optional()
      .describe(
        "The e-mail address of the service account that buys. keyFile signs in to impersonate it; left out: the application default credentials.",
      ),
    delegates: z
      .array(serviceAccount, "must be a list of service accounts")
      .min(1, "must not be empty")
      .optional()
      .describe("Service accounts in between, each of which may impersonate the next."),
    externalAccountFile: fileSchema
      .optional()
      .describe(
        "Workload identity federation: a JSON file of the type external_account, or the variable that holds its path.",
      ),
  },
  [
    { needs: ["use"], use: "default" },
    { needs: ["keyFile"] },
    { needs: ["impersonate"], may: ["delegates", "keyFile"] },
    { needs: ["externalAccountFile"] },
  ],
);

/** Strict: an unknown field is refused. A project is named by its id, as in a recommendation. */
export const gcpProjectsSchema = signInsSchema<GcpProjectEntry>(
  /^(\*|(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+:)?[a-z][a-z0-9-]{4,28}[a-z0-9])$/,
  'must be a project id such as "my-project-123", in lower case, or *',
  entry,
);
