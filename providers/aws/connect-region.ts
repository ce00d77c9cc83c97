import type { ErrorCode } from "../../src/contract/errors.ts";
import type { Scope } from "../../src/contract/executor.ts";
import type { Connect, Connection } from "./aws-connect.ts";
import { type Page, readPages } from "./aws-lists.ts";
import { parseScope } from "./aws-scope.ts";
import { reading } from "./read-error.ts";

/** An account in a region that may be asked, and how a service is read there. */
export interface RegionalReads {
  readonly connection: Connection;
  /** `us-east-1`. */
  readonly region: string;
  /**
   * Does a read. What the SDK throws becomes a RefusedError, with `code` where it is neither about credentials nor about rights;
   * `call` is that of the permission: `DescribeReservedInstances`.
   */
  read<Answer>(call: string, code: ErrorCode, signal: AbortSignal, work: () => Promise<Answer>): Promise<Answer>;
  /** Reads a listing to its end, in the same way. */
  readAll<Item>(...listing: Reading<Item>): Promise<readonly Item[]>;
  /** The same page by page, as they come. */
  readPages<Item>(...listing: Reading<Item>): AsyncIterable<readonly Item[]>;
}

/** A listing: its call, the codes of one that fails and of one that cannot be believed, what ends it, and how a page is read. */
type Reading<Item> = readonly [
  call: string,
  codes: { readonly failed: ErrorCode; readonly untrusted: ErrorCode },
  signal: AbortSignal,
  readPage: (next: string | undefined) => Promise<Page<Item>>,
];

/** The codes of a listing of what was bought, and of one of what is offered. */
export const listingCodes = {
  bought: { failed: "lookup-failed", untrusted: "lookup-untrusted" },
  offered: { failed: "quote-failed", untrusted: "quote-failed" },
} as const;

/** Checks the account of a scope and gives its reads; `permissions` is the prefix of the service's IAM actions: `ec2`. */
export function createConnectRegion(
  connect: Connect,
  permissions: string,
  maxPages: number,
): (scope: Scope, signal: AbortSignal) => Promise<RegionalReads> {
  return async (scope, signal) => {
    const { accountId, region, label: where } = parseScope(scope);
    const connection = await connect(accountId, region, signal);
    const read: RegionalReads["read"] = (call, code, signal, work) =>
      reading({ permission: `${permissions}:${call}`, where, region, code }, signal, work);
    const pagesOf: RegionalReads["readPages"] = (call, { failed, untrusted }, signal, readPage) =>
      readPages((next) => read(call, failed, signal, () => readPage(next)), { call, maxPages, code: untrusted });
    return {
      connection,
      region,
      read,
      readPages: pagesOf,
      readAll: async (...listing) => (await Array.fromAsync(pagesOf(...listing))).flat(),
    };
  };
}
