import { isDenied } from "../server/is-denied.ts";
import type { SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import { armAnswer, ArmError } from "./arm-answer.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";

/** What belongs to a tenant, by its id in lower case. */
export type OfTenant = { readonly tenant?: string | undefined };

/** The tenant that a dummy credential names (`Bearer buyonce-loopback/GUID`), in lower case; undefined where it names none. */
export function tenantOf({ headers }: Pick<SandboxRequest, "headers">): string | undefined {
  return /^Bearer buyonce-loopback\/([0-9a-f-]{36})$/i.exec(headers["authorization"] ?? "")?.[1]?.toLowerCase();
}

/**
 * Whether something is seen in a tenant. What names none is seen in all: it was bought under a credential that names none, or
 * by a version that kept one tenant only, and its recommendations now look for it in theirs.
 */
export function isSeenIn({ tenant: owner }: OfTenant, tenant: string | undefined): boolean {
  return owner === undefined || owner === tenant;
}

/** What marks a new entry as a tenant's. */
export function markOf(tenant: string | undefined): OfTenant {
  return tenant === undefined ? {} : { tenant };
}

/** Throws an ArmError 403, in Azure's words, where the tenant's identity was denied an action. */
export function requireRight(
  action: string,
  { path }: Pick<SandboxRequest, "path">,
  tenant: string | undefined,
  { tenants }: Pick<AzureBehaviour, "tenants">,
): void {
  if (!isDenied(deniedIn(tenant, tenants), action)) return;
  throw new ArmError(
    403,
    "AuthorizationFailed",
    `The client 'buyonce@sandbox' with object id '00000000-0000-4000-8000-000000000001' does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  );
}

/** `GET permissions`: everything but what the tenant denies. https://learn.microsoft.com/rest/api/authorization/permissions */
export function listPermissions(
  tenant: string | undefined,
  { tenants }: Pick<AzureBehaviour, "tenants">,
): SandboxResponse {
  const set = { actions: ["*"], notActions: deniedIn(tenant, tenants), dataActions: [], notDataActions: [] };
  return armAnswer(200, { value: [set] });
}

function deniedIn(tenant: string | undefined, tenants: AzureBehaviour["tenants"]): readonly string[] {
  return Object.entries(tenants).find(([id]) => id.toLowerCase() === tenant)?.[1].denied ?? [];
}
