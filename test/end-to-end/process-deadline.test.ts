import { beforeAll, describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { compute, ec2, executionOf } from "./recommendations.ts";

/** Purchases give up by themselves after a second, reads only long after every deadline here. */
function purchaserFor({ url: endpoint }: CloudSandbox) {
  const settings = { endpoint, purchaseTimeout: 1000 };
  return createPurchaser({ ledger: createMemoryLedger(), providers: [createAzure(settings), createAws(settings)] });
}

/** The SDKs are loaded with the first request, which must not be on the time of a deadline. */
beforeAll(async () => {
  await using sandbox = await startCloudSandbox();
  await purchaserFor(sandbox).drive(executionOf(compute, ec2));
});

describe.concurrent("a deadline, while an endpoint hangs: the drive has reported by then what it knows", () => {
  // Without an end of its own the drive would hang with the endpoint, and the test with it.
  test.each<[string, AnyRecommendation, string, string]>([
    // What EC2 may have bought is not bought again within five minutes. It waits twice, and so begins first.
    ["PurchaseReservedInstancesOffering", ec2, "unresolved", "unresolved"],
    ["GET reservationOrders", compute, "refused", "purchased"],
    ["POST calculatePrice", compute, "refused", "purchased"],
    ["PUT reservationOrders", compute, "unresolved", "purchased"],
    ["GetCallerIdentity", ec2, "refused", "purchased"],
    ["DescribeReservedInstances", ec2, "refused", "purchased"],
    ["DescribeReservedInstancesOfferings", ec2, "refused", "purchased"],
    ["CreateTags", ec2, "purchased", "already-purchased"],
  ])("%s", { timeout: 25_000 }, async (action, recommendation, status, next) => {
    await using sandbox = await startCloudSandbox();
    const purchaser = purchaserFor(sandbox);
    sandbox.addFault({ match: { action }, times: 1000, fault: { kind: "hang", when: "before" } });
    const drive = async (options: { readonly deadline?: number } = {}) =>
      (await purchaser.drive(executionOf(recommendation), options)).outcomes[0];
    const soon = () => ({ deadline: Date.now() + 4000 });
    const outcome = await drive(soon());
    expect(outcome?.status).toBe(status);
    if (status === "refused") expect(outcome?.error).toMatchObject({ code: "deadline-too-near", retryable: true });
    if (status === "unresolved") expect(outcome?.error).toMatchObject({ code: "outcome-unknown", retryable: true });
    if (status === "purchased") expect(outcome?.warnings).toEqual([expect.stringContaining("marker is missing")]);

    sandbox.clearFaults();
    // What is bought is bought however long a busy machine takes; what nobody can say would be waited for.
    const again = await drive(next === "unresolved" ? soon() : {});
    expect(again?.status).toBe(next);
    expect(again?.warnings).toBeUndefined();
    expect(sandbox.purchases()).toBe(next === "unresolved" ? 0 : 1);
  });
});
