import { flagSetting, type Setting, textSetting, wordSetting } from "../../../src/contract/recommendation-source.ts";
import { azureServices } from "../azure-services.ts";

const guid = "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
const guidPattern = new RegExp(`^${guid}$`);

/** The word with which the subscription of the record itself is meant. */
const sameSubscription = "record";

/** Which subscription is billed no source says: the usage of one may be paid by another. */
const subscription: Setting = {
  field: "subscriptionId",
  allowed: `the GUID of the subscription that is billed, or "${sameSubscription}" for the one that each record names`,
  words: [sameSubscription],
  isNeeded: () => true,
  read: (text, known) =>
    text === sameSubscription ? known["subscriptionId"] : guidPattern.test(text) ? text : undefined,
};

/** What the discount applies to; a single subscription is the one that the record names. */
const appliedScope: Setting = {
  field: "appliedScope",
  allowed: '"Shared", or "Single" for the subscription that each record names',
  words: ["Shared", "Single"],
  isNeeded: () => true,
  read(text, known) {
    if (text === "Shared") return { type: "Shared" };
    const subscriptionId = known["subscriptionId"];
    return text === "Single" && subscriptionId !== undefined ? { type: "Single", subscriptionId } : undefined;
  },
};

const common: readonly Setting[] = [
  textSetting("tenantId", guidPattern, "the GUID of the tenant that buys", () => false),
  subscription,
  textSetting("region", /^[a-z]+\d?$/, 'a region such as "westeurope"'),
  wordSetting("term", ["P1Y", "P3Y"]),
  wordSetting("billingPlan", ["Upfront", "Monthly"]),
  appliedScope,
  flagSetting("renew"),
];

/** What has to be said of reservations, by service: no source says how they are billed, or whether they are renewed. */
export const azureSettings: Readonly<Record<string, readonly Setting[]>> = Object.fromEntries(
  azureServices.map(({ name, flexible }) => [
    name,
    flexible ? [...common, wordSetting("instanceFlexibility", ["On", "Off"])] : common,
  ]),
);

/** The subscription in the id of a resource: `/subscriptions/<guid>/providers/…`. */
export function subscriptionInId(id: string | undefined): string | undefined {
  return new RegExp(`^/?subscriptions/(${guid})(?:/|$)`, "i").exec(id ?? "")?.[1]?.toLowerCase();
}

/** A subscription as a record names it; undefined for what is none. */
export function subscriptionOf(text: string | undefined): string | undefined {
  return text !== undefined && guidPattern.test(text) ? text.toLowerCase() : undefined;
}
