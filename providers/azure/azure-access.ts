import { z } from "zod";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import type { AccessPlace, ProviderAccess, PurchaseRight, SignedIn } from "../../src/contract/provider-access.ts";
import { UnbelievableAnswerError } from "../http/api-error.ts";
import type { UnknownObject } from "../http/answer.ts";
import { noToken } from "../http/transport-error.ts";
import { withSignal } from "../http/with-signal.ts";
import { createArmClient } from "./arm-client.ts";
import type { TenantCredentials } from "./azure-credential.ts";
import {
  planPermissions,
  planPurchase,
  reservationAliasPermissions,
  reservationAliasPurchase,
  reservationPermissions,
  reservationPurchase,
} from "./azure-permissions.ts";
import { toRefusal } from "./azure-refusal.ts";
import type { AnyAzureReservation } from "./azure-schema.ts";
import { type AzureSettings, resolveSettings } from "./azure-settings.ts";
import { clouds } from "./clouds.ts";
import { makeOncePerTenant } from "./make-once.ts";
import type { AdvisedService } from "./refusal-advice.ts";
import { openReservations } from "./reservations-client.ts";
import type { SavingsPlanRecommendation } from "./savings-plans/azure-plan-schema.ts";

/** https://learn.microsoft.com/rest/api/authorization/permissions */
const apiVersion = "2022-04-01";

const own = "azure/default";

/** What the recommendations of all services say of who is billed. */
type Billed = AnyAzureReservation | SavingsPlanRecommendation;

/** Who signs in to Azure's tenants, and what they may buy: by the permissions that they have at the subscription that is billed. */
export function createAzureAccess(settings: AzureSettings, credentials: TenantCredentials): ProviderAccess {
  const { cloud, endpoint, tenants, reservationFlow } = resolveSettings(settings);
  const reservations =
    reservationFlow === "alias"
      ? { permissions: reservationAliasPermissions, purchase: reservationAliasPurchase }
      : { permissions: reservationPermissions, purchase: reservationPurchase };
  const insecure = endpoint !== undefined && parseEndpoint(endpoint).insecure;
  const openIn = makeOncePerTenant((tenantId) => {
    const clock: { offset?: number | undefined } = {};
    const client = createArmClient(
      { ...settings, tenantId },
      {
        apiVersion,
        credentials,
        makeSdkClient: openReservations,
        onAnswer: (answer) => (clock.offset = answer.clockOffset ?? clock.offset),
      },
    );
    return { client, clock };
  });

  async function signIn({ id, label }: AccessPlace, signal: AbortSignal): Promise<SignedIn> {
    credentials.require(id);
    if (insecure) return { as: "a dummy credential", by: "nobody: over http no real credential is sent" };
    try {
      const claims = await withSignal(credentials.signIn(id, clouds[cloud].scope, signal), signal);
      return { as: claims && nameIn(claims), by: "the claims of the token" };
    } catch (cause) {
      const purpose = `sign in to ${label}`;
      throw toRefusal(
        noToken(cause),
        { purpose, permission: "", code: "lookup-failed", untrusted: "lookup-untrusted" },
        signal,
      );
    }
  }

  async function permissionsAt(subscriptionId: string, tenantId: string | undefined, signal: AbortSignal) {
    const { client } = openIn(tenantId);
    const path = `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/permissions`;
    try {
      const parsed = answerSchema.safeParse(await client.read({ method: "GET", url: client.url(path), signal }));
      if (parsed.success) return parsed.data.value;
      throw new UnbelievableAnswerError("it is no list of permissions");
    } catch (error) {
      const purpose = `read the permissions at subscription ${subscriptionId}`;
      const permission = "Microsoft.Authorization/permissions/read";
      throw toRefusal(error, { purpose, permission, code: "lookup-failed", untrusted: "lookup-untrusted" }, signal);
    }
  }

  return {
    places: Object.keys(tenants ?? {})
      .filter((tenantId) => tenantId !== "*")
      .map(placeOf),
    placeOf: (recommendation) => placeOf((recommendation as Billed).tenantId),
    signIn: async (place, { signal }) => signIn(place, signal),
    permissionsOf: (service) => (service === "savings-plans" ? planPermissions : reservations.permissions),

    async mayPurchase(recommendation, _quote, { signal }) {
      const { service, subscriptionId, tenantId } = recommendation as Billed;
      const sets = await permissionsAt(subscriptionId, tenantId, signal);
      const bought = service === "savings-plans" ? planPurchase : reservations.purchase;
      return { ...judge(sets, bought, subscriptionId), clockOffset: openIn(tenantId).clock.offset };
    },
  };
}

function placeOf(tenantId: string | undefined): AccessPlace {
  if (tenantId === undefined) return { key: own, label: "Azure, the credential's own tenant" };
  return { key: `azure/${tenantId.toLowerCase()}`, label: `Azure tenant ${tenantId}`, id: tenantId };
}

/** Who it is, by the claims that name a person or an application: `upn`, `appid`, `oid`. */
function nameIn(claims: UnknownObject): string | undefined {
  const [name, value] =
    ["upn", "unique_name", "appid", "azp", "oid"]
      .map((claim) => [claim, claims[claim]] as const)
      .find(([, claim]) => typeof claim === "string") ?? [];
  if (typeof value !== "string") return undefined;
  return name === "appid" || name === "azp" ? `application ${value}` : value;
}

const actions = z.array(z.string()).nullish();
const permissionsSchema = z.object({ actions, notActions: actions });
const answerSchema = z.object({ value: z.array(permissionsSchema) });

/** Each set is a role's: what one allows, another does not forbid. */
function judge(
  sets: readonly z.infer<typeof permissionsSchema>[],
  { namespace, action, role }: AdvisedService,
  subscription: string,
): PurchaseRight {
  const by = "Microsoft.Authorization/permissions";
  const wanted = `${namespace}/${action}`;
  const has = (patterns: readonly string[] | null | undefined) =>
    (patterns ?? []).some((pattern) => matches(pattern, wanted));
  const isAllowed = sets.some((set) => has(set.actions) && !has(set.notActions));
  if (isAllowed) return { result: "allowed", by, detail: "A role at the subscription allows it." };
  return {
    result: "denied",
    by,
    detail: `No role of this identity at subscription ${subscription} allows ${wanted}.`,
    todo: `Assign the role ${role} on it.`,
  };
}

/** As in role definitions: letter case aside, a star stands for anything. */
function matches(pattern: string, action: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[^\w/]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}
