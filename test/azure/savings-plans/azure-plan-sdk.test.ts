import { BillingBenefitsRP, type SavingsPlanOrderAliasModel } from "@azure/arm-billingbenefits";
import { describe, expect, test } from "vitest";
import { startLoopback, type Loopback, type Reply } from "../support/azure-loopback.ts";
import { alias, order, orderId } from "./azure-plan-samples.ts";

/**
 * What `@azure/arm-billingbenefits` 1.0.0 does by itself: docs/azure-savings-plan.md. If one of these tests goes red, the
 * SDK has changed, and the reasons for going round its operations with it.
 */
function sdk(server: Loopback, maxRetries?: number): BillingBenefitsRP {
  const client = new BillingBenefitsRP(
    { getToken: async () => null },
    {
      endpoint: server.origin,
      $host: server.origin,
      allowInsecureConnection: true,
      retryOptions: { retryDelayInMs: 1, maxRetryDelayInMs: 2, ...(maxRetries === undefined ? {} : { maxRetries }) },
    },
  );
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy({
    name: "dummyToken",
    sendRequest: (request, next) => {
      request.headers.set("authorization", "Bearer dummy");
      return next(request);
    },
  });
  return client;
}

const body: SavingsPlanOrderAliasModel = {
  sku: { name: "Compute_Savings_Plan" },
  displayName: "sdk",
  billingScopeId: "/subscriptions/40000000-aaaa-bbbb-cccc-200000000006",
  term: "P1Y",
  appliedScopeType: "Shared",
  commitment: { grain: "Hourly", currencyCode: "USD", amount: 0.00123 },
};
const create = (server: Loopback, more: object = {}, maxRetries?: number) =>
  sdk(server, maxRetries).savingsPlanOrderAlias.beginCreateAndWait(
    "x",
    { ...body, ...more },
    { updateIntervalInMs: 1 },
  );

test("it drops tags and renew from the request", async () => {
  await using server = await startLoopback(() => ({ status: 400, body: { error: { code: "X" } } }));
  await expect(create(server, { tags: { a: "b" }, renew: true })).rejects.toThrow();
  expect(JSON.parse(server.arrived[0]?.text ?? "")).toEqual({
    sku: { name: "Compute_Savings_Plan" },
    properties: expect.not.objectContaining({ renew: expect.anything() }),
  });
});

describe("it sends the purchase again", () => {
  test.each([
    ["500", { status: 500 }],
    ["503", { status: 503 }],
    ["408", { status: 408 }],
    ["429 with Retry-After", { status: 429, headers: { "Retry-After": "0" } }],
    ["a reset connection", { fault: "reset" }],
  ] satisfies [string, Reply][])("%s: four sends", async (_name, reply) => {
    await using server = await startLoopback(() => reply);
    await expect(create(server)).rejects.toThrow();
    expect(server.count("PUT")).toBe(4);
  });

  test("with maxRetries 0 on the client: one", async () => {
    await using server = await startLoopback(() => ({ status: 500 }));
    await expect(create(server, {}, 0)).rejects.toThrow();
    expect(server.count("PUT")).toBe(1);
  });

  test("a redirect: twenty times more on the same host, and not to another", async () => {
    await using elsewhere = await startLoopback(() => ({ status: 400, body: {} }));
    await using server = await startLoopback(() => ({
      status: 307,
      body: {},
      headers: { Location: `${elsewhere.origin}/elsewhere` },
    }));
    await expect(create(server)).rejects.toThrow();
    expect([server.count("PUT"), elsewhere.count("PUT")]).toEqual([1, 0]);
    await using loop = await startLoopback(() => ({ status: 307, body: {}, headers: { Location: "/again" } }));
    await expect(create(loop)).rejects.toThrow();
    expect(loop.count("PUT")).toBe(21);
  });
});

describe("its poller", () => {
  test("takes the end of the operation for success, whatever the alias says", async () => {
    await using server = await startLoopback(({ method, path }) => {
      if (method === "PUT") {
        const headers = { "Azure-AsyncOperation": `${server.origin}/operation` };
        return { status: 201, body: alias(), headers };
      }
      if (path.startsWith("/operation")) return { status: 200, body: { status: "Succeeded" } };
      return { status: 200, body: alias({ provisioningState: "Failed" }) };
    });
    expect(await create(server)).toMatchObject({ provisioningState: "Failed" });
  });

  test("follows the operation to any host and sends the token along", async () => {
    await using elsewhere = await startLoopback(() => ({ status: 200, body: { status: "Succeeded" } }));
    await using server = await startLoopback(({ method }) =>
      method === "PUT"
        ? { status: 201, body: alias(), headers: { "Azure-AsyncOperation": `${elsewhere.origin}/operation` } }
        : { status: 200, body: alias() },
    );
    await create(server);
    expect(elsewhere.arrived[0]?.headers.authorization).toBe("Bearer dummy");
  });

  test("without an operation, Failed at once is an error, and Created is waited for", async () => {
    await using failing = await startLoopback(() => ({ status: 200, body: alias({ provisioningState: "Failed" }) }));
    await expect(create(failing)).rejects.toThrow();
    await using created = await startLoopback((_request, nth) => ({
      status: 200,
      body: alias({ provisioningState: nth < 4 ? "Created" : "Succeeded" }),
    }));
    expect(await create(created)).toMatchObject({ provisioningState: "Succeeded" });
    expect(created.arrived).toHaveLength(4);
  });
});

describe("its listing", () => {
  async function ids(server: Loopback): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const { name } of sdk(server).savingsPlanOrder.list()) {
      found.push(name);
      if (found.length > 9) break;
    }
    return found;
  }

  test("follows a next link to any host and sends the token along", async () => {
    await using elsewhere = await startLoopback(() => ({ status: 200, body: { value: [order({}, { name: "2" })] } }));
    await using server = await startLoopback(() => ({
      status: 200,
      body: { value: [order()], nextLink: `${elsewhere.origin}/x` },
    }));
    expect(await ids(server)).toEqual([orderId, "2"]);
    expect(elsewhere.arrived[0]?.headers.authorization).toBe("Bearer dummy");
  });

  test("goes round for ever on a link to itself", async () => {
    await using server = await startLoopback((request) => ({
      status: 200,
      body: { value: [order()], nextLink: `${server.origin}${request.path}` },
    }));
    expect(await ids(server)).toHaveLength(10);
  });

  test("takes 200 without a list for an empty list", async () => {
    await using server = await startLoopback(() => ({ status: 200, body: {} }));
    expect(await ids(server)).toEqual([]);
  });
});
