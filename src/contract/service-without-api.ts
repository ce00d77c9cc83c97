import { z } from "zod";
import { RefusedError } from "./errors.ts";
import type { ServiceExecutor } from "./executor.ts";

/** A service whose commitments are not bought: no program can, or none can do so exactly once. */
export interface ServiceWithoutApi {
  readonly provider: string;
  readonly service: string;
  /** One or two sentences; left out: the provider has no API that buys it. */
  readonly why?: string | undefined;
  /** One sentence: what the user can do instead. */
  readonly instead: string;
  /** Nobody expects an audit to look at it: it is named only to be refused. Left out: an audit says that it did not look there. */
  readonly isRefused?: boolean | undefined;
}

/**
 * An executor for a service that sells commitments, or discounts like them, but no API to buy them with, or none that can be used exactly once. Its schema
 * refuses every recommendation with what the user can do, so that nothing of the execution is sent; its other members
 * are never reached, and throw a RefusedError `not-offered`.
 */
export function serviceWithoutApi({
  provider,
  service,
  why = `${provider} has no API that buys a commitment for "${service}".`,
  instead,
  isRefused = false,
}: ServiceWithoutApi): ServiceExecutor {
  const message = `cannot be bought here: ${why} ${instead}`;
  const refuse = (): never => {
    throw new RefusedError({ code: "not-offered", message: `The service ${message}` });
  };
  const executor: ServiceExecutor = {
    provider,
    service,
    schema: z.custom<never>().superRefine((_recommendation, problems) => {
      problems.addIssue({ code: "custom", path: ["service"], message });
    }),
    recovery: { kind: "manual", minimumAge: 1, parkAfter: 1 },
    sendTimeout: 1,
    describe: refuse,
    scopeOf: refuse,
    factsOf: refuse,
    inventory: { list: refuse, read: async () => refuse() },
    quote: async () => refuse(),
    send: async () => refuse(),
    resolve: async () => refuse(),
  };
  withoutListing.add(executor);
  if (isRefused) refused.add(executor);
  return executor;
}

/** Executors that have nothing to list. */
const withoutListing = new WeakSet<ServiceExecutor>();

/** Those of them that are there only to refuse. */
const refused = new WeakSet<ServiceExecutor>();

/** Whether an executor is there only to refuse what it is asked for, so that an audit need not name its service. */
export function isOnlyRefused(executor: ServiceExecutor): boolean {
  return refused.has(executor);
}

/** Whether what was bought with an executor can be listed, for audits. */
export function canBeListed(executor: ServiceExecutor): boolean {
  return !withoutListing.has(executor);
}
