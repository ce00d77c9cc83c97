import type { AccessToken, TokenCredential } from "@azure/core-auth";
import { RefusedError } from "../../src/contract/errors.ts";
import { parseBody } from "../http/answer.ts";
import { clouds } from "./clouds.ts";
import { makeOnce } from "./make-once.ts";
import type { ResolvedSettings } from "./azure-settings.ts";

/**
 * The credential of one tenant. It is made at the first request for a token, so that a drive which needs none constructs
 * none, and every token is checked to be of the tenant asked for: credentials that take whatever the machine offers
 * (a managed identity, a signed-in command line) would otherwise buy in another tenant.
 */
export function createTenantCredential(settings: ResolvedSettings, tenantId: string | undefined): TokenCredential {
  const credentialOf = makeOnce(() => makeCredential(settings, tenantId));
  return {
    async getToken(scopes, options) {
      const credential = await credentialOf();
      const token = await credential.getToken(scopes, tenantId === undefined ? options : { ...options, tenantId });
      if (token !== null) requireTenant(token, tenantId);
      return token;
    },
  };
}

/** A stand-in where the bearer policy is taken out: over http no real credential is ever made or sent. */
export const loopbackCredential: TokenCredential = { getToken: async () => null };

async function makeCredential(settings: ResolvedSettings, tenantId: string | undefined): Promise<TokenCredential> {
  if (typeof settings.credential === "function") return settings.credential(tenantId);
  if (settings.credential !== undefined) return settings.credential;
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
  const [, claims = ""] = token.split(".");
  const tid = parseBody({ text: Buffer.from(claims, "base64url").toString("utf8") })?.["tid"];
  return typeof tid === "string" ? tid : undefined;
}
