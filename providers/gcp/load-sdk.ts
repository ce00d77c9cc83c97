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

/** Compute Engine: commitments. */
export const loadCompute = () => loadSdk("@google-cloud/compute", 7, () => import("@google-cloud/compute"));

/** The credentials that `projects` names; the SDKs above depend on it themselves, but a package manager may hide it. */
export const loadAuth = () => loadSdk("google-auth-library", 10, () => import("google-auth-library"));

/** Cloud Billing: the catalogue of prices. */
export const loadBilling = () => loadSdk("@google-cloud/billing", 5, () => import("@google-cloud/billing"));
