import type { TokenCredential } from "@azure/core-auth";
import { checkNumber, longestTimer } from "../../src/contract/check-number.ts";
import { systemEnvironment, type Environment } from "../../src/contract/environment.ts";
import { RefusedError } from "../../src/contract/errors.ts";
import { parseSignIns } from "../../src/contract/sign-in.ts";
import { defaultTagNames, type TagNames } from "../../src/contract/tag-names.ts";
import type { Variables } from "../../src/contract/variable.ts";
import { defaultMaxAnswerBytes } from "../http/limit-bytes.ts";
import type { AzureCloud } from "./clouds.ts";
import { requireTagNames } from "./azure-marker.ts";
import { type ReservationFlow, reservationFlows } from "./reservation-flow.ts";
import { azureTenantsSchema, type AzureTenants } from "./azure-tenants.ts";

/** A credential, or what makes one for a tenant (`undefined`: the credential's own tenant). */
export type AzureCredential = TokenCredential | ((tenantId: string | undefined) => TokenCredential);

/** How Azure is reached and how purchases are marked. Times are in milliseconds. */
export interface AzureSettings {
  /** Default: `DefaultAzureCredential` of `@azure/identity`. Never used over http. */
  readonly credential?: AzureCredential | undefined;
  /**
   * Instead of `credential`: how to sign in to each tenant, as the section `azure.tenants` of a configuration file says it.
   * Nothing is read or made before a tenant's first request, and then once; over http never.
   */
  readonly tenants?: AzureTenants | undefined;
  /** What `tenants` takes secrets from; default: the environment of this process. */
  readonly variables?: Variables | undefined;
  /** Another address of Azure Resource Manager: https, or http on loopback. Default: the cloud's own. */
  readonly endpoint?: string | undefined;
  /** Default `public`. */
  readonly cloud?: AzureCloud | undefined;
  /** Under which tag keys source and token are stamped and read; Azure takes no difference in letter case for one. */
  readonly tagNames?: TagNames | undefined;
  /**
   * Send tags with a purchase; default true. Microsoft documents no tags for reservation orders, so the service might
   * refuse them one day: with false they stay away, and the display name alone carries the token.
   */
  readonly stampTags?: boolean | undefined;
  /**
   * How reservations are bought; default `two-steps`: under an order id that Azure mints with the price. `alias`: under a name
   * made of the token, which is read before every send, so that a lost ledger with a listing that lags buys nothing twice. **It
   * rests on a recording of December 2022, and what a second PUT of an alias does is not documented** (docs/azure-reservation-alias.md).
   * The price is asked for first and compared with `maxPrice`, but the purchase is not bound to it.
   */
  readonly reservationFlow?: ReservationFlow | undefined;
  readonly environment?: Environment | undefined;
  /** Most pages that one listing may have before it is refused as endless; default 2,000. */
  readonly maxPages?: number | undefined;
  /** How long one attempt of a read or a price calculation may take, its body included; default 30,000. */
  readonly readTimeout?: number | undefined;
  /** How long a purchase is waited for; after it the outcome is unknown, never "failed". Default 60,000. */
  readonly purchaseTimeout?: number | undefined;
  /**
   * How often a read or a price calculation is sent at most; default 4. One that Azure refuses because too many came (429) does not
   * count: it is sent again when its turn has come, up to eight times. A purchase is always sent once.
   */
  readonly readAttempts?: number | undefined;
  /** The longest that the `Retry-After` of an error is waited for; default 60,000. That of a 429 is waited for up to an hour. */
  readonly retryAfterCap?: number | undefined;
  /** The longest answer that is taken, in bytes; default 16,777,216. A longer one counts as one that cannot be read. */
  readonly maxAnswerBytes?: number | undefined;
}

/** Settings with every default filled in. */
export type ResolvedSettings = Filled<Omit<AzureSettings, "credential" | "tenants" | "endpoint">> &
  Pick<AzureSettings, "credential" | "tenants" | "endpoint">;

type Filled<Settings> = { readonly [Name in keyof Settings]-?: Exclude<Settings[Name], undefined> };

/**
 * Fills in the defaults. Throws a RefusedError `invalid-configuration` for a limit that is no whole number from 1, for tag
 * names that cannot be used, and for `tenants` that cannot be used or stand beside a credential.
 */
export function resolveSettings(settings: AzureSettings): ResolvedSettings {
  const limits = {
    maxPages: settings.maxPages ?? 2_000,
    readTimeout: settings.readTimeout ?? 30_000,
    purchaseTimeout: settings.purchaseTimeout ?? 60_000,
    readAttempts: settings.readAttempts ?? 4,
    retryAfterCap: settings.retryAfterCap ?? 60_000,
    maxAnswerBytes: settings.maxAnswerBytes ?? defaultMaxAnswerBytes,
  };
  for (const [name, value] of Object.entries(limits)) {
    checkNumber(`The Azure setting ${name}`, value, { minimum: 1, maximum: longestTimer });
  }
  const tagNames = settings.tagNames ?? defaultTagNames;
  requireTagNames(tagNames);
  const { credential, tenants, endpoint, reservationFlow = "two-steps" } = settings;
  if (!reservationFlows.includes(reservationFlow)) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: `The Azure setting reservationFlow must be one of ${reservationFlows.join(", ")}. Nothing was sent.`,
    });
  }
  if (credential !== undefined && tenants !== undefined) {
    throw new RefusedError({
      code: "invalid-configuration",
      message: "The Azure provider takes either credential or tenants, not both. Nothing was sent.",
    });
  }
  return {
    ...limits,
    cloud: settings.cloud ?? "public",
    tagNames,
    stampTags: settings.stampTags ?? true,
    reservationFlow,
    environment: settings.environment ?? systemEnvironment,
    variables: settings.variables ?? process.env,
    ...(credential === undefined ? {} : { credential }),
    ...(tenants === undefined ? {} : { tenants: parseSignIns(azureTenantsSchema, tenants, "azure.tenants") }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
