import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { systemEnvironment, type Environment } from "../../../src/contract/environment.ts";
import type { Marker, ServiceExecutor, Submission } from "../../../src/contract/executor.ts";
import { hashJson } from "../../../src/contract/fingerprint.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import { deriveIdempotencyToken } from "../../../src/contract/token.ts";
import { compareFound } from "../../../src/drive/adopt.ts";
import { readListing, readWholeListing } from "../../../src/drive/read-listing.ts";
import { createAzure, type AzureSettings } from "../../../providers/azure/index.ts";
import type { AnyAzureReservation } from "../../../providers/azure/azure-schema.ts";
import type { Arrived, Reply } from "./azure-loopback.ts";

export const subscriptionId = "40000000-aaaa-bbbb-cccc-200000000006";
export const orderId = "e3bcb222-59b7-4951-ad81-2822c078ec8c";
export const token = deriveIdempotencyToken("6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11", 0);
export const otherToken = deriveIdempotencyToken("6f2c9a52-6a0e-4a0f-9a2b-2f4a1d1f7a11", 1);
/** What a display name holds of a token. */
export const digestOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);
export const marker: Marker = { token, source: "cudly-web", generation: 0 };
export const signal = new AbortController().signal;
export const scope = { key: "azure/default", label: "Azure" };
/** When the tests begin, and when the samples were bought. */
export const startTime = Date.parse("2026-01-05T10:00:00Z");

export const serviceNames = ["compute", "cache", "cosmosdb", "database", "managed-redis", "search", "synapse"] as const;

export const resourceTypes: Readonly<Record<string, string>> = {
  compute: "VirtualMachines",
  cache: "RedisCache",
  cosmosdb: "CosmosDb",
  database: "SqlDatabases",
  "managed-redis": "RedisCache",
  search: "SearchService",
  synapse: "SqlDataWarehouse",
};

/** A recommendation that is valid for the service. */
export function recommend(service = "compute", change: Readonly<Record<string, unknown>> = {}): AnyAzureReservation {
  return {
    provider: "azure",
    service,
    subscriptionId,
    region: "westus",
    sku: "Standard_b1ls",
    quantity: 1,
    term: "P1Y",
    billingPlan: "Upfront",
    appliedScope: { type: "Shared" },
    ...(service === "compute" ? { instanceFlexibility: "On" } : {}),
    ...change,
  };
}

/** An environment that sleeps at once and keeps for how long it should have slept. */
export function fakeEnvironment(): Environment & { readonly slept: number[] } {
  const slept: number[] = [];
  const now = () => slept.reduce((time, milliseconds) => time + milliseconds, startTime);
  return {
    ...systemEnvironment,
    slept,
    now,
    readClock: () => ({ boot: "fake", monotonic: now() - startTime, wall: now() }),
    sleep: async (milliseconds, stop) => {
      stop?.throwIfAborted();
      slept.push(milliseconds);
    },
    random: () => 0.5,
  };
}

export function executorOf(service: string, settings: AzureSettings): ServiceExecutor {
  const executor = createAzure({ environment: fakeEnvironment(), ...settings }).services[service];
  if (executor === undefined) throw new Error(`no service ${service}`);
  return executor;
}

/** What the executor's listing shows of tokens and ids, as the drive reads it: commitments alone. */
export async function findWith(
  { inventory }: ServiceExecutor,
  tokens: readonly string[] = [token],
  ids: readonly string[] = [],
  stop: AbortSignal = signal,
) {
  const wanted = { tokens: new Set(tokens), ids: new Set(ids) };
  const { byToken, byId } = await readListing(inventory, scope, wanted, { signal: stop });
  return {
    byToken: new Map([...byToken].map(([key, found]) => [key, found.map(({ commitment }) => commitment)])),
    byId: new Map([...byId].map(([key, { commitment }]) => [key, commitment])),
  };
}

/** All that the executor's listing shows. */
export async function listWith({ inventory }: ServiceExecutor): Promise<readonly Listed[]> {
  return readWholeListing(inventory, scope, { signal });
}

/** Compares what was found with a recommendation before it is adopted; throws what stops that. */
export async function compareWith(
  executor: ServiceExecutor,
  found: Listed,
  recommendation: AnyAzureReservation = recommend(),
  stop: AbortSignal = signal,
): Promise<void> {
  await compareFound(executor, { recommendation: executor.schema.parse(recommendation), scope }, found, {
    signal: stop,
  });
}

/** A submission for {@link recommend} as the ledger would give it back. */
export function submit(change: Partial<Submission> = {}): Submission {
  const request = {
    sku: { name: "Standard_b1ls" },
    location: "westus",
    properties: { displayName: "buyonce-compute" },
  };
  return {
    ...marker,
    price: { amount: "24", currency: "GBP" },
    handle: { reservationOrderId: orderId },
    request,
    recommendation: recommend(),
    scope,
    attempt: 1,
    requestHash: hashJson(request),
    submittedAt: startTime,
    ...change,
  };
}

export interface Recording {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly body?: Readonly<Record<string, unknown>>;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: Record<string, unknown>;
  };
}

/** A recorded exchange by file name, without `.json`. */
export function recorded(name: string): Recording {
  const url = new URL(`../../../fixtures/recorded/azure/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as Recording;
}

/** An order as Azure shows it. */
export function order(
  properties: Readonly<Record<string, unknown>> = {},
  rest: Readonly<Record<string, unknown>> = {},
) {
  const id = typeof rest["name"] === "string" ? rest["name"] : orderId;
  return {
    id: `/providers/microsoft.capacity/reservationOrders/${id}`,
    name: id,
    type: "microsoft.capacity/reservationOrders",
    properties: {
      originalQuantity: 1,
      requestDateTime: "2026-01-05T10:00:00Z",
      billingPlan: "Upfront",
      term: "P1Y",
      displayName: `buyonce-compute-${digestOf(token)}`,
      provisioningState: "Succeeded",
      ...properties,
    },
    ...rest,
  };
}

export function reservation(
  properties: Readonly<Record<string, unknown>> = {},
  rest: Readonly<Record<string, unknown>> = {},
) {
  return {
    location: "westus",
    sku: { name: "standard_b1ls" },
    properties: {
      reservedResourceType: "VirtualMachines",
      quantity: 1,
      term: "P1Y",
      billingScopeId: `/subscriptions/${subscriptionId}`,
      provisioningState: "Succeeded",
      ...properties,
    },
    ...rest,
  };
}

export const priceAnswer = {
  properties: { reservationOrderId: orderId, billingCurrencyTotal: { currencyCode: "GBP", amount: 24 } },
};

/** The answer that an order id shows nothing. */
export const notFound: Reply = {
  status: 404,
  body: { error: { code: "ReservationOrderNotFound", message: "Reservation order not found." } },
};

export function failure(status: number, code: string, message = "no"): Reply {
  return { status, body: { error: { code, message } } };
}

/** Which of the requests of a purchase it is. */
export function kindOf({ method, path }: Pick<Arrived, "method" | "path">) {
  const { pathname } = new URL(path, "http://127.0.0.1");
  if (pathname.endsWith("/calculatePrice")) return "price";
  if (pathname.endsWith("/catalogs")) return "catalog";
  if (pathname.endsWith("/reservations")) return "reservations";
  if (pathname.endsWith("/reservationOrders")) return "list";
  return method === "PUT" ? "purchase" : "order";
}
