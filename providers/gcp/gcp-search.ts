import { type SearchByHand, shellCommand, type Sought, textIn } from "../../src/contract/search-by-hand.ts";
import type { GcpSettings } from "./gcp-settings.ts";

/** What the tool's columns show of a commitment. */
const columns = "table(name,id,status,plan,creationTimestamp)";

/**
 * How a person looks with the Google Cloud CLI for what a recommendation bought:
 * https://cloud.google.com/sdk/gcloud/reference/compute/commitments and https://cloud.google.com/bigquery/docs/reference/bq-cli-reference
 */
export function gcpSearch({ endpoint }: Pick<GcpSettings, "endpoint"> = {}) {
  return ({ recommendation, handle, scope, from }: Sought): SearchByHand | undefined => {
    const { service, projectId, region } = recommendation;
    if (service === "bigquery") return capacitySearch({ recommendation, handle, scope, from }, endpoint);
    if (!service.startsWith("compute") || typeof projectId !== "string" || typeof region !== "string") return undefined;
    const name = textIn(handle, "name");
    const where = ["--project", projectId];
    // https://cloud.google.com/sdk/docs/properties (api_endpoint_overrides)
    const at =
      endpoint === undefined
        ? []
        : ["env", `CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE=${new URL("/compute/v1/", endpoint).href}`];
    const since = from === undefined ? [] : ["--filter", `creationTimestamp>=${from}`];
    const words =
      name === undefined
        ? ["list", ...where, "--regions", region, ...since, "--format", columns]
        : ["describe", name, ...where, "--region", region];
    return {
      shows:
        name === undefined
          ? `A commitment in ${region}${from === undefined ? "" : " that was made in that time"}.`
          : `A commitment named ${name}. If there is none, the command says that it was not found.`,
      signedIn: `Google Cloud, with a right to see commitments of project ${projectId}`,
      command: shellCommand([...at, "gcloud", "compute", "commitments", ...words]),
    };
  };
}

/** All of the place are shown: an id is not kept where commitments are merged or split. */
function capacitySearch(
  { recommendation: { projectId, location }, handle }: Sought,
  endpoint: string | undefined,
): SearchByHand | undefined {
  if (typeof projectId !== "string" || typeof location !== "string") return undefined;
  const name = textIn(handle, "name");
  const ours =
    name === undefined
      ? `A capacity commitment in ${location}.`
      : `A capacity commitment ${name}; where it was merged or split, one of another id that holds its slots.`;
  const bq = ["bq", `--project_id=${projectId}`, `--location=${location}`, "--format=prettyjson", "ls"];
  // bq asks an endpoint for its discovery document first, which an imitation need not have.
  const path = `/v1/projects/${encodeURIComponent(projectId)}/locations/${encodeURIComponent(location)}/capacityCommitments`;
  const credential = `authorization: Bearer buyonce-loopback/${projectId}`;
  return {
    shows: ours,
    signedIn: `Google Cloud, with a right to see capacity commitments of project ${projectId}`,
    command: shellCommand(
      endpoint === undefined
        ? [...bq, "--capacity_commitment"]
        : ["curl", "--silent", "--header", credential, new URL(path, endpoint).href],
    ),
  };
}
