import type { RegionCommitmentsClient, RegionOperationsClient } from "@google-cloud/compute";
import type { CloudCatalogClient } from "@google-cloud/billing";
import { loadBilling, loadCompute } from "./load-sdk.ts";
import type { GcpCredential, ResolvedSettings } from "./gcp-settings.ts";
import { createTransport, type Transport } from "./gcp-transport.ts";

/** Clients of the SDK with the transport through which they send; every call goes through `run`. */
export type Connected<Clients> = Clients & Pick<Transport, "run">;

/** The SDKs' clients, each loaded and made when it is first asked for. Throws a RefusedError for a missing package. */
export interface Connect {
  commitments(): Promise<Connected<{ readonly commitments: RegionCommitmentsClient }>>;
  operations(): Promise<Connected<{ readonly operations: RegionOperationsClient }>>;
  catalog(): Promise<Connected<{ readonly catalog: CloudCatalogClient }>>;
}

/** Over http nothing real is ever sent: this is the whole secret. */
const loopbackAuth: GcpCredential = {
  getRequestHeaders: async () => new Headers({ authorization: "Bearer buyonce-loopback" }),
};

/** Given here, so that the environment (`GOOGLE_CLOUD_UNIVERSE_DOMAIN`) does not decide where credentials go. */
const universeDomain = "googleapis.com";

/** Makes clients with one transport for each of the two APIs. Sends nothing, looks for no credential. */
export function createConnect({
  auth,
  endpoint,
  maxAnswerBytes,
}: Pick<ResolvedSettings, "auth" | "endpoint" | "maxAnswerBytes">): Connect {
  const insecure = endpoint?.insecure ?? false;

  /** `holder`, a client that sends nothing, holds the SDK's search for the application default credentials. */
  function transportOr(holder: () => { readonly auth: GcpCredential }): Transport {
    return createTransport(insecure ? loopbackAuth : (auth ?? holder().auth), { insecure, maxAnswerBytes });
  }

  function optionsFor({ auth: through }: Transport) {
    const at = endpoint && {
      apiEndpoint: endpoint.url.hostname,
      port: Number(endpoint.url.port || (insecure ? 80 : 443)),
      protocol: endpoint.url.protocol.replace(":", ""),
    };
    // The SDK asks of its `auth` no more than the two members that this one has.
    return { fallback: true, universeDomain, auth: through as never, ...at };
  }

  const compute = lazy(async () => {
    const sdk = await loadCompute();
    // A token of a service account can be for one API alone, so each has a credential of its own.
    const transport = transportOr(() => new sdk.RegionCommitmentsClient({ fallback: true, universeDomain }));
    return { sdk, transport, options: optionsFor(transport) };
  });

  return {
    commitments: lazy(async () => {
      const { sdk, transport, options } = await compute();
      return { commitments: new sdk.RegionCommitmentsClient(options), run: transport.run };
    }),
    operations: lazy(async () => {
      const { sdk, transport, options } = await compute();
      return { operations: new sdk.RegionOperationsClient(options), run: transport.run };
    }),
    catalog: lazy(async () => {
      const { CloudCatalogClient } = await loadBilling();
      const transport = transportOr(() => new CloudCatalogClient({ fallback: true, universeDomain }));
      return { catalog: new CloudCatalogClient(optionsFor(transport)), run: transport.run };
    }),
  };
}

/** Makes something when it is first asked for; a failure is not kept: a missing package may be installed meanwhile. */
function lazy<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
