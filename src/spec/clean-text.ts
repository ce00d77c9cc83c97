/**
 * A text of a provider or a file, safe to show: control characters, which could move the cursor or recolour the
 * terminal, and those that turn the direction of writing become spaces.
 */
export function cleanText(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, " ").trim();
}
