// What is kept of a listing: whose a commitment is, which of two sights of it counts, and when one reading is enough.
import { describe, expect, test } from "vitest";
import { readListing, readWholeListing } from "../../src/drive/read-listing.ts";
import type { Standing } from "../../src/contract/commitment.ts";
import type { Inventory } from "../../src/contract/inventory.ts";
import type { Facts, Listed } from "../../src/contract/listed.ts";
import { tokenDigest } from "../../src/contract/token.ts";
import { token } from "./setup.ts";

const scope = { key: "imitation/a", label: "account a" };
const options = { signal: new AbortController().signal };
const nothing = new Set<string>();

interface Shown {
  readonly standing?: Standing;
  readonly state?: string;
  readonly marks?: Listed["marks"];
  readonly facts?: Facts;
  readonly furtherIds?: readonly string[];
}

function listed(
  id: string,
  { standing = "live", state = standing, marks, facts = {}, furtherIds }: Shown = {},
): Listed {
  const further = furtherIds === undefined ? {} : { furtherIds };
  return {
    commitment: { id, ...further, state, standing, settled: true, marked: true },
    marks: marks ?? [{ text: token(), whole: true }],
    facts,
  };
}

/** A listing of these pages; `said` is what it heard before each page and after the last: whether all was seen. */
function showing(...pages: readonly (readonly Listed[])[]) {
  const said: boolean[] = [];
  const inventory: Inventory = {
    list: async function* (_scope, { isComplete }) {
      for (const page of pages) {
        said.push(isComplete());
        yield page;
      }
      said.push(isComplete());
    },
    read: () => Promise.reject(new Error("not asked for")),
  };
  return { inventory, said };
}

async function idsUnder(token: string, ...marks: Listed["marks"]) {
  const { inventory } = showing([listed("one", { marks })]);
  const { byToken } = await readListing(inventory, scope, { tokens: new Set([token]), ids: nothing }, options);
  return (byToken.get(token) ?? []).map(({ commitment }) => commitment.id);
}

describe("whose it is", () => {
  const part = (length: number) => ({ text: token().slice(0, length), whole: false });
  test.each([
    ["the whole token", { text: token(), whole: true }],
    ["its digest", { text: tokenDigest(token()), whole: false }],
    ["its first 32 characters", part(32)],
    ["its first 40 characters", part(40)],
  ])("%s says it", async (_what, mark) => {
    expect(await idsUnder(token(), mark)).toEqual(["one"]);
  });

  test.each([
    ["fewer than 32 characters", part(31)],
    ["the first 32 characters and then others", { text: `${token().slice(0, 32)}xxxxxxxx`, whole: false }],
    ["another whole token that begins alike", { text: `${token().slice(0, 32)}${"0".repeat(32)}`, whole: true }],
    ["the token of another recommendation", { text: token(1), whole: true }],
  ])("%s do not", async (_what, mark) => {
    expect(await idsUnder(token(), mark)).toEqual([]);
  });

  test("without any mark, or with parts that disagree, it is nobody's", async () => {
    expect(await idsUnder(token())).toEqual([]);
    expect(await idsUnder(token(), part(32), { text: token(1).slice(0, 32), whole: false })).toEqual([]);
  });

  test("of tokens that begin alike, a part says neither more of one than of the other", async () => {
    const alike = `${token().slice(0, 32)}${"0".repeat(32)}`;
    const { inventory } = showing([listed("one", { marks: [part(32)] })]);
    const wanted = { tokens: new Set([token(), alike]), ids: nothing };
    expect([...(await readListing(inventory, scope, wanted, options)).byToken.keys()]).toEqual([token(), alike]);
  });
});

describe("what is kept", () => {
  test("what was asked for, by the ids as they were asked for, and nothing else", async () => {
    const { inventory } = showing(
      [listed("A", { marks: [] }), listed("b", { marks: [], furtherIds: ["B-2"] })],
      [listed("c", { marks: [] })],
    );
    const ids = new Set(["a", "b-2", "missing"]);
    const { byId, byToken } = await readListing(inventory, scope, { tokens: new Set([token()]), ids }, options);
    expect([...byId].map(([id, { commitment }]) => [id, commitment.id])).toEqual([
      ["a", "A"],
      ["b-2", "b"],
    ]);
    expect(byToken.size).toBe(0);
  });

  /** An id that comes twice, as seen first and then, by both ways of keeping it. */
  async function seenTwice(first: Shown, then: Shown) {
    const { inventory } = showing([listed("one", first)], [listed("ONE", then)]);
    const wanted = { tokens: new Set([token()]), ids: new Set(["one"]) };
    const { byId, byToken } = await readListing(inventory, scope, wanted, options);
    const whole = await readWholeListing(inventory, scope, options);
    expect(byToken.get(token())).toEqual([byId.get("one")]);
    expect(whole).toEqual([byId.get("one")]);
    return byId.get("one");
  }

  test.each<[Standing, Standing]>([
    ["failed", "ended"],
    ["ended", "unclear"],
    ["unclear", "live"],
  ])("of two sights of one id, %s and %s, the livelier counts, whichever came first", async (dead, alive) => {
    for (const [first, then] of [
      [dead, alive],
      [alive, dead],
    ] as const) {
      expect((await seenTwice({ standing: first }, { standing: then }))?.commitment.standing).toBe(alive);
    }
  });

  test("of two that are as lively, the later one", async () => {
    const seen = await seenTwice({ state: "Creating" }, { state: "Active" });
    expect(seen?.commitment.state).toBe("Active");
  });

  test("what the two say differently is not said; what only one of them says is", async () => {
    const first = { facts: { size: "small", quantity: "1", term: "P1Y", zone: undefined } };
    const then = { facts: { size: "large", quantity: "1", term: undefined, zone: "a" } };
    expect((await seenTwice(first, then))?.facts).toEqual({ quantity: "1", zone: "a" });
    expect((await seenTwice(then, first))?.facts).toEqual({ quantity: "1", term: "P1Y" });
    const over = { standing: "ended", facts: { size: "small" } } as const;
    expect((await seenTwice({ facts: { size: "small", term: "P1Y" } }, over))?.facts).toEqual({
      size: "small",
      term: "P1Y",
    });
  });
});

describe("whether one reading is enough, where the pages may move", () => {
  const first = listed("one");
  const marks = [{ text: token(1), whole: true }];

  test("only once each of the tokens was seen live", async () => {
    const failed = listed("two", { marks, standing: "failed" });
    const { inventory, said } = showing([first], [failed], [listed("three", { marks })]);
    await readListing(inventory, scope, { tokens: new Set([token(), token(1)]), ids: nothing }, options);
    expect(said).toEqual([false, false, false, true]);
  });

  test("what ended or cannot be told is not live", async () => {
    const { inventory, said } = showing(
      [listed("one", { standing: "ended" })],
      [listed("two", { standing: "unclear" })],
    );
    await readListing(inventory, scope, { tokens: new Set([token()]), ids: nothing }, options);
    expect(said).toEqual([false, false, false]);
  });

  test("for everything that there is, it never is", async () => {
    const { inventory, said } = showing([first], [first]);
    await readWholeListing(inventory, scope, options);
    expect(said).toEqual([false, false, false]);
  });
});
