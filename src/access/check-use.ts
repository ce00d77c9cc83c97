import { MissingPackageError } from "../contract/optional-package.ts";
import { eventError } from "../drive/emit.ts";
import type { AccessFinding } from "./access-report.ts";

/** A use of the program beside a drive, for which only some have the packages. */
export interface PackageUse {
  /** `buyonce serve`. */
  readonly where: string;
  /** Each loads one, and throws a MissingPackageError where it is not there. */
  readonly load: readonly (() => Promise<unknown>)[];
}

/** What is missing for a use, as a warning: it stands in no drive's way. Nothing is said where all is there. */
export async function checkUse({ where, load }: PackageUse): Promise<readonly AccessFinding[]> {
  const missing: string[] = [];
  const broken: AccessFinding[] = [];
  const base = { subject: "packages", result: "warning", where, by: "loading them" } as const;
  for (const one of load) {
    try {
      await one();
    } catch (error) {
      if (MissingPackageError.isInstance(error)) missing.push(...error.install.split(" "));
      else broken.push({ ...base, detail: eventError(error).message, error: eventError(error) });
    }
  }
  if (missing.length === 0) return broken;
  const names = missing.toSorted().join(" ");
  return [{ ...base, detail: `Not installed: ${names}.`, todo: `npm install ${names}` }, ...broken];
}
