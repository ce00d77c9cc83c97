import { describe, expect, test } from "vitest";
import { createAzure, createReservationsClient, findReservationOrdersByToken } from "../../providers/azure/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { startMovingList } from "./support/moving-list.ts";
import {
  digestOf,
  executorOf,
  fakeEnvironment,
  findWith,
  kindOf,
  listWith,
  order,
  otherToken,
  recommend,
  reservation,
  token,
} from "./support/azure-samples.ts";

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const ids = Array.from({ length: 7 }, (_, n) => idOf(n));
const ours = idOf(3);
/** Order 3 carries the token, and begins the second page of three. */
const show = (id: string) =>
  order({ displayName: id === ours ? `vm-${digestOf(token)}` : `VM_RI_${id.slice(-2)}` }, { name: id });
const drop = (list: string[], id: string) => remove(list, id);
const remove = (list: string[], ...gone: readonly string[]) => {
  list.splice(0, list.length, ...list.filter((id) => !gone.includes(id)));
};
const find = (server: { readonly origin: string }, tokens: readonly string[] = [token], service = "compute") =>
  findWith(executorOf(service, { endpoint: server.origin }), tokens);

describe("A16: an order that slides past the reader of a list paged by offset", () => {
  test.each(["compute", "savings-plans"])("%s: it is found, because the list is read again", async (service) => {
    const afterPage = (nth: number, list: string[]) => nth === 1 && drop(list, idOf(0));
    await using server = await startMovingList({ ids, pageSize: 3, show, afterPage });
    expect((await find(server, [token], service)).byToken.get(token)).toMatchObject([{ id: ours, standing: "live" }]);
    expect(server.pages).toEqual([0, 3, 0, 3]);
  });

  test("a drive without a ledger adopts it and buys nothing", async () => {
    const executionId = "ledger-lost";
    const marked = deriveIdempotencyToken(executionId, 0);
    await using server = await startMovingList({
      ids,
      pageSize: 3,
      show: (id) => order({ displayName: id === ours ? `vm-${digestOf(marked)}` : "VM" }, { name: id }),
      afterPage: (nth, list) => nth === 1 && drop(list, idOf(1)),
      others: (request) =>
        kindOf(request) === "reservations"
          ? { status: 200, body: { value: [reservation({}, { name: "r-1" })] } }
          : { status: 500 },
    });
    const environment = fakeEnvironment();
    const providers = [createAzure({ endpoint: server.origin, environment })];
    const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers, environment });
    const { outcomes } = await purchaser.drive(
      { executionId, source: "s", recommendations: [recommend()] },
      { quotesAhead: false },
    );
    expect(outcomes).toMatchObject([{ status: "already-purchased", commitment: { id: ours } }]);
    expect([server.count("POST"), server.count("PUT")]).toEqual([0, 0]);
  });

  test("findReservationOrdersByToken and an audit's list see it too", async () => {
    const moving = {
      ids,
      pageSize: 3,
      show,
      afterPage: (nth: number, list: string[]) => nth === 1 && drop(list, idOf(0)),
    };
    await using one = await startMovingList(moving);
    const client = createReservationsClient({ endpoint: one.origin });
    expect(await findReservationOrdersByToken(client, token)).toMatchObject([{ id: ours }]);
    for (const service of ["compute", "savings-plans"]) {
      await using server = await startMovingList(moving);
      const listed = await listWith(executorOf(service, { endpoint: server.origin }));
      // What is gone was there, and is told as it was seen.
      expect(listed.map(({ commitment }) => commitment.id).toSorted()).toEqual(ids);
    }
  });

  test("it is found though it stands on the last page, or is moved by two at once", async () => {
    for (const gone of [
      [idOf(4), idOf(5)],
      [idOf(0), idOf(1)],
    ]) {
      const afterPage = (nth: number, list: string[]) => nth === 2 && remove(list, ...gone);
      const showLast = (id: string) =>
        order({ displayName: id === idOf(6) ? `vm-${digestOf(token)}` : "VM" }, { name: id });
      await using server = await startMovingList({ ids, pageSize: 3, show: showLast, afterPage });
      expect((await find(server)).byToken.get(token)).toMatchObject([{ id: idOf(6) }]);
    }
  });

  test("what failed or ended and carries the token does not hide a live one that slid past", async () => {
    await using server = await startMovingList({
      ids,
      pageSize: 3,
      show: (id) => {
        const marked = id === idOf(1) || id === ours;
        const provisioningState = id === idOf(1) ? "BillingFailed" : "Succeeded";
        return order({ displayName: marked ? `vm-${digestOf(token)}` : "VM", provisioningState }, { name: id });
      },
      afterPage: (nth, list) => nth === 1 && drop(list, idOf(0)),
    });
    expect((await find(server)).byToken.get(token)?.map(({ id }) => id)).toEqual([idOf(1), ours]);
  });

  test.each([
    ["compute", "reservation orders"],
    ["savings-plans", "savings plan orders"],
  ])("%s: a list that loses an order in every reading is refused, and can be tried again", async (service, what) => {
    const many = Array.from({ length: 40 }, (_, n) => idOf(n));
    const afterPage = (_nth: number, list: string[]) => void list.shift();
    await using server = await startMovingList({ ids: many, pageSize: 3, show, afterPage });
    await expect(find(server, [otherToken], service)).rejects.toMatchObject({
      name: "RefusedError",
      code: "lookup-untrusted",
      retryable: true,
      message: expect.stringContaining(`Could not list the ${what}: in each of 5 readings orders were gone`),
    });
    expect(server.pages.filter((offset) => offset === 0)).toHaveLength(5);
  });

  test("a list that shrinks to one page is believed: one page cannot move under its reader", async () => {
    const afterPage = (nth: number, list: string[]) => nth === 3 && list.splice(0, 5);
    await using server = await startMovingList({ ids, pageSize: 3, show, afterPage });
    expect((await find(server, [otherToken])).byToken.size).toBe(0);
    // Read again side by side, then anew.
    expect(server.pages).toEqual([0, 3, 6, 0, 3, 6, 0]);
  });
});

