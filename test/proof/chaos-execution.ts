import { readFileSync } from "node:fs";
import type { AnyExecution, AnyRecommendation } from "../../src/contract/recommendation.ts";

const example = JSON.parse(readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8")) as {
  readonly recommendations: readonly AnyRecommendation[];
};

/** All kinds of the example, without their price limits. */
const kinds = example.recommendations.map(
  ({ maxPrice: _maxPrice, ...recommendation }) => recommendation as AnyRecommendation,
);
const ofService = (service: string) => kinds.filter((kind) => kind.service === service);

/**
 * What many can be bought of, and be told apart: everything that carries its token from the purchase on. A host is covered once, and
 * MediaConnect sells nothing beside what is active.
 */
const stamped = kinds.filter(({ service }) => !/^(ec2|redshift|mediaconnect)/.test(service));

/** How many of which kind. */
export interface ChaosMix {
  /** All together. */
  readonly recommendations: number;
  /** EC2 Reserved Instances. Every third of them is like the first, so that they share a lane. */
  readonly ec2: number;
  /** Redshift reserved nodes, each of another count: nothing else tells whose they are. */
  readonly redshift: number;
}

/** An execution of all services in turn, with Reserved Instances and reserved nodes spread among them. */
export function chaosExecution(
  executionId: string,
  { recommendations: count, ec2, redshift }: ChaosMix,
): AnyExecution & { readonly recommendations: readonly AnyRecommendation[] } {
  const [instance] = ofService("ec2");
  const [node] = ofService("redshift");
  const instanceTypes = ["m5.large", "m5.xlarge", "t3.micro"];
  const recommendations = Array.from({ length: count }, (_, index): AnyRecommendation => {
    const nth = Math.floor((index * ec2) / count);
    const isEc2 = nth !== Math.floor(((index + 1) * ec2) / count);
    // Indistinguishable but for their type: what shares a lane also has one quantity.
    if (isEc2 && instance) return { ...instance, instanceType: instanceTypes[nth % 3], quantity: 2 };
    if (index < redshift && node) return { ...node, quantity: index + 1 };
    const like = stamped[index % stamped.length];
    if (like === undefined) throw new RangeError("The example holds nothing that can be told apart.");
    return like.quantity === undefined ? like : { ...like, quantity: 1 + (index % 3) };
  });
  return { executionId, source: "chaos", recommendations };
}
