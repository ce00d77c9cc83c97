import type { ServicePermissions } from "../../src/contract/provider-access.ts";

/** The permissions that commitments of Compute Engine need; the second one lets the project be charged with reading prices. */
export const gcpPermissions: ServicePermissions = {
  list: ["compute.commitments.list", "compute.commitments.get"],
  price: ["serviceusage.services.use"],
  purchase: ["compute.commitments.create", "compute.regionOperations.get"],
};
