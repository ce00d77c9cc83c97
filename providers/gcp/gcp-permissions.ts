import type { ServicePermissions } from "../../src/contract/provider-access.ts";

/** Lets the project be charged with reading prices. */
const price = ["serviceusage.services.use"];

const commitments: ServicePermissions = {
  list: ["compute.commitments.list", "compute.commitments.get"],
  price,
  purchase: ["compute.commitments.create", "compute.regionOperations.get"],
};

/** The permissions that a purchaser needs, by service. https://cloud.google.com/iam/docs/permissions-reference */
export const gcpPermissions: Readonly<Record<string, ServicePermissions>> = {
  compute: commitments,
  "compute-license": commitments,
  bigquery: {
    list: ["bigquery.capacityCommitments.list", "bigquery.capacityCommitments.get"],
    price,
    purchase: ["bigquery.capacityCommitments.create"],
  },
};
