import type { FamilyName } from "./gcp-families.ts";

/** How a GPU is committed to, and how its price is named. */
interface Gpu {
  /** The families whose machines have it: a commitment of another one's type would cover none. */
  readonly families: readonly FamilyName[];
  /** How the descriptions of its SKUs begin, up to the place. Of all spellings one SKU has to remain. */
  readonly beginnings: readonly string[];
}

function named(families: readonly FamilyName[], ...names: readonly string[]): Gpu {
  return {
    families,
    beginnings: names.flatMap((name) => [`Commitment v1: ${name} running in `, `Commitment v1: ${name} in `]),
  };
}

/**
 * The GPUs that can be committed to, by Compute Engine's accelerator type: https://cloud.google.com/compute/docs/gpus. docs/gcp.md
 * says which descriptions were seen; what the list does not have under these words is refused, and buys nothing.
 */
export const gpus = {
  "nvidia-tesla-p4": named(["N1"], "Nvidia Tesla P4 GPU"),
  "nvidia-tesla-p100": named(["N1"], "Nvidia Tesla P100 GPU"),
  "nvidia-tesla-t4": named(["N1"], "Nvidia Tesla T4 GPU"),
  "nvidia-tesla-v100": named(["N1"], "Nvidia Tesla V100 GPU"),
  "nvidia-tesla-a100": named(["A2"], "Nvidia Tesla A100 GPU"),
  "nvidia-a100-80gb": named(["A2"], "Nvidia Tesla A100 80GB GPU"),
  "nvidia-l4": named(["G2"], "Nvidia L4 GPU"),
  "nvidia-rtx-pro-6000": named(["G4"], "RTX 6000 96GB"),
  "nvidia-h100-80gb": named(["A3"], "Nvidia H100 80GB GPU"),
  "nvidia-h100-mega-80gb": named(["A3-Mega"], "Nvidia H100 80GB Mega GPU", "Nvidia H100 80GB Plus GPU"),
  "nvidia-h200-141gb": named(["A3-Ultra"], "H200 141GB GPU", "Nvidia H200 141GB GPU"),
  "nvidia-b200": named(["A4"], "A4 Nvidia B200 (1 gpu slice)"),
} as const satisfies Readonly<Record<string, Gpu>>;

/** A GPU by its accelerator type. */
export type GpuType = keyof typeof gpus;

export const gpuTypes = Object.keys(gpus) as [GpuType, ...GpuType[]];
