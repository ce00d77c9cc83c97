// What is sent to BigQuery, and what the imitation answers, beside the published model of the API.
import { expect, test } from "vitest";
import published from "../../../fixtures/published/bigqueryreservation-v1.json" with { type: "json" };
import { gcpBigQuerySchema, capacityPlans } from "../../../providers/gcp/bigquery/bigquery-recommendation.ts";
import { meaningOf } from "../../../providers/gcp/bigquery/bigquery-commitment.ts";
import { sandboxFor } from "../../sandbox/support.ts";
import { outside } from "../published-fields.ts";

const { schemas } = published;
const model = schemas.CapacityCommitment;

test("it says where it is from, and when it was read", () => {
  expect(published.source).toMatch(/^https:\/\/bigqueryreservation\.googleapis\.com\/.* at commit [0-9a-f]{40}$/);
  expect(published.read).toMatch(/^\d{4}-\d\d-\d\d$/);
});

test("what can be recommended is in the model's words", () => {
  const { edition, renewalPlan } = gcpBigQuerySchema.shape;
  expect(edition.options.filter((word) => !model.properties.edition.enum.includes(word))).toEqual([]);
  expect(renewalPlan.options.filter((word) => !model.properties.renewalPlan.enum.includes(word))).toEqual([]);
  expect(Object.values(capacityPlans).filter(({ plan }) => !model.properties.plan.enum.includes(plan))).toEqual([]);
  // Every state of the model has a meaning of its own; the first one is nobody's.
  const known = model.properties.state.enum.slice(1).map((state) => [state, meaningOf(state)]);
  expect(Object.fromEntries(known)).toEqual({
    PENDING: { standing: "live", settled: false },
    ACTIVE: { standing: "live", settled: true },
    FAILED: { standing: "failed", settled: true },
  });
});

test("the imitation takes the model's path and parameter, and answers nothing that is not in the model", async () => {
  const sandbox = await sandboxFor();
  const parent = "projects/my-project-123/locations/US";
  expect(parent).toMatch(new RegExp(published.methods.create.parameters.parent.pattern));
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: "Bearer dummy", "content-type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${sandbox.url}/${path}`, { method, headers, ...sent });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Record<string, unknown>;
  };
  const path = published.methods.create.path.replace("{+parent}", parent);
  const request = { slotCount: "100", plan: "ANNUAL", renewalPlan: "NONE", edition: "ENTERPRISE" };
  expect(outside(schemas, "CapacityCommitment", request, { sent: true })).toEqual([]);
  expect(Object.keys(published.methods.create.parameters)).toContain("capacityCommitmentId");
  expect(await call("GET", path)).toEqual({});
  const bought = await call(published.methods.create.httpMethod, `${path}?capacityCommitmentId=x`, request);
  expect(bought["name"]).toMatch(new RegExp(published.methods.get.parameters.name.pattern));
  const seen = [bought, await call("GET", `${path}/x`), await call("GET", `${path}/x`)];
  expect(seen.map(({ state }) => state)).toEqual(["PENDING", "PENDING", "ACTIVE"]);
  for (const body of seen) expect(outside(schemas, "CapacityCommitment", body)).toEqual([]);
  const list = await call(published.methods.list.httpMethod, path);
  expect(outside(schemas, "ListCapacityCommitmentsResponse", list)).toEqual([]);
});
