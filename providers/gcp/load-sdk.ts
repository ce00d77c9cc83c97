import { MissingPackageError } from "../../src/contract/optional-package.ts";

/**
 * Imports an SDK that is an optional peer, when it is first used: who buys nothing at GCP need not install it.
 * Throws a MissingPackageError that names the package when it is not installed.
 */
export async function loadSdk<Module>(name: string, version: number, load: () => Promise<Module>): Promise<Module> {
  return load().catch((cause: unknown) => {
    const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
    if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") throw cause;
    throw new MissingPackageError({ install: `${name}@${version}`, neededBy: "GCP needs", cause });
  });
}

/**
 * The two clients of Compute Engine that are needed. The package by its name loads a hundred, in three versions, which takes half a
 * second more: it is what is asked where their files are not there, in a later version or because nothing is installed.
 */
async function importCompute() {
  try {
    const [{ RegionCommitmentsClient }, { RegionOperationsClient }] = await Promise.all([
      import("@google-cloud/compute/build/src/v1/region_commitments_client.js"),
      import("@google-cloud/compute/build/src/v1/region_operations_client.js"),
    ]);
    return { RegionCommitmentsClient, RegionOperationsClient };
  } catch {
    return import("@google-cloud/compute");
  }
}

/** Compute Engine: commitments. */
export const loadCompute = () => loadSdk("@google-cloud/compute", 7, importCompute);

/** The credentials that `projects` names; the SDKs above depend on it themselves, but a package manager may hide it. */
export const loadAuth = () => loadSdk("google-auth-library", 10, () => import("google-auth-library"));

/** Cloud Billing: the catalogue of prices. */
export const loadBilling = () => loadSdk("@google-cloud/billing", 5, () => import("@google-cloud/billing"));
