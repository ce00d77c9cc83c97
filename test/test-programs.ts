import { fileURLToPath } from "node:url";

/** What tests start in processes of their own, hundreds of times. */
export const programs = [
  "src/cli/main.ts",
  "test/door/attacked-server.ts",
  "test/door/queue-process.ts",
  "test/door/server-process.ts",
  "test/proof/driver-process.ts",
  "test/take-over/go-engine-process.ts",
] as const;

/** Names for `program` the folder of what `build-programs.ts` built for this run. */
export const builtPrograms = "BUYONCE_TEST_PROGRAMS";

/**
 * The file to start for a program: what was built of it for this run, which starts in half the time, else its source, as
 * outside of Vitest and where Vitest watches.
 */
export function program(source: (typeof programs)[number]): string {
  const folder = process.env[builtPrograms];
  if (folder === undefined) return fileURLToPath(new URL(`../${source}`, import.meta.url));
  return fileURLToPath(new URL(source.replace(/\.ts$/, ".js"), folder));
}
