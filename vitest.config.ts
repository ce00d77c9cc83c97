import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["buyonce-source", "node"] },
  ssr: { resolve: { conditions: ["buyonce-source", "node"] } },
  test: {
    include: ["test/**/*.test.ts"],
    // Two cores, and many tests that mostly wait.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
