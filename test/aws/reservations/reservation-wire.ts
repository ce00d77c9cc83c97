import { ok, recorded, type Reply } from "../aws-loopback.ts";

/** What is bought under, but for the service: the first 40 digits of the token. */
export const tokenPart = "1f3a9c5de07b4286a1c4d5e6f708192a3b4c5d6e";

/** The name under which RDS sells it. A list of any service is read alike. */
export const name = `rds-id-${tokenPart}`;

/** How a server gives an offering or a reservation, by the names of its service or those on the wire. */
export type Entry = Readonly<Record<string, string | number | readonly Charge[] | undefined>>;

interface Charge {
  readonly RecurringChargeAmount?: number;
  readonly RecurringChargeFrequency?: string;
}

/** How a service calls what all of them have. */
interface ServiceNames {
  readonly id: string;
  readonly name: string;
  readonly offeringId: string;
  readonly count: string;
  readonly payment: string;
}

/** What every offering and every reservation has in the tests: 2 × (100.1 + 0.0617 × 8760) = 1281.184. */
const priced = {
  payment: "Partial Upfront",
  Duration: 31_536_000,
  FixedPrice: 100.1,
  RecurringCharges: [{ RecurringChargeAmount: 0.0617, RecurringChargeFrequency: "Hourly" }],
} satisfies Entry;

export const price = { amount: "1281.184", currency: "USD" };

/** 2 × 100.1, and 2 × 0.0617 × 730. */
export const payments = {
  dueNow: { amount: "200.2", currency: "USD" },
  monthly: { amount: "90.082", currency: "USD", months: 12, kind: "average" },
} as const;

const bought = { count: 2, State: "active", StartTime: "2026-07-14T11:00:01.000Z" } satisfies Entry;

/** The words of one protocol. */
interface Protocol {
  entry(fields: Readonly<Record<string, Entry[string]>>): string;
  listed(call: string, list: string, member: string, entries: readonly string[] | undefined, next?: string): Reply;
  answer(call: string, member: string, entry: string): Reply;
  error(status: number, code: string): Reply;
}

/** The query protocol. */
export function xmlProtocol(namespace: string): Protocol {
  const wrap = (call: string, inner: string) =>
    ok(`<${call}Response xmlns="${namespace}"><${call}Result>${inner}</${call}Result></${call}Response>`);
  const element = (tag: string, value: Entry[string]): string => {
    if (value === undefined) return "";
    if (typeof value !== "object") return `<${tag}>${value}</${tag}>`;
    const charges = value.map((charge) => `<RecurringCharge>${elements({ ...charge })}</RecurringCharge>`);
    return `<${tag}>${charges.join("")}</${tag}>`;
  };
  const elements = (fields: Entry) =>
    Object.entries(fields)
      .map(([tag, value]) => element(tag, value))
      .join("");
  return {
    entry: elements,
    listed(call, list, member, entries, next) {
      const items = entries?.map((entry) => `<${member}>${entry}</${member}>`).join("");
      const inner = items === undefined ? "" : `<${list}>${items}</${list}>`;
      return wrap(call, `${inner}${next === undefined ? "" : `<Marker>${next}</Marker>`}`);
    },
    answer: (call, member, entry) => wrap(call, entry === "" ? "" : `<${member}>${entry}</${member}>`),
    error: (status, code) => ({
      status,
      body: recorded("rds-error-already-exists.xml").replace("ReservedDBInstanceAlreadyExists", code),
    }),
  };
}

/** JSON 1.1 says the code of an error in the body, REST in a header. */
export function jsonProtocol(errorIn: "body" | "header"): Protocol {
  return {
    entry: (fields) => JSON.stringify({ ...fields, ...startOf(fields) }),
    listed: (_call, list, _member, entries, next) =>
      ok(JSON.stringify({ [list]: entries?.map((entry) => JSON.parse(entry)), NextToken: next })),
    answer: (_call, member, entry) => ok(member === "" ? entry : `{"${member}":${entry}}`),
    error: (status, code) =>
      errorIn === "body"
        ? { status, body: JSON.stringify({ __type: code, message: "An error." }) }
        : { status, body: JSON.stringify({ message: "An error." }), headers: { "x-amzn-errortype": code } },
  };
}

/** Seconds since 1970 in JSON. */
function startOf({ StartTime }: Entry): Entry {
  return typeof StartTime === "string" ? { StartTime: Date.parse(StartTime) / 1000 } : {};
}

/** How one service speaks. */
interface Wire {
  readonly protocol: Protocol;
  readonly names: ServiceNames;
  /** Of the two listings: the call, the list, and a member of it. */
  readonly lists: {
    readonly reservations: readonly [string, string, string];
    readonly offerings: readonly [string, string, string];
  };
  /** Of the purchase: the call and the member that holds the reservation. */
  readonly purchase: readonly [string, string];
  readonly attributes: Entry;
  readonly id: string;
  /** What an answer to the purchase may hold; everything where it is left out. */
  readonly answered?: readonly string[];
  readonly words?: (payment: string) => string;
}

/** Answers in the service's own words. */
export function speaking({ protocol, names, lists, purchase, attributes, id, answered, words = (word) => word }: Wire) {
  const wireName = new Map(Object.entries(names));
  const encode = (entry: Entry): Record<string, Entry[string]> =>
    Object.fromEntries(
      Object.entries(entry)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [
          wireName.get(key) ?? key,
          key === "payment" && typeof value === "string" ? words(value) : value,
        ]),
    );
  const offering = (entry: Entry) => protocol.entry(encode({ ...attributes, ...priced, ...entry }));
  const reservation = (entry: Entry) =>
    encode({ ...attributes, ...priced, ...bought, id, name, offeringId: "offering-1", ...entry });
  return {
    reservations: (entries: readonly Entry[], next?: string) =>
      protocol.listed(
        ...lists.reservations,
        entries.map((entry) => protocol.entry(reservation(entry))),
        next,
      ),
    offered: (entries: readonly Entry[], next?: string) =>
      protocol.listed(...lists.offerings, entries.map(offering), next),
    bought: (entry: Entry = {}) => {
      const whole = Object.entries(reservation({ State: "payment-pending", ...entry }));
      const shown = whole.filter(([field]) => answered?.includes(field) ?? true);
      return protocol.answer(...purchase, protocol.entry(Object.fromEntries(shown)));
    },
    error: (status: number, code: string) => protocol.error(status, code),
    withoutList: () => protocol.listed(...lists.reservations, undefined),
  };
}
