/** The tag keys under which source and token are stamped on a commitment. */
export interface TagNames {
  readonly source: string;
  readonly token: string;
}

/** The names that the existing Go engine uses: executions that it began are recognised. */
export const defaultTagNames: TagNames = {
  source: "purchase-automation",
  token: "cudly-idempotency-token",
};
