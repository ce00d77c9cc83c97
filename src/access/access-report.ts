import type { EventError } from "../contract/events.ts";

/** What is looked at. */
export type AccessSubject = "packages" | "sign-in" | "clock" | "list" | "price" | "purchase" | "ledger";

/** `unknown`: nothing tells without buying, or nobody answered; it stands in no drive's way. */
export type AccessResult = "ok" | "warning" | "failed" | "unknown";

/** One line of what was found out. */
export interface AccessFinding {
  readonly subject: AccessSubject;
  readonly result: AccessResult;
  /** `AWS account 123456789012, us-east-1, ec2`; empty for what is about the whole. */
  readonly where: string;
  /** The cloud: `aws`; absent for packages and the ledger. */
  readonly provider?: string;
  /** The account, tenant or project that is signed in to, where it has an id. */
  readonly account?: string;
  /** Of list, price and purchase. */
  readonly service?: string;
  /** What tells: `sts:GetCallerIdentity`. */
  readonly by: string;
  /** What was found, in a sentence or a few words. */
  readonly detail: string;
  /** What a person can do, in a sentence. */
  readonly todo?: string;
  /** The error that it comes from. */
  readonly error?: EventError;
}

/** Whether what an execution and the settings name can be bought with. */
export interface AccessReport {
  /** A drive could go through: nothing failed. */
  readonly ready: boolean;
  readonly findings: readonly AccessFinding[];
  /** What installs all packages that are missing: `npm install pg@8 @aws-sdk/client-rds`; absent where none is. */
  readonly install?: string;
}

/** A report of these. */
export function accessReport(findings: readonly AccessFinding[], packages: readonly string[]): AccessReport {
  return {
    ready: findings.every(({ result }) => result !== "failed"),
    findings,
    ...(packages.length === 0 ? {} : { install: `npm install ${packages.join(" ")}` }),
  };
}
