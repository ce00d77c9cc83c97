import { createGcp, type GcpComputeRecommendation, type GcpSettings } from "../../providers/gcp/index.ts";
import { systemEnvironment, type Environment } from "../../src/contract/environment.ts";
import type { ServiceExecutor, Submission } from "../../src/contract/executor.ts";
import { readListing } from "../../src/drive/read-listing.ts";

export const token = "1f3a9c5de07b4286a1c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7081929";
export const otherToken = "aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffff0000000011111111";
export const marker = { token, source: "cudly-web", generation: 0 } as const;
export const name = "cud-1f3a9c5de07b4286a1c4d5e6f708192a";

export const recommendation: GcpComputeRecommendation = {
  provider: "gcp",
  service: "compute",
  projectId: "my-project-123",
  region: "us-central1",
  machineFamily: "N2",
  vcpus: 8,
  memoryMb: 32_768,
  term: "P1Y",
  autoRenew: false,
};

/** What leaves for it, word for word. */
export const request = {
  name,
  description: `cudly-idempotency-token=${token} purchase-automation=cudly-web`,
  category: "MACHINE",
  type: "GENERAL_PURPOSE_N2",
  plan: "TWELVE_MONTH",
  autoRenew: false,
  resources: [
    { type: "VCPU", amount: "8" },
    { type: "MEMORY", amount: "32768" },
  ],
} as const;

/** 2026-07-14T11:00:00Z */
export const submittedAt = 1_784_026_800_000;

export const submission: Submission = {
  ...marker,
  recommendation,
  scope: {
    key: "gcp/my-project-123/us-central1",
    label: "GCP project my-project-123, us-central1",
    projectId: "my-project-123",
    region: "us-central1",
  },
  price: { amount: "2143.74144", currency: "USD" },
  handle: { name },
  request,
  attempt: 1,
  requestHash: "0".repeat(64),
  submittedAt,
};

/** A commitment as Google's documentation shows one. */
export const commitment = {
  kind: "compute#commitment",
  id: "8000000000000000001",
  creationTimestamp: "2026-07-14T04:00:01.000-07:00",
  name,
  description: request.description,
  region: "https://www.googleapis.com/compute/v1/projects/my-project-123/regions/us-central1",
  selfLink: `https://www.googleapis.com/compute/v1/projects/my-project-123/regions/us-central1/commitments/${name}`,
  status: "ACTIVE",
  plan: "TWELVE_MONTH",
  startTimestamp: "2026-07-15T00:00:00.000-07:00",
  endTimestamp: "2027-07-15T00:00:00.000-07:00",
  resources: request.resources,
  type: "GENERAL_PURPOSE_N2",
  category: "MACHINE",
  autoRenew: false,
};

/** A list as Google answers it; an empty one has no `items`. */
export const list = (items: readonly object[], more: object = {}) => ({
  kind: "compute#commitmentList",
  id: "projects/my-project-123/regions/us-central1/commitments",
  ...(items.length === 0 ? {} : { items }),
  selfLink: "https://www.googleapis.com/compute/v1/projects/my-project-123/regions/us-central1/commitments",
  ...more,
});

/** The operation that an insert answers with. */
export const operation = {
  kind: "compute#operation",
  id: "7000000000000000001",
  name: "operation-1784026800000-1",
  operationType: "insert",
  targetLink: commitment.selfLink,
  status: "DONE",
  progress: 100,
};

/** An error in the shape of Google's APIs. */
export const problem = (code: number, reason: string, message = "An error.") => ({
  error: { code, message, errors: [{ message, domain: "global", reason }] },
});

export const missing = (what = `projects/my-project-123/regions/us-central1/commitments/${name}`) =>
  problem(404, "notFound", `The resource '${what}' was not found`);

/** The machine's clock, and waits that end at once. */
export function fakeEnvironment(): Environment {
  return { ...systemEnvironment, sleep: async (_milliseconds, signal) => signal?.throwIfAborted() };
}

/** The executor of commitments at an endpoint, with an environment that does not wait. */
export function computeAt(endpoint: string, settings: GcpSettings = {}): ServiceExecutor {
  const { compute } = createGcp({ endpoint, environment: fakeEnvironment(), ...settings }).services;
  if (compute === undefined || !("send" in compute)) throw new Error("There is no executor of commitments.");
  return compute;
}

/** What a drive sees of the sample's scope. Throws whatever the inventory throws. */
export function look({ inventory }: ServiceExecutor, tokens: readonly string[], ids: readonly string[] = []) {
  return readListing(inventory, submission.scope, { tokens: new Set(tokens), ids: new Set(ids) }, calmly);
}

/** Call options that are never aborted. */
export const calmly = { signal: new AbortController().signal } as const;
