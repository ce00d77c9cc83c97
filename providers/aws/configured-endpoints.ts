import { RefusedError } from "../../src/contract/errors.ts";

/**
 * The services that are asked, as the SDK calls them: the account check and the SDK's credential chain ask these, and whatever
 * makes clients adds its own.
 */
const serviceIds = new Set(["STS", "SSO", "SSO OIDC", "Signin"]);

/** Adds a service, as the SDK calls it, to those whose configured endpoint the check below looks for. */
export function checkEndpointOf(serviceId: string): void {
  serviceIds.add(serviceId);
}

/** `AWS_ENDPOINT_URL_SSO_OIDC`. */
function variableOf(serviceId: string): string {
  return `AWS_ENDPOINT_URL_${serviceId.toUpperCase().replaceAll(" ", "_")}`;
}

/**
 * Makes the check that no endpoint is named outside of this provider's settings. The SDK sends requests, the session token
 * of real credentials with them, to whatever `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_EC2` and their like name, or
 * `endpoint_url` of a profile and of the `services` section that it refers to. What is bought there is not bought at AWS.
 * It asks the SDK itself what it would use: `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` and `ignore_configured_endpoint_urls`
 * hold, and an endpoint that they switch off is no obstacle. Settings that choose among the endpoints of AWS
 * (`AWS_USE_FIPS_ENDPOINT`, `AWS_USE_DUALSTACK_ENDPOINT`) are none either.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 *
 * The check throws a RefusedError `invalid-configuration` that says where the endpoint is named. The variables are looked
 * at each time, the configuration file until it was once found to name none.
 */
export function createEndpointCheck(): (region: string) => Promise<void> {
  let file: Promise<void> | undefined;
  return async (region) => {
    // What is said for all is asked for one.
    const variables = [["AWS_ENDPOINT_URL", "STS"], ...[...serviceIds].map((id) => [variableOf(id), id])] as const;
    const [variable, serviceId = ""] = variables.find(([name = ""]) => process.env[name]) ?? [];
    if (variable !== undefined) await checkService(region, serviceId, variable);
    file ??= checkAll(region);
    await file.catch((error: unknown) => {
      file = undefined;
      throw error;
    });
  };
}

async function checkAll(region: string): Promise<void> {
  for (const id of serviceIds) await checkService(region, id);
}

async function checkService(region: string, serviceId: string, variable?: string): Promise<void> {
  const found = await endpointFor(region, serviceId);
  if (found === undefined) return;
  const place =
    variable === undefined
      ? `endpoint_url in the AWS configuration (profile ${process.env["AWS_PROFILE"] || "default"})`
      : `The environment variable ${variable}`;
  throw new RefusedError({
    code: "invalid-configuration",
    message: `${place} names the endpoint ${withoutSecrets(found)} for ${serviceId}. Nothing was sent: an endpoint comes from this provider's own settings alone. Remove it there, or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true; for a server on this machine give its URL as the provider's endpoint.`,
  });
}

/** What the SDK would send the requests of a service to, besides what it is told in code. */
async function endpointFor(region: string, serviceId: string): Promise<string | undefined> {
  const { STSClient } = await import("@aws-sdk/client-sts");
  // This client sends nothing: every client of the SDK reads the same configuration, by the name of its service.
  const { config } = new STSClient({ region, serviceId, credentials: { accessKeyId: "-", secretAccessKey: "-" } });
  if (config.serviceConfiguredEndpoint === undefined) {
    throw new TypeError("The AWS SDK does not say any more which endpoint is configured.");
  }
  return (await config.serviceConfiguredEndpoint()) || undefined;
}

/** Without user name, password and query. */
function withoutSecrets(endpoint: string): string {
  const url = URL.parse(endpoint);
  return url === null ? "(not a URL)" : url.host === "" ? `${url.protocol}…` : `${url.protocol}//${url.host}`;
}
