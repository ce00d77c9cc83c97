import { globSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { testSettings } from "./vitest.config.ts";

/** Tests of which `npm test` runs what stands for all. */
const shortened = globSync("test/**/*.test.ts", { cwd: import.meta.dirname }).filter((file) =>
  /\/(standing-for-all|golden-table)\.ts"/.test(readFileSync(new URL(file, import.meta.url), "utf8")),
);

/** `npm run proof`: what walks and kills for minutes, and each of what `npm test` runs one of. A short, planned version of each is in `npm test`. */
export default defineConfig({
  ...testSettings,
  test: {
    ...testSettings.test,
    include: ["test/**/*.proof.ts", ...shortened],
    env: { BUYONCE_PROOF_OF_EACH: "1" },
    // Ends what hangs. A slow machine walks for minutes what an idle one walks in one.
    testTimeout: 1_800_000,
  },
});
