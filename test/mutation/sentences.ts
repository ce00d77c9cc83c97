/** As much of Babel's syntax tree as is looked at here. */
interface SyntaxPath {
  readonly node: {
    readonly type: string;
    readonly value?: unknown;
    readonly quasis?: readonly { readonly value: { readonly raw: string } }[];
  };
}

/** Three words and more. */
const sentence = /\S\s+\S+\s+\S/;

/** Statements of SQL are no text for people. */
const sql = /^\s*(SELECT|INSERT|CREATE|PRAGMA|BEGIN)\b/;

/**
 * A plugin of Stryker: leaves sentences alone. A message that lost its words, or a value in the middle of them, changes
 * nothing that is bought; codes, states, names of fields and SQL are shorter or known by their first word, and stay.
 */
export const strykerPlugins = [
  {
    kind: "Ignore",
    name: "sentences",
    value: {
      shouldIgnore: ({ node }: SyntaxPath): string | undefined => {
        const text =
          node.type === "TemplateLiteral"
            ? node.quasis?.map(({ value }) => value.raw).join("…")
            : node.type === "StringLiteral"
              ? String(node.value)
              : undefined;
        return text !== undefined && sentence.test(text) && !sql.test(text) ? "a sentence for a person" : undefined;
      },
    },
  },
];
