/** How a machine family is bought, and how its prices are named. */
export interface MachineFamily {
  /** The commitment's `type`: another one discounts other machines. */
  readonly type: string;
  /** How the descriptions of its SKUs begin, up to the place: `Commitment v1: N2 Cpu in `. Of all spellings one SKU has to remain. */
  readonly vcpus: readonly string[];
  readonly memory: readonly string[];
  /** Those of its local SSDs: newer families have a SKU of their own, the others share one. */
  readonly localSsd: readonly string[];
}

const sharedSsd = ["Commitment v1: Local SSD in "];

/** As the list names most families: `Commitment v1: N2 Cpu in`, of newer ones `Core in`. */
function named(type: string, ...names: readonly string[]): MachineFamily {
  const beginning = (word: string) => names.map((name) => `Commitment v1: ${name} ${word} in `);
  return {
    type,
    vcpus: [...beginning("Cpu"), ...beginning("Core")],
    memory: beginning("Ram"),
    localSsd: beginning("Local SSD"),
  };
}

function sharing(type: string, ...names: readonly string[]): MachineFamily {
  return { ...named(type, ...names), localSsd: sharedSsd };
}

/**
 * The families whose commitments can be bought, by the name that users know: all types of the SDK's `Commitment.type`, which says
 * that `GENERAL_PURPOSE` is N1. SKU descriptions: docs/gcp.md says which were seen; what the list does not have under these
 * words is refused, and buys nothing.
 */
export const families = {
  N1: {
    type: "GENERAL_PURPOSE",
    vcpus: ["Commitment v1: Cpu in "],
    memory: ["Commitment v1: Ram in "],
    localSsd: sharedSsd,
  },
  N2: sharing("GENERAL_PURPOSE_N2", "N2"),
  N2D: sharing("GENERAL_PURPOSE_N2D", "N2D AMD"),
  N4: named("GENERAL_PURPOSE_N4", "N4"),
  N4A: named("GENERAL_PURPOSE_N4A", "N4A", "N4A Arm"),
  N4D: named("GENERAL_PURPOSE_N4D", "N4D", "N4D AMD"),
  E2: named("GENERAL_PURPOSE_E2", "E2"),
  T2D: named("GENERAL_PURPOSE_T2D", "T2D AMD"),
  C4: named("GENERAL_PURPOSE_C4", "C4"),
  C4A: named("GENERAL_PURPOSE_C4A", "C4A", "C4A Arm"),
  C4D: named("GENERAL_PURPOSE_C4D", "C4D"),
  C4N: named("NETWORK_OPTIMIZED_C4N", "C4N"),
  C2: {
    type: "COMPUTE_OPTIMIZED",
    vcpus: ["Commitment: Compute optimized Core running in ", "Commitment v1: Compute optimized Cpu in "],
    memory: ["Commitment: Compute optimized Ram running in ", "Commitment v1: Compute optimized Ram in "],
    localSsd: sharedSsd,
  },
  C2D: sharing("COMPUTE_OPTIMIZED_C2D", "C2D AMD"),
  C3: sharing("COMPUTE_OPTIMIZED_C3", "C3"),
  C3D: sharing("COMPUTE_OPTIMIZED_C3D", "C3D"),
  H3: named("COMPUTE_OPTIMIZED_H3", "H3"),
  H4D: named("COMPUTE_OPTIMIZED_H4D", "H4D"),
  /** M1 and M2. */
  M1: sharing("MEMORY_OPTIMIZED", "Memory-optimized"),
  M3: sharing("MEMORY_OPTIMIZED_M3", "M3", "M3 Memory-optimized"),
  M4: named("MEMORY_OPTIMIZED_M4", "M4", "M4Ultramem224"),
  "M4-6TB": named("MEMORY_OPTIMIZED_M4_6TB", "M4 6TB"),
  "X4-480-6T": named("MEMORY_OPTIMIZED_X4_480_6T", "X4-480-6T"),
  "X4-480-8T": named("MEMORY_OPTIMIZED_X4_480_8T", "X4-480-8T"),
  "X4-960-12T": named("MEMORY_OPTIMIZED_X4_960_12T", "X4-960-12T"),
  "X4-960-16T": named("MEMORY_OPTIMIZED_X4_960_16T", "X4-960-16T"),
  "X4-1440-24T": named("MEMORY_OPTIMIZED_X4_1440_24T", "X4-1440-24T"),
  "X4-1920-32T": named("MEMORY_OPTIMIZED_X4_1920_32T", "X4-1920-32T"),
  "X4-16TB": named("MEMORY_OPTIMIZED_X4_16TB", "X4 16TB"),
  "X4-24TB": named("MEMORY_OPTIMIZED_X4_24TB", "X4 24TB"),
  "X4-32TB": named("MEMORY_OPTIMIZED_X4_32TB", "X4 32TB"),
  Z3: named("STORAGE_OPTIMIZED_Z3", "Z3"),
  Z4D4T: named("STORAGE_OPTIMIZED_Z4D4T", "Z4D4T"),
  Z4DH: named("STORAGE_OPTIMIZED_Z4DH", "Z4DH"),
  Z4DS: named("STORAGE_OPTIMIZED_Z4DS", "Z4DS"),
  Z4M: named("STORAGE_OPTIMIZED_Z4M", "Z4M"),
  U4C: named("NETWORK_OPTIMIZED_U4C", "U4C"),
  U4P: named("NETWORK_OPTIMIZED_U4P", "U4P"),
  U4S: named("NETWORK_OPTIMIZED_U4S", "U4S"),
  A2: sharing("ACCELERATOR_OPTIMIZED", "A2"),
  A3: sharing("ACCELERATOR_OPTIMIZED_A3", "A3"),
  "A3-Mega": sharing("ACCELERATOR_OPTIMIZED_A3_MEGA", "A3 Mega", "A3Plus"),
  "A3-Ultra": named("ACCELERATOR_OPTIMIZED_A3_ULTRA", "A3 Ultra", "A3Ultra"),
  A4: named("ACCELERATOR_OPTIMIZED_A4", "A4"),
  G2: sharing("GRAPHICS_OPTIMIZED", "G2"),
  G4: named("GRAPHICS_OPTIMIZED_G4", "G4"),
  "G4-vGPU": named("GRAPHICS_OPTIMIZED_G4_VGPU", "vGPU G4"),
} as const satisfies Readonly<Record<string, MachineFamily>>;

/** A family by name. */
export type FamilyName = keyof typeof families;

export const familyNames = Object.keys(families) as [FamilyName, ...FamilyName[]];
