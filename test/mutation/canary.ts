/** Whether a value is above a limit. Its only use is to be mutated. */
export function isAbove(value: number, limit: number): boolean {
  return value > limit;
}
