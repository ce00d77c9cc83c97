import { aged } from "../aged.ts";
import nock from "nock";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { AzureSettings } from "../../providers/azure/index.ts";
import type { ServiceExecutor, Submission } from "../../src/contract/executor.ts";
import { executorOf, marker, orderId, recommend, recorded, signal, submit } from "./support/azure-samples.ts";
import { recommend as recommendPlan, submit as submitPlan } from "./savings-plans/azure-plan-samples.ts";
import { arm, credentialOf, onlyNock, settings, tenantId } from "./support/azure-wire.ts";

onlyNock();
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Answers one price calculation of reservations. */
const price = (origin = arm) =>
  nock(origin)
    .post(/calculatePrice/)
    .reply(200, recorded("calculate-upfront-200").response.body);

async function quote(changed: AzureSettings, change: Readonly<Record<string, unknown>> = {}) {
  const executor = executorOf("compute", { ...settings, ...changed });
  return executor.quote(executor.schema.parse(recommend("compute", change)), marker, { signal });
}

/** A token with these claims. */
const jwt = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

describe("whose token it is", () => {
  test.each([
    ["of the tenant that is named, letter case aside", jwt({ tid: tenantId.toUpperCase() }), { tenantId }],
    ["of any tenant where none is named", jwt({ tid: tenantId }), {}],
    ["that is opaque", "opaque", { tenantId }],
    ["that is no token at all", "a.b.c", { tenantId }],
    ["without claims", jwt(null), { tenantId }],
    ["without a tenant", jwt({ aud: "x" }), { tenantId }],
    ["whose tenant is no text", jwt({ tid: 7 }), { tenantId }],
  ])("a token %s is used", async (_what, given, change) => {
    const priced = price();
    await quote({ credential: credentialOf(given) }, change);
    expect(priced.isDone()).toBe(true);
  });

  test("each tenant is asked for with a credential of its own, whatever was asked for before", async () => {
    price()
      .post(/calculatePrice/)
      .times(3)
      .reply(200, recorded("calculate-upfront-200").response.body);
    const asked: unknown[] = [];
    const executor = executorOf("compute", {
      ...settings,
      credential: (made) => ({
        getToken: async (_scopes, options) => {
          asked.push([made, options?.tenantId]);
          return { token: "opaque", expiresOnTimestamp: Date.now() + 3_600_000 };
        },
      }),
    });
    const other = "20000000-aaaa-bbbb-cccc-200000000002";
    for (const tenant of [{ tenantId }, { tenantId: other }, {}, { tenantId }]) {
      await executor.quote(executor.schema.parse(recommend("compute", tenant)), marker, { signal });
    }
    expect(asked).toEqual([
      [tenantId, tenantId],
      [other, other],
      [undefined, undefined],
    ]);
  });
});

type Work = (executor: ServiceExecutor, submission: Submission) => Promise<unknown> | undefined;

describe("whatever is done in a scope is done with a token of its tenant", () => {
  const works: readonly (readonly [string, Work])[] = [
    ["a purchase", (one, submission) => one.send(submission, { sentBefore: false })],
    ["what became of it", (one, submission) => one.resolve(submission, { signal, owned: new Set(), age: aged() })],
    [
      "a listing",
      ({ inventory }, { scope }) => Array.fromAsync(inventory.list(scope, { signal, isComplete: () => false })),
    ],
    ["a read", ({ inventory }, { scope }) => inventory.read(scope, orderId, { signal })],
  ];
  const kinds = [
    ["compute", recommend(), submit()],
    ["savings-plans", recommendPlan(), submitPlan()],
  ] as const;
  const all = kinds.flatMap(([service, recommendation, submission]) =>
    works.map(([what, work]) => ({ service, what, recommendation, submission, work })),
  );
  const commitment = { id: orderId, state: "Succeeded", standing: "live", settled: true, marked: true } as const;
  const facts: Work = ({ inventory }, { scope }) => inventory.facts?.(scope, commitment, { signal });
  const refund: Work = ({ inventory }, { scope }) => inventory.refund?.(scope, orderId, { signal });
  for (const [what, work] of Object.entries({ facts, refund })) {
    all.push({ service: "compute", what, recommendation: recommend(), submission: submit(), work });
  }

  test.each(all)("$service: $what", async ({ service, recommendation, submission, work }) => {
    const asked: unknown[] = [];
    const getToken = async (_scopes: unknown, options?: { readonly tenantId?: string }) => {
      asked.push(options?.tenantId);
      throw new Error("No token.");
    };
    const executor = executorOf(service, { ...settings, credential: { getToken } });
    const scope = executor.scopeOf(executor.schema.parse({ ...recommendation, tenantId }));
    await Promise.resolve(work(executor, { ...submission, scope })).catch(() => undefined);
    expect(asked).toEqual([tenantId]);
  });
});

