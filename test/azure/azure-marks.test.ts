import { describe, expect, test } from "vitest";
import { createReservationsClient, findReservationOrdersByToken } from "../../providers/azure/index.ts";
import { startLoopback, type Loopback, type Reply } from "./support/azure-loopback.ts";
import { executorOf, findWith, order, orderId, otherToken, token, digestOf } from "./support/azure-samples.ts";

const path = "/providers/Microsoft.Capacity/reservationOrders?api-version=2022-11-01";

const find = (server: Loopback, tokens: readonly string[] = [token]) =>
  findWith(executorOf("compute", { endpoint: server.origin }), tokens);
const list = (value: readonly unknown[], nextLink?: unknown): Reply => ({ status: 200, body: { value, nextLink } });

/** A server that answers every request alike. */
const always = (reply: Reply) => startLoopback(() => reply);

const second = "b1155536-c572-4349-b11e-6d62eed38326";
const unnamed = { displayName: "VM_RI_11-24-2021_22-30" };

describe("A18: a contradicting tag wins", () => {
  const named = { displayName: `vm-${digestOf(token)}` };
  const tagged = (text: string) => ({ tags: { "cudly-idempotency-token": text } });

  test.each([
    ["another whole token", otherToken],
    ["one that begins alike", token.slice(0, 32) + otherToken.slice(32)],
    ["a longer one", `${token}0`],
    ["another kind of token", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"],
  ])("%s: the order is not ours, whatever its display name", async (_what, text) => {
    await using server = await always(list([order(named, tagged(text))]));
    expect((await find(server)).byToken.size).toBe(0);
  });

  test.each([
    ["none", {}],
    ["other tags", { tags: { team: "web" } }],
    ["an empty one", tagged("")],
    ["a blank one", tagged("  ")],
    ["the beginning of the token", tagged(token.slice(0, 40))],
    ["a short text of somebody's rule for tags", tagged("unknown")],
  ])("tags that say nothing else (%s): the display name counts", async (_what, rest) => {
    await using server = await always(list([order(named, rest)]));
    expect((await find(server)).byToken.get(token)).toHaveLength(1);
  });

  test("asked for both, the order is the tag's", async () => {
    await using server = await always(list([order(named, tagged(otherToken))]));
    expect([...(await find(server, [token, otherToken])).byToken.keys()]).toEqual([otherToken]);
  });

  test("findReservationOrdersByToken: a caller's own short tokens contradict each other as well", async () => {
    const own = { displayName: `vm-${digestOf("order-2026-18")}` };
    await using server = await always(list([order(own, tagged("order-2026-17"))]));
    const client = createReservationsClient({ endpoint: server.origin });
    expect(await findReservationOrdersByToken(client, "order-2026-18")).toEqual([]);
    expect(await findReservationOrdersByToken(client, "ORDER-2026-17 ")).toHaveLength(1);
  });

  test("two tokens that begin with the same 32 digits are two, though no tag is stored", async () => {
    const twin = token.slice(0, 32) + otherToken.slice(32);
    await using server = await always(list([order(named)]));
    expect([...(await find(server, [token, twin])).byToken.keys()]).toEqual([token]);
  });
});

describe("A19: letter case and blanks", () => {
  test.each([
    ["tags not stored, the display name shouted", { displayName: `VM-${digestOf(token).toUpperCase()}` }, {}],
    ["a display name with blanks around it", { displayName: ` vm-${digestOf(token)} ` }, {}],
    ["a tag value with a trailing blank", unnamed, { tags: { "cudly-idempotency-token": `${token} ` } }],
    ["a tag value in upper case", unnamed, { tags: { "cudly-idempotency-token": token.toUpperCase() } }],
    ["a tag key in another letter case", unnamed, { tags: { "Cudly-Idempotency-TOKEN": `\t${token}` } }],
    [
      "a tag key that is there twice",
      unnamed,
      { tags: { "Cudly-Idempotency-TOKEN": otherToken, "cudly-idempotency-token": token } },
    ],
  ])("%s", async (_what, properties, rest) => {
    await using server = await always(list([order(properties, rest)]));
    expect((await find(server)).byToken.get(token)).toHaveLength(1);
    const client = createReservationsClient({ endpoint: server.origin });
    expect(await findReservationOrdersByToken(client, ` ${token.toUpperCase()}`)).toHaveLength(1);
  });
});

describe("findReservationOrdersByToken", () => {
  test("gives every order with the token, whatever its state", async () => {
    await using server = await always(
      list([order({ provisioningState: "BillingFailed" }), order({}, { name: second })]),
    );
    const client = createReservationsClient({ endpoint: server.origin });
    const found = await findReservationOrdersByToken(client, token);
    expect(found.map(({ id, standing, marked }) => [id, standing, marked])).toEqual([
      [orderId, "failed", true],
      [second, "live", true],
    ]);
  });

  test("an order that slides to the next page is given once, and nothing is asked for compressed", async () => {
    await using server = await startLoopback(({ headers }, nth) =>
      list([order()], nth === 1 ? `http://${headers.host}${path}&%24skiptoken=50` : undefined),
    );
    const client = createReservationsClient({ endpoint: server.origin });
    expect(await findReservationOrdersByToken(client, token)).toHaveLength(1);
    expect(server.arrived.map(({ headers }) => headers["accept-encoding"])).toEqual([undefined, undefined]);
  });

  test("an empty token is refused: it would otherwise look like nothing bought", async () => {
    await using server = await always(list([order()]));
    const client = createReservationsClient({ endpoint: server.origin });
    await expect(findReservationOrdersByToken(client, "")).rejects.toMatchObject({ code: "invalid-configuration" });
    expect(server.arrived).toHaveLength(0);
  });
});
