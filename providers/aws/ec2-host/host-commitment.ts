import type { Listed } from "../../../src/contract/listed.ts";
import type { Priced } from "../../../src/contract/payments.ts";
import type { TokenMark } from "../../../src/contract/token.ts";
import { awsCommitment, isFinal, standingOf, together } from "../aws-commitment.ts";
import { pricedByTheHour } from "../aws-price.ts";
import { purchaseGroupTag } from "../aws-settings.ts";
import type { KnownHostReservation } from "./host-api.ts";
import { priceOfHosts } from "./host-price.ts";
import { hostFacts, hostsText } from "./host-recommendation.ts";

/** One purchase: the reservations that it became, in the order of their ids. Usually one. */
export type HostPurchase = readonly [KnownHostReservation, ...KnownHostReservation[]];

/** The value of a tag, without blanks around it; undefined where there is none. */
export function tagOf({ Tags }: KnownHostReservation, key: string): string | undefined {
  return Tags?.find(({ Key, Value }) => Key === key && Value?.trim())?.Value?.trim();
}

/** The reservations by purchase: the tags that go with one are on all that it became. What carries no token is one by itself. */
export function purchasesOf(all: readonly KnownHostReservation[], tokenTag: string): readonly HostPurchase[] {
  const sorted = all.toSorted((a, b) => (a.HostReservationId < b.HostReservationId ? -1 : 1));
  const groups = Map.groupBy(sorted, (one) => {
    const marks = [tagOf(one, tokenTag)?.toLowerCase(), tagOf(one, purchaseGroupTag)];
    return marks.includes(undefined) ? one.HostReservationId : JSON.stringify(marks);
  });
  return [...groups.values()] as unknown as readonly HostPurchase[];
}

/** The token that it carries, where there is one. A tag has room for more: anything shorter is what somebody wrote there. */
export function marksOf([first]: HostPurchase, tokenTag: string): readonly TokenMark[] {
  const text = tagOf(first, tokenTag)?.toLowerCase();
  return text === undefined ? [] : [{ text, whole: /^[0-9a-f]{64}$/.test(text) }];
}

/** A purchase as the core knows it. */
export function listedPurchase(purchase: HostPurchase, tokenTag: string): Listed {
  const [first, ...others] = purchase;
  const states: readonly string[] = purchase.map(({ State }) => State);
  const marks = marksOf(purchase, tokenTag);
  const state = states.find((one) => !isFinal(one)) ?? first.State;
  return {
    commitment: {
      ...awsCommitment(first.HostReservationId, state, {
        marked: marks.length > 0,
        ...pricedOf(purchase),
        start: first.Start,
      }),
      standing: together(states.map(standingOf)),
      settled: states.every(isFinal),
      ...(others.length > 0 ? { furtherIds: others.map((one) => one.HostReservationId) } : {}),
    },
    marks,
    facts: factsOf(purchase),
  };
}

/** Its price, where it is of one host: of several it is not documented whether EC2 shows there that of one, or of all. */
function pricedOf([{ HostIdSet, Duration, UpfrontPrice, HourlyPrice, CurrencyCode }, ...others]: HostPurchase): Priced {
  const isOne = others.length === 0 && HostIdSet?.length === 1;
  if (!isOne || Duration === undefined || CurrencyCode === undefined) return {};
  const price = priceOfHosts({ upfront: UpfrontPrice, hourly: HourlyPrice, currency: CurrencyCode, seconds: Duration });
  return price === undefined ? {} : pricedByTheHour(price);
}

/** What all of them state; where they differ, all that they say. Their hosts together. */
function factsOf(purchase: HostPurchase) {
  const all = purchase.map(hostFacts);
  const common = (field: string) => {
    const values = all.map((facts) => facts[field]);
    return values.includes(undefined) ? undefined : [...new Set(values)].join(" and ");
  };
  const hosts = purchase.map(({ HostIdSet }) => HostIdSet);
  return {
    instanceFamily: common("instanceFamily"),
    payment: common("payment"),
    term: common("term"),
    hostIds: hosts.includes(undefined) ? undefined : hostsText(hosts.flatMap((ids) => ids ?? [])),
  };
}
