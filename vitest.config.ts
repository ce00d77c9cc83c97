import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { SkippedTests } from "./tools/skipped-tests.ts";
import { SlowFirst } from "./tools/slow-first.ts";

// The processes that tests start find the SDKs compiled; workers inherit the variable, and their children too.
process.env["NODE_COMPILE_CACHE"] ??= fileURLToPath(new URL("node_modules/.cache/compiled", import.meta.url));

/** What `npm test` and `npm run proof` have in common. */
export const testSettings = {
  resolve: { conditions: ["buyonce-source", "node"] },
  ssr: { resolve: { conditions: ["buyonce-source", "node"] } },
  test: {
    globalSetup: "test/build-programs.ts",
    // The SDKs are imported once a worker, not once a file.
    isolate: false,
    // Two cores, and many tests that mostly wait.
    maxWorkers: 4,
    reporters: [new SkippedTests(), "default"],
    sequence: { sequencer: SlowFirst },
    testTimeout: 240_000,
    hookTimeout: 240_000,
    // By default a poll gives up after one second, which a busy machine may need.
    expect: { poll: { timeout: 30_000 } },
  },
} satisfies ViteUserConfig;

/** `npm test`. */
export default defineConfig({ ...testSettings, test: { ...testSettings.test, include: ["test/**/*.test.ts"] } });
