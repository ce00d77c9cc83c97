import { createHash } from "node:crypto";
import process from "node:process";
import { parsePurchaseRequest } from "../providers/sandbox/azure/check-purchase-request.ts";
import { orders } from "../providers/sandbox/azure/reservation-order.ts";
import { type CloudSandbox, startCloudSandbox } from "../providers/sandbox/index.ts";
import type { TenantOrder, TenantReport } from "./tenant.ts";

/** The sandbox in a process of its own, as a cloud is: what it does costs the measured process nothing. */
const { latency, existingOrders, writeLimit } = JSON.parse(process.argv[2] ?? "") as TenantOrder;
const boughtAt = Date.UTC(2026, 0, 1);

function seed({ store }: CloudSandbox): void {
  const body = (displayName: string) =>
    JSON.stringify({
      sku: { name: "Standard_B1ls" },
      location: "westus",
      tags: { owner: "platform", "cost-centre": "4711" },
      properties: {
        reservedResourceType: "VirtualMachines",
        billingScopeId: "/subscriptions/9b7c2d10-4e5f-4a6b-8c3d-1f2e3a4b5c6d",
        term: "P1Y",
        billingPlan: "Upfront",
        quantity: 1,
        displayName,
        appliedScopeType: "Shared",
      },
    });
  const request = parsePurchaseRequest(body("existing"));
  for (let position = 0; position < existingOrders; position += 1) {
    const digits = createHash("sha256").update(`existing order ${position}`).digest("hex");
    const id = [8, 12, 16, 20, 32].map((end, part) => digits.slice([0, 8, 12, 16, 20][part], end)).join("-");
    orders(store).set(id, {
      id,
      reservationId: id,
      request: { ...request, displayName: `existing-${position}` },
      requestedAt: boughtAt,
      finishedAt: boughtAt,
      reads: 4,
      boughtBefore: position,
      finalState: "Succeeded",
      state: "Succeeded",
    });
  }
}

const sandbox = await startCloudSandbox({ latency, azure: { writeLimit } });
seed(sandbox);
let from = 0;
const report = () => {
  const requests: Record<string, number> = {};
  const refused: Record<string, number> = {};
  for (const { action, status } of sandbox.requests.slice(from)) {
    requests[action] = (requests[action] ?? 0) + 1;
    if (status === 429) refused[action] = (refused[action] ?? 0) + 1;
  }
  from = sandbox.requests.length;
  process.send?.({ url: sandbox.url, requests, refused, orders: sandbox.orders().length } satisfies TenantReport);
};
process.on("message", (message: "report" | { loseAnswers: number }) => {
  if (message !== "report") {
    sandbox.addFault({
      match: { action: "PUT reservationOrders" },
      times: message.loseAnswers,
      fault: { kind: "reset", when: "after" },
    });
  }
  report();
});
process.on("disconnect", () => process.exit());
report();
