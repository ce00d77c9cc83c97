import assert from "node:assert/strict";
import { moneySchema } from "../../contract/money.ts";
import { assertJson } from "../assertions.ts";
import { anotherAmount, calm, type ExecutorTest, idsOf, saidBy } from "./executor-world.ts";

/** A purchase to which nothing happens. */
export const buyingTests: readonly ExecutorTest[] = [
  {
    title: "quoting moves no money, and what it returns survives JSON",
    run: async ({ quote, purchases }) => {
      const { price, handle, request } = await quote(0);
      assert.ok(moneySchema.safeParse(price).success, "the price is no amount with a currency");
      assertJson(handle, "the handle");
      assertJson(request, "the request");
      assert.equal(purchases(), 0, "a quote bought");
    },
  },
  {
    title: "quoting twice is allowed: the later quote buys exactly one",
    run: async ({ quote, submission, buy, purchases }) => {
      await quote(0);
      await buy(await submission(0));
      assert.equal(purchases(), 1);
    },
  },
  {
    title: "a purchase after a quote buys exactly one, and says that it is live",
    run: async ({ executor, submission, purchases }) => {
      const answer = await executor.send(await submission(0), { sentBefore: false });
      assert.equal(purchases(), 1);
      assert.ok(answer.kind === "bought", `it was carried out, and send says ${saidBy(answer)}`);
      const { commitment } = answer;
      assert.equal(commitment.standing, "live");
      assert.ok(commitment.id !== "", "the id is empty");
      assertJson(commitment, "the commitment");
    },
  },
  {
    title: "what was bought is found by its token, by its id, by a read and by its submission",
    run: async ({ executor, recommendation, submission, buy, resolve, find, purchases }) => {
      const sent = await submission(0);
      const commitment = await buy(sent);
      const { byToken, byId } = await find([sent.token], [commitment.id]);
      const found = byToken.get(sent.token) ?? [];
      // Where there is no marker that can be relied upon, its token need not find it.
      const unmarked = executor.recovery.kind === "manual" && found.length === 0;
      if (!unmarked) assert.equal(found.length, 1, `its token finds ${found.length}, not one: is it stamped?`);
      for (const [way, seen] of [
        ...(unmarked ? [] : [["by its token", found[0]] as const]),
        ["by its id", byId.get(commitment.id)],
        ["by a read", await executor.inventory.read(executor.scopeOf(recommendation), commitment.id, { signal: calm })],
      ] as const) {
        assert.ok(seen, `it is not found ${way}`);
        const { standing, marked } = seen.commitment;
        assert.deepEqual(idsOf(seen.commitment), idsOf(commitment), `another is found ${way}`);
        assert.equal(standing, "live", `it is not live when it is found ${way}`);
        assert.ok(marked, `it is not marked when it is found ${way}`);
      }
      const resolution = await resolve(sent);
      assert.equal(resolution.kind, "found", "its submission does not find it");
      assert.ok(resolution.kind === "found");
      assert.deepEqual(idsOf(resolution.found.commitment), idsOf(commitment), "its submission finds another");
      assert.equal(purchases(), 1, "looking bought");
    },
  },
  {
    title: "another token finds nothing, and nothing asked for finds nothing",
    run: async ({ submission, marker, buy, find }) => {
      await buy(await submission(0));
      assert.deepEqual((await find([marker(1).token])).byToken.get(marker(1).token) ?? [], []);
      const { byToken, byId } = await find([]);
      assert.deepEqual([byToken.size, byId.size], [0, 0]);
    },
  },
  {
    title: "what was bought is what was asked for, and another amount is a difference",
    run: async (steps) => {
      const { executor, recommendation, find, compare } = steps;
      const sent = await steps.submission(0);
      const { id } = await steps.buy(sent);
      const listed = (await find([sent.token], [id])).byId.get(id);
      const read = await executor.inventory.read(sent.scope, id, { signal: calm });
      for (const found of [listed, read]) {
        assert.ok(found, "it is not found by its id");
        await compare(recommendation, found);
        const isRefused = await compare(anotherAmount(steps), found).then(
          () => false,
          () => true,
        );
        assert.ok(isRefused, "another amount is taken for what was asked for");
      }
    },
  },
  {
    title: "two tokens buy two, and each finds its own",
    run: async ({ executor, submission, buy, find, purchases }) => {
      const first = await submission(0);
      const firstBought = await buy(first);
      const second = await submission(1);
      const secondBought = await buy(second, new Set(idsOf(firstBought)));
      assert.equal(purchases(), 2);
      const { byToken } = await find([first.token, second.token]);
      for (const [name, { token }, commitment] of [
        ["first", first, firstBought],
        ["second", second, secondBought],
      ] as const) {
        const found = (byToken.get(token) ?? []).map(({ commitment }) => idsOf(commitment));
        if (executor.recovery.kind === "manual" && found.length === 0) continue;
        assert.deepEqual(found, [idsOf(commitment)], `the ${name} token does not find its own`);
      }
    },
  },
];
