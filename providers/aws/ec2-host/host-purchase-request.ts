import { Big } from "big.js";
import { z } from "zod";
import type { Marker } from "../../../src/contract/executor.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Money } from "../../../src/contract/money.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import { clientTokenOf } from "../client-token.ts";

/** Exactly what is sent: the parameters of PurchaseHostReservation, and the tags of their TagSpecifications. */
export type HostPurchaseRequest = {
  readonly OfferingId: string;
  readonly HostIdSet: readonly string[];
  /** Required: the SDK makes up another one for every send that has none. */
  readonly ClientToken: string;
  /** What may be paid at once; left out where nothing is. */
  readonly LimitPrice?: string | undefined;
  readonly CurrencyCode?: "USD" | undefined;
  readonly tags: Readonly<Record<string, string>>;
};

const schema = z.strictObject({
  OfferingId: z.string().min(1),
  HostIdSet: z.array(z.string().min(1)).min(1),
  ClientToken: z.string().min(1).max(64),
  LimitPrice: z.string().min(1).optional(),
  CurrencyCode: z.literal("USD").optional(),
  tags: z.record(z.string(), z.string()),
});

/** The parameters as they come back from the ledger. Throws a ZodError for anything else: it is sent as recorded or not at all. */
export function parseHostPurchase(request: JsonObject): HostPurchaseRequest {
  return schema.parse(request);
}

/**
 * The parameters that buy an offering for these hosts, for at most `upfront` at once.
 *
 * `LimitPrice` is compared with "the total upfront cost", in US dollars alone; a limit of 0 has no documented meaning.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_PurchaseHostReservation.html
 */
export function hostPurchase(
  offered: { readonly OfferingId: string; readonly HostIdSet: readonly string[]; readonly upfront: Money },
  { token, source, generation }: Marker,
  tagNames: TagNames,
): HostPurchaseRequest {
  const { OfferingId, HostIdSet, upfront } = offered;
  const limited = upfront.currency === "USD" && new Big(upfront.amount).gt(0);
  const ClientToken = clientTokenOf(token, generation);
  return {
    OfferingId,
    HostIdSet: HostIdSet.toSorted(),
    ClientToken,
    // "Specify 100.00": EC2's own prices have a third digit.
    ...(limited ? { LimitPrice: new Big(upfront.amount).toFixed(2, Big.roundUp), CurrencyCode: "USD" as const } : {}),
    tags: { [tagNames.source]: source, [tagNames.token]: token, [purchaseGroupTag]: ClientToken },
  };
}
