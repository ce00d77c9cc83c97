import type { RegionCommitmentsClient, RegionOperationsClient } from "@google-cloud/compute";
import type { CloudCatalogClient } from "@google-cloud/billing";
import type { JsonObject } from "../../src/contract/json.ts";
import type { UnknownObject } from "../http/answer.ts";
import { describedOnce } from "./described-once.ts";
import { createProjectCredentials } from "./gcp-credentials.ts";
import type { GcpCredential, ResolvedSettings } from "./gcp-settings.ts";
import { clientOptions } from "./gcp-sign-in.ts";
import { createTransport, type Call } from "./gcp-transport.ts";
import { lazy } from "./lazy.ts";
import { loadBilling, loadCompute } from "./load-sdk.ts";

/** Clients of the SDK; every call goes through `run`, which signs in for the project that they were asked for. */
export type Connected<Clients> = Clients & {
  run<Answer>(call: Call, work: () => Promise<Answer>): Promise<Answer>;
};

/**
 * The SDKs' clients for a project, each loaded and made when it is first asked for. They are the same for every project,
 * because making one takes the SDK half a second; the credential belongs to the call. Throws a RefusedError for a missing
 * package, and for a project that the settings do not say how to sign in for.
 */
export interface Connect {
  commitments(projectId: string): Promise<Connected<{ readonly commitments: RegionCommitmentsClient }>>;
  operations(projectId: string): Promise<Connected<{ readonly operations: RegionOperationsClient }>>;
  /** Prices name no project: the one whose credential reads them. */
  catalog(projectId: string): Promise<Connected<{ readonly catalog: CloudCatalogClient }>>;
  /** What signs the requests of a project. Throws as the others. */
  credential(projectId: string): Promise<GcpCredential>;
  /**
   * Asks an API that has no client among the SDKs, by a POST where there is a body, else by a GET; `url` is Google's own, of which a
   * provider with an endpoint takes path and query. The answer, a JSON object. Throws what the transport throws.
   */
  ask(projectId: string, url: URL, body: JsonObject | undefined, call: Call): Promise<UnknownObject>;
}

/** What goes over http instead of a token: it names the project that is meant, and is no secret. */
function loopbackCredential(projectId: string): GcpCredential {
  return { getRequestHeaders: async () => new Headers({ authorization: `Bearer buyonce-loopback/${projectId}` }) };
}

/** Given here, so that the environment (`GOOGLE_CLOUD_UNIVERSE_DOMAIN`) does not decide where credentials go. */
const universeDomain = "googleapis.com";

/** Makes the clients over one transport. Sends nothing, looks for no credential. */
export function createConnect(settings: ResolvedSettings): Connect {
  const { endpoint, maxAnswerBytes } = settings;
  const insecure = endpoint?.insecure ?? false;
  const credentials = createProjectCredentials(settings);
  const transport = createTransport({ insecure, maxAnswerBytes });
  const at = endpoint && {
    apiEndpoint: endpoint.url.hostname,
    port: Number(endpoint.url.port || (insecure ? 80 : 443)),
    protocol: endpoint.url.protocol.replace(":", ""),
  };
  // The SDK asks of its `auth` no more than the two members that this one has.
  const options = { fallback: true, universeDomain, auth: transport.auth as never, ...at };

  // Such a client sends nothing: it holds the SDK's search for the application default credentials. A token of a service
  // account can be for one API alone, so each has a search of its own.
  const searching = { fallback: true, universeDomain, clientOptions: clientOptions(settings) } as const;
  const computeDefault = lazy(async (): Promise<GcpCredential> => {
    const { RegionCommitmentsClient } = await loadCompute();
    return new RegionCommitmentsClient(searching, describedOnce("@google-cloud/compute")).auth;
  });
  const billingDefault = lazy(async (): Promise<GcpCredential> => {
    const { CloudCatalogClient } = await loadBilling();
    return new CloudCatalogClient(searching, describedOnce("@google-cloud/billing")).auth;
  });

  const commitments = lazy(
    async () => new (await loadCompute()).RegionCommitmentsClient(options, describedOnce("@google-cloud/compute")),
  );
  const operations = lazy(
    async () => new (await loadCompute()).RegionOperationsClient(options, describedOnce("@google-cloud/compute")),
  );
  const catalog = lazy(
    async () => new (await loadBilling()).CloudCatalogClient(options, describedOnce("@google-cloud/billing")),
  );

  function credentialFor(projectId: string, byDefault: () => Promise<GcpCredential>) {
    credentials.require(projectId);
    return async () => (insecure ? loopbackCredential(projectId) : ((await credentials.of(projectId)) ?? byDefault()));
  }

  function runFor(projectId: string, byDefault: () => Promise<GcpCredential>) {
    const credential = credentialFor(projectId, byDefault);
    return <Answer>(call: Call, work: () => Promise<Answer>) => transport.run({ ...call, credential }, work);
  }

  return {
    async commitments(projectId) {
      return { run: runFor(projectId, computeDefault), commitments: await commitments() };
    },
    async operations(projectId) {
      return { run: runFor(projectId, computeDefault), operations: await operations() };
    },
    async catalog(projectId) {
      return { run: runFor(projectId, billingDefault), catalog: await catalog() };
    },
    credential: async (projectId) => credentialFor(projectId, computeDefault)(),
    async ask(projectId, { href, pathname, search }, body, call) {
      const address = endpoint ? new URL(`${pathname}${search}`, endpoint.url) : new URL(href);
      const posted = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const init = body === undefined ? {} : posted;
      const answer = await runFor(projectId, computeDefault)(call, () => transport.auth.fetch(address, init));
      return (await answer.json()) as UnknownObject;
    },
  };
}
