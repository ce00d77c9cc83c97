import { InvalidArgumentError } from "commander";
import type { Place } from "../../spec/audit.ts";
import type { CloudCommandOptions } from "./command-options.ts";
import { usageError } from "../terminal/usage-error.ts";

/** The options of `buyonce audit`, parsed. */
export interface AuditCommandOptions extends CloudCommandOptions {
  /** Where to look; undefined: the scopes that the ledger knows. */
  readonly places?: readonly Place[] | undefined;
  readonly repair: boolean;
  /** Seconds after which nothing new is looked at. */
  readonly timeout: number;
  /** The id of a commitment that is gone; then nothing is audited. */
  readonly acceptLoss?: string | undefined;
  readonly person?: string | undefined;
  readonly reason?: string | undefined;
}

/** A parser of `--aws ACCOUNT/REGION`, which may be given several times. */
export function awsPlace(text: string, before: readonly Place[] = []): readonly Place[] {
  const [, accountId, region] = /^(\d{12})\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (accountId !== undefined && region !== undefined) return [...before, { provider: "aws", accountId, region }];
  throw new InvalidArgumentError("It must be an account and a region, such as 123456789012/us-east-1.");
}

/** A parser of `--gcp PROJECT/REGION`, which may be given several times. */
export function gcpPlace(text: string, before: readonly Place[] = []): readonly Place[] {
  const [, projectId, region] = /^([a-z0-9.:-]+)\/([a-z0-9-]+)$/.exec(text) ?? [];
  if (projectId !== undefined && region !== undefined) return [...before, { provider: "gcp", projectId, region }];
  throw new InvalidArgumentError("It must be a project and a region, such as my-project/europe-west1.");
}

/** A parser of `--azure [tenantId]`. */
export function azurePlace(text: string): readonly Place[] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return [{ provider: "azure", tenantId: text }];
  throw new InvalidArgumentError("It must be the id of a tenant; without one it is the credential's own tenant.");
}

/** The credential's own tenant. */
export const ownTenant: readonly Place[] = [{ provider: "azure" }];

/** Throws a usage error for options that mean nothing together. */
export function checkAudit({ acceptLoss, person, reason, places, repair }: AuditCommandOptions): void {
  if (acceptLoss === undefined) {
    if (person === undefined && reason === undefined) return;
    throw usageError("--person and --reason go with --accept-loss. Nothing was changed.");
  }
  if (places !== undefined || repair) {
    throw usageError(
      "--accept-loss records one thing and looks at nothing else: leave out --repair and the places. Nothing was changed.",
    );
  }
  for (const [option, value] of Object.entries({ person, reason })) {
    if ((value ?? "").trim() === "") {
      throw usageError(`--accept-loss needs --${option}: it goes into the history. Nothing was changed.`);
    }
  }
}
