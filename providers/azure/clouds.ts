import type { AzureSupportedClouds } from "@azure/arm-reservations";

/** The Azure clouds that a provider can be set to. */
export type AzureCloud = "public" | "us-government" | "china";

/** Where one cloud is reached. */
export interface CloudAddresses {
  /** The SDK's name of the cloud. */
  readonly cloudSetting: AzureSupportedClouds;
  /** Azure Resource Manager. */
  readonly endpoint: string;
  /** For whom the token is asked: the SDK keeps the public scope in every cloud unless told. */
  readonly scope: string;
  /** The sign-in service of `@azure/identity`. */
  readonly authorityHost: string;
}

/** Addresses by cloud: https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure and the like. */
export const clouds: Readonly<Record<AzureCloud, CloudAddresses>> = {
  public: {
    cloudSetting: "AZURE_PUBLIC_CLOUD",
    endpoint: "https://management.azure.com",
    scope: "https://management.azure.com/.default",
    authorityHost: "https://login.microsoftonline.com",
  },
  "us-government": {
    cloudSetting: "AZURE_US_GOVERNMENT",
    endpoint: "https://management.usgovcloudapi.net",
    scope: "https://management.usgovcloudapi.net/.default",
    authorityHost: "https://login.microsoftonline.us",
  },
  china: {
    cloudSetting: "AZURE_CHINA_CLOUD",
    endpoint: "https://management.chinacloudapi.cn",
    scope: "https://management.chinacloudapi.cn/.default",
    authorityHost: "https://login.chinacloudapi.cn",
  },
};
