import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { RefusedError } from "../../src/contract/errors.ts";
import { parseBody, type UnknownObject } from "../http/answer.ts";
import { clouds } from "./clouds.ts";
import { makeOnce, makeOncePerTenant } from "./make-once.ts";
import type { ResolvedSettings } from "./azure-settings.ts";
import { requireSignIn, signIn } from "./azure-sign-in.ts";

/** Signs in to tenants. */
export interface TenantCredentials {
  /** Throws a RefusedError for a tenant that the settings do not say how to sign in to. Makes nothing. */
  require(tenantId: string | undefined): void;
  /**
   * The credential of a tenant, the same at every call. It is made at the first request for a token, so that a drive which
   * needs none constructs none, and every token is checked to be of the tenant asked for: credentials that take whatever the
   * machine offers (a managed identity, a signed-in command line) would otherwise buy in another tenant.
   */
  of(tenantId: string | undefined): TokenCredential;
  /**
   * Signs in to a tenant, and keeps the token for the next request that needs one, so that nothing is asked for twice. What the
   * token says of itself; undefined for one that says nothing. Throws what the credential throws.
   */
  signIn(tenantId: string | undefined, scope: string, signal: AbortSignal): Promise<UnknownObject | undefined>;
}

/** The credentials that the settings say. */
export function createTenantCredentials(settings: ResolvedSettings): TenantCredentials {
  const { tenants } = settings;
  const of = makeOncePerTenant((tenantId) => createTenantCredential(settings, tenantId));
  return {
    require(tenantId) {
      if (tenants !== undefined) requireSignIn(tenants, tenantId);
    },
    of,
    async signIn(tenantId, scope, signal) {
      const credential = of(tenantId);
      const token = await credential.getToken(scope, { abortSignal: signal });
      if (token === null) throw new Error("The credential gave no token.");
      credential.keep(scope, token);
      return claimsOf(token.token);
    },
  };
}

/** The credential of a tenant, which can be given a token for its next request. */
interface TenantCredential extends TokenCredential {
  keep(scope: string, token: AccessToken): void;
}

function createTenantCredential(settings: ResolvedSettings, tenantId: string | undefined): TenantCredential {
  const credentialOf = makeOnce(() => makeCredential(settings, tenantId));
  let kept: { readonly scope: string; readonly token: AccessToken } | undefined;
  return {
    keep: (scope, token) => void (kept = { scope, token }),
    async getToken(scopes, options) {
      const spare = kept;
      kept = undefined;
      const isMeant = spare !== undefined && [scopes].flat().join(" ") === spare.scope && options?.claims === undefined;
      if (isMeant && spare.token.expiresOnTimestamp > settings.environment.now()) return spare.token;
      const credential = await credentialOf();
      const token = await credential.getToken(scopes, tenantId === undefined ? options : { ...options, tenantId });
      if (token === null) return null;
      requireTenant(token, tenantId);
      return endingEarly(token, settings.purchaseTimeout);
    },
  };
}

/**
 * The SDK renews a token a second before its end, which could be in the middle of a purchase. So it is told of an earlier end: a
 * token with less than the purchase timeout left is asked for anew before anything is sent with it. Credentials of
 * `@azure/identity` keep their own, and renew it five minutes before its end.
 */
function endingEarly(token: AccessToken, purchaseTimeout: number): AccessToken {
  return { ...token, expiresOnTimestamp: token.expiresOnTimestamp - purchaseTimeout };
}

/** A stand-in where the bearer policy is taken out: over http no real credential is ever made or sent. */
export const loopbackCredential: TokenCredential = { getToken: async () => null };

/** What goes over http instead of a token: it names the tenant that is meant, and is no secret. */
export function loopbackTokenOf(tenantId: string | undefined): string {
  return ["buyonce-loopback", ...(tenantId === undefined ? [] : [tenantId.toLowerCase()])].join("/");
}

async function makeCredential(settings: ResolvedSettings, tenantId: string | undefined): Promise<TokenCredential> {
  if (typeof settings.credential === "function") return settings.credential(tenantId);
  if (settings.credential !== undefined) return settings.credential;
  if (settings.tenants !== undefined) return signIn(settings.tenants, tenantId, settings);
  const { DefaultAzureCredential } = await import("@azure/identity");
  const { authorityHost } = clouds[settings.cloud];
  return new DefaultAzureCredential({ authorityHost, ...(tenantId === undefined ? {} : { tenantId }) });
}

/** Throws a RefusedError `wrong-account` when the token says that it is of another tenant. An opaque token says nothing. */
function requireTenant({ token }: AccessToken, tenantId: string | undefined): void {
  const issued = tenantOf(token);
  if (tenantId === undefined || issued === undefined || issued.toLowerCase() === tenantId.toLowerCase()) return;
  throw new RefusedError({
    code: "wrong-account",
    message:
      `The Azure credential gave a token of tenant ${issued}, but the recommendation names tenant ${tenantId}. ` +
      "Nothing was sent. Sign in to that tenant, or hand in a credential for it.",
  });
}

/** The `tid` claim: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference */
function tenantOf(token: string): string | undefined {
  const tid = claimsOf(token)?.["tid"];
  return typeof tid === "string" ? tid : undefined;
}

/** What a token says of itself, its signature unchecked; undefined for an opaque one. */
function claimsOf(token: string): UnknownObject | undefined {
  const [, claims = ""] = token.split(".");
  return parseBody({ text: Buffer.from(claims, "base64url").toString("utf8") });
}
