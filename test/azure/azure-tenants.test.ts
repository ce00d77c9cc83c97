import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import nock from "nock";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { azureTenantsSchema, type AzureTenants } from "../../providers/azure/azure-tenants.ts";
import { createAzure, createReservationsClient, type AzureSettings } from "../../providers/azure/index.ts";
import { certificate } from "../http/certificates.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { thrownBy } from "../thrown-by.ts";
import { submit as submitPlan } from "./savings-plans/azure-plan-samples.ts";
import { executorOf, fakeEnvironment, marker, recommend, recorded, signal, submit } from "./support/azure-samples.ts";
import { arm, credentialOf, onlyNock, tenantId } from "./support/azure-wire.ts";

onlyNock();

const other = "20000000-aaaa-bbbb-cccc-200000000002";
const clientId = "30000000-aaaa-bbbb-cccc-300000000003";
const secret = "this-is-the-secret";
const environment = fakeEnvironment();

/** Settings that a TypeScript program could not have. */
const settingsWith = (tenants: unknown): AzureSettings => ({ tenants: tenants as AzureTenants });

describe("entries that cannot be used: one sentence with the field, no value", () => {
  test.each([
    [
      "a literal secret",
      { "*": { clientId, clientSecret: secret } },
      "azure.tenants.*.clientSecret must not be written into the file",
    ],
    [
      "a literal password",
      { "*": { clientId, clientCertificatePath: "/c.pem", clientCertificatePassword: secret } },
      "azure.tenants.*.clientCertificatePassword must not be written into the file",
    ],
    [
      "a secret for the name of its variable",
      { [tenantId]: { clientId, clientSecret: { env: secret } } },
      `azure.tenants.${tenantId}.clientSecret.env must be the name of an environment variable.`,
    ],
    [
      "a secret beside the name of its variable",
      { "*": { clientId, clientSecret: { env: "SECRET", value: secret } } },
      "azure.tenants.*.clientSecret.value is not a known field.",
    ],
    [
      "a certificate for the path of one",
      { "*": { clientId, clientCertificatePath: `-----BEGIN PRIVATE KEY-----\n${secret}` } },
      "azure.tenants.*.clientCertificatePath must be the path of a file",
    ],
    ["an unknown field", { "*": { use: "default", region: secret } }, "azure.tenants.*.region is not a known field."],
    ["no tenant", { contoso: { use: "default" } }, "azure.tenants.contoso must be the id of a tenant (a GUID), or *."],
    [
      "no client id",
      { "*": { clientId: secret, clientSecret: { env: "S" } } },
      "azure.tenants.*.clientId must be a GUID.",
    ],
    ["another use", { "*": { use: secret } }, 'azure.tenants.*.use must be "managed-identity" or "default".'],
    [
      "no way at all",
      { "*": {} },
      "azure.tenants.* must say in exactly one way how to sign in: clientId with clientSecret, or",
    ],
    [
      "two ways",
      { "*": { clientId, clientSecret: { env: "S" }, federatedTokenFile: "/t" } },
      "azure.tenants.* must say in exactly one way how to sign in",
    ],
    [
      "a field of another way",
      { "*": { use: "default", managedIdentityClientId: clientId } },
      "azure.tenants.* must say in exactly one way how to sign in",
    ],
    ["a text for an entry", { "*": secret }, "azure.tenants.* must be an object that says how to sign in"],
    ["a list", [{ use: "default" }], "azure.tenants must be an object with an entry for each"],
    [
      "two spellings of one tenant",
      { [tenantId]: { use: "default" }, [tenantId.toUpperCase()]: { use: "default" } },
      `azure.tenants.${tenantId.toUpperCase()} is the same as ${tenantId}: keep one of the two.`,
    ],
  ])("%s", async (_what, tenants, sentence) => {
    const error = await thrownBy(Promise.resolve().then(() => createAzure(settingsWith(tenants))));
    expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringContaining(sentence) });
    expect((error as Error).message).toMatch(/^azure\.tenants[^\n]* Nothing was sent\.$/);
    expect(JSON.stringify([error, String(error)])).not.toContain(secret);
  });

  test("credential and tenants together", async () => {
    const both: AzureSettings = { credential: credentialOf(), tenants: { "*": { use: "default" } } };
    for (const make of [createAzure, createReservationsClient]) {
      expect(await thrownBy(Promise.resolve().then(() => make(both)))).toMatchObject({
        code: "invalid-configuration",
        message: "The Azure provider takes either credential or tenants, not both. Nothing was sent.",
      });
    }
  });

  test("the JSON Schema refuses them as well", () => {
    const { additionalProperties, propertyNames } = z.toJSONSchema(azureTenantsSchema) as {
      additionalProperties: { anyOf: unknown[]; additionalProperties: boolean };
      propertyNames: { pattern: string };
    };
    expect(additionalProperties).toMatchObject({ additionalProperties: false });
    expect(additionalProperties.anyOf).toHaveLength(5);
    expect(additionalProperties.anyOf[0]).toEqual({
      required: ["clientId", "clientSecret"],
      properties: {
        clientCertificatePath: false,
        clientCertificatePassword: false,
        federatedTokenFile: false,
        managedIdentityClientId: false,
        use: false,
      },
    });
    expect(additionalProperties.anyOf[4]).toMatchObject({ properties: { use: { const: "default" }, clientId: false } });
    expect(tenantId.toUpperCase()).toMatch(new RegExp(propertyNames.pattern));
  });
});