describe("A16: what it costs", () => {
  test.each([
    ["one page", 7, [otherToken], [0]],
    ["several pages, all found", 3, [token], [0, 3, 6]],
    ["several pages, one not found: all but the last once more", 3, [token, otherToken], [0, 3, 6, 0, 3]],
    ["several pages, no token asked for", 3, [], [0, 3, 6]],
  ] satisfies [string, number, readonly string[], readonly number[]][])(
    "%s",
    async (_name, pageSize, tokens, pages) => {
      for (const service of ["compute", "savings-plans"]) {
        await using server = await startMovingList({ ids, pageSize, show });
        await find(server, tokens, service);
        expect(server.pages).toEqual(pages);
      }
    },
  );

  test("the second reading asks for four pages at a time, after the first has ended", async () => {
    const { promise: go, resolve } = Promise.withResolvers<void>();
    const many = Array.from({ length: 21 }, (_, n) => idOf(n));
    let answered = 0;
    const arrived: number[] = [];
    await using server = await startMovingList({
      ids: many,
      pageSize: 3,
      show,
      before: async (nth) => {
        arrived.push(nth);
        // The first reading is one page after the other.
        if (nth <= 7) expect(answered).toBe(nth - 1);
        else await go;
        answered += 1;
      },
    });
    const found = find(server, [otherToken]);
    await expect.poll(() => arrived.length).toBe(7 + 4);
    await new Promise((done) => setTimeout(done, 50));
    expect(arrived).toHaveLength(7 + 4);
    resolve();
    expect((await found).byToken.size).toBe(0);
    expect(server.pages.slice(0, 7)).toEqual([0, 3, 6, 9, 12, 15, 18]);
    expect(server.pages.slice(7).toSorted((a, b) => a - b)).toEqual([0, 3, 6, 9, 12, 15]);
  });

  test("one that moves while the second reading goes on is found: that reading proves nothing then", async () => {
    // Of six pages the fourth is answered before the first: order 9 slides from the fourth page to the third, which was read.
    const many = Array.from({ length: 18 }, (_, n) => idOf(n));
    const marked = idOf(9);
    await using server = await startMovingList({
      ids: many,
      pageSize: 3,
      show: (id) => order({ displayName: id === marked ? `vm-${digestOf(token)}` : "VM" }, { name: id }),
      afterPage: (nth, list) => {
        // It slides past the first reading, and past the second in the same way.
        if (nth === 3) drop(list, idOf(0));
        if (nth === 9) drop(list, idOf(1));
      },
    });
    expect((await find(server)).byToken.get(token)).toMatchObject([{ id: marked, standing: "live" }]);
  });

  test("a page of the second reading that cannot be read refuses the list", async () => {
    await using server = await startMovingList({
      ids,
      pageSize: 3,
      show,
      others: () => ({ status: 500 }),
      answer: (nth) =>
        nth === 5 ? { status: 403, body: { error: { code: "AuthorizationFailed", message: "No." } } } : undefined,
    });
    await expect(find(server, [otherToken])).rejects.toMatchObject({ code: "access-denied" });
  });

  test("what is bought meanwhile moves others back, hides none, and asks for no third reading", async () => {
    const afterPage = (nth: number, list: string[]) => nth % 2 === 1 && list.unshift(idOf(100 + nth));
    await using server = await startMovingList({ ids, pageSize: 3, show, afterPage });
    expect((await find(server, [otherToken])).byToken.size).toBe(0);
    expect(server.pages).toEqual([0, 3, 6, 0, 3, 6]);
  });
});

test("A15, A16: an id that comes twice counts once, and a live one is not hidden by what it was or became", async () => {
  const states = ["Creating", "Cancelled", "Creating", "Cancelled"];
  await using server = await startMovingList({
    ids: [ours, idOf(1), ours],
    pageSize: 2,
    show: (id) => {
      const provisioningState = id === ours ? (states.shift() ?? "Cancelled") : "Succeeded";
      return order({ displayName: id === ours ? `vm-${digestOf(token)}` : "VM", provisioningState }, { name: id });
    },
  });
  const once = [{ id: ours, state: "Creating", standing: "live" }];
  expect((await find(server)).byToken.get(token)).toMatchObject(once);
  const client = createReservationsClient({ endpoint: server.origin });
  expect(await findReservationOrdersByToken(client, token)).toMatchObject(once);
});
