/** Runs asynchronous functions one after the other, in the order in which they came; one that fails holds up nothing. */
export function createSerializer(): <T>(run: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (run) => {
    const result = last.then(run);
    last = result.catch(() => undefined);
    return result;
  };
}
