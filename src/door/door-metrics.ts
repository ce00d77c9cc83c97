import { LedgerError } from "../contract/errors.ts";
import type { DriveEvent } from "../contract/events.ts";
import { MissingPackageError, importOptional } from "../contract/optional-package.ts";
import type { LedgerFigures } from "./ledger-figures.ts";

/** An answer to a request. */
export interface Answered {
  readonly method: string;
  /** As the table of routes has it, or `none`. */
  readonly route: string;
  readonly status: number;
  /** How long it took until it began. */
  readonly milliseconds: number;
}

/** What is measured when it is asked for. */
export interface Observed {
  readonly figures: () => Promise<LedgerFigures>;
  /** Drives under way, executions that wait for one, and open event streams: of this server. */
  readonly load: () => { readonly drives: number; readonly queue: number; readonly streams: number };
}

/** The series of a server: docs/metrics.md. */
export interface DoorMetrics {
  answered(answer: Answered): void;
  /** Told the steps of the drives of this server. */
  driven(executionId: string, event: DriveEvent | "done"): void;
  /** Told whatever went wrong; counts what a ledger threw. */
  failed(error: unknown): void;
  /** All of them in Prometheus' text format. Throws a MissingPackageError where they cannot be made. */
  text(): Promise<string>;
}

/** Makes them, with the packages of OpenTelemetry; where one is missing, nothing is measured, and asking for them says so. */
export async function createDoorMetrics(observed: Observed): Promise<DoorMetrics> {
  try {
    const { createMeters } = await loadMeters();
    return createMeters(observed);
  } catch (error) {
    if (!MissingPackageError.isInstance(error)) throw error;
    const nothing = () => undefined;
    return { answered: nothing, driven: nothing, failed: nothing, text: () => Promise.reject(error) };
  }
}

/** Loads what measures. Throws a MissingPackageError that names the first package that is not there. */
function loadMeters() {
  const packages = ["@opentelemetry/api", "@opentelemetry/sdk-metrics", "@opentelemetry/exporter-prometheus"];
  const load = () => import("./door-meters.ts");
  // One file imports all of them, and each is told from the others by its name.
  return packages.reduce<typeof load>(
    (inner, name) => () => importOptional(name, inner, { neededBy: "GET /metrics needs" }),
    load,
  )();
}

/** The code of what a ledger threw; undefined for anything else. */
export function ledgerCode(error: unknown): string | undefined {
  return LedgerError.isInstance(error) && error.code !== "claim-lost" ? error.code : undefined;
}