describe("no token", () => {
  /** Both steps: what the price says of it, and the purchase. Nothing is answered, so that nothing may leave. */
  async function failWith(getToken: () => Promise<never> | Promise<null>, timeout = 10_000) {
    const executor = executorOf("compute", {
      ...settings,
      credential: { getToken },
      readTimeout: timeout,
      purchaseTimeout: timeout,
    });
    const caught = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);
    return {
      refused: await caught(executor.quote(executor.schema.parse(recommend()), marker, { signal })),
      rejected: await executor.send(submit(), { sentBefore: false }),
    };
  }

  test.each([
    ["an error with a code", Object.assign(new Error("No."), { code: "invalid_client" }), "invalid_client"],
    ["an error", Object.assign(new Error("No."), { name: "CredentialUnavailableError" }), "CredentialUnavailableError"],
    ["an error whose code is a number", Object.assign(new Error("No."), { code: 20 }), "Error"],
    ["a text", "No.", "UNKNOWN"],
    ["nothing", null, "UNKNOWN"],
  ])("%s: not sent, and the code says why", async (_what, thrown, providerCode) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- A credential of a user can reject with anything.
    const { refused, rejected } = await failWith(() => Promise.reject(thrown));
    expect(refused).toMatchObject({ code: "credentials-unavailable", retryable: false });
    expect(rejected).toMatchObject({
      kind: "rejected",
      left: false,
      providerCode,
      reason: expect.stringMatching(/was not sent, because no Azure token could be had/),
    });
  });

  test("a credential that gives none: the SDK's own words for it", async () => {
    const { refused, rejected } = await failWith(async () => null);
    expect(refused).toMatchObject({ message: expect.stringMatching(/Failed to refresh access token/) });
    expect(rejected).toMatchObject({ reason: expect.stringMatching(/Failed to refresh access token/) });
  });

  test("a credential that never answers is given up: not sent, try again", async () => {
    const { refused, rejected } = await failWith(() => new Promise(() => undefined), 30);
    expect(refused).toMatchObject({ code: "credentials-unavailable", retryable: true });
    expect(rejected).toMatchObject({ kind: "rejected", left: false, providerCode: "ETIMEDOUT", retryable: true });
  });

  test("a credential that could not be made is made again at the next request", async () => {
    const priced = price();
    let made = 0;
    const executor = executorOf("compute", {
      ...settings,
      credential: () => {
        made += 1;
        if (made === 1) throw new Error("The vault is closed.");
        return credentialOf();
      },
    });
    const ask = () => executor.quote(executor.schema.parse(recommend()), marker, { signal });
    await expect(ask()).rejects.toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining("The vault is closed"),
    });
    await ask();
    expect([made, priced.isDone()]).toEqual([2, true]);
  });
});

describe("without a credential: that of the machine, from the cloud's own sign-in service", () => {
  /** Asks for a price, signed in by one kind of credential alone: nothing else of this machine is asked. */
  async function quoteSignedIn(kind: string, authority: string, endpoint: string, changed: AzureSettings, change = {}) {
    vi.stubEnv("AZURE_TOKEN_CREDENTIALS", kind);
    vi.stubEnv("AZURE_CLIENT_ID", "30000000-aaaa-bbbb-cccc-300000000003");
    const signIn = nock(authority)
      .post(`/${tenantId}/oauth2/v2.0/token`)
      .query(true)
      .reply(200, { token_type: "Bearer", expires_in: 3_600, access_token: "opaque-test-token" });
    const priced = price(endpoint);
    const executor = executorOf("compute", changed);
    await executor.quote(executor.schema.parse(recommend("compute", change)), marker, { signal });
    expect([signIn.isDone(), priced.isDone()]).toEqual([true, true]);
  }

  test.each([
    ["public", {}, "https://login.microsoftonline.com", arm],
    [
      "us-government",
      { cloud: "us-government" },
      "https://login.microsoftonline.us",
      "https://management.usgovcloudapi.net",
    ],
    // The SDK's own name for the address that is in the documentation.
    ["china", { cloud: "china" }, "https://login.partner.microsoftonline.cn", "https://management.chinacloudapi.cn"],
  ] as const)("%s", async (_name, changed, authority, endpoint) => {
    vi.stubEnv("AZURE_TENANT_ID", tenantId);
    vi.stubEnv("AZURE_CLIENT_SECRET", "dummy");
    vi.stubEnv("AZURE_AUTHORITY_HOST", "https://elsewhere.example");
    await quoteSignedIn("EnvironmentCredential", authority, endpoint, changed);
  });

  test("a tenant that is named goes before that of the environment", async () => {
    vi.stubEnv("AZURE_TENANT_ID", "20000000-aaaa-bbbb-cccc-200000000002");
    // Whatever is in the file is the assertion.
    vi.stubEnv("AZURE_FEDERATED_TOKEN_FILE", import.meta.filename);
    await quoteSignedIn("WorkloadIdentityCredential", "https://login.microsoftonline.com", arm, {}, { tenantId });
  });
});
