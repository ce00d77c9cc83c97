import { messageOf, RefusedError } from "./errors.ts";

/** Packages that only some users need are not installed. Its code is `invalid-configuration`. */
export class MissingPackageError extends RefusedError {
  /** What `npm install` is given, with a space between two: `pg`, `@google-cloud/billing@5 @google-cloud/compute@7`. */
  readonly install: string;

  /** `neededBy` begins the message: `GCP needs`. */
  constructor({ install, neededBy = "This needs", cause }: MissingPackage) {
    const [name = "", ...others] = install.split(" ").map((each) => each.replace(/(?<=.)@.*/, ""));
    const what = others.length === 0 ? `the package ${name}, which is` : "packages that are";
    super({
      code: "invalid-configuration",
      message: `${neededBy} ${what} not installed: npm install ${install}. Nothing was sent.`,
      cause,
    });
    this.install = install;
  }

  static override isInstance(error: unknown): error is MissingPackageError {
    return RefusedError.isInstance(error) && "install" in error;
  }
}

/**
 * The one command that installs what errors of that kind lack, each package once; undefined where none lacks any. An outcome holds the
 * message alone, so it is read from there.
 */
export function installCommand(
  errors: readonly ({ readonly code: string; readonly message: string } | undefined)[],
): string | undefined {
  const packages = errors.flatMap((error) => {
    const [, install = ""] = (error?.code === "invalid-configuration" && installed.exec(error.message)) || [];
    return install === "" ? [] : install.split(" ");
  });
  return packages.length === 0 ? undefined : `npm install ${[...new Set(packages)].toSorted().join(" ")}`;
}

/** Of a message of MissingPackageError, what is to be installed. */
const installed = / not installed: npm install ([\w@/. -]{1,2000})\. Nothing was sent\.$/;

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

/** One error for several: each package once, in the order of their names. The only one of a kind stays what it is. */
export function allMissing(errors: readonly MissingPackageError[], neededBy?: string): MissingPackageError | undefined {
  const install = [...new Set(errors.flatMap((error) => error.install.split(" ")))].toSorted().join(" ");
  const [first] = errors;
  if (first === undefined || first.install === install) return first;
  return new MissingPackageError({ install, neededBy, cause: first });
}

/**
 * Loads packages, one beside the other. Throws one MissingPackageError that names all that are not there, so that one command
 * installs them; where none is missing, what else broke. `neededBy` begins the message: `GCP needs`.
 */
export async function loadTogether(loads: readonly Promise<unknown>[], neededBy?: string): Promise<void> {
  const settled = await Promise.allSettled(loads);
  const broken = settled.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  const missing = allMissing(
    broken.filter((error) => MissingPackageError.isInstance(error)),
    neededBy,
  );
  if (missing !== undefined) throw missing;
  if (broken.length > 0) throw broken[0];
}
