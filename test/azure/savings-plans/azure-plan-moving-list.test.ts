import { expect, test } from "vitest";
import { readListing, readWholeListing } from "../../../src/drive/read-listing.ts";
import { otherToken, signal, token } from "../support/azure-samples.ts";
import { startMovingList } from "../support/moving-list.ts";
import { executorAt, order, scope } from "./azure-plan-samples.ts";

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
const ids = Array.from({ length: 7 }, (_, n) => idOf(n));
const ours = idOf(3);
/** Order 3 carries the token, and begins the second page of three. */
const show = (id: string) => order(id === ours ? {} : { displayName: "Compute_SavingsPlan" }, { name: id });
const remove = (list: string[], gone: string) => void list.splice(list.indexOf(gone), 1);

function find(server: Parameters<typeof executorAt>[0], tokens: readonly string[]) {
  const wanted = { tokens: new Set(tokens), ids: new Set<string>() };
  return readListing(executorAt(server).inventory, scope, wanted, { signal });
}

test("A16: an order that slides past the reader is found, because the list is read again", async () => {
  const afterPage = (nth: number, list: string[]) => nth === 1 && remove(list, idOf(0));
  await using server = await startMovingList({ ids, pageSize: 3, show, afterPage });
  const { byToken } = await find(server, [token]);
  expect(byToken.get(token)?.map(({ commitment }) => commitment.id)).toEqual([ours]);
  expect(server.pages).toEqual([0, 3, 0, 3]);
});

test("A16: an audit sees it too, and what is gone as it was seen", async () => {
  const afterPage = (nth: number, list: string[]) => nth === 1 && remove(list, idOf(0));
  await using server = await startMovingList({ ids, pageSize: 3, show, afterPage });
  const listed = await readWholeListing(executorAt(server).inventory, scope, { signal });
  expect(listed.map(({ commitment }) => commitment.id).toSorted()).toEqual(ids);
});

test.each([
  ["one page", 7, [otherToken], [0]],
  ["several pages, all found", 3, [token], [0, 3, 6]],
  ["several pages, one not found: all but the last once more", 3, [token, otherToken], [0, 3, 6, 0, 3]],
] satisfies [string, number, readonly string[], readonly number[]][])("%s", async (_name, pageSize, tokens, pages) => {
  await using server = await startMovingList({ ids, pageSize, show });
  await find(server, tokens);
  expect(server.pages).toEqual(pages);
});

test("a list that loses an order in every reading is refused, and can be tried again", async () => {
  const many = Array.from({ length: 40 }, (_, n) => idOf(n));
  const afterPage = (_nth: number, list: string[]) => void list.shift();
  await using server = await startMovingList({ ids: many, pageSize: 3, show, afterPage });
  await expect(find(server, [otherToken])).rejects.toMatchObject({
    name: "RefusedError",
    code: "lookup-untrusted",
    retryable: true,
    message: expect.stringMatching(/^Could not list the savings plan orders: in each of 5 readings orders were gone/),
  });
});
