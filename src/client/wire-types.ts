// Made from the document at /openapi.json by `npm run docs`; do not edit it.
// oxlint-disable max-lines -- it is as long as the document

/** Each recommendation has the fields of its provider's service (docs/api), or is { "skip": "why" }. A name given twice in one object is refused. */
export interface Execution {
  /** For an editor. buyonce does not read it. */
  readonly $schema?: string | undefined;
  /** Identifies the execution for ever: what is bought once under it is not bought again. */
  readonly executionId: string;
  /** Who decided to buy: becomes a tag of every purchase. */
  readonly source: string;
  /** What to buy, each with the fields of its service; { "skip": "why" } keeps a place empty. */
  readonly recommendations: readonly unknown[];
  /** For people, at most 255 characters: it is shown and kept, and is no part of what is bought. */
  readonly note?: string | undefined;
  /** Short texts for people, by name: shown and kept, and no part of what is bought. */
  readonly labels?:
    | {
        readonly [further: string]: string;
      }
    | undefined;
  /** The most that all of it may cost over its terms, one amount per currency. Left out: no limit. */
  readonly maxTotals?:
    | readonly {
        /** A decimal number in quotes, without thousands separators. */
        readonly amount: string;
        /** The currency's ISO 4217 code. */
        readonly currency: string;
      }[]
    | undefined;
  /** Nothing is sent before. Left out: at once. */
  readonly notBefore?: string | undefined;
  /** Nothing is sent from then on. Left out: never. */
  readonly expiresAt?: string | undefined;
  /** Of what is the same as something that was bought within so many days for something else, nothing is sent; two that are the same in one file are refused. Left out: they are warned of. */
  readonly forbidTwinsWithin?: string | undefined;
}

/** `Resolution` of the document at /openapi.json. */
export type Resolution =
  | {
      readonly finding: "bought";
      readonly id: string;
      readonly reason: string;
    }
  | {
      readonly finding: "not-this";
      readonly id: string;
      readonly reason: string;
    }
  | {
      readonly finding: "not-bought";
      readonly reason: string;
    }
  | {
      readonly finding: "write-off";
      readonly reason: string;
    };

/** `LimitChanges` of the document at /openapi.json. */
export interface LimitChanges {
  /** One amount for each currency; null is no limit. */
  readonly maxTotals?: readonly Limit[] | null | undefined;
  /** By recIndex; null is no limit. */
  readonly maxPrices?:
    | {
        readonly [further: string]: Limit | null;
      }
    | undefined;
  /** Of what is the same as something bought within so many days, nothing is sent; null allows it. */
  readonly forbidTwinsWithin?: string | null | undefined;
  readonly reason: string;
}

/** `Report` of the document at /openapi.json. */
export interface Report {
  readonly executionId: string;
  readonly state: State;
  /** Why nothing may be sent for it now. */
  readonly forbidden?:
    | {
        readonly code: Code;
        readonly reason: string;
      }
    | undefined;
  readonly outcomes: readonly Outcome[];
  readonly totals: readonly Money[];
  readonly atRisk: readonly Money[];
  readonly payments: readonly PaymentTotals[];
  readonly accounts: readonly {
    readonly provider: string;
    readonly account?: string | undefined;
    readonly totals: readonly Money[];
    readonly atRisk: readonly Money[];
    readonly payments: readonly PaymentTotals[];
  }[];
}

/** `CancelledReport` of the document at /openapi.json. */
export interface CancelledReport {
  readonly executionId: string;
  readonly state: State;
  /** Why nothing may be sent for it now. */
  readonly forbidden?:
    | {
        readonly code: Code;
        readonly reason: string;
      }
    | undefined;
  readonly outcomes: readonly Outcome[];
  readonly totals: readonly Money[];
  readonly atRisk: readonly Money[];
  readonly payments: readonly PaymentTotals[];
  readonly accounts: readonly {
    readonly provider: string;
    readonly account?: string | undefined;
    readonly totals: readonly Money[];
    readonly atRisk: readonly Money[];
    readonly payments: readonly PaymentTotals[];
  }[];
  /** What was sent before, and is not known to be bought or not. */
  readonly mayBeBought: readonly {
    readonly recIndex: number;
    readonly token: string;
    readonly price?: Money | undefined;
  }[];
}

