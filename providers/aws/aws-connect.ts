import type { STSClientConfig } from "@aws-sdk/client-sts";
import type { Environment } from "../../src/contract/environment.ts";
import { type Caller, createAccountGuard, type Credential } from "./account-guard.ts";
import { createAccountSources } from "./account-sources.ts";
import { createEndpointCheck } from "./configured-endpoints.ts";
import { httpsOnly, onExpiredSession } from "./sdk-middleware.ts";
import type { ResolvedSettings } from "./aws-settings.ts";
import { withSignal } from "../http/with-signal.ts";

/** What every client of the AWS SDK takes, whatever the service. */
export type ClientConfiguration = Pick<
  STSClientConfig,
  | "region"
  | "endpoint"
  | "ignoreConfiguredEndpointUrls"
  | "useFipsEndpoint"
  | "useDualstackEndpoint"
  | "credentials"
  | "defaultsMode"
  | "authSchemePreference"
  | "maxAttempts"
  | "retryMode"
  | "requestHandler"
  | "systemClockOffset"
>;

/** One account in one region, whose credentials were checked. */
export interface Connection {
  /** Who signs its requests. */
  readonly caller: Caller;
  /**
   * For reads and tags: the SDK's standard retries; every request is signed with a checked credential. The same object
   * for the same account and region, so that clients can be kept by it.
   */
  readonly read: ClientConfiguration;
  /**
   * For one purchase: a single attempt, no connection kept alive, signed with exactly the credential checked here. `success` is the
   * status that says so besides 200.
   */
  purchase(success?: 201): Promise<ClientConfiguration>;
  /** Whose clock and sleep the pace of its reads goes by. */
  readonly environment: Environment;
  /** To be added to every client at the step `build`. */
  readonly httpsOnly: ReturnType<typeof httpsOnly>;
  /** To be added to clients that read, at the step `initialize`: renews a session that ended early and asks again, once. */
  readonly renewing: Renewing;
  /** The same for clients that buy: the session is renewed for the next call, and nothing is sent again. */
  readonly forgetting: Renewing;
}

type Renewing = ReturnType<typeof onExpiredSession<Credential | undefined>>;

/**
 * Checks whose credentials these are and says how to reach the account. Nothing is sent to a service of an account
 * before. Throws a RefusedError, or the signal's reason.
 */
export type Connect = (accountId: string, region: string, signal: AbortSignal) => Promise<Connection>;

/** Shares the account check and the way to configure clients among all AWS services of one provider. */
export function createConnect(settings: ResolvedSettings): Connect {
  const { endpoint, readTimeout, purchaseTimeout, maxAnswerBytes } = settings;
  const insecure = endpoint?.insecure ?? false;
  const checkEndpoints = createEndpointCheck();
  const reads = new Map<string, ClientConfiguration>();

  /** What all clients have. Given here, so that neither the environment nor a shared configuration file decides. */
  function common(region: string): ClientConfiguration {
    return {
      region,
      ignoreConfiguredEndpointUrls: true,
      // The SDK refuses an endpoint beside these two, which choose among those of AWS.
      ...(endpoint ? { endpoint: endpoint.url, useFipsEndpoint: false, useDualstackEndpoint: false } : {}),
      // What is left out here each client looks for in the environment and in two files, once more for each purchase.
      defaultsMode: "legacy",
      authSchemePreference: [],
      retryMode: "standard",
    };
  }

  async function readHandler(keepAlive: boolean) {
    const { createRequestHandler } = await import("./request-handler.ts");
    return createRequestHandler({ timeout: readTimeout, keepAlive, maxAnswerBytes });
  }

  const configuration = async (region: string): Promise<ClientConfiguration> => {
    return { ...common(region), requestHandler: await readHandler(false), maxAttempts: 3 };
  };
  const guard = createAccountGuard(createAccountSources(settings, configuration));

  async function readConfiguration(accountId: string, region: string): Promise<ClientConfiguration> {
    const key = `${accountId}/${region}`;
    const known = reads.get(key);
    if (known) return known;
    // `memoized` tells the SDK not to keep the answer: a rotated credential is then checked before its first use.
    const credentials = Object.assign(() => guard.credentialFor(accountId, region), { memoized: true });
    const made = { ...common(region), requestHandler: await readHandler(true), maxAttempts: 3, credentials };
    return reads.get(key) ?? (reads.set(key, made), made);
  }

  /** Whether there is another credential now than the one that was refused. */
  async function renew(accountId: string, region: string, used: Credential | undefined): Promise<boolean> {
    if (used === undefined) return false;
    guard.forget(accountId, used);
    const { accessKeyId } = await guard.credentialFor(accountId, region);
    return accessKeyId !== used.accessKeyId;
  }

  return async (accountId, region, signal) => {
    signal.throwIfAborted();
    await checkEndpoints(region);
    const { credential, caller } = await withSignal(guard.check(accountId, region, signal), signal);
    return {
      caller,
      read: await readConfiguration(accountId, region),
      async purchase(success) {
        const { createPurchaseHandler } = await import("./request-handler.ts");
        const requestHandler = createPurchaseHandler({ timeout: purchaseTimeout, maxAnswerBytes, success });
        // A second attempt is a second purchase.
        return { ...common(region), requestHandler, maxAttempts: 1, credentials: credential };
      },
      environment: settings.environment,
      httpsOnly: httpsOnly(insecure),
      renewing: onExpiredSession(
        () => guard.held(accountId),
        async (used) => renew(accountId, region, used),
      ),
      forgetting: onExpiredSession(
        () => credential,
        async (used) => {
          guard.forget(accountId, used);
          return false;
        },
      ),
    };
  };
}
