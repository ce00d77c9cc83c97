import type { TokenCredential } from "@azure/core-auth";
import { parseEndpoint } from "../../src/contract/endpoint.ts";
import type { OnWait } from "../../src/contract/executor.ts";
import type { JsonObject } from "../../src/contract/json.ts";
import { ApiError, errorOf, UnbelievableAnswerError } from "../http/api-error.ts";
import type { EndTurn, Pace, TurnOptions } from "../http/pace.ts";
import { isTransient, repeatRead } from "../http/repeat-read.ts";
import { parseBody, type Answer, type UnknownObject } from "../http/answer.ts";
import { clouds, type CloudAddresses } from "./clouds.ts";
import {
  createTenantCredentials,
  loopbackCredential,
  loopbackTokenOf,
  type TenantCredentials,
} from "./azure-credential.ts";
import { type AzureLimits, createLimits } from "./azure-limits.ts";
import { makeOnce } from "./make-once.ts";
import { resolveSettings, type AzureSettings, type ResolvedSettings } from "./azure-settings.ts";
import type { PipelineOwner, WireRequest } from "./azure-transport.ts";

/** A request that moves no money: a read, a price calculation, a validation. */
export interface ReadRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly body?: JsonObject;
  readonly signal?: AbortSignal | undefined;
  /** How often it is sent at most; default: the setting `readAttempts`. */
  readonly attempts?: number;
  /** Told when it begins to wait because the tenant's limit is used up. */
  readonly onWait?: OnWait | undefined;
}

/** One resource provider of Azure Resource Manager, in one tenant. */
export interface ArmClient {
  readonly settings: ResolvedSettings;
  /** The address of a path with the API version and further query parameters. */
  url(path: string, query?: Readonly<Record<string, string>>): URL;
  /**
   * Sends a request that moves no money, with retries, and returns the JSON object of an answer with status 200, the only
   * one that Microsoft documents for any of them. Throws an ApiError for a status of 300 or above, an UnbelievableAnswerError
   * for another one below and for another body, a TransportError for no answer, or the signal's reason.
   */
  read(request: ReadRequest): Promise<UnknownObject>;
  /**
   * Sends a PUT once and waits for its answer, whatever that is, up to `timeout` milliseconds; default: the purchase
   * timeout. Throws a TransportError.
   */
  put(url: URL, body: JsonObject, timeout?: number): Promise<Answer>;
  /** How many more prices and purchases the tenant's limit takes now; undefined while Azure has not said. */
  writesLeft(): number | undefined;
}

/** Settings of a client: those of the provider and its tenant. */
export interface ArmClientSettings extends AzureSettings {
  /** The tenant whose credential and commitments are meant; left out: the credential's own. */
  readonly tenantId?: string | undefined;
}

/** How the SDK's own client of a resource provider is made. */
export interface SdkClientSettings {
  readonly credential: TokenCredential;
  readonly cloud: CloudAddresses;
  /** For every SDK the same: where, without retries and redirects, under which name. */
  readonly options: {
    readonly endpoint: string;
    readonly retryOptions: { readonly maxRetries: 0 };
    readonly redirectOptions: { readonly maxRetries: 0 };
    readonly userAgentOptions: { readonly userAgentPrefix: string };
  };
}

/** What several clients share. */
export interface SharedParts {
  /** Left out: made of the settings. */
  readonly credentials?: TenantCredentials | undefined;
  /** Of all clients of one tenant; left out: of its own. */
  readonly limits?: AzureLimits | undefined;
}

/** What sets one resource provider's client apart. */
interface ArmClientParts extends SharedParts {
  readonly apiVersion: string;
  /** Called at the first request, once for reads and once for purchases. */
  readonly makeSdkClient: (settings: SdkClientSettings) => PipelineOwner | Promise<PipelineOwner>;
  /** Told every answer to a read. */
  readonly onAnswer?: (answer: Answer) => void;
}

/**
 * A client on the transport of an SDK: one connection set for reads, and one of its own for purchases, which has no
 * retries, no redirects and an explicit timeout.
 *
 * Throws a RefusedError `invalid-configuration` for an endpoint that is neither https nor http on loopback. Sends nothing.
 */
