import type { AwsAccounts } from "../../../providers/aws/aws-accounts.ts";
import type { AzureTenants } from "../../../providers/azure/azure-tenants.ts";
import type { AzureCloud } from "../../../providers/azure/clouds.ts";
import type { GcpProjects } from "../../../providers/gcp/gcp-projects.ts";
import type { TagNames } from "../../contract/tag-names.ts";
import type { Variable } from "../../contract/variable.ts";
import type { ConfiguredWebhooks } from "../../webhooks/webhooks-schema.ts";

/** What a configuration says; every path in it is whole. Secrets are not in it: it names where they are. */
export interface Configuration {
  /** Its path, as it was named: what a message calls it. */
  readonly file: string;
  readonly aws?: { readonly accounts: AwsAccounts } | undefined;
  readonly azure?: { readonly cloud?: AzureCloud | undefined; readonly tenants?: AzureTenants | undefined } | undefined;
  readonly gcp?: { readonly projects: GcpProjects } | undefined;
  /** The ledger of real purchases: a whole path, a URL, or the variable that holds one. */
  readonly ledger?: string | Variable | undefined;
  readonly tagNames?: TagNames | undefined;
  /** Where messages about decisions go. */
  readonly webhooks?: ConfiguredWebhooks | undefined;
}
