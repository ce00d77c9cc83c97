/**
 * Runs what ends at its own timeout with one so short that tests are quick; with longer ones, up to 20 seconds, while the
 * machine was too busy for the request to leave within it. `sent` says how many requests arrived.
 */
export async function withShortTimeout<T extends { readonly sent: number }>(
  run: (milliseconds: number) => Promise<T>,
): Promise<T> {
  let timeout = 300;
  let result = await run(timeout);
  while (result.sent === 0 && timeout < 10_000) {
    timeout *= 2;
    result = await run(timeout);
  }
  return result;
}
