// Who signs in to Azure, and what its roles allow.
import nock from "nock";
import { describe, expect, test } from "vitest";
import { createAzure, type AzureSettings } from "../../providers/azure/index.ts";
import type { Quote } from "../../src/contract/executor.ts";
import { thrownBy } from "../thrown-by.ts";
import { executorOf, marker, recommend, recorded, signal, subscriptionId } from "./support/azure-samples.ts";
import { arm, credentialOf, onlyNock, settings, tenantId } from "./support/azure-wire.ts";

onlyNock();

const quote: Quote = { price: { amount: "1", currency: "GBP" }, handle: {}, request: {} };
const jwt = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.y`;

function accessOf(changed: AzureSettings = {}) {
  const { access } = createAzure({ ...settings, ...changed });
  if (access === undefined) throw new Error("Azure says who asks.");
  return access;
}

describe("signing in", () => {
  test.each([
    [{ tid: tenantId, upn: "ann@example.com", appid: "a" }, "ann@example.com"],
    [{ tid: tenantId, appid: "a", oid: "o" }, "application a"],
    [{ tid: tenantId, azp: "a" }, "application a"],
    [{ tid: tenantId, oid: "o" }, "o"],
    [{ tid: tenantId }, undefined],
  ])("as the claims say: %j", async (claims, as) => {
    const access = accessOf({ credential: credentialOf(jwt(claims)) });
    const place = access.placeOf(recommend("compute", { tenantId }));
    expect(await access.signIn(place, { signal })).toEqual({ as, by: "the claims of the token" });
  });

  test("what fails, and a token of another tenant", async () => {
    const credential = { getToken: async () => Promise.reject(new Error("No one is here.")) };
    const place = accessOf().placeOf(recommend("compute", { tenantId }));
    expect(await thrownBy(accessOf({ credential }).signIn(place, { signal }))).toMatchObject({
      code: "credentials-unavailable",
      message: expect.stringContaining("az login"),
    });
    const foreign = credentialOf(jwt({ tid: "20000000-aaaa-bbbb-cccc-200000000002" }));
    expect(await thrownBy(accessOf({ credential: foreign }).signIn(place, { signal }))).toMatchObject({
      code: "wrong-account",
    });
  });

  test("the token is the one that the next request is sent with: none is asked for twice", async () => {
    let asked = 0;
    const credential = {
      getToken: async () => {
        asked += 1;
        return { token: `token-${asked}`, expiresOnTimestamp: Date.now() + 3_600_000 };
      },
    };
    const sent: string[] = [];
    nock(arm, { reqheaders: { authorization: (value) => sent.push(String(value)) > 0 } })
      .post(/calculatePrice/)
      .reply(200, recorded("calculate-upfront-200").response.body);
    const provider = createAzure({
      ...settings,
      credential,
      environment: { ...settings.environment, now: Date.now } as never,
    });
    const place = provider.access?.placeOf(recommend("compute", { tenantId }));
    if (place) await provider.access?.signIn(place, { signal });
    await provider.services["compute"]?.quote(recommend("compute", { tenantId }), marker, { signal });
    expect([asked, new Set(sent)]).toEqual([1, new Set(["Bearer token-1"])]);
    expect(executorOf("compute", settings).service).toBe("compute");
  });
});

describe("what the roles at the subscription allow", () => {
  const set = (actions: readonly string[], notActions: readonly string[] = []) => ({ actions, notActions });
  test.each([
    ["everything", [set(["*"])], "allowed"],
    ["a wildcard in the middle", [set(["microsoft.capacity/*/WRITE"])], "allowed"],
    [
      "a role that forbids beside one that allows",
      [set(["*"], ["Microsoft.Capacity/*"]), set(["Microsoft.Capacity/*"])],
      "allowed",
    ],
    ["a role that takes it out", [set(["*"], ["Microsoft.Capacity/reservationOrders/*"])], "denied"],
    ["reading only", [set(["*/read"])], "denied"],
    ["another name that begins alike", [set(["Microsoft.Capacity/reservationorders/writeall"])], "denied"],
    ["a point that stands for a point", [set(["MicrosoftXCapacity/reservationorders/write"])], "denied"],
    ["nothing", [], "denied"],
  ])("%s", async (_what, value, result) => {
    nock(arm)
      .get(`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/permissions`)
      .query({ "api-version": "2022-04-01" })
      .reply(200, { value }, { date: new Date(Date.now() + 600_000).toUTCString() });
    const right = await accessOf().mayPurchase(recommend("compute"), quote, { signal });
    expect(right).toMatchObject({ result, by: "Microsoft.Authorization/permissions", clockOffset: expect.any(Number) });
  });

  test.each([
    [403, { error: { code: "AuthorizationFailed" } }, "access-denied"],
    [200, { value: [{ actions: 1 }] }, "lookup-untrusted"],
    [200, {}, "lookup-untrusted"],
  ])("an answer that says nothing: %i %j", async (status, body, code) => {
    nock(arm)
      .get(/permissions/)
      .reply(status, body);
    expect(await thrownBy(accessOf().mayPurchase(recommend("compute"), quote, { signal }))).toMatchObject({ code });
  });

  test("reservations that are bought under an alias need that right, and no right to write orders", async () => {
    const ask = async (actions: readonly string[]) => {
      nock(arm)
        .get(/permissions/)
        .reply(200, { value: [set(actions)] });
      return accessOf({ reservationFlow: "alias" }).mayPurchase(recommend("compute"), quote, { signal });
    };
    expect(await ask(["Microsoft.Capacity/*"])).toMatchObject({
      result: "denied",
      detail: expect.stringContaining("Microsoft.BillingBenefits/reservationOrderAliases/write"),
    });
    expect(await ask(["Microsoft.BillingBenefits/reservationOrderAliases/write"])).toMatchObject({ result: "allowed" });
    const { permissionsOf } = accessOf({ reservationFlow: "alias" });
    expect(permissionsOf("compute")).toMatchObject({
      list: expect.arrayContaining(["Microsoft.BillingBenefits/reservationOrderAliases/read"]),
      purchase: ["Microsoft.BillingBenefits/reservationOrderAliases/write"],
    });
    expect(permissionsOf("savings-plans")).toEqual(accessOf().permissionsOf("savings-plans"));
  });
});
