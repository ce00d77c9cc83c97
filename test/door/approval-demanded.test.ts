import { afterAll, beforeAll, expect, test } from "vitest";
import { createHandler } from "../../src/door/create-handler.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => world.close());

const execution = { ...executionOf(ec2), executionId: "engine-1" };
const put = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  ask(world.url, "PUT", `/v1/executions/${path}`, { body: { ...execution, executionId: path.split("?")[0] }, headers });

test("a server that demands an approval answers what was recorded before as it is, and demands one of what is new", async () => {
  const first = await put("engine-1", { prefer: "wait=30" });
  expect(first.json.state).toBe("complete");
  const { purchaser, ledger } = world;
  const strict = await createHandler({ purchaser, ledger, authenticate: "nobody-is-asked", requireApproval: true });
  const submit = (executionId: string) =>
    strict(
      new Request(`http://127.0.0.1/v1/executions/${executionId}`, {
        method: "PUT",
        headers: { "content-type": "application/json", host: "127.0.0.1" },
        body: JSON.stringify({ ...execution, executionId }),
      }),
    );
  const again = await submit("engine-1");
  expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([200, "true"]);
  expect(await again.text()).toBe(first.text);
  const fresh = await submit("engine-2");
  expect(await fresh.json()).toMatchObject({ executionId: "engine-2", state: "waiting" });
  await strict.drain();
  expect(world.sandbox.purchaseRequests()).toHaveLength(1);
});

test.each([
  ["requireapproval=true", "requireapproval is not a known parameter"],
  ["require-approval=true", "require-approval is not a known parameter"],
  ["requireApproval=false&requireApproval=true", "requireApproval is given twice"],
])("?%s is refused, and nothing is recorded", async (query, problem) => {
  const said = await put(`engine-3?${query}`);
  expect(said).toMatchObject({ status: 400, json: { code: "malformed-request" } });
  expect(said.json.detail).toContain(problem);
  expect(await world.ledger.recorded("engine-3")).toBeUndefined();
});

test.each(["X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "Via", "X-Real-IP"])(
  "what %s says to come through a proxy is refused",
  async (name) => {
    const said = await put("engine-4", { [name]: "for=192.0.2.1" });
    expect(said).toMatchObject({ status: 403, json: { code: "not-permitted" } });
    expect(await world.ledger.recorded("engine-4")).toBeUndefined();
  },
);
