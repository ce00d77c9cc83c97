import type { BuildOptions } from "esbuild";

/** How a program of this project is bundled: its own code in few files, what only a part needs in files of its own, packages left out. */
export const bundling = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  conditions: ["buyonce-source"],
  packages: "external",
} satisfies BuildOptions;
