/** How one account of the imitated AWS differs from the others. */
export interface AwsSandboxAccount {
  /** The roles that can be assumed, by their names, paths included, and the external id that each demands. Default: every role. */
  readonly roles?: Readonly<Record<string, { readonly externalId?: string | undefined }>> | undefined;
  /** The IAM actions that are denied, such as `ec2:PurchaseReservedInstancesOffering`, `rds:*` or `*`. Default none. */
  readonly denied?: readonly string[] | undefined;
  /** Seconds after which a session ends, whatever STS said of its end. Default: as it said. */
  readonly sessionDuration?: number | undefined;
}

/** How the imitated AWS behaves; everything has a default. */
export interface AwsSandboxOptions {
  /**
   * The sandbox's own account, which every access key is of that names no other; default 123456789012. The key
   * `BUYONCE111122223333` is of account 111122223333, one that AssumeRole gave out of the account of its role.
   */
  readonly accountId?: string | undefined;
  /** Accounts that differ, by their ids; there is every account. */
  readonly accounts?: Readonly<Record<string, AwsSandboxAccount>> | undefined;
  /**
   * How long a new Reserved Instance can be seen neither by DescribeReservedInstances nor by CreateTags: for so many
   * such calls in its region, and for so many milliseconds. Both default to 0: at once.
   */
  readonly visibilityLag?:
    { readonly reads?: number | undefined; readonly milliseconds?: number | undefined } | undefined;
  /** How often a Reserved Instance is described as `payment-pending` before it is `active`; default 1. */
  readonly readsUntilActive?: number | undefined;
  /**
   * Every purchase crosses a discount tier: the id that it returns never exists, and the count is split over two others
   * (over one when it is 1). Default false. The real service does it for the standard class above 500,000 USD a region:
   * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/reserved-instances-application.html
   */
  readonly tierCrossing?: boolean | undefined;
  /**
   * How long (milliseconds) CreateSavingsPlan, CreateReservation of Redshift Serverless, PurchaseHostReservation and PurchaseOffering of
   * MediaLive remember a client token; after that the same request buys again. Default for ever. How long the real one does is not
   * documented.
   */
  readonly clientTokenMemory?: number | undefined;
  /**
   * What a service does with a second purchase of what it says that it sells but once at a time, such as a reservation for a Dedicated
   * Host that is covered already: `refused`, the default, or `sold` again.
   */
  readonly soldOnce?: "refused" | "sold" | undefined;
  /**
   * What Redshift does with tags on a reserved node, which is not among the resources that it documents as taggable: it
   * knows no such resource (`refused`, the default), takes and shows them, or takes them and does not show them (`hidden`).
   */
  readonly redshiftTags?: "refused" | "shown" | "hidden" | undefined;
}

/** The options with every default filled in. */
export interface AwsBehaviour {
  readonly accountId: string;
  readonly accounts: Readonly<Record<string, AwsSandboxAccount>>;
  readonly hiddenReads: number;
  readonly hiddenMilliseconds: number;
  readonly readsUntilActive: number;
  readonly tierCrossing: boolean;
  readonly clientTokenMemory: number;
  readonly soldOnce: "refused" | "sold";
  readonly redshiftTags: "refused" | "shown" | "hidden";
}

export function awsBehaviour(options: AwsSandboxOptions): AwsBehaviour {
  return {
    accountId: options.accountId ?? "123456789012",
    accounts: options.accounts ?? {},
    hiddenReads: options.visibilityLag?.reads ?? 0,
    hiddenMilliseconds: options.visibilityLag?.milliseconds ?? 0,
    readsUntilActive: options.readsUntilActive ?? 1,
    tierCrossing: options.tierCrossing ?? false,
    clientTokenMemory: options.clientTokenMemory ?? Infinity,
    soldOnce: options.soldOnce ?? "refused",
    redshiftTags: options.redshiftTags ?? "refused",
  };
}
