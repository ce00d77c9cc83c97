import { systemEnvironment, type Environment } from "../contract/environment.ts";
import type { Provider } from "../contract/executor.ts";
import { MissingPackageError } from "../contract/optional-package.ts";
import { type AnyExecution, isSkip, type AnyRecommendation } from "../contract/recommendation.ts";
import { eventError } from "../drive/emit.ts";
import { createStop } from "../drive/stop.ts";
import { executorsOf } from "../drive/validate.ts";
import { type AccessFinding, type AccessReport, accessReport } from "./access-report.ts";
import { createAsk } from "./ask-within.ts";
import { checkLedger, type LedgerAtHand } from "./check-ledger.ts";
import { checkPlace } from "./check-place.ts";
import { checkUse, type PackageUse } from "./check-use.ts";
import { placesOf, type Site } from "./places.ts";

/** How access is checked. */
export interface AccessOptions {
  /** Aborted: it throws a RefusedError `aborted`. */
  readonly signal?: AbortSignal;
  /** Milliseconds since 1970: a second before, what was not answered counts as failed. Default: none. */
  readonly deadline?: number;
  /** How many questions are asked at a time. Default 4. */
  readonly concurrency?: number;
  /** Milliseconds for each question, its repetitions included. Default 60,000. */
  readonly timeout?: number;
}

interface AccessParts extends LedgerAtHand {
  readonly providers: readonly Provider[];
  readonly environment?: Environment;
  /** Other uses of the program, whose packages are looked for, too. Default: none. */
  readonly uses?: readonly PackageUse[];
}

/**
 * Whether what these recommendations and the settings of the providers name can be bought with: packages, sign-in, clock, look-up,
 * price, right to purchase, ledger. It buys nothing, changes nothing and records nothing; what fails in one place hides nothing of
 * another.
 */
export async function checkAccess(
  recommendations: readonly AnyRecommendation[],
  { providers, environment = systemEnvironment, uses = [], ...ledger }: AccessParts,
  { signal, deadline, concurrency = 4, timeout = 60_000 }: AccessOptions,
): Promise<AccessReport> {
  const stop = createStop(environment, { signal, deadline });
  const missing = new Set<string>();
  const noteMissing = (install: string) => install.split(" ").forEach((each) => missing.add(each));
  const packages = createPackageCheck(noteMissing);
  try {
    const ask = createAsk(concurrency, timeout, stop.signal);
    const places = placesOf(recommendations, providers, executorsOf(providers));
    // All packages that are missing are named, whether anything can be asked with the others or not.
    await Promise.all(places.flatMap(({ sites }) => sites.map(packages.isLoaded)));
    const [ofLedger, ...ofPlaces] = await Promise.all([
      ask(() => checkLedger(ledger, noteMissing)),
      ...places.map((place) => checkPlace(place, { ask, noteMissing, isLoaded: packages.isLoaded })),
    ]);
    const ofUses = await Promise.all(uses.map(checkUse));
    const all = [...packages.findings(missing), ...ofUses.flat(), ...ofPlaces.flat(), ofLedger];
    return accessReport(all, [...missing].toSorted());
  } finally {
    stop.end();
  }
}

/** What an execution buys; its empty places buy nothing. */
export function recommendationsOf(execution: AnyExecution | undefined): readonly AnyRecommendation[] {
  return (execution?.recommendations ?? []).flatMap((place) => (isSkip(place) ? [] : [place]));
}

/** Loads the packages of executors, each once. */
function createPackageCheck(noteMissing: (install: string) => void) {
  const loading = new Map<Site["executor"], Promise<boolean>>();
  const broken: AccessFinding[] = [];
  const base = { subject: "packages", result: "failed", where: "", by: "loading them" } as const;

  async function load({ executor }: Site): Promise<boolean> {
    try {
      await executor.load?.();
      return true;
    } catch (error) {
      if (MissingPackageError.isInstance(error)) noteMissing(error.install);
      else {
        const { provider, service } = executor;
        broken.push({ ...base, provider, service, detail: eventError(error).message, error: eventError(error) });
      }
      return false;
    }
  }

  return {
    isLoaded: (site: Site) => {
      const { executor } = site;
      const known = loading.get(executor) ?? load(site);
      loading.set(executor, known);
      return known;
    },
    findings: (missing: ReadonlySet<string>): readonly AccessFinding[] => {
      if (missing.size === 0 && broken.length > 0) return broken;
      const names = [...missing].toSorted().join(" ");
      const found: AccessFinding =
        missing.size === 0
          ? { ...base, result: "ok", detail: "All that are needed are there." }
          : { ...base, detail: `Not installed: ${names}.`, todo: `npm install ${names}` };
      return [found, ...broken];
    },
  };
}
