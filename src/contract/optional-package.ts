import { messageOf, RefusedError } from "./errors.ts";

/** A package that only some users need is not installed. Its code is `invalid-configuration`. */
export class MissingPackageError extends RefusedError {
  /** What `npm install` is given: `pg`, `@google-cloud/compute@7`. */
  readonly install: string;

  /** `neededBy` begins the message: `GCP needs`. */
  constructor({ install, neededBy = "This needs", cause }: MissingPackage) {
    const name = install.replace(/(?<=.)@.*/, "");
    super({
      code: "invalid-configuration",
      message: `${neededBy} the package ${name}, which is not installed: npm install ${install}. Nothing was sent.`,
      cause,
    });
    this.install = install;
  }

  static override isInstance(error: unknown): error is MissingPackageError {
    return RefusedError.isInstance(error) && "install" in error;
  }
}

interface MissingPackage {
  readonly install: string;
  readonly neededBy?: string | undefined;
  readonly cause: unknown;
}

/** How a package is named to whoever has to install it. */
interface PackageWords {
  /** The major version, where not the newest is meant. */
  readonly version?: number;
  readonly neededBy?: string;
}

/**
 * Imports a package that only some users need, when it is first needed. Throws a MissingPackageError that names the package
 * to install where it is not there; what breaks inside the package is thrown as it is.
 *
 * ```ts
 * const { Pool } = await importOptional("pg", () => import("pg"));
 * ```
 */
export async function importOptional<Module>(
  name: string,
  load: () => Promise<Module>,
  { version, neededBy }: PackageWords = {},
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const code = (error as { readonly code?: unknown } | null)?.code;
    // Another package that is missing is a broken installation of this one.
    // Its message names the importing file too, whose path may hold this name.
    if (code !== "ERR_MODULE_NOT_FOUND" || !messageOf(error).includes(`'${name}'`)) throw error;
    const install = version === undefined ? name : `${name}@${version}`;
    throw new MissingPackageError({ install, neededBy, cause: error });
  }
}
