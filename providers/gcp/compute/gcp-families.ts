/** How a machine family is bought, and how its prices are named. */
export interface MachineFamily {
  /** The commitment's `type`: another one discounts other machines. */
  readonly type: string;
  /** How the description of its SKUs begins, before "Cpu in ..." or, for C2, "Core running in ...". */
  readonly sku: string;
  /** The words for vCPUs and memory in those descriptions. */
  readonly words: { readonly vcpus: string; readonly memory: string };
}

const words = { vcpus: "Cpu in", memory: "Ram in" } as const;

/**
 * The families whose commitments can be bought, by the name that users know. Types: the SDK's `Commitment.type`, which
 * says that `GENERAL_PURPOSE` is N1. SKU descriptions: docs/gcp.md says where each was seen; families whose
 * descriptions were seen nowhere are left out, because their price could not be told.
 */
export const families = {
  N1: { type: "GENERAL_PURPOSE", sku: "Commitment v1: ", words },
  N2: { type: "GENERAL_PURPOSE_N2", sku: "Commitment v1: N2 ", words },
  N2D: { type: "GENERAL_PURPOSE_N2D", sku: "Commitment v1: N2D AMD ", words },
  E2: { type: "GENERAL_PURPOSE_E2", sku: "Commitment v1: E2 ", words },
  T2D: { type: "GENERAL_PURPOSE_T2D", sku: "Commitment v1: T2D AMD ", words },
  C4: { type: "GENERAL_PURPOSE_C4", sku: "Commitment v1: C4 ", words },
  C4D: { type: "GENERAL_PURPOSE_C4D", sku: "Commitment v1: C4D ", words },
  C2: {
    type: "COMPUTE_OPTIMIZED",
    sku: "Commitment: Compute optimized ",
    words: { vcpus: "Core running in", memory: "Ram running in" },
  },
  C2D: { type: "COMPUTE_OPTIMIZED_C2D", sku: "Commitment v1: C2D AMD ", words },
  C3: { type: "COMPUTE_OPTIMIZED_C3", sku: "Commitment v1: C3 ", words },
  C3D: { type: "COMPUTE_OPTIMIZED_C3D", sku: "Commitment v1: C3D ", words },
} as const satisfies Readonly<Record<string, MachineFamily>>;

/** A family by name. */
export type FamilyName = keyof typeof families;

export const familyNames = Object.keys(families) as [FamilyName, ...FamilyName[]];
