import { AzureReservationAPI } from "@azure/arm-reservations";
import {
  bearerTokenAuthenticationPolicyName,
  decompressResponsePolicyName,
  proxyPolicyName,
} from "@azure/core-rest-pipeline";
import { parseEndpoint } from "../../src/spec/endpoint.ts";
import type { JsonObject } from "../../src/spec/json.ts";
import { ApiError, UnbelievableAnswerError } from "./api-error.ts";
import { parseBody, type Answer, type UnknownObject } from "./answer.ts";
import { clouds } from "./clouds.ts";
import { createTenantCredential, loopbackCredential } from "./credential.ts";
import { readWithRetry } from "./read-with-retry.ts";
import { resolveSettings, type AzureSettings, type ResolvedSettings } from "./settings.ts";
import { exchange } from "./transport.ts";

/** The newest version of the API that holds reservation orders: https://learn.microsoft.com/rest/api/reserved-vm-instances/ */
const apiVersion = "2022-11-01";

/** A request that moves no money: a read or a price calculation. */
export interface ReadRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly body?: JsonObject;
  readonly signal?: AbortSignal | undefined;
  /** How often it is sent at most; default: the setting `readAttempts`. */
  readonly attempts?: number;
}

/** Microsoft.Capacity of one tenant. Make it with {@link createReservationsClient}. */
export interface ReservationsClient {
  readonly settings: ResolvedSettings;
  /** The address of a path with the API version and further query parameters. */
  url(path: string, query?: Readonly<Record<string, string>>): URL;
  /**
   * Sends a request that moves no money, with retries, and returns the JSON object of a 2xx answer. Throws an ApiError
   * for another status, an UnbelievableAnswerError for another body, a TransportError for no answer, or the signal's reason.
   */
  read(request: ReadRequest): Promise<UnknownObject>;
  /** Sends a PUT once and waits for its answer, whatever that is, up to the purchase timeout. Throws a TransportError. */
  put(url: URL, body: JsonObject): Promise<Answer>;
}

/** Settings of a client: those of the provider and its tenant. */
export interface ReservationsClientSettings extends AzureSettings {
  /** The tenant whose credential and orders are meant; left out: the credential's own. */
  readonly tenantId?: string;
}

/**
 * A client on the transport of `@azure/arm-reservations`: one connection set for reads and price calculations, and one
 * of its own for purchases, which has no retries, no redirects and an explicit timeout.
 *
 * Throws a RefusedError `invalid-configuration` for an endpoint that is neither https nor http on loopback. Sends nothing.
 */
export function createReservationsClient(settings: ReservationsClientSettings = {}): ReservationsClient {
  const resolved = resolveSettings(settings);
  const cloud = clouds[resolved.cloud];
  const { url: base, insecure } = parseEndpoint(resolved.endpoint ?? cloud.endpoint);
  const credential = insecure ? loopbackCredential : createTenantCredential(resolved, settings.tenantId);
  // Two instances, though their options are the same: nothing that is done to the one for reads can reach purchases.
  const [reads, purchases] = [createApi(), createApi()];
  const now = () => resolved.environment.now();

  function createApi(): AzureReservationAPI {
    const api = new AzureReservationAPI(credential, {
      endpoint: base.origin,
      cloudSetting: cloud.cloudSetting,
      credentials: { scopes: [cloud.scope] },
      // The SDK re-sends by itself, purchases too. Reads are retried above it, where the waits are injected.
      retryOptions: { maxRetries: 0 },
      redirectOptions: { maxRetries: 0 },
      userAgentOptions: { userAgentPrefix: "buyonce" },
    });
    if (insecure) {
      // Loopback: the bearer policy refuses http, and a proxy from the environment would carry the request away.
      api.pipeline.removePolicy({ name: bearerTokenAuthenticationPolicyName });
      api.pipeline.removePolicy({ name: proxyPolicyName });
    }
    // Without compression: a compressed body that is cut off neither ends nor fails in the SDK's reader.
    api.pipeline.removePolicy({ name: decompressResponsePolicyName });
    return api;
  }

  return {
    settings: resolved,

    url(path, query = {}) {
      const url = new URL(base.href);
      url.pathname = `${base.pathname.replace(/\/+$/, "")}${path}`;
      url.search = new URLSearchParams({ "api-version": apiVersion, ...query }).toString();
      return url;
    },

    read({ method, url, body, signal, attempts = resolved.readAttempts }) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const attempt = async () => {
        const request = { method, url, body: text, timeout: resolved.readTimeout, signal };
        const answer = await exchange(reads, request, now);
        const parsed = parseBody(answer);
        if (answer.status < 200 || answer.status > 299) throw new ApiError(answer, parsed);
        if (parsed === undefined) {
          throw new UnbelievableAnswerError(`HTTP ${answer.status} with a body that is not a JSON object`);
        }
        return parsed;
      };
      return readWithRetry(attempt, { attempts, signal, settings: resolved });
    },

    put: (url, body) =>
      exchange(
        purchases,
        { method: "PUT", url, body: JSON.stringify(body), timeout: resolved.purchaseTimeout, freshConnection: true },
        now,
      ),
  };
}