/** Answers price calculations of reservations. */
const prices = (times = 1) =>
  nock(arm)
    .post(/calculatePrice/)
    .times(times)
    .reply(200, recorded("calculate-upfront-200").response.body);

/** A sign-in of a tenant, answered once; keeps the forms that were posted. */
function signIn(tenant: string, forms: string[] = [], expires_in = 3_600) {
  return nock("https://login.microsoftonline.com")
    .post(`/${tenant}/oauth2/v2.0/token`, (form: Record<string, string>) => forms.push(JSON.stringify(form)) > 0)
    .query(true)
    .reply(200, { token_type: "Bearer", expires_in, access_token: "opaque-test-token" });
}

function asking(tenants: AzureTenants, settings: AzureSettings = {}) {
  const executor = executorOf("compute", { environment, tenants, readAttempts: 1, ...settings });
  return async (change: Readonly<Record<string, unknown>> = {}) =>
    executor.quote(executor.schema.parse(recommend("compute", change)), marker, { signal });
}

describe("how each tenant is signed in to", () => {
  test("its own entry goes before *, letter case aside; each is signed in to once, when it is first needed", async () => {
    const [first, second]: [string[], string[]] = [[], []];
    const signIns = [signIn(tenantId, first), signIn(other, second)];
    prices(4);
    const quote = asking(
      {
        [tenantId.toUpperCase()]: { clientId, clientSecret: { env: "ONE" } },
        "*": { clientId: other, clientSecret: { env: "TWO" } },
      },
      { variables: { ONE: "first-secret", TWO: "second-secret" } },
    );
    await quote({ tenantId });
    expect(signIns.map((one) => one.isDone())).toEqual([true, false]);
    for (const tenant of [other, tenantId, other]) await quote({ tenantId: tenant });
    expect([first, second].map(({ length }) => length)).toEqual([1, 1]);
    expect(first[0]).toContain(clientId);
    expect(first[0]).toContain("first-secret");
    expect(second[0]).toContain(other);
    expect(second[0]).toContain("second-secret");
  });

  test("workload identity: the token in the file is the assertion", async () => {
    const tokenFile = join(temporaryFolder(), "token");
    writeFileSync(tokenFile, "token-of-another-issuer");
    const forms: string[] = [];
    for (const federatedTokenFile of [tokenFile, { env: "TOKEN_FILE" }]) {
      signIn(tenantId, forms);
      prices();
      const tenants = { [tenantId]: { clientId, federatedTokenFile } };
      await asking(tenants, { variables: { TOKEN_FILE: tokenFile } })({ tenantId });
    }
    expect(forms).toHaveLength(2);
    for (const form of forms) expect(form).toContain("token-of-another-issuer");
  });

  test.each([
    ["a certificate", undefined],
    ["a certificate whose key has a password", "this-is-the-password"],
  ])("%s", async (_what, passphrase) => {
    const file = join(temporaryFolder(), "both.pem");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
    const sealed = passphrase === undefined ? {} : { cipher: "aes-256-cbc", passphrase };
    writeFileSync(file, `${privateKey.export({ type: "pkcs8", format: "pem", ...sealed }).toString()}${certificate}`);
    const forms: string[] = [];
    signIn(tenantId, forms);
    prices();
    const password = passphrase === undefined ? {} : { clientCertificatePassword: { env: "PASSWORD" } };
    const tenants = { "*": { clientId, clientCertificatePath: file, ...password } };
    await asking(tenants, { variables: { PASSWORD: passphrase } })({ tenantId });
    expect(forms[0]).toContain("client_assertion");
  });

  test("the managed identity of the machine, a user assigned one, and a token of another tenant is not used", async () => {
    vi.stubEnv("IDENTITY_ENDPOINT", "http://127.0.0.1:9/msi");
    vi.stubEnv("IDENTITY_HEADER", "dummy");
    const asked: string[] = [];
    const tid = Buffer.from(JSON.stringify({ tid: other })).toString("base64url");
    nock("http://127.0.0.1:9")
      .get("/msi")
      .query((query) => asked.push(String(query["client_id"])) > 0)
      .reply(200, {
        access_token: `x.${tid}.y`,
        expires_on: Math.floor(Date.now() / 1_000) + 3_600,
        token_type: "Bearer",
      });
    const quote = asking({ "*": { use: "managed-identity", managedIdentityClientId: clientId } });
    await expect(quote({ tenantId })).rejects.toMatchObject({ code: "wrong-account" });
    expect(asked).toEqual([clientId]);
    vi.unstubAllEnvs();
  });

  test("by default as without tenants", async () => {
    for (const [name, value] of [
      ["AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential"],
      ["AZURE_TENANT_ID", tenantId],
      ["AZURE_CLIENT_ID", clientId],
      ["AZURE_CLIENT_SECRET", "dummy"],
    ] as const) {
      vi.stubEnv(name, value);
    }
    const signedIn = signIn(tenantId);
    prices();
    await asking({ "*": { use: "default" } })();
    expect(signedIn.isDone()).toBe(true);
    vi.unstubAllEnvs();
  });
});

