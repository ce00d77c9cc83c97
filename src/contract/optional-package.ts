import { messageOf, RefusedError } from "./errors.ts";

/**
 * Imports a package that only some users need, when it is first needed. Throws a RefusedError `invalid-configuration`
 * that names the package to install where it is not there; what breaks inside the package is thrown as it is.
 *
 * ```ts
 * const { Pool } = await importOptional("pg", () => import("pg"));
 * ```
 */
export async function importOptional<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const code = (error as { readonly code?: unknown } | null)?.code;
    // Another package that is missing is a broken installation of this one.
    // Its message names the importing file too, whose path may hold this name.
    if (code !== "ERR_MODULE_NOT_FOUND" || !messageOf(error).includes(`'${name}'`)) throw error;
    throw new RefusedError({
      code: "invalid-configuration",
      message: `This needs the package ${name}, which is not installed: npm install ${name}. Nothing was sent.`,
      cause: error,
    });
  }
}
