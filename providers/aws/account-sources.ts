import type { AccountSources, Credential } from "./account-guard.ts";
import type { ClientConfiguration } from "./aws-connect.ts";
import { httpsOnly } from "./sdk-middleware.ts";
import type { ResolvedSettings } from "./aws-settings.ts";

/** Over http nothing real is ever sent: this is the whole secret. */
const dummyCredential: Credential = { accessKeyId: "BUYONCELOOPBACK", secretAccessKey: "not-a-secret" };

/** Where the account guard gets credentials and their account from: the SDK's credential chain, and STS. */
export function createAccountSources(
  { credentials, endpoint }: Pick<ResolvedSettings, "credentials" | "endpoint">,
  configuration: (region: string) => Promise<ClientConfiguration>,
): AccountSources {
  const insecure = endpoint?.insecure ?? false;
  let chain: Promise<() => Promise<Credential>> | undefined;

  async function createChain(region: string): Promise<() => Promise<Credential>> {
    const { STSClient } = await import("@aws-sdk/client-sts");
    const given = credentials === undefined ? {} : { credentials };
    // This client sends nothing: it holds the credentials that were given, or else the SDK's default chain.
    const { config } = new STSClient({ ...(await configuration(region)), ...given });
    return () => config.credentials();
  }

  return {
    async resolve(region) {
      if (insecure) return dummyCredential;
      const resolve = await (chain ??= createChain(region));
      return resolve();
    },
    async accountOf(credential, region) {
      const { STSClient, GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const client = new STSClient({ ...(await configuration(region)), credentials: credential });
      client.middlewareStack.add(httpsOnly(insecure), { step: "build", name: "httpsOnly" });
      const { Account } = await client.send(new GetCallerIdentityCommand({}));
      return Account;
    },
  };
}
