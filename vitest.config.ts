import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["buyonce-source", "node"] },
  ssr: { resolve: { conditions: ["buyonce-source", "node"] } },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 30_000,
  },
});
