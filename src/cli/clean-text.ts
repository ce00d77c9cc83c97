/**
 * A text of a provider or a file, safe to print: control characters, which could move the cursor or recolour the
 * terminal, become spaces.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
}
