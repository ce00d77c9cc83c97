import { createRequire, syncBuiltinESMExports } from "node:module";

const timers = createRequire(import.meta.url)("node:timers/promises") as { setTimeout: unknown };

/**
 * Sets the clocks of this process ahead by so many milliseconds, as if that time had passed; what it sleeps between two looks
 * lasts a hundredth. Timeouts of requests, and its own deadlines, stay what they are. Returns what sets them back.
 */
export function moveClock(ahead: number): () => void {
  const { now } = Date;
  Date.now = () => now() + ahead;
  const { bigint } = process.hrtime;
  process.hrtime.bigint = () => bigint.call(process.hrtime) + BigInt(ahead) * 1_000_000n;
  const sleep = timers.setTimeout as (milliseconds: number, ...rest: unknown[]) => Promise<unknown>;
  timers.setTimeout = (milliseconds: number, ...rest: unknown[]) => sleep(milliseconds / 100, ...rest);
  syncBuiltinESMExports();
  return () => {
    Date.now = now;
    process.hrtime.bigint = bigint;
    timers.setTimeout = sleep;
    syncBuiltinESMExports();
  };
}

// Imported before a program that a test starts (`node --import`).
const ofProgram = process.env["BUYONCE_TEST_AHEAD"];
if (ofProgram !== undefined) moveClock(Number(ofProgram));
