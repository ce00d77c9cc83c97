import { RefusedError } from "../../../src/contract/errors.ts";
import type { TenantCredentials } from "../azure-credential.ts";
import { createArmClient, type ArmClient, type ArmClientSettings } from "../arm-client.ts";

/** The newest stable version: https://learn.microsoft.com/rest/api/billingbenefits/ */
const apiVersion = "2022-11-01";

/**
 * Microsoft.BillingBenefits of one tenant, on the transport of `@azure/arm-billingbenefits`
 * (docs/azure-savings-plan.md). The package is loaded at the first request; it is missing, that request throws a
 * RefusedError `invalid-configuration`. Throws the same for an endpoint that makes no sense. Sends nothing.
 */
export function createBillingBenefitsClient(settings: ArmClientSettings, credentials?: TenantCredentials): ArmClient {
  return createArmClient(settings, {
    apiVersion,
    credentials,
    makeSdkClient: async ({ credential, cloud, options }) => {
      const { BillingBenefitsRP } = await import("@azure/arm-billingbenefits").catch((cause: unknown) => {
        throw new RefusedError({
          code: "invalid-configuration",
          message:
            "Azure savings plans need the package @azure/arm-billingbenefits, version 1. Nothing was sent. " +
            "Install it beside buyonce: npm install @azure/arm-billingbenefits@1.",
          cause,
        });
      });
      const api = new BillingBenefitsRP(credential, { ...options, credentialScopes: cloud.scope });
      // They are for the SDK's own operations; a body that is no JSON would come out as an error of the connection.
      for (const name of ["serializationPolicy", "deserializationPolicy"]) api.pipeline.removePolicy({ name });
      return api;
    },
  });
}
