import { expect, test } from "vitest";
import { parseOrder } from "../../providers/azure/azure-order.ts";
import { createSessions } from "../../providers/azure/tenant-session.ts";
import { order } from "./support/azure-samples.ts";

test("ten thousand orders are remembered for their comparison; then the oldest is forgotten", () => {
  const session = createSessions({ endpoint: "http://127.0.0.1:9" })(undefined);
  const seen = parseOrder(order());
  if (seen === undefined) throw new Error("It is an order.");
  const remember = (id: string) => session.remember({ ...seen, id });
  for (let each = 1; each <= 10_000; each += 1) remember(`order-${each}`);
  expect(session.recall("ORDER-1")).toBeDefined();
  remember("order-10001");
  expect(session.recall("order-1")).toBeUndefined();
  expect(session.recall("order-2")).toBeDefined();
  expect(session.recall("order-10001")).toBeDefined();
});
