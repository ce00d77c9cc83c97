import { createRequire, syncBuiltinESMExports } from "node:module";

/**
 * Imported before a program that a test starts (`node --import`): its clocks are ahead by the milliseconds of
 * BUYONCE_TEST_AHEAD, as if it had been started so much later, and what it sleeps between two looks lasts a hundredth.
 * Timeouts of requests, and its own deadlines, stay what they are.
 */
const ahead = Number(process.env["BUYONCE_TEST_AHEAD"]);
const now = Date.now.bind(Date);
Date.now = () => now() + ahead;
const elapsed = process.hrtime.bigint.bind(process.hrtime);
process.hrtime.bigint = () => elapsed() + BigInt(ahead) * 1_000_000n;

const timers = createRequire(import.meta.url)("node:timers/promises") as { setTimeout: unknown };
const sleep = timers.setTimeout as (milliseconds: number, ...rest: unknown[]) => Promise<unknown>;
timers.setTimeout = (milliseconds: number, ...rest: unknown[]) => sleep(milliseconds / 100, ...rest);
syncBuiltinESMExports();
