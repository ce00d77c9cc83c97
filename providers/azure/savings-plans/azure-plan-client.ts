import { importOptional } from "../../../src/contract/optional-package.ts";
import { createArmClient, type ArmClient, type ArmClientSettings, type SharedParts } from "../arm-client.ts";

/** The newest stable version; the first whose alias has `renew` and the terms P1M and P5Y: https://learn.microsoft.com/rest/api/billingbenefits/ */
export const billingBenefitsVersion = "2026-06-01";

/** The SDK, loaded when it is first needed. Throws a MissingPackageError. */
export const billingBenefitsSdk = () =>
  importOptional("@azure/arm-billingbenefits", () => import("@azure/arm-billingbenefits"), {
    version: 1,
    neededBy: "Azure savings plans need",
  });

/**
 * Microsoft.BillingBenefits of one tenant, on the transport of `@azure/arm-billingbenefits`
 * (docs/azure-savings-plan.md). The package is loaded at the first request; it is missing, that request throws a
 * MissingPackageError. Throws a RefusedError `invalid-configuration` for an endpoint that makes no sense. Sends nothing.
 */
export function createBillingBenefitsClient(settings: ArmClientSettings, shared: SharedParts = {}): ArmClient {
  return createArmClient(settings, {
    ...shared,
    apiVersion: billingBenefitsVersion,
    makeSdkClient: async ({ credential, cloud, options }) => {
      const { BillingBenefitsRP } = await billingBenefitsSdk();
      const api = new BillingBenefitsRP(credential, { ...options, credentialScopes: cloud.scope });
      // They are for the SDK's own operations; a body that is no JSON would come out as an error of the connection.
      for (const name of ["serializationPolicy", "deserializationPolicy"]) api.pipeline.removePolicy({ name });
      return api;
    },
  });
}
