import { withSignal } from "../http/with-signal.ts";
import { readCatalog, type CatalogItem } from "./azure-catalog.ts";
import { createReservationsClient, type ReservationsClient } from "./reservations-client.ts";
import { oncePerTenant } from "./once-per-tenant.ts";
import type { AzureSettings } from "./azure-settings.ts";

/** How long a catalogue that was read is taken as current, in milliseconds: about as long as a drive. */
const catalogLife = 10 * 60_000;

/** What the executors of one tenant share. */
export interface TenantSession {
  readonly client: ReservationsClient;
  /** The catalogue, read once per subscription, region and resource type for about the length of a drive. */
  catalog(query: Parameters<typeof readCatalog>[1], signal: AbortSignal): Promise<readonly CatalogItem[]>;
}

/** A function that gives the session of a tenant; each is made once. */
export function createSessions(settings: AzureSettings): (tenantId: string | undefined) => TenantSession {
  return oncePerTenant((tenantId) => createSession(settings, tenantId));
}

function createSession(settings: AzureSettings, tenantId: string | undefined): TenantSession {
  const client = createReservationsClient({ ...settings, tenantId });
  const now = () => client.settings.environment.now();
  const catalogs = new Map<string, SharedCatalog>();
  const session: TenantSession = {
    client,
    async catalog(query, signal) {
      const key = JSON.stringify([query.subscriptionId, query.region, query.reservedResourceType]).toLowerCase();
      const known = catalogs.get(key);
      // A clock that jumped back makes it old as well.
      if (known !== undefined && now() >= known.at && now() - known.at < catalogLife) {
        try {
          return await withSignal(known.items, signal);
        } catch (error) {
          // Where the drive that reads it was stopped, the others go on.
          if (!known.signal.aborted || signal.aborted) throw error;
          return session.catalog(query, signal);
        }
      }
      const items = readCatalog(client, query, signal);
      catalogs.set(key, { at: now(), items, signal });
      // A failure is not kept: the next one asks again.
      items.catch(() => catalogs.delete(key));
      return items;
    },
  };
  return session;
}

interface SharedCatalog {
  readonly at: number;
  readonly items: Promise<readonly CatalogItem[]>;
  /** What ends the reading of it. */
  readonly signal: AbortSignal;
}
