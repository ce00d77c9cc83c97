import { z } from "zod";
import type { Scope } from "../../src/contract/executor.ts";

/** What the listing of one service sees: an account, mostly in one region. */
export interface AwsScope extends Scope {
  readonly accountId: string;
  /** Where it is asked. */
  readonly region: string;
}

/** The scope of a service in an account and region. */
export function awsScope(
  service: string,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): AwsScope {
  return {
    key: `aws/${accountId}/${region}/${service}`,
    label: `AWS account ${accountId}, ${region}, ${service}`,
    accountId,
    region,
  };
}

/** The scope of a service that sells to the account as a whole; `region` is the only one in which it is asked. */
export function accountScope(service: string, accountId: string, region: string): AwsScope {
  return {
    key: `aws/${accountId}/${service}`,
    label: `AWS account ${accountId}, ${service}`,
    accountId,
    region,
  };
}

const schema = z.object({ key: z.string(), label: z.string(), accountId: z.string(), region: z.string() });

/** A scope as it comes back from the ledger. Throws a ZodError when it is not one of AWS. */
export function parseScope(scope: Scope): AwsScope {
  return schema.parse(scope);
}
