import { afterAll, beforeAll, expect, test } from "vitest";
import { createHandler } from "../../src/door/create-handler.ts";
import { doorScopes } from "../../src/door/door-parts.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { bearerOf, callersWith } from "./caller-world.ts";
import { ask, startWorld, type World } from "./door-world.ts";

const authenticate = callersWith({ ann: doorScopes, bob: doorScopes });

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({ authenticate, twoPersons: true }));
});
afterAll(() => world.close());

const by = (name: string) => ({ ...bearerOf(name), prefer: "wait=30" });
const body = (executionId: string) => ({ ...executionOf(ec2), executionId });
const submit = (id: string) => ask(world.url, "PUT", `/v1/executions/${id}`, { body: body(id), headers: by("ann") });
const termsOf = (id: string) => ask(world.url, "GET", `/v1/executions/${id}/terms`, { headers: by("ann") });
const approve = async (id: string, name: string) =>
  ask(world.url, "POST", `/v1/executions/${id}/approval`, {
    body: { reason: "in the budget" },
    headers: { ...by(name), "if-match": (await termsOf(id)).headers.get("etag") ?? "" },
  });

test("who submitted it cannot approve it, over HTTP or by the command line; another person can", async () => {
  expect((await submit("ann-1")).json).toMatchObject({ state: "waiting", forbidden: { code: "approval-missing" } });
  expect(await approve("ann-1", "ann")).toMatchObject({ status: 403, json: { code: "second-person-needed" } });
  const [status] = await world.purchaser.executions();
  const word = { person: "ann", reason: "by hand", termsHash: status?.termsHash ?? "" };
  await expect(world.purchaser.approve("ann-1", word)).rejects.toMatchObject({ code: "second-person-needed" });
  expect((await termsOf("ann-1")).json).toMatchObject({
    approvalRequired: true,
    mayNotApprove: ["ann"],
    termsVersion: 1,
  });
  expect(world.sandbox.purchaseRequests()).toEqual([]);
  expect(await approve("ann-1", "bob")).toMatchObject({ status: 200, json: { state: "complete" } });
  expect(world.sandbox.purchaseRequests()).toHaveLength(1);
});

test("what was recorded before is answered as it is; two persons need somebody who submits it", async () => {
  const { purchaser, ledger } = world;
  const loose = await createHandler({ purchaser, ledger, authenticate });
  const request = new Request("http://127.0.0.1/v1/executions/ann-2?requireApproval=true", {
    method: "PUT",
    headers: { ...by("ann"), "content-type": "application/json", host: "127.0.0.1" },
    body: JSON.stringify(body("ann-2")),
  });
  expect((await loose(request)).status).toBe(202);
  expect(await submit("ann-2")).toMatchObject({ status: 202, json: { state: "waiting" } });
  expect((await ledger.execution("ann-2"))?.mayNotApprove).toBeUndefined();
  await loose.drain();
  await expect(purchaser.submit(body("ann-3"), { twoPersons: true })).rejects.toMatchObject({
    code: "invalid-execution",
  });
  expect(await ledger.recorded("ann-3")).toBeUndefined();
});
