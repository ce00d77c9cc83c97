import { checkNumber } from "../../../src/contract/check-number.ts";

/** How the imitated Microsoft.Capacity behaves; everything has a default. */
export interface AzureSandboxOptions {
  /** ISO currency of every price; default GBP, as in the recorded answers. */
  readonly currency?: string | undefined;
  /** Milliseconds for which an order id minted by calculatePrice can be bought under; default 10 minutes. */
  readonly quoteLifetime?: number | undefined;
  /** Whether orders show the tags that were sent; default true. Unproven of the real service: no recording shows tags. */
  readonly returnTags?: boolean | undefined;
  /**
   * What a second PUT of an id that was bought answers: the order (200), ReservationOrderIdAlreadyExists (409) or
   * "Session timed out" (400); default `existing`. Undocumented: all three have been claimed of the real service.
   */
  readonly secondPut?: "existing" | "already-exists" | "session-timed-out" | undefined;
  /** How many reads of an order move it on by one state; default 1. */
  readonly readsPerState?: number | undefined;
  /** The state in which orders of a SKU end, by SKU; default `Succeeded`. */
  readonly finalStates?: Readonly<Record<string, string>> | undefined;
  /** How savings plans behave; the options above, but for `returnTags` and `secondPut`, are theirs as well. */
  readonly savingsPlan?: SavingsPlanOptions | undefined;
  /** How reservations behave that are bought under an alias; tags, sequence and final states are the options above. */
  readonly reservationAlias?: ReservationAliasOptions | undefined;
  /** How many prices and purchases a tenant takes in an hour; default any number. */
  readonly writeLimit?: WriteLimit | undefined;
  /** By tenant id. Every other tenant is there too, and may do everything. */
  readonly tenants?: Readonly<Record<string, SandboxTenant>> | undefined;
}

/** A limit as Azure Resource Manager has one: what is above it is refused with 429, `Retry-After`, and the code `TenantRequestsThrottled`. */
export interface WriteLimit {
  /** Requests that are no reads, of one tenant: Azure takes 1,200. */
  readonly writes: number;
  /** Milliseconds of the hour, so that a test or a trial need not wait for one; default 3,600,000. */
  readonly within?: number | undefined;
}

/** A tenant in which not everything is allowed. */
export interface SandboxTenant {
  /**
   * What its identity may not do, by Azure's names of operations: `Microsoft.Capacity/reservationorders/write`, or with a star
   * at the end `Microsoft.Capacity/*`, or `*`.
   */
  readonly denied?: readonly string[] | undefined;
}

/** How the imitated Microsoft.BillingBenefits behaves; everything has a default. */
export interface SavingsPlanOptions {
  /** Whether orders show the tags that were sent; default false: the specification has none. */
  readonly returnTags?: boolean | undefined;
  /**
   * What a second PUT of an alias does: answers with the first order (200), refuses (409), or buys again and lets the
   * alias name the new order (201); default `existing`. Undocumented: the first has been claimed of the real service.
   */
  readonly secondPut?: "existing" | "already-exists" | "buys-again" | undefined;
  /** What is sold; default `P1Y` and `P3Y`, as Microsoft documents the product. The interface knows `P1M` and `P5Y` too. */
  readonly terms?: readonly string[] | undefined;
}

/** How the imitated aliases of reservation orders behave; everything has a default. */
export interface ReservationAliasOptions {
  /** As that of {@link SavingsPlanOptions}: just as undocumented. */
  readonly secondPut?: SavingsPlanOptions["secondPut"];
}

/** The options with every default filled in. */
export type AzureBehaviour = Filled<Omit<AzureSandboxOptions, "savingsPlan" | "reservationAlias" | "writeLimit">> & {
  readonly writeLimit: Filled<WriteLimit>;
  readonly reservationAlias: Filled<ReservationAliasOptions>;
  readonly savingsPlan: Filled<SavingsPlanOptions>;
};

type Filled<T> = { readonly [Name in keyof T]-?: NonNullable<T[Name]> };

/** Throws a RefusedError `invalid-configuration` for a limit that is no whole number from 1. */
export function azureBehaviour(options: AzureSandboxOptions): AzureBehaviour {
  const { writes = Number.POSITIVE_INFINITY, within = 3_600_000 } = options.writeLimit ?? {};
  if (options.writeLimit) checkNumber("azure.writeLimit.writes", writes, { minimum: 1, maximum: 1_000_000 });
  checkNumber("azure.writeLimit.within", within, { minimum: 1, maximum: 3_600_000 });
  return {
    writeLimit: { writes, within },
    currency: options.currency ?? "GBP",
    quoteLifetime: options.quoteLifetime ?? 600_000,
    returnTags: options.returnTags ?? true,
    secondPut: options.secondPut ?? "existing",
    readsPerState: options.readsPerState ?? 1,
    finalStates: options.finalStates ?? {},
    tenants: options.tenants ?? {},
    reservationAlias: { secondPut: options.reservationAlias?.secondPut ?? "existing" },
    savingsPlan: {
      returnTags: options.savingsPlan?.returnTags ?? false,
      secondPut: options.savingsPlan?.secondPut ?? "existing",
      terms: options.savingsPlan?.terms ?? ["P1Y", "P3Y"],
    },
  };
}
