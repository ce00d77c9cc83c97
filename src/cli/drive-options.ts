import { parseEndpoint } from "../spec/endpoint.ts";
import { canAsk, type Terminal } from "./terminal.ts";
import type { Endpoints, ProviderName } from "./providers.ts";
import { usageError } from "./usage-error.ts";

/** Where things lie unless the command line says otherwise, relative to the working directory. */
export const defaultFiles = {
  ledger: ".buyonce/ledger.db",
  /** Records of imitated purchases never mix with those of real ones. */
  sandboxLedger: ".buyonce/sandbox-ledger.db",
  sandboxState: ".buyonce/sandbox.json",
} as const;

/** The options of `buyonce drive`, parsed. */
export interface DriveCommandOptions {
  readonly ledger?: string | undefined;
  readonly sandbox: boolean;
  readonly endpoints: Endpoints;
  readonly concurrency: number;
  /** Seconds by which the drive has reported. */
  readonly timeout: number;
  readonly wait: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Throws a usage error for endpoints that cannot be used, or not together with the rest. */
export function checkEndpoints({ sandbox, endpoints }: DriveCommandOptions): void {
  const given = Object.values(endpoints);
  if (sandbox && given.length > 0) {
    throw usageError(
      "--sandbox brings its own endpoints: leave out --azure-endpoint and --aws-endpoint, or --sandbox.",
    );
  }
  for (const endpoint of given) parseEndpoint(endpoint);
}

/**
 * Throws a usage error where money could move without anybody having agreed to it, or into a ledger of imitated
 * purchases. `needed` are the providers that the file needs, `real` those of them whose requests can spend money.
 */
export function checkSpending(
  needed: readonly ProviderName[],
  real: readonly ProviderName[],
  { yes }: DriveCommandOptions,
  terminal: Terminal,
): void {
  if (real.length > 0 && real.length < needed.length) {
    const missing = real.map((name) => `--${name}-endpoint`).join(" and ");
    throw usageError(
      `The file would be driven partly against an imitation and partly against the real ${real.join(" and ")}, and one ledger must not hold both. Give ${missing} too, or none. Nothing was sent.`,
    );
  }
  if (real.length > 0 && !yes && !canAsk(terminal)) {
    throw usageError(
      `This would spend real money (${real.join(" and ")}), and there is no terminal to ask at. Give --yes to buy without being asked, or --sandbox to try it out. Nothing was sent.`,
    );
  }
}