/** `Terms` of the document at /openapi.json. */
export interface Terms {
  readonly executionId: string;
  readonly source: string;
  /** The note that was submitted with it: no part of what is approved. */
  readonly note?: string | undefined;
  /** For people, as the note. */
  readonly labels?:
    | {
        readonly [further: string]: string;
      }
    | undefined;
  readonly termsVersion: number;
  readonly termsHash: string;
  /** As they are recorded; an empty place is { skip }. */
  readonly recommendations: readonly {
    readonly [further: string]: unknown;
  }[];
  readonly maxTotals?: readonly Money[] | undefined;
  readonly notBefore?: string | undefined;
  readonly expiresAt?: string | undefined;
  readonly forbidTwinsWithin?: string | undefined;
  readonly approvalRequired: boolean;
  /** Two persons are needed: who submitted it, or set its terms since, may not approve it. */
  readonly mayNotApprove?: readonly string[] | undefined;
  readonly approval?:
    | {
        readonly person: string;
        readonly reason: string;
        readonly at: Time;
        readonly termsHash: string;
      }
    | undefined;
  readonly cancelled?:
    | {
        readonly person: string;
        readonly reason: string;
        readonly at: Time;
      }
    | undefined;
  readonly incomplete?: boolean | undefined;
  readonly restored?: boolean | undefined;
  readonly limitsUnknown?: boolean | undefined;
}

/** `History` of the document at /openapi.json. */
export interface History {
  readonly executionId: string;
  readonly recIndex: number;
  readonly token: string;
  readonly history: readonly {
    readonly at: Time;
    readonly event: string;
    /** Who said so; not there where no person did. */
    readonly person?: string | undefined;
    readonly from?: string | undefined;
    readonly to: string;
    readonly holder?: string | undefined;
    readonly epoch: number;
    readonly attempt: number;
    readonly code?: string | undefined;
    readonly detail: string;
  }[];
}

/** `Executions` of the document at /openapi.json. */
export interface Executions {
  readonly executions: readonly Summary[];
  /** The cursor of the next page; not there on the last one. */
  readonly next?: string | undefined;
}

/** `Quote` of the document at /openapi.json. */
export interface Quote {
  readonly executionId: string;
  readonly termsVersion: number;
  readonly raises?: readonly string[] | undefined;
  readonly recommendations: readonly {
    readonly recIndex: number;
    readonly token: string;
    readonly verdict: string;
    readonly price?: Money | undefined;
    readonly payments?: Payments | undefined;
    /** What is the same as it: bought lately, or in this execution. */
    readonly warnings?: readonly string[] | undefined;
    readonly [further: string]: unknown;
  }[];
  readonly totals: {
    readonly buy: readonly Money[];
    readonly bought: readonly Money[];
    readonly reconcile: readonly Money[];
  };
  /** How what would be bought is paid, per currency. */
  readonly payments: readonly PaymentTotals[];
  readonly accounts: readonly {
    readonly provider: string;
    readonly account?: string | undefined;
    readonly payments: readonly PaymentTotals[];
  }[];
  readonly error?:
    | {
        readonly code: Code;
        readonly providerCode?: string | undefined;
        readonly message: string;
        readonly retryable: boolean;
        /** Milliseconds. */
        readonly retryAfter?: number | undefined;
      }
    | undefined;
}

/** `Event` of the document at /openapi.json. */
export type Event =
  | {
      readonly kind: "execution";
      readonly number: number;
      readonly at: Time;
      readonly event: string;
      readonly person?: string | undefined;
      readonly reason?: string | undefined;
      readonly termsVersion: number;
      readonly detail: string;
    }
  | {
      readonly kind: "recommendation";
      readonly number: number;
      readonly recIndex: number;
      readonly token: string;
      readonly at: Time;
      readonly event: string;
      /** Who said so; not there where no person did. */
      readonly person?: string | undefined;
      readonly from?: string | undefined;
      readonly to: string;
      readonly holder?: string | undefined;
      readonly epoch: number;
      readonly attempt: number;
      readonly code?: string | undefined;
      readonly detail: string;
    }
  | {
      readonly kind: "end";
      readonly executionId: string;
      readonly state: State;
    };

