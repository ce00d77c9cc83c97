import { defineConfig } from "vitest/config";
import { testSettings } from "./vitest.config.ts";

/** `npm run proof`: what walks and kills for minutes. A short, planned version of each is in `npm test`. */
export default defineConfig({
  ...testSettings,
  test: { ...testSettings.test, include: ["test/**/*.proof.ts"], testTimeout: 600_000 },
});
