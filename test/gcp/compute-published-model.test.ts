// What is sent to Compute Engine, and what the imitation answers, beside the published model of the API; and that model beside the SDK's.
import { protos } from "@google-cloud/compute";
import { describe, expect, test } from "vitest";
import published from "../../fixtures/published/compute-v1.json" with { type: "json" };
import { meaningOf } from "../../providers/gcp/compute/gcp-commitment.ts";
import { families } from "../../providers/gcp/compute/gcp-families.ts";
import { plans } from "../../providers/gcp/compute/gcp-fields.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { sandboxFor } from "../sandbox/support.ts";
import { fixtureExecution } from "../fixture-execution.ts";
import { calmly, fakeEnvironment, marker } from "./gcp-samples.ts";
import { outside } from "./published-fields.ts";

const { schemas, methods } = published;
const model = schemas.Commitment.properties;
const place = { project: "my-project-123", region: "us-central1" };

test("it says where it is from, of which revision, and when it was read", () => {
  expect(published.source).toMatch(/^https:\/\/www\.googleapis\.com\/discovery\/.* \d+\.\d+\.\d+ /);
  expect(published.revision).toMatch(/^20\d{6}$/);
  expect(published.read).toMatch(/^\d{4}-\d\d-\d\d$/);
});

describe("the words of the model", () => {
  test("every type of commitment can be bought, each as one family", () => {
    const types = Object.values(families).map(({ type }) => type);
    expect(types.toSorted()).toEqual(model.type.enum.filter((type) => type !== "TYPE_UNSPECIFIED").toSorted());
  });

  test("every plan is a term", () => {
    const sold = Object.values(plans).map(({ plan }) => plan);
    expect(sold.toSorted()).toEqual(model.plan.enum.filter((plan) => plan !== "INVALID").toSorted());
  });

  test("every status has a meaning of its own: what nobody knows is not settled", () => {
    const known = model.status.enum.map((status) => [status, meaningOf(status).standing]);
    expect(Object.fromEntries(known)).toEqual({
      ACTIVE: "live",
      CANCELLED: "unclear",
      CREATING: "live",
      EXPIRED: "ended",
      NOT_YET_ACTIVE: "live",
    });
    expect(meaningOf("CREATING")).toMatchObject({ tentative: true });
  });

  test.each(["type", "plan", "category", "status"] as const)("the installed SDK has no other %s", (field) => {
    const { Type, Plan, Category, Status } = protos.google.cloud.compute.v1.Commitment;
    const sdk = { type: Type, plan: Plan, category: Category, status: Status }[field];
    const words = Object.keys(sdk).filter((word) => !word.startsWith("UNDEFINED_"));
    expect(words.toSorted()).toEqual(model[field].enum.toSorted());
  });
});

/** Every commitment of Compute Engine in the fixture. */
const recommendations = fixtureExecution().recommendations.filter(
  ({ provider, service }) => provider === "gcp" && service !== "bigquery",
) as unknown as Parameters<ServiceExecutor["quote"]>[0][];

describe.each(recommendations.map((recommendation) => ({ recommendation, service: recommendation.service })))(
  "$service",
  ({ recommendation, service }) => {
    test("what is sent, and all that the imitation answers, is in the model", async () => {
      const sandbox = await sandboxFor();
      const call = async (method: string, path: string, body?: object) => {
        const headers = { authorization: "Bearer dummy", "content-type": "application/json" };
        const sent = body === undefined ? {} : { body: JSON.stringify(body) };
        const answer = await fetch(`${sandbox.url}/compute/v1/${path}`, { method, headers, ...sent });
        expect(answer.status).toBe(200);
        return (await answer.json()) as Record<string, unknown>;
      };
      const settings = { endpoint: sandbox.url, environment: fakeEnvironment() };
      const executor = createGcp(settings).services[service] as ServiceExecutor;
      const { request } = await executor.quote(recommendation, marker, calmly);
      expect(outside(schemas, "Commitment", request, { sent: true })).toEqual([]);

      const at = (path: string, name = "") =>
        path
          .replace("{project}", place.project)
          .replace("{region}", place.region)
          .replace(/\{(commitment|operation)\}/, name);
      expect(Object.keys(methods.insert.parameters)).toContain("requestId");
      const requestId = "11111111-2222-4333-8444-555555555555";
      const path = `${at(methods.insert.path)}?requestId=${requestId}`;
      const operation = await call(methods.insert.httpMethod, path, request);
      const name = String(operation["name"]);
      const operations = [
        operation,
        await call(methods["operations.get"].httpMethod, at(methods["operations.get"].path, name)),
        await call(methods["operations.wait"].httpMethod, at(methods["operations.wait"].path, name)),
      ];
      for (const body of operations) expect(outside(schemas, "Operation", body)).toEqual([]);

      const commitment = (request as { readonly name: string }).name;
      const found = await call(methods.get.httpMethod, at(methods.get.path, commitment));
      expect(outside(schemas, "Commitment", found)).toEqual([]);
      expect(found).toMatchObject(request);
      const list = await call(methods.list.httpMethod, at(methods.list.path));
      expect(outside(schemas, "CommitmentList", list)).toEqual([]);
      const everywhere = await call(methods.aggregatedList.httpMethod, at(methods.aggregatedList.path));
      expect(outside(schemas, "CommitmentAggregatedList", everywhere)).toEqual([]);
    });
  },
);

test("a body that is not in the model is told apart", () => {
  const body = { kind: "compute#commitment", status: "BOUGHT", resources: [{ type: "GPU", count: 1 }], quantity: 2 };
  expect(outside(schemas, "Commitment", body)).toEqual([
    "status",
    "resources[0].type",
    "resources[0].count",
    "quantity",
  ]);
  expect(outside(schemas, "Commitment", { status: "ACTIVE" }, { sent: true })).toEqual(["status"]);
});
