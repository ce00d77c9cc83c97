import type { STSClientConfig } from "@aws-sdk/client-sts";
import { createAccountGuard, type Credential } from "./account-guard.ts";
import { createAccountSources } from "./account-sources.ts";
import { httpsOnly } from "./https-only.ts";
import type { ResolvedSettings } from "./settings.ts";
import { withSignal } from "../http/with-signal.ts";

/** What every client of the AWS SDK takes, whatever the service. */
export type ClientConfiguration = Pick<
  STSClientConfig,
  "region" | "endpoint" | "credentials" | "maxAttempts" | "retryMode" | "requestHandler"
>;

/** One account in one region, whose credentials were checked. */
export interface Connection {
  /**
   * For reads and tags: the SDK's standard retries; every request is signed with a checked credential. The same object
   * for the same account and region, so that clients can be kept by it.
   */
  readonly read: ClientConfiguration;
  /** For one purchase: a single attempt, no connection kept alive, signed with exactly the credential checked here. */
  purchase(): Promise<ClientConfiguration>;
  /** To be added to every client at the step `build`. */
  readonly httpsOnly: ReturnType<typeof httpsOnly>;
}

/**
 * Checks whose credentials these are and says how to reach the account. Nothing is sent to a service of an account
 * before. Throws a RefusedError, or the signal's reason.
 */
export type Connect = (accountId: string, region: string, signal: AbortSignal) => Promise<Connection>;

/** A connection that is not there after this many milliseconds will hardly come; nothing was sent yet. */
const connectionTimeout = 10_000;

/** Shares the account check and the way to configure clients among all AWS services of one provider. */
export function createConnect(settings: ResolvedSettings): Connect {
  const { endpoint, readTimeout, purchaseTimeout } = settings;
  const insecure = endpoint?.insecure ?? false;
  const reads = new Map<string, ClientConfiguration>();

  async function reach(region: string, timeout: number, keepAlive: boolean) {
    const { NodeHttpHandler } = await import("@smithy/node-http-handler");
    // With a finite maxSockets, which is the handler's default, Node asks for keep-alive even where the agent does not.
    const agent = keepAlive ? { keepAlive } : { keepAlive, maxSockets: Infinity };
    return {
      region,
      ...(endpoint ? { endpoint: endpoint.url } : {}),
      // Given here, so that neither the environment nor a shared configuration file decides.
      retryMode: "standard",
      requestHandler: new NodeHttpHandler({
        connectionTimeout,
        // The request timeout ends with the headers of the answer, the socket timeout covers its body. Without
        // throwOnRequestTimeout the SDK only warns.
        requestTimeout: timeout,
        throwOnRequestTimeout: true,
        socketTimeout: timeout,
        httpAgent: agent,
        httpsAgent: agent,
      }),
    };
  }

  const guard = createAccountGuard(
    createAccountSources(settings, async (region) => ({
      ...(await reach(region, readTimeout, false)),
      maxAttempts: 3,
    })),
  );

  async function readConfiguration(accountId: string, region: string): Promise<ClientConfiguration> {
    const key = `${accountId}/${region}`;
    const known = reads.get(key);
    if (known) return known;
    // `memoized` tells the SDK not to keep the answer: a rotated credential is then checked before its first use.
    const credentials = Object.assign(() => guard.credentialFor(accountId, region), { memoized: true });
    const made = { ...(await reach(region, readTimeout, true)), maxAttempts: 3, credentials };
    return reads.get(key) ?? (reads.set(key, made), made);
  }

  return async (accountId, region, signal) => {
    signal.throwIfAborted();
    const credential: Credential = await withSignal(guard.credentialFor(accountId, region, signal), signal);
    return {
      read: await readConfiguration(accountId, region),
      async purchase() {
        // A second attempt is a second purchase, and a reset of a stale connection cannot be told from "bought, answer lost".
        return { ...(await reach(region, purchaseTimeout, false)), maxAttempts: 1, credentials: credential };
      },
      httpsOnly: httpsOnly(insecure),
    };
  };
}
