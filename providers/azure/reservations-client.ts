import {
  createArmClient,
  type ArmClient,
  type ArmClientSettings,
  type SdkClientSettings,
  type SharedParts,
} from "./arm-client.ts";
import type { PipelineOwner } from "./azure-transport.ts";

/** The newest version of the API that holds reservation orders: https://learn.microsoft.com/rest/api/reserved-vm-instances/ */
export const capacityVersion = "2022-11-01";

/** Microsoft.Capacity of one tenant. Make it with {@link createReservationsClient}. */
export type ReservationsClient = ArmClient;

/** Settings of a client: those of the provider and its tenant. */
export type ReservationsClientSettings = ArmClientSettings;

/**
 * A client on the transport of `@azure/arm-reservations`: one connection set for reads and price calculations, and one
 * of its own for purchases, which has no retries, no redirects and an explicit timeout.
 *
 * Throws a RefusedError `invalid-configuration` for an endpoint that is neither https nor http on loopback. Sends nothing.
 */
export function createReservationsClient(settings: ReservationsClientSettings = {}): ReservationsClient {
  return connectReservations(settings);
}

/** The same with what other clients share. */
export function connectReservations(
  settings: ReservationsClientSettings,
  shared: SharedParts = {},
): ReservationsClient {
  return createArmClient(settings, {
    ...shared,
    apiVersion: capacityVersion,
    makeSdkClient: openReservations,
  });
}

/**
 * The SDK's client, on whose transport every resource provider can be asked: without its operations, which are not used
 * (docs/decisions/0001) and are three quarters of its files. Loaded with the first request.
 */
export async function openReservations({ credential, cloud, options }: SdkClientSettings): Promise<PipelineOwner> {
  const { createAzureReservationAPI } = await import("@azure/arm-reservations/api");
  return createAzureReservationAPI(credential, {
    ...options,
    cloudSetting: cloud.cloudSetting,
    credentials: { scopes: [cloud.scope] },
  });
}
