import type { GetHostReservationPurchasePreviewResult } from "@aws-sdk/client-ec2";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { Marker, Quote } from "../../../src/contract/executor.ts";
import type { TagNames } from "../../../src/contract/tag-names.ts";
import { factsInWords, statesAll } from "../aws-facts.ts";
import { durations } from "../aws-fields.ts";
import { type Price, pricedByTheHour } from "../aws-price.ts";
import { isWhole, onlyFitting } from "../choose-offering.ts";
import { assumedCurrency } from "../reservations/reservation-terms.ts";
import type { HostApi } from "./host-api.ts";
import { priceOfHosts } from "./host-price.ts";
import { hostPurchase } from "./host-purchase-request.ts";
import { askedHostOffering, type Ec2HostRecommendation, hostFacts, hostsText } from "./host-recommendation.ts";

/**
 * The one offering that fits, what EC2 says that it costs for these very hosts, and the whole request. Throws a RefusedError
 * where none fits, or several do, or where the preview is of something else.
 */
export async function quoteHosts(
  api: HostApi,
  recommendation: Ec2HostRecommendation,
  marker: Marker,
  { tagNames, signal }: { readonly tagNames: TagNames; readonly signal: AbortSignal },
): Promise<Quote> {
  const { hostIds, region } = recommendation;
  const asked = askedHostOffering(recommendation);
  const seen = (await api.offerings(recommendation, signal)).map((offering) => ({
    id: offering.OfferingId,
    facts: hostFacts(offering),
  }));
  const summary = `Dedicated Host reservations of ${factsInWords(asked)} in ${region}`;
  const { id: OfferingId } = onlyFitting(seen, { title: "EC2", summary, asked });
  if (!OfferingId) throw unusable(`lists ${summary} without an id`);
  const price = priceOf(await api.preview({ OfferingId, HostIdSet: hostIds }, signal), recommendation);
  const request = hostPurchase({ OfferingId, HostIdSet: hostIds, upfront: price.upfront }, marker, tagNames);
  return { ...pricedByTheHour(price), handle: { clientToken: request.ClientToken }, request };
}

/** EC2's own sum for all hosts. Only a preview of exactly these hosts, for exactly these terms, says what the purchase costs. */
function priceOf(preview: GetHostReservationPurchasePreviewResult, recommendation: Ec2HostRecommendation): Price {
  const { Purchase: parts, TotalUpfrontPrice: upfront, TotalHourlyPrice: hourly } = preview;
  const { hostIds, term, payment, region } = recommendation;
  const asked = askedHostOffering(recommendation);
  const hosts = parts?.flatMap(({ HostIdSet }) => HostIdSet ?? []) ?? [];
  const isSame = parts?.every((part) => statesAll(asked, hostFacts(part))) && hostsText(hosts) === hostsText(hostIds);
  if (!isSame) throw unusable(`previews another purchase than that of ${hostsText(hostIds)} for ${term}, ${payment}`);
  // Its samples name no currency, and its documentation but one.
  const currencies = [preview, ...(parts ?? [])].flatMap(({ CurrencyCode }) => CurrencyCode ?? []);
  const [currency = assumedCurrency(region), ...others] = new Set<string>(currencies);
  const price =
    currency === undefined || others.length > 0
      ? undefined
      : priceOfHosts({ upfront, hourly, currency, seconds: durations[term] });
  if (price === undefined)
    throw unusable(`previews the purchase of ${hostsText(hostIds)} without a price that can be read`);
  if (!isWhole(price, payment))
    throw unusable(`previews the purchase of ${hostsText(hostIds)} with a part of its price`);
  return price;
}

function unusable(what: string): RefusedError {
  return new RefusedError({ code: "quote-failed", message: `EC2 ${what}. Drive again later.` });
}
