import { idFor, type OfferingType } from "../pricing.ts";

/** An offering of savings plans, in AWS' words. */
export type PlanOffering = {
  readonly id: string;
  readonly planType: string;
  readonly productTypes: readonly string[];
  readonly offeringType: OfferingType;
  /** Seconds. */
  readonly duration: number;
  readonly currency: string;
  /** Region and instance family of an EC2Instance plan; empty for all others. */
  readonly properties: Readonly<Record<string, string>>;
};

const year = 31_536_000;
const everyWay = (["No Upfront", "Partial Upfront", "All Upfront"] as const).flatMap((offeringType) =>
  [year, 3 * year].map((duration) => ({ offeringType, duration })),
);
const places = ["us-east-1", "eu-west-1"].flatMap((region) =>
  ["m5", "m5d", "c5", "r5", "t3"].map((instanceFamily) => ({ region, instanceFamily })),
);

const offerings: readonly PlanOffering[] = [
  ...everyWay.flatMap((way) => [
    { planType: "Compute", productTypes: ["EC2", "Fargate", "Lambda"], currency: "USD", properties: {}, ...way },
    // Sold in China; here so that the currency has to be compared.
    { planType: "Compute", productTypes: ["EC2", "Fargate", "Lambda"], currency: "CNY", properties: {}, ...way },
    { planType: "SageMaker", productTypes: ["SageMaker"], currency: "USD", properties: {}, ...way },
    ...places.map((properties) => ({
      planType: "EC2Instance",
      productTypes: ["EC2"],
      currency: "USD",
      properties,
      ...way,
    })),
  ]),
  {
    planType: "Database",
    productTypes: ["RDS", "DSQL", "DynamoDB"],
    currency: "USD",
    properties: {},
    offeringType: "No Upfront" as const,
    duration: year,
  },
].map((offering) => ({ id: idFor(["savings-plans", offering]), ...offering }));

/** Every offering, in the order in which it is listed; the same ones every time. */
export function planOfferings(): readonly PlanOffering[] {
  return offerings;
}

/** `1 year No Upfront Compute Savings Plan`. */
export function descriptionOf({ duration, offeringType, planType }: PlanOffering): string {
  return `${duration / year} year ${offeringType} ${planType} Savings Plan`;
}
