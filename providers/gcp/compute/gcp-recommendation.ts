import { z } from "zod";
import { moneySchema } from "../../../src/contract/money.ts";
import type { Recommendation } from "../../../src/contract/recommendation.ts";
import { familyNames, type FamilyName } from "./gcp-families.ts";

/** A project's id: not its number, and not one with a domain, which name the same project or could not be told from it. */
export const projectIdPattern = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** A region's name. */
export const regionPattern = /^[a-z]+-[a-z]+\d{1,2}$/;

/** The terms that Compute Engine sells: its plan, and the hours at Google's 730 a month. */
export const plans = {
  P1Y: { plan: "TWELVE_MONTH", usageType: "Commit1Yr", years: 1, hours: 8_760 },
  P3Y: { plan: "THIRTY_SIX_MONTH", usageType: "Commit3Yr", years: 3, hours: 26_280 },
} as const;

/** A resource based commitment to buy. Everything but the limit is required: nothing that decides money has a default. */
export interface GcpComputeRecommendation extends Recommendation {
  readonly provider: "gcp";
  readonly service: "compute";
  /** The project that is to be charged, by id, never by number, so that it has one name only: `my-project-123`. */
  readonly projectId: string;
  /** `us-central1`. */
  readonly region: string;
  /** `N2`; decides the commitment's type. */
  readonly machineFamily: FamilyName;
  readonly vcpus: number;
  /** In MB as Compute Engine counts them, 1,024 to a GB: a multiple of 256. */
  readonly memoryMb: number;
  readonly term: keyof typeof plans;
  /** Buys it again, for another whole term, whenever it ends. Never left to a default. */
  readonly autoRenew: boolean;
}

/** Says what a field must be, also where it is left out. */
function must(be: string) {
  return { error: ({ input }: { input?: unknown }) => (input === undefined ? `is required: it ${be}` : be) };
}

function matching(pattern: RegExp, be: string) {
  return z.string(must(be)).regex(pattern, be);
}

/** What commitments can hold too, and what is not bought here; named so that the refusal says more than "unknown". */
function unsupported(what: string) {
  const error = `is not supported: only vCPUs and memory are bought here. Buy commitments of ${what} at Google Cloud itself`;
  return z.undefined({ error }).optional();
}

/** Strict: an unknown field is an error, a missing one is never filled in. */
export const gcpComputeSchema: z.ZodType<GcpComputeRecommendation> = z.strictObject({
  provider: z.literal("gcp", must('must be "gcp"')),
  service: z.literal("compute", must('must be "compute"')),
  projectId: matching(
    projectIdPattern,
    'must be a project id such as "my-project-123", in lower case; not its number or name, nor one with a domain',
  ),
  region: matching(regionPattern, 'must be a region such as "us-central1", in lower case'),
  machineFamily: z.enum(familyNames, must(`must be a machine family that is sold here: ${familyNames.join(", ")}`)),
  vcpus: z.int(must("must be a whole number of vCPUs")).min(1, "must be at least 1").max(1_000_000),
  memoryMb: z
    .int(must("must be a whole number of MB"))
    .min(256, "must be at least 256, in MB")
    .max(1_000_000_000)
    .multipleOf(256, "must be a multiple of 256, in MB: 1 GB is 1024"),
  term: z.enum(["P1Y", "P3Y"], must('must be "P1Y" or "P3Y"')),
  autoRenew: z.boolean(must("must be true or false: true buys it again whenever it ends")),
  maxPrice: moneySchema.optional(),
  license: unsupported("licences"),
  gpus: unsupported("GPUs"),
  localSsdGb: unsupported("local SSDs"),
});
