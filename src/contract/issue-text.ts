/** The message of a problem that zod found, as the end of a sentence that begins with the field. It holds nothing of the value. */
export function issueText(message: string): string {
  const type = /Invalid input: expected (.+), received (\w+)/.exec(message);
  if (type !== null) {
    const [, expected, received] = type;
    return received === "undefined" ? `is missing (${expected})` : `must be ${expected}, not ${received}`;
  }
  const options = /Invalid option: expected one of (.+)/.exec(message)?.[1];
  if (options !== undefined) return `must be one of ${options.replaceAll("|", ", ")}`;
  return message.replace("Invalid input: expected", "must be");
}

/** Where a field is: `recommendations[1].quantity`; empty for the whole. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  // It begins with the dot of a field.
  return text.slice(1);
}