describe("a tenant that cannot be signed in to refuses its own recommendations only", () => {
  const tenants: AzureTenants = {
    [tenantId]: { clientId, clientSecret: { env: "UNSET" } },
    [other]: { clientId, clientSecret: { env: "SET" } },
  };
  const third = "50000000-aaaa-bbbb-cccc-500000000005";

  test.each([
    [
      "a variable that is not set",
      "invalid-configuration",
      { tenantId },
      `azure.tenants.${tenantId}.clientSecret names the environment variable UNSET, which is not set.`,
    ],
    [
      "no entry",
      "credentials-unavailable",
      { tenantId: third },
      `Nothing says how to sign in to Azure tenant ${third}: add the entry "azure.tenants.${third}", or one for *.`,
    ],
    [
      "no tenant",
      "credentials-unavailable",
      {},
      'A recommendation names no tenant: add its tenantId, or the entry "azure.tenants.*".',
    ],
  ])("%s", async (_what, code, change, sentence) => {
    const quote = asking(tenants, { variables: { SET: "dummy" } });
    await expect(quote(change)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(sentence),
    });
    signIn(other);
    prices();
    await quote({ tenantId: other });
  });

  test("no tenant, and an entry that signs in to one that is named", async () => {
    const quote = asking({ "*": { clientId, clientSecret: { env: "SET" } } }, { variables: { SET: "dummy" } });
    await expect(quote()).rejects.toMatchObject({
      message:
        "A recommendation names no tenant, and azure.tenants.* signs in to one that is named: add its tenantId. Nothing was sent.",
    });
  });

  test.each([
    ["compute", submit()],
    ["savings-plans", submitPlan()],
  ] as const)("a purchase of %s is not sent", async (service, submission) => {
    const executor = executorOf(service, { environment, tenants });
    const scope = { key: `azure/${third}`, label: "Azure", tenantId: third };
    expect(await executor.send({ ...submission, scope }, { sentBefore: false })).toMatchObject({
      kind: "rejected",
      left: false,
      reason: expect.stringContaining(`Nothing says how to sign in to Azure tenant ${third}`),
    });
  });
});

describe("a token is renewed before a purchase, not in the middle of it", () => {
  /** The tokens with which two purchases are sent, where the first one has so many seconds left. */
  async function sentWith(left: number, purchaseTimeout: number): Promise<readonly string[]> {
    let asked = 0;
    const getToken = async () => {
      asked += 1;
      return { token: `token-${asked}`, expiresOnTimestamp: Date.now() + (asked === 1 ? left : 3_600) * 1_000 };
    };
    const sent: string[] = [];
    nock(arm)
      .put(/reservationOrders/)
      .times(2)
      .reply(403, (request: Request) => {
        sent.push(String(request.headers.get("authorization")));
        return { error: { code: "AuthorizationFailed", message: "No." } };
      });
    const executor = executorOf("compute", { environment, credential: { getToken }, purchaseTimeout });
    for (let time = 1; time <= 2; time += 1) await executor.send(submit(), { sentBefore: false });
    return sent;
  }

  test.each([
    [3_000, 60_000, ["Bearer token-1", "Bearer token-1"]],
    [55, 60_000, ["Bearer token-1", "Bearer token-2"]],
    [550, 600_000, ["Bearer token-1", "Bearer token-2"]],
  ])("%i seconds left, with a purchase timeout of %i ms", async (left, timeout, tokens) => {
    expect(await sentWith(left, timeout)).toEqual(tokens);
  });
});