/** `Problem` of the document at /openapi.json. */
export interface Problem {
  /** The page of the code, relative to this server. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: Code;
  readonly detail: string;
  /** The same request may succeed later. */
  readonly retryable: boolean;
  /** Milliseconds. */
  readonly retryAfter?: number | undefined;
  readonly recIndex?: number | undefined;
  /** Of in-progress: the driver that works on it. */
  readonly holder?: string | undefined;
  /** Of in-progress: until when it holds it, unless it goes on. */
  readonly until?: Time | undefined;
  readonly problems?:
    | readonly {
        /** A JSON pointer into the body: #/recommendations/1/quantity */
        readonly pointer?: string | undefined;
        readonly parameter?: string | undefined;
        readonly recIndex?: number | undefined;
        readonly detail: string;
      }[]
    | undefined;
}

/** `Limit` of the document at /openapi.json. */
export interface Limit {
  /** A decimal number in quotes, without thousands separators. */
  readonly amount: string;
  /** The currency's ISO 4217 code. */
  readonly currency: string;
}

/** waiting: for an approval, its time, or a person who confirms it. working: something is being driven, or is to be. needs-person: something was refused, rejected or is parked. stopped: cancelled or expired. complete: all is bought and settled, skipped or decided. */
export type State = "waiting" | "stopped" | "working" | "needs-person" | "complete";

/** Stable; docs/errors.md says what each means and what to do. */
export type Code =
  | "invalid-execution"
  | "invalid-configuration"
  | "aborted"
  | "ledger-missing"
  | "ledger-unavailable"
  | "ledger-locked"
  | "ledger-read-only"
  | "ledger-corrupt"
  | "ledger-newer-schema"
  | "ledger-full"
  | "claim-lost"
  | "commitment-taken"
  | "too-many-attempts"
  | "execution-changed"
  | "execution-id-taken"
  | "source-differs"
  | "limits-differ"
  | "approval-missing"
  | "second-person-needed"
  | "not-due"
  | "execution-expired"
  | "execution-cancelled"
  | "execution-incomplete"
  | "restored-unconfirmed"
  | "terms-changed"
  | "plan-outdated"
  | "plan-expired"
  | "not-agreed"
  | "already-sent"
  | "limit-below-spent"
  | "nothing-to-change"
  | "lookup-failed"
  | "lookup-untrusted"
  | "credentials-unavailable"
  | "access-denied"
  | "wrong-account"
  | "commitment-mismatch"
  | "commitment-unverifiable"
  | "commitment-unclear"
  | "look-alike"
  | "bought-elsewhere"
  | "several-commitments"
  | "identical-purchase-open"
  | "twin-forbidden"
  | "quote-failed"
  | "not-offered"
  | "several-offerings"
  | "not-in-plan"
  | "price-above-limit"
  | "price-currency-mismatch"
  | "total-above-limit"
  | "total-currency-missing"
  | "total-unknown"
  | "deadline-too-near"
  | "purchase-rejected"
  | "purchase-over"
  | "outcome-unknown"
  | "nothing-to-resolve"
  | "still-shown"
  | "too-early"
  | "answer-unclear"
  | "there-before"
  | "resolved-as-not-bought"
  | "resolved-as-not-this"
  | "written-off"
  | "held-by-another-driver"
  | "executor-missing"
  | "malformed-request"
  | "not-authenticated"
  | "issuer-unavailable"
  | "not-permitted"
  | "foreign-origin"
  | "not-found"
  | "method-not-allowed"
  | "request-too-large"
  | "unsupported-media-type"
  | "precondition-missing"
  | "too-many-requests"
  | "server-busy"
  | "in-progress"
  | "too-many-streams"
  | "shutting-down"
  | "no-answer"
  | "foreign-answer"
  | "not-decided"
  | "internal";