export function createArmClient(settings: ArmClientSettings, parts: ArmClientParts): ArmClient {
  const { tenantId } = settings;
  const resolved = resolveSettings(settings);
  const { apiVersion, makeSdkClient, onAnswer, credentials = createTenantCredentials(resolved) } = parts;
  const { reads: readPace, writes: writePace } = parts.limits ?? createLimits(resolved.environment);
  const cloud = clouds[resolved.cloud];
  const { url: base, insecure } = parseEndpoint(resolved.endpoint ?? cloud.endpoint);
  const credential = insecure ? loopbackCredential : credentials.of(tenantId);
  const open = async () => {
    credentials.require(tenantId);
    const api = await makeSdkClient({ credential, cloud, options: { ...sdkOptions, endpoint: base.origin } });
    const { exchange, removePolicies } = await import("./azure-transport.ts");
    removePolicies(api, insecure);
    return (request: WireRequest) => exchange(api, request, now);
  };
  // Two instances, though their options are the same: nothing that is done to the one for reads can reach purchases.
  const [reads, purchases] = [makeOnce(open), makeOnce(open)];
  const { maxAnswerBytes: maxBytes, environment, retryAfterCap } = resolved;
  const now = () => environment.now();
  const loopbackToken = loopbackTokenOf(tenantId);

  return {
    settings: resolved,

    url(path, query = {}) {
      const url = new URL(base.href);
      url.pathname = `${base.pathname.replace(/\/+$/, "")}${path}`;
      url.search = new URLSearchParams({ "api-version": apiVersion, ...query }).toString();
      return url;
    },

    read({ method, url, body, signal, attempts = resolved.readAttempts, onWait }) {
      const text = body && JSON.stringify(body);
      const request = { method, url, body: text, timeout: resolved.readTimeout, maxBytes, loopbackToken, signal };
      const pace = method === "GET" ? readPace : writePace;
      const send = async () => (await reads())(request);
      const attempt = async () => {
        const answer = await inTurn(pace, send, { attempts, signal, onWait });
        onAnswer?.(answer);
        return objectIn(answer);
      };
      return repeatRead(attempt, { attempts, retryAfterCap, environment, signal, isTransient: mayRepeat });
    },

    async put(url, body, timeout = resolved.purchaseTimeout) {
      const request = {
        method: "PUT",
        url,
        body: JSON.stringify(body),
        timeout,
        maxBytes,
        loopbackToken,
        freshConnection: true,
      } as const;
      const send = await purchases();
      return paced(writePace.beginNow(), () => send(request));
    },

    writesLeft: () => writePace.left(),
  };
}

/** How often one read is sent anew that was refused because too many came: each time it has waited for its turn. */
const mostRefusals = 8;

/** Sends a read when its turn has come; refused because too many came, it waits for the next. */
async function inTurn(
  pace: Pace,
  send: () => Promise<Answer>,
  { attempts, ...options }: TurnOptions & { readonly attempts: number },
): Promise<Answer> {
  for (let refusals = 1; ; refusals += 1) {
    const answer = await paced(await pace.begin(options), send);
    if (answer.status !== tooMany || attempts === 1 || refusals > mostRefusals) return answer;
  }
}

async function paced(end: EndTurn, send: () => Promise<Answer>): Promise<Answer> {
  let answer: Answer | undefined;
  try {
    answer = await send();
    return answer;
  } finally {
    end(answer && { ...answer, refused: answer.status === tooMany, accepted: answer.status === 200 });
  }
}

const tooMany = 429;

/** Those that were refused because too many came have waited for their turn already. */
function mayRepeat(error: unknown): boolean {
  return isTransient(error) && !(error instanceof ApiError && error.status === tooMany);
}

/** The SDK re-sends by itself, purchases too. Reads are retried above it, where the waits are injected. */
const sdkOptions = {
  retryOptions: { maxRetries: 0 },
  redirectOptions: { maxRetries: 0 },
  userAgentOptions: { userAgentPrefix: "buyonce" },
} as const;

/** The object that an answer to a read holds; throws for any other answer. */
function objectIn(answer: Answer): UnknownObject {
  const body = parseBody(answer);
  const { status } = answer;
  if (status >= 300) throw new ApiError(answer, errorOf(body));
  // A part (206), or what a proxy made of it (203), is not what Azure shows.
  if (status !== 200) throw new UnbelievableAnswerError(`HTTP ${status} where only 200 is an answer`);
  if (body === undefined) throw new UnbelievableAnswerError(`HTTP ${status} with a body that is not a JSON object`);
  return body;
}
