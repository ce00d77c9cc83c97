/**
 * Imported before a program that a test starts (`node --import`): at SIGUSR2 the milliseconds of BUYONCE_TEST_LEAP pass for it
 * at once. Its clocks are ahead by them from then on, and its timers of more than ten seconds are over by then, each in its turn.
 */
const leap = Number(process.env["BUYONCE_TEST_LEAP"]);
const long = 10_000;

let ahead = 0;
const now = Date.now.bind(Date);
Date.now = () => now() + ahead;
const elapsed = process.hrtime.bigint.bind(process.hrtime);
process.hrtime.bigint = () => elapsed() + BigInt(ahead) * 1_000_000n;

/** What long timers run, and at what time, until they are cleared. */
const waiting = new Map<unknown, { readonly at: number; readonly run: () => void }>();

for (const name of ["setTimeout", "setInterval"] as const) {
  const start = globalThis[name] as (run: (...given: unknown[]) => void, time?: number, ...given: unknown[]) => unknown;
  const started = (run: (...given: unknown[]) => void, time = 0, ...given: unknown[]) => {
    const timer = start(run, time, ...given);
    if (time > long) waiting.set(timer, { at: Date.now() + time, run: () => run(...given) });
    return timer;
  };
  Object.assign(globalThis, { [name]: started });
}
for (const name of ["clearTimeout", "clearInterval"] as const) {
  const clear = globalThis[name] as (timer: unknown) => void;
  const cleared = (timer: unknown) => {
    waiting.delete(timer);
    clear(timer);
  };
  Object.assign(globalThis, { [name]: cleared });
}

process.once("SIGUSR2", () => {
  ahead = leap;
  const over = [...waiting].filter(([, { at }]) => at <= Date.now());
  for (const [timer, { run }] of over.toSorted(([, one], [, other]) => one.at - other.at)) {
    // Unless one before it cleared it.
    if (!waiting.has(timer)) continue;
    clearTimeout(timer as NodeJS.Timeout);
    run();
  }
});