/** `Outcome` of the document at /openapi.json. */
export interface Outcome {
  readonly recIndex: number;
  readonly status:
    | "purchased"
    | "already-purchased"
    | "in-progress"
    | "refused"
    | "rejected"
    | "unresolved"
    | "skipped"
    | "written-off";
  /** The idempotency token, whole: it is what one looks for at the provider. */
  readonly token: string;
  readonly provider?: string | undefined;
  readonly service?: string | undefined;
  readonly account?: string | undefined;
  readonly commitment?:
    | {
        readonly id: string;
        readonly furtherIds?: readonly string[] | undefined;
        readonly state: string;
        readonly settled: boolean;
      }
    | undefined;
  readonly price?: Money | undefined;
  readonly payments?: Payments | undefined;
  readonly note?: string | undefined;
  /** For people, as the note. */
  readonly labels?:
    | {
        readonly [further: string]: string;
      }
    | undefined;
  readonly error?:
    | {
        readonly code: Code;
        readonly providerCode?: string | undefined;
        readonly message: string;
        readonly retryable: boolean;
        /** Milliseconds. */
        readonly retryAfter?: number | undefined;
      }
    | undefined;
  readonly parked?:
    | {
        readonly since: Time;
        readonly sentAt: Time;
        readonly handle: {
          readonly [further: string]: unknown;
        };
      }
    | undefined;
  readonly decision?:
    | {
        readonly kind: string;
        readonly person: string;
        readonly reason: string;
        readonly at: Time;
        readonly [further: string]: unknown;
      }
    | undefined;
  readonly warnings?: readonly string[] | undefined;
}

/** A decimal number, exact. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

/** What several cost in one currency, and how that is paid. */
export interface PaymentTotals {
  /** Over the whole term. */
  readonly price: {
    /** A decimal number, exact. */
    readonly amount: string;
    /** ISO 4217. */
    readonly currency: string;
  };
  /** Charged when it is bought. */
  readonly dueNow: {
    /** A decimal number, exact. */
    readonly amount: string;
    /** ISO 4217. */
    readonly currency: string;
  };
  /** One for each number of months. */
  readonly monthly: readonly {
    /** A decimal number, exact. */
    readonly amount: string;
    /** ISO 4217. */
    readonly currency: string;
    /** In how many months. */
    readonly months: number;
    /** fixed: this very amount is billed each month; average: the mean of months that differ. */
    readonly kind: "fixed" | "average";
    /** To the currency's smallest unit; the price is exact. */
    readonly rounded?: true | undefined;
  }[];
  /** The part of the price of which nobody knows how it is paid. */
  readonly unknown?:
    | {
        /** A decimal number, exact. */
        readonly amount: string;
        /** ISO 4217. */
        readonly currency: string;
      }
    | undefined;
}

/** `Time` of the document at /openapi.json. */
export type Time = string;

/** `Summary` of the document at /openapi.json. */
export interface Summary {
  readonly executionId: string;
  readonly source: string;
  /** The note that was submitted with it: no part of what is approved. */
  readonly note?: string | undefined;
  /** For people, as the note. */
  readonly labels?:
    | {
        readonly [further: string]: string;
      }
    | undefined;
  readonly state: State;
  /** Why nothing may be sent for it now. */
  readonly forbidden?:
    | {
        readonly code: Code;
        readonly reason: string;
      }
    | undefined;
  readonly termsVersion: number;
  readonly size: number;
  readonly places: {
    readonly bought: number;
    readonly atRisk: number;
    readonly toCome: number;
    readonly inDoubt: number;
    readonly skipped: number;
  };
  readonly money: {
    readonly bought: readonly Money[];
    readonly atRisk: readonly Money[];
    readonly toCome: readonly Money[];
  };
  readonly unlimited: number;
  readonly createdAt: Time;
  readonly updatedAt: Time;
}

/** How the price is paid, as far as that is known. */
export interface Payments {
  /** Charged when it is bought. */
  readonly dueNow: {
    /** A decimal number, exact. */
    readonly amount: string;
    /** ISO 4217. */
    readonly currency: string;
  };
  /** What is paid in each month. */
  readonly monthly?:
    | {
        /** A decimal number, exact. */
        readonly amount: string;
        /** ISO 4217. */
        readonly currency: string;
        /** In how many months. */
        readonly months: number;
        /** fixed: this very amount is billed each month; average: the mean of months that differ. */
        readonly kind: "fixed" | "average";
        /** To the currency's smallest unit; the price is exact. */
        readonly rounded?: true | undefined;
      }
    | undefined;
}
