import { describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { type AzureSettings, createAzure } from "../../providers/azure/index.ts";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { compute, executionOf } from "./recommendations.ts";

function purchaserFor(sandbox: CloudSandbox, azure: AzureSettings = {}) {
  const providers = [createAzure({ endpoint: sandbox.url, ...azure }), createAws({ endpoint: sandbox.url })];
  return createPurchaser({ ledger: createMemoryLedger(), providers });
}

/** Requests by action, since the last count. */
function counter(sandbox: CloudSandbox) {
  let from = 0;
  return () => {
    const counts: Record<string, number> = {};
    for (const { action } of sandbox.requests.slice(from)) counts[action] = (counts[action] ?? 0) + 1;
    from = sandbox.requests.length;
    return counts;
  };
}

describe("what a drive costs in requests to Azure", () => {
  test("N fresh recommendations and P pages: P + 2N, and A16: P - 1 more where one is not found; adopted ones one read more each; settled ones nothing", async () => {
    await using sandbox = await startCloudSandbox();
    const count = counter(sandbox);
    // 60 orders fill a page of 50 and a part of the second.
    const many = executionOf(...Array.from({ length: 60 }, () => compute));
    const first = purchaserFor(sandbox);
    const report = await first.drive(many);
    expect(report.outcomes.every(({ status }) => status === "purchased")).toBe(true);
    expect(count()).toEqual({
      "GET reservationOrders": 1,
      "POST calculatePrice": 60,
      "PUT reservationOrders": 60,
    });

    const fresh = { ...executionOf(compute, compute, compute), executionId: "another execution" };
    await first.drive(fresh);
    // The first page is read again, because an order may have slid past from the second.
    expect(count()).toEqual({
      "GET reservationOrders": 3,
      "POST calculatePrice": 3,
      "PUT reservationOrders": 3,
    });

    // Another ledger knows nothing: it finds all three by their marker, and compares each before it adopts it.
    const adopting = await purchaserFor(sandbox).drive(fresh);
    expect(adopting.outcomes.map(({ status }) => status)).toEqual(Array(3).fill("already-purchased"));
    expect(count()).toEqual({ "GET reservationOrders": 2, "GET reservationOrders/{id}/reservations": 3 });

    // Pending ones are looked at in the one listing; once settled they cost nothing.
    for (let drives = 0; drives < 6; drives += 1) await first.drive(many);
    expect(count()["GET reservationOrders/{id}"]).toBeUndefined();
    const settled = await first.drive(many);
    expect(settled.outcomes.every(({ commitment }) => commitment?.settled)).toBe(true);
    expect(count()).toEqual({});
  });

  test("under an alias: one request more for each, which reads the alias; what is found by its marker costs no more", async () => {
    await using sandbox = await startCloudSandbox();
    const count = counter(sandbox);
    const several = executionOf(compute, compute, compute);
    await purchaserFor(sandbox, { reservationFlow: "alias" }).drive(several);
    expect(count()).toEqual({
      "GET reservationOrders": 1,
      "POST calculatePrice": 3,
      "GET reservationOrderAliases/{name}": 3,
      "PUT reservationOrderAliases": 3,
    });
    await purchaserFor(sandbox, { reservationFlow: "alias" }).drive(several);
    expect(count()).toEqual({ "GET reservationOrders": 1, "GET reservationOrders/{id}/reservations": 3 });
  });
});
