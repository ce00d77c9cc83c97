import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { serviceWithoutApi } from "../../src/contract/service-without-api.ts";

/** One whose answer is lost cannot be told from one that was never sent, and cannot be found again. */
const noHandle = "AWS takes neither a token nor a name with its purchase, so a lost answer could buy it twice.";
const capacity = "It is capacity that runs and is charged from its purchase on, not a discount.";
const drop = "and remove it from the execution.";

/**
 * What people ask for under these names, and is not bought here: why, and what to do. By the service models of the AWS SDK:
 * PurchaseCapacityBlock, PurchaseOffering of Device Farm and PurchaseProvisionedCapacity have no field that identifies a request.
 */
const reasons: Readonly<Record<string, { readonly why?: string; readonly instead: string }>> = {
  dynamodb: { instead: `Buy its reserved capacity in the AWS console (DynamoDB, Reserved capacity), ${drop}` },
  "ec2-capacity-blocks": { why: noHandle, instead: `Buy it in the AWS console (EC2, Capacity Reservations), ${drop}` },
  "device-farm": { why: noHandle, instead: `Buy its slots in the AWS console (Device Farm), ${drop}` },
  glacier: { why: noHandle, instead: `Buy its capacity units in the AWS console (S3 Glacier, Settings), ${drop}` },
  bedrock: { why: capacity, instead: `Buy provisioned throughput in the AWS console (Amazon Bedrock), ${drop}` },
  sagemaker: {
    why: `A training plan of SageMaker AI is no discount. ${capacity}`,
    instead: 'For a discount, say "savings-plans" with the type "SageMaker".',
  },
  athena: { why: capacity, instead: `Reserve it in the AWS console (Athena, Capacity reservations), ${drop}` },
};

/** Executors that refuse what this provider does not buy, before anything is sent. */
export const awsNotSold: readonly ServiceExecutor[] = Object.entries(reasons).map(([service, reason]) =>
  serviceWithoutApi({ provider: "aws", service, isRefused: reason.why !== undefined, ...reason }),
);
