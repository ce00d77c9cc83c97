import { describe, expect, test } from "vitest";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { request } from "../gcp/gcp-samples.ts";
import { sandboxFor } from "./support.ts";

const region = "/compute/v1/projects/my-project-123/regions/us-central1";
const id = (digit: number) => `0000000${digit}-0000-4000-8000-000000000000`;

/** A client that knows nothing of this package: plain HTTP. */
function clientOf(sandbox: CloudSandbox) {
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${sandbox.url}${path}`, {
      method,
      headers: { authorization: "Bearer dummy", "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // The tests read whatever the imitation answered; a wrong guess fails the assertion.
    return { status: answer.status, body: (await answer.json()) as ReturnType<typeof JSON.parse> };
  };
  return {
    call,
    get: (path: string) => call("GET", path),
    insert: (change: object = {}, requestId = id(1), at = region) =>
      call("POST", `${at}/commitments?requestId=${requestId}`, { ...request, ...change }),
    command: (name: string, body: object) => call("POST", `/_sandbox/gcp/${name}`, body),
  };
}

describe("the imitation of Compute Engine's commitments", () => {
  test("buys: an operation under way, then done, and the commitment on its way to ACTIVE", async () => {
    const sandbox = await sandboxFor();
    const { get, insert } = clientOf(sandbox);
    const { status, body: operation } = await insert();
    expect(status).toBe(200);
    expect(operation).toMatchObject({
      kind: "compute#operation",
      operationType: "insert",
      status: "RUNNING",
      targetLink: `${sandbox.url}${region}/commitments/${request.name}`,
    });
    expect((await get(`${region}/operations/${operation.name}`)).body).toMatchObject({ status: "DONE", progress: 100 });
    const states = [];
    for (let read = 0; read < 3; read += 1)
      states.push((await get(`${region}/commitments/${request.name}`)).body.status);
    expect(states).toEqual(["NOT_YET_ACTIVE", "ACTIVE", "ACTIVE"]);
    expect((await get(`${region}/commitments/${request.name}`)).body).toMatchObject({
      kind: "compute#commitment",
      ...request,
      region: `${sandbox.url}${region}`,
    });
    expect(sandbox.commitments()).toMatchObject([
      { ...pick(), project: "my-project-123", region: "us-central1", state: "ACTIVE" },
    ]);
    expect(sandbox.purchases()).toBe(1);
  });

  test("refuses a name that is taken, and answers a repeat of a request with its operation", async () => {
    const sandbox = await sandboxFor();
    const { insert } = clientOf(sandbox);
    const first = await insert();
    const repeated = await insert();
    expect(repeated.body.name).toBe(first.body.name);
    expect(await insert({}, id(2))).toMatchObject({
      status: 409,
      body: { error: { code: 409, errors: [{ reason: "alreadyExists", domain: "global" }] } },
    });
    expect(sandbox.purchases()).toBe(1);
    await insert({}, id(3), region.replace("us-central1", "us-east1"));
    await insert({}, id(4), region.replace("my-project-123", "another-project"));
    expect(sandbox.purchases()).toBe(3);
  });

  test.each([
    ["a name that begins with a digit", { name: "1x" }],
    ["no type", { type: undefined }],
    ["another plan", { plan: "P1Y" }],
    ["memory that is no multiple of 256", { resources: [{ type: "MEMORY", amount: "100" }] }],
    ["an unknown field", { quantity: 2 }],
  ])("refuses %s", async (_what, change) => {
    const sandbox = await sandboxFor();
    expect((await clientOf(sandbox).insert(change)).status).toBe(400);
    expect(sandbox.purchases()).toBe(0);
  });

  test("refuses a request id of zeros or of another shape, and a request without a credential", async () => {
    const { call, insert } = clientOf(await sandboxFor());
    expect((await insert({}, "00000000-0000-0000-0000-000000000000")).status).toBe(400);
    expect((await insert({}, "x")).status).toBe(400);
    expect((await call("GET", `${region}/commitments`, undefined, { authorization: "" })).status).toBe(401);
  });

  test("lists in pages, an empty list without its array, and each region its own", async () => {
    const sandbox = await sandboxFor({ gcp: { pageSize: 2 } });
    const { get, insert } = clientOf(sandbox);
    const empty = await get(`${region}/commitments`);
    expect(empty.body).toEqual({
      kind: "compute#commitmentList",
      id: "projects/my-project-123/regions/us-central1/commitments",
      selfLink: `${sandbox.url}${region}/commitments`,
    });
    for (const digit of [1, 2, 3]) await insert({ name: `c${digit}` }, id(digit));
    await insert({ name: "elsewhere" }, id(4), region.replace("us-central1", "us-east1"));
    const first = await get(`${region}/commitments`);
    const second = await get(`${region}/commitments?pageToken=${first.body.nextPageToken}`);
    const names = [...first.body.items, ...second.body.items].map(({ name }) => name);
    expect(names).toEqual(["c1", "c2", "c3"]);
    expect(second.body.nextPageToken).toBeUndefined();
  });

  test("lies in its list where it is told to; a read by name does not", async () => {
    const sandbox = await sandboxFor();
    const { get, insert } = clientOf(sandbox);
    await insert({ name: "old" }, id(1));
    sandbox.addFault({ match: { action: "GET commitments" }, fault: { kind: "listing", listing: "stale" } });
    await insert({ name: "new" }, id(2));
    const named = async () =>
      ((await get(`${region}/commitments`)).body.items ?? []).map(({ name }: { name: string }) => name);
    expect(await named()).toEqual(["old"]);
    sandbox.addFault({ match: {}, fault: { kind: "listing", listing: "empty" } });
    expect((await get(`${region}/commitments/new`)).status).toBe(200);
    expect(await named()).toEqual([]);
    sandbox.addFault({ match: {}, fault: { kind: "listing", listing: "repeated-next-link" } });
    expect((await get(`${region}/commitments`)).body.nextPageToken).toBe("0");
    expect(await named()).toEqual(["old", "new"]);
  });

  test("says of what is not there that it is not", async () => {
    const { get } = clientOf(await sandboxFor());
    expect(await get(`${region}/commitments/none`)).toMatchObject({
      status: 404,
      body: {
        error: { message: "The resource 'projects/my-project-123/regions/us-central1/commitments/none' was not found" },
      },
    });
    expect((await get(`${region}/operations/none`)).status).toBe(404);
    expect((await get(`${region}/instances`)).status).toBe(404);
  });

  test("commands over HTTP: a state, and an operation that ends with an error and creates nothing", async () => {
    const sandbox = await sandboxFor();
    const { command, get, insert } = clientOf(sandbox);
    await insert();
    await command("commitment-state", { name: request.name, state: "EXPIRED" });
    expect((await get(`${region}/commitments/${request.name}`)).body.status).toBe("EXPIRED");
    expect((await command("commitment-state", { name: "none", state: "EXPIRED" })).status).toBe(400);

    await command("operation-error", { type: "GENERAL_PURPOSE_N2", code: "QUOTA_EXCEEDED" });
    const { body: operation } = await insert({ name: "refused" }, id(2));
    expect(operation.error).toBeUndefined();
    expect((await get(`${region}/operations/${operation.name}`)).body).toMatchObject({
      status: "DONE",
      httpErrorStatusCode: 403,
      error: { errors: [{ code: "QUOTA_EXCEEDED" }] },
    });
    expect((await get(`${region}/commitments/refused`)).status).toBe(404);
    expect(sandbox.purchases()).toBe(1);
  });
});

describe("the imitation of the price list", () => {
  const skus = "/v1/services/6F81-5844-456A/skus";

  test("has pages, and prices in units and billionths", async () => {
    const { get } = clientOf(await sandboxFor());
    const first = await get(`${skus}?currencyCode=USD`);
    expect(first.body.skus).toHaveLength(20);
    const all = [...first.body.skus];
    for (let token = first.body.nextPageToken; token !== "";) {
      const page = await get(`${skus}?currencyCode=USD&pageToken=${token}`);
      all.push(...page.body.skus);
      token = page.body.nextPageToken;
    }
    expect(new Set(all.map(({ skuId }) => skuId)).size).toBe(all.length);
    const ram = all.find(({ description }) => description === "Commitment v1: N2 Ram in Americas for 1 Year");
    expect(ram).toMatchObject({
      category: { usageType: "Commit1Yr", resourceGroup: "RAM" },
      serviceRegions: ["us-central1", "us-east1", "us-west1"],
      pricingInfo: [
        {
          pricingExpression: {
            usageUnit: "GiBy.h",
            tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: "USD", units: "0", nanos: 2_669_000 } }],
          },
        },
      ],
    });
  });

  test("converts, and refuses a currency that it does not know", async () => {
    const { get } = clientOf(await sandboxFor());
    const { body } = await get(`${skus}?currencyCode=EUR`);
    expect(body.skus[0].pricingInfo[0]).toMatchObject({ currencyConversionRate: 0.9 });
    expect((await get(`${skus}?currencyCode=XXX`)).status).toBe(400);
  });
});

/** What the view shows of the request. */
function pick() {
  const { name, description, type, plan, autoRenew, resources } = request;
  return { name, description, type, plan, autoRenew, resources };
}
