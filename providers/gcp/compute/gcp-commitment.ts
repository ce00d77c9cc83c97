import { z } from "zod";
import type { Standing } from "../../../src/contract/commitment.ts";
import type { Listed } from "../../../src/contract/listed.ts";
import type { Money } from "../../../src/contract/money.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { UnbelievableAnswerError } from "../../http/api-error.ts";
import { shownFacts } from "./gcp-facts.ts";
import { marksOf } from "./gcp-name.ts";

/** A text that is not decisive: null, absent, empty or of another type is taken for absent. */
const text = z.string().min(1).optional().catch(undefined);

const schema = z.object({
  kind: z.literal("compute#commitment").optional(),
  name: z.string().min(1),
  /** The server's number for it. */
  id: text,
  selfLink: text,
  status: z.string().min(1),
  /** Decides whose it is: one that is no text hides the token. */
  description: z.string().optional(),
  category: text,
  type: text,
  plan: text,
  autoRenew: z.boolean().optional().catch(undefined),
  resources: z.array(z.object({ type: text, amount: text, acceleratorType: text })),
  /** The SDK says null where there is none. One that cannot be read is one all the same. */
  licenseResource: z
    .object({ license: text, amount: text, coresPerLicense: text })
    .nullish()
    .catch({ license: undefined, amount: undefined, coresPerLicense: undefined })
    .transform((license) => license ?? undefined),
  existingReservations: z.array(z.string()).optional().catch(undefined),
  creationTimestamp: text,
});

/** A commitment of Compute Engine as far as it matters here. */
export type GcpCommitment = z.infer<typeof schema>;

/** Reads a commitment out of an answer. Throws an UnbelievableAnswerError where what decides cannot be read: name, status, description. */
export function parseCommitment(value: unknown): GcpCommitment {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join("."));
  throw new UnbelievableAnswerError(`a commitment cannot be read (${[...new Set(fields)].join(", ")})`);
}

interface StatusMeaning {
  readonly standing: Standing;
  readonly settled: boolean;
  /** It may still come to nothing, and then leaves nothing behind. */
  readonly tentative?: true;
}

/**
 * The statuses of the SDK's `Commitment.status`. None of them means that a purchase came to nothing: one that fails
 * leaves no commitment behind, only an operation with an error. So CREATING, while that operation runs, is tentative. Google
 * documents the others "with regards to eventual expiration", which CREATING is not one of: NOT_YET_ACTIVE is bought and
 * cannot be cancelled, its term begins at midnight, Pacific time. CANCELLED is what was merged into another commitment, or
 * cancelled by Google's support: a person has to look.
 */
const meanings: Readonly<Record<string, StatusMeaning>> = {
  CREATING: { standing: "live", settled: false, tentative: true },
  NOT_YET_ACTIVE: { standing: "live", settled: false },
  ACTIVE: { standing: "live", settled: true },
  EXPIRED: { standing: "ended", settled: true },
  CANCELLED: { standing: "unclear", settled: true },
};

/** What a status means for buying. One that nobody knows counts as bought and is looked at again. */
export function meaningOf(status: string): StatusMeaning {
  return (Object.hasOwn(meanings, status) ? meanings[status] : undefined) ?? { standing: "live", settled: false };
}

/**
 * Why a commitment that is there does not say what became of the purchase under its name; undefined where it does. While
 * it is being created, its operation may still fail, and would leave nothing behind: recorded as bought, it would be
 * looked for for ever.
 */
export function stillOpen({ status }: Pick<GcpCommitment, "status">): string | undefined {
  if (status === "CREATING") return "still being created, and may come to nothing yet";
  return meaningOf(status).standing === "unclear"
    ? `${status}, so a person has to look at what became of it`
    : undefined;
}

/** A commitment with all that it says of itself. Its id is the name, which is unique in a project and region for ever. */
export function toListed(found: GcpCommitment, tagNames: TagNames, price?: Money): Listed {
  const { name, status, creationTimestamp } = found;
  const marks = marksOf(found, tagNames);
  return {
    commitment: {
      id: name,
      state: status,
      ...meaningOf(status),
      marked: marks.length > 0,
      ...(price === undefined ? {} : { price }),
      ...(creationTimestamp === undefined ? {} : { purchasedAt: creationTimestamp }),
    },
    marks,
    facts: shownFacts(found),
  };
}
