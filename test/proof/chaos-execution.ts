import { readFileSync } from "node:fs";
import type { Execution, Recommendation } from "../../src/spec/recommendation.ts";

const example = JSON.parse(
  readFileSync(new URL("../../fixtures/execution.json", import.meta.url), "utf8"),
) as Execution;

/** All kinds of the example, without their price limits. */
function unlimited(provider: string): readonly Recommendation[] {
  return example.recommendations
    .filter((recommendation) => recommendation.provider === provider)
    .map(({ maxPrice: _maxPrice, ...recommendation }) => recommendation as Recommendation);
}

/**
 * An execution of so many recommendations: the seven Azure services in turn, and `ec2` Reserved Instances spread among
 * them. Every third of those is like the first, so that they share a lane.
 */
export function chaosExecution(executionId: string, count: number, ec2: number): Execution {
  const azure = unlimited("azure");
  const [instance] = unlimited("aws");
  const instanceTypes = ["m5.large", "m5.xlarge", "t3.micro"];
  const recommendations = Array.from({ length: count }, (_, index): Recommendation => {
    const nth = Math.floor((index * ec2) / count);
    const isEc2 = nth !== Math.floor(((index + 1) * ec2) / count);
    const like =
      isEc2 && instance ? { ...instance, instanceType: instanceTypes[nth % 3] } : azure[index % azure.length];
    return { ...like, quantity: 1 + (index % 3) } as Recommendation;
  }).map((recommendation) =>
    // Indistinguishable but for their type: what shares a lane also has one quantity.
    recommendation.provider === "aws" ? { ...recommendation, quantity: 2 } : recommendation,
  );
  return { executionId, source: "chaos", recommendations };
}
