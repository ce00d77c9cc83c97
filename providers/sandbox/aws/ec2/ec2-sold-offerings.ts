import { idFor, type OfferingPrice, pricesFor } from "../pricing.ts";

/** An EC2 Reserved Instance offering. Amounts are decimal strings in US dollars. */
export type Offering = OfferingPrice & {
  readonly id: string;
  readonly instanceType: string;
  readonly productDescription: string;
  readonly offeringClass: "standard" | "convertible";
  readonly instanceTenancy: "default";
  readonly scope: "Region" | "Availability Zone";
  /** Only with the scope of a zone. */
  readonly availabilityZone?: string | undefined;
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

/** Every offering of a region, in the order in which it is listed; the same ones every time. */
export function offeringsOf(region: string): readonly Offering[] {
  return [...ownOfferings(region), marketplaceOffering(region)];
}

function ownOfferings(region: string): Offering[] {
  return onDemand.flatMap((prices) =>
    (["Linux/UNIX", "Windows"] as const).flatMap((productDescription) =>
      (["standard", "convertible"] as const).flatMap((offeringClass) =>
        pricesFor(prices[productDescription], share[offeringClass]).flatMap((price) =>
          (["Region", "Availability Zone"] as const).map((scope) =>
            identified(region, {
              instanceType: prices.instanceType,
              productDescription,
              offeringClass,
              instanceTenancy: "default",
              scope,
              ...(scope === "Region" ? {} : { availabilityZone: `${region}a` }),
              ...price,
              marketplace: false,
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
  return { id: idFor([region, offering]), ...offering };
}
