import { InvalidArgumentError } from "commander";
import type { Place } from "../contract/audit-report.ts";
import type { Money } from "../contract/money.ts";

/** A parser of option values: whole numbers within limits. Its error is a usage error. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
  };
}

/**
 * A parser of option values that may be given once per currency: `12000.00 USD`. Its error is a usage error. It does what
 * `moneySchema` does, without what that loads: every command is parsed, most without money.
 */
export function moneyPerCurrency(text: string, before: readonly Money[] | undefined): readonly Money[] {
  const [, amount, currency] = /^(\d[\d.]{0,39}) +([A-Z]{3})$/.exec(text.trim()) ?? [];
  if (amount === undefined || currency === undefined || !/^\d+(\.\d+)?$/.test(amount)) {
    throw new InvalidArgumentError('It must be an amount and its currency in quotes, such as "12000.00 USD".');
  }
  if (before?.some((total) => total.currency === currency)) {
    throw new InvalidArgumentError(`It is given twice for ${currency}.`);
  }
  return [...(before ?? []), { amount, currency }];
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
