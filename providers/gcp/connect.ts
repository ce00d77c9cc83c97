import type { RegionCommitmentsClient, RegionOperationsClient } from "@google-cloud/compute";
import type { CloudCatalogClient } from "@google-cloud/billing";
import { loadBilling, loadCompute } from "./load-sdk.ts";
import type { GcpAuth, ResolvedSettings } from "./settings.ts";
import { createTransport, type Transport } from "./transport.ts";

/** Clients of the SDK with the transport through which they send; every call goes through `run`. */
export type Connected<Clients> = Clients & Pick<Transport, "run">;

/** The SDKs' clients, each loaded and made when it is first asked for. Throws a RefusedError for a missing package. */
export interface Connect {
  commitments(): Promise<Connected<{ readonly commitments: RegionCommitmentsClient }>>;
  operations(): Promise<Connected<{ readonly operations: RegionOperationsClient }>>;
  catalog(): Promise<Connected<{ readonly catalog: CloudCatalogClient }>>;
}

/** Over http nothing real is ever sent: this is the whole secret. */
const loopbackAuth: GcpAuth = {
  getRequestHeaders: async () => new Headers({ authorization: "Bearer buyonce-loopback" }),
};

/** Given here, so that the environment (`GOOGLE_CLOUD_UNIVERSE_DOMAIN`) does not decide where credentials go. */
const universeDomain = "googleapis.com";

/** Shares one transport and its clients among the services of one provider. Sends nothing, looks for no credential. */
export function createConnect({ auth, endpoint }: Pick<ResolvedSettings, "auth" | "endpoint">): Connect {
  const insecure = endpoint?.insecure ?? false;
  let commitments: ReturnType<Connect["commitments"]> | undefined;
  let operations: ReturnType<Connect["operations"]> | undefined;
  let catalog: ReturnType<Connect["catalog"]> | undefined;
  let transport: Promise<Transport> | undefined;

  async function makeTransport(): Promise<Transport> {
    if (insecure) return createTransport(loopbackAuth, true);
    if (auth !== undefined) return createTransport(auth, false);
    const { RegionCommitmentsClient } = await loadCompute();
    // This client sends nothing: it holds the SDK's search for the application default credentials.
    return createTransport(new RegionCommitmentsClient({ fallback: true, universeDomain }).auth, false);
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

  async function makeCommitments(): ReturnType<Connect["commitments"]> {
    const { RegionCommitmentsClient } = await loadCompute();
    const through = await (transport ??= makeTransport());
    return { commitments: new RegionCommitmentsClient(optionsFor(through)), run: through.run };
  }

  async function makeOperations(): ReturnType<Connect["operations"]> {
    const { RegionOperationsClient } = await loadCompute();
    const through = await (transport ??= makeTransport());
    return { operations: new RegionOperationsClient(optionsFor(through)), run: through.run };
  }

  async function makeCatalog(): ReturnType<Connect["catalog"]> {
    const { CloudCatalogClient } = await loadBilling();
    const through = await (transport ??= makeTransport());
    return { catalog: new CloudCatalogClient(optionsFor(through)), run: through.run };
  }

  return {
    commitments: () => (commitments ??= makeCommitments()),
    operations: () => (operations ??= makeOperations()),
    catalog: () => (catalog ??= makeCatalog()),
  };
}
