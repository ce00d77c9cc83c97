import nock from "nock";
import { afterEach, beforeEach } from "vitest";
import type { AzureSettings } from "../../../providers/azure/index.ts";
import { useNock } from "../../use-nock.ts";
import { fakeEnvironment, subscriptionId } from "./azure-samples.ts";

export const arm = "https://management.azure.com";

/** A credential that gives always the same token and keeps for what it was asked. */
export function credentialOf(token = "opaque-test-token") {
  const asked: unknown[] = [];
  const getToken = async (scopes: string | string[]) => {
    asked.push(scopes);
    return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
  };
  return { getToken, asked };
}

export const settings: AzureSettings = { credential: credentialOf(), environment: fakeEnvironment() };

/** Nothing leaves but what a test has nock answer. */
export function onlyNock(): void {
  useNock();
  beforeEach(() => nock.disableNetConnect());
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });
}

export const tenantId = "10000000-aaaa-bbbb-cccc-100000000001";

/** Applied scopes of a recommendation, and as they are sent. */
export const appliedScopes = [
  [
    { type: "Single", subscriptionId },
    { appliedScopeType: "Single", appliedScopeProperties: { subscriptionId: `/subscriptions/${subscriptionId}` } },
  ],
  [
    { type: "Single", subscriptionId, resourceGroup: "web" },
    {
      appliedScopeType: "Single",
      appliedScopeProperties: { resourceGroupId: `/subscriptions/${subscriptionId}/resourceGroups/web` },
    },
  ],
  ...(["finance", "/providers/Microsoft.Management/managementGroups/finance"] as const).map(
    (managementGroupId) =>
      [
        { type: "ManagementGroup", managementGroupId, tenantId },
        {
          appliedScopeType: "ManagementGroup",
          appliedScopeProperties: {
            managementGroupId: "/providers/Microsoft.Management/managementGroups/finance",
            tenantId,
          },
        },
      ] as const,
  ),
] as const;
