import { defineConfig } from "vitest/config";
import { parts, partVariable } from "./mutated-parts.ts";

/** The quick tests of the part that is mutated; all of them where no part is named. */
const part = parts[process.env[partVariable] ?? ""];
const tests = part ? part.tests : Object.values(parts).flatMap((each) => each.tests);

export default defineConfig({
  resolve: { conditions: ["buyonce-source", "node"] },
  ssr: { resolve: { conditions: ["buyonce-source", "node"] } },
  test: {
    include: [...tests, "test/mutation/canary.test.ts"],
    env: { BUYONCE_PROOF_OF_EACH: "1" },
    testTimeout: 20_000,
  },
});
