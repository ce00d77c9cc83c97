import { createHash } from "node:crypto";
import { Big } from "big.js";

/** An EC2 Reserved Instance offering. Amounts are decimal strings in US dollars. */
export type Offering = {
  readonly id: string;
  readonly instanceType: string;
  readonly productDescription: string;
  readonly offeringClass: "standard" | "convertible";
  readonly offeringType: "No Upfront" | "Partial Upfront" | "All Upfront";
  readonly instanceTenancy: "default";
  readonly scope: "Region" | "Availability Zone";
  /** Only with the scope of a zone. */
  readonly availabilityZone?: string | undefined;
  /** Seconds. */
  readonly duration: number;
  /** Paid at once, for one. */
  readonly fixedPrice: string;
  /** Paid for each hour of the term, for one. */
  readonly hourly: string;
  readonly marketplace: boolean;
};

const year = 31_536_000;
/** On demand, per hour. Plausible, not current. */
const onDemand = [
  { instanceType: "m5.large", "Linux/UNIX": "0.096", Windows: "0.188" },
  { instanceType: "m5.xlarge", "Linux/UNIX": "0.192", Windows: "0.376" },
  { instanceType: "t3.micro", "Linux/UNIX": "0.0104", Windows: "0.0196" },
] as const;
/** What a Reserved Instance costs of that, by class, for one and for three years. */
const share = { standard: ["0.62", "0.42"], convertible: ["0.69", "0.48"] } as const;
const upfrontShare = { "No Upfront": 0, "Partial Upfront": "0.5", "All Upfront": 1 } as const;

/** Every offering of a region, in the order in which it is listed; the same ones every time. */
export function offeringsOf(region: string): readonly Offering[] {
  return [...ownOfferings(region), marketplaceOffering(region)];
}

function ownOfferings(region: string): Offering[] {
  return onDemand.flatMap((prices) =>
    (["Linux/UNIX", "Windows"] as const).flatMap((productDescription) =>
      (["standard", "convertible"] as const).flatMap((offeringClass) =>
        (["No Upfront", "Partial Upfront", "All Upfront"] as const).flatMap((offeringType) =>
          ([1, 3] as const).flatMap((years) =>
            (["Region", "Availability Zone"] as const).map((scope) => {
              const hourly = new Big(prices[productDescription]).times(share[offeringClass][years === 1 ? 0 : 1]);
              const whole = hourly.times(24 * 365 * years);
              return identified(region, {
                instanceType: prices.instanceType,
                productDescription,
                offeringClass,
                offeringType,
                instanceTenancy: "default",
                scope,
                ...(scope === "Region" ? {} : { availabilityZone: `${region}a` }),
                duration: years * year,
                fixedPrice: whole.times(upfrontShare[offeringType]).toFixed(1),
                hourly: hourly.times(new Big(1).minus(upfrontShare[offeringType])).toFixed(5),
                marketplace: false,
              });
            }),
          ),
        ),
      ),
    ),
  );
}

/** From another customer, at his price. Alike in all else, so that it is found by whoever does not leave it out. */
function marketplaceOffering(region: string): Offering {
  return identified(region, {
    instanceType: "m5.large",
    productDescription: "Linux/UNIX",
    offeringClass: "standard",
    offeringType: "No Upfront",
    instanceTenancy: "default",
    scope: "Region",
    duration: year,
    fixedPrice: "99.0",
    hourly: "0.05952",
    marketplace: true,
  });
}

function identified(region: string, offering: Omit<Offering, "id">): Offering {
  const hash = createHash("sha256")
    .update(JSON.stringify([region, offering]))
    .digest("hex");
  const [, ...groups] = /^(.{8})(.{4})(.{4})(.{4})(.{12})/.exec(hash) ?? [];
  return { id: groups.join("-"), ...offering };
}
