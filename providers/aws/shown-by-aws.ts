/** Where a person sees what one service sold. */
export interface ShownByAws {
  /**
   * The address of its console, from its own user guide, and the page within it where that is known: `#` begins what stays in the
   * browser.
   */
  readonly console: readonly [path: string, page: string];
  /** How the AWS CLI lists it: https://docs.aws.amazon.com/cli/latest/reference/ */
  readonly words: readonly string[];
  /** Its answer's list, and in an entry of it: id, name, count, state and the time of the purchase. */
  readonly list: string;
  readonly fields: Readonly<Record<"id" | "count" | "state" | "since", string>> & { readonly name?: string };
  /** The option that asks for one by the name that it was bought under; left out where there is none. */
  readonly named?: string;
  /** The field of the recommendation that says what kind it is, and what narrows the answer to that. */
  readonly kind: string;
  readonly ofKind: (kind: string) => { readonly words?: readonly string[]; readonly query?: string };
}

/** A literal of JMESPath, in which the CLI narrows its answers. */
export function literal(text: string): string {
  return `\`${JSON.stringify(text).replaceAll("`", "\\`")}\``;
}
