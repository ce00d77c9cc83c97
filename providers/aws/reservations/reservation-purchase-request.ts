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

/** Hex characters of the token that stand in a name: 160 bits. */
const tokenLength = 40;

/**
 * The id of the caller's choice under which a recommendation is bought: the service, a part of the token, and the generation from
 * the first proof on that a purchase under it came to nothing, because an id that was used stays used. Without a generation it
 * is the id that the Go engine sends: the service itself refuses whichever engine comes second. 55 characters of `[a-z0-9-]` and
 * the generation, which every service takes (at least 60).
 */
export function reservationName(service: string, token: string, generation: number): string {
  return `${service}-id-${token.slice(0, tokenLength)}${generation === 0 ? "" : `-g${generation}`}`;
}

/** Under whose names nothing is bought twice. */
const named = "rds|elasticache|memorydb|opensearch";

/** The part of a token that a name of one of these services is made of, in lower case; undefined for a name that was made otherwise. */
export function tokenPartOf(name: string | undefined, services = named): string | undefined {
  const pattern = new RegExp(`^(?:${services})-id-([0-9a-f]{40})(?:-g[1-9]\\d*)?$`);
  return pattern.exec(name?.toLowerCase() ?? "")?.[1];
}
