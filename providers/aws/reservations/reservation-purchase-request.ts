import { z } from "zod";
import type { JsonObject } from "../../../src/contract/json.ts";

/** Exactly what is bought and under which id; each service sends it in its own words. */
export type PurchaseRequest = {
  readonly offeringId: string;
  /** The id of the caller's choice. */
  readonly name: string;
  /** Instances or nodes. */
  readonly count: number;
  /** Source and token, by their tag names. */
  readonly tags: Readonly<Record<string, string>>;
};

const schema: z.ZodType<PurchaseRequest> = z.strictObject({
  offeringId: z.string().min(1),
  name: z.string().min(1),
  count: z.int().min(1),
  tags: z.record(z.string(), z.string()),
});

/** The request as it comes back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parsePurchaseRequest(request: JsonObject): PurchaseRequest {
  return schema.parse(request);
}

/** The tags of a request, as most services take them. */
export function tagList({ tags }: PurchaseRequest): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Hex characters of the token that fit into a name beside the rest: 128 bits. */
const tokenLength = 32;

/**
 * The id of the caller's choice under which a recommendation is bought: a part of its token, and the generation from the
 * first proof on that a purchase under it came to nothing, because an id that was used stays used. At most 46 characters
 * of `[a-z0-9-]`, which every service takes (OpenSearch at most 64).
 */
export function reservationName(token: string, generation: number): string {
  return `buyonce-${token.slice(0, tokenLength)}${generation === 0 ? "" : `-g${generation}`}`;
}

/** The part of a token that a name is made of, in lower case; undefined for a name that was made otherwise. */
export function tokenPartOf(name: string | undefined): string | undefined {
  return /^buyonce-([0-9a-f]{32})(?:-g[1-9]\d*)?$/.exec(name?.toLowerCase() ?? "")?.[1];
}
