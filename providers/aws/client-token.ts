/**
 * The client token of a purchase: the token, which is what the Go engine that began some executions sends too
 * (LeanerCloud/CUDly 638), and from the first proof on that a purchase came to nothing a part of it with the generation.
 * At most 64 characters.
 */
export function clientTokenOf(token: string, generation: number): string {
  return generation === 0 ? token : `${token.slice(0, 40)}-g${generation}`;
}
