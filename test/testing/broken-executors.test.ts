import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { messageOf } from "../../src/contract/errors.ts";
import type { ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { testExecutor } from "../../src/testing/test-executor.ts";
import { deriveIdempotencyToken } from "../../src/contract/token.ts";
import { shownAs } from "../drive/setup.ts";
import { imitationWorld } from "./executor-worlds.ts";

type Cloud = ReturnType<typeof imitationWorld>["cloud"];
/** Members of an executor that replace those of the imitation's. */
type Break = (executor: ServiceExecutor, cloud: Cloud) => Partial<ServiceExecutor>;

/** Runs the suite over a broken executor; the tests that report it, as `title: message`. */
async function reports(identity: ImitationIdentity, broken: Break): Promise<string[]> {
  const tests: { title: string; run: () => Promise<void> }[] = [];
  testExecutor({
    name: "it",
    make: async () => {
      const { cloud, world } = imitationWorld(identity);
      return { ...world, executor: { ...world.executor, ...broken(world.executor, cloud) } };
    },
    test: (title, run) => tests.push({ title, run }),
  });
  const failed: string[] = [];
  for (const { title, run } of tests) {
    await run().catch((error: unknown) => failed.push(`${title}: ${messageOf(error)}`));
  }
  return failed;
}

const neither: Break = () => ({});

const every = ["minted", "chosen", "stamped", "none"] as const;

/** What is broken, for which kinds of cloud, and what the suite says about it. */
const breaks: readonly [string, readonly ImitationIdentity[], Break, RegExp][] = [
  [
    "buys on quote",
    every,
    ({ quote }, cloud) => ({
      quote: async (...parameters) => {
        cloud.add({ id: `bought by a quote ${cloud.orders.length}` });
        return quote(...parameters);
      },
    }),
    /quoting moves no money.*: a quote bought/,
  ],
  [
    "forgets its marker",
    ["minted", "chosen"],
    ({ send }, cloud) => ({
      send: async (submission, context) => {
        const answer = await send(submission, context);
        for (const order of cloud.orders) order.token = undefined;
        return shownAs(answer, { marked: true });
      },
    }),
    /its token finds 0, not one/,
  ],
  [
    "has no way to stamp a marker afterwards",
    ["stamped"],
    () => ({ mark: undefined }) as unknown as Partial<ServiceExecutor>,
    /is bought without its marker, and the executor has no mark/,
  ],
  [
    "says that it marked, and did not",
    ["stamped"],
    () => ({ mark: async (commitment) => ({ ...commitment, marked: true }) }),
    /its token finds 0, not one/,
  ],
  [
    "buys twice on resend",
    ["minted", "chosen"],
    ({ send }, cloud) => ({
      send: async (submission, context) => {
        if (context.sentBefore) cloud.add({ id: "a second one", token: submission.token });
        return send(submission, context);
      },
    }),
    /a second send of one submission buys no second one.*: the second send bought/,
  ],
  [
    "sends twice by itself when an answer is lost",
    ["stamped", "none"],
    ({ send }) => ({
      send: async (submission, context) => {
        const answer = await send(submission, context);
        return answer.kind === "unknown" ? send(submission, context) : answer;
      },
    }),
    /a lost answer is not called a rejection.*: .*the answer was lost, yet send has one/,
  ],
  [
    "calls a lost answer a rejection",
    every,
    ({ send }) => ({
      send: async (submission, context) => {
        const answer = await send(submission, context);
        if (answer.kind !== "unknown") return answer;
        return { kind: "rejected", reason: "reset", left: true, expired: false, retryable: false };
      },
    }),
    /what may have been bought is called rejected/,
  ],
  [
    "lets every commitment pass",
    every,
    () => ({ factsOf: () => ({ decisive: {}, ifStated: {} }) }),
    /another amount is taken for what was asked for/,
  ],
  [
    "finds a difference where there is none",
    every,
    () => ({ factsOf: () => ({ decisive: { size: "Small" }, ifStated: {} }) }),
    /what was bought is what was asked for.*size: asked Small, found small/,
  ],
  [
    "adopts what belongs to another token",
    ["stamped", "none"],
    ({ resolve }) => ({
      resolve: (submission, options) => resolve(submission, { ...options, owned: new Set() }),
    }),
    /adopts nothing that belongs to another token.*resolve says found/,
  ],
  [
    "takes absence for doubt",
    every,
    () => ({ resolve: async () => ({ kind: "unclear", reason: "no idea" }) }),
    /a submission that was never sent is absent: resolve says unclear/,
  ],
  [
    "finds for every token what was bought for one",
    ["minted", "chosen", "stamped"],
    ({ inventory }) => ({
      inventory: {
        ...inventory,
        list: async function* (...parameters) {
          const tokens = [0, 1].map((recIndex) => deriveIdempotencyToken("contract-of-an-executor", recIndex));
          for await (const page of inventory.list(...parameters)) {
            yield page.map((listed) => ({ ...listed, marks: tokens.map((text) => ({ text, whole: true })) }));
          }
        },
      },
    }),
    /another token finds nothing/,
  ],
  [
    "cannot read by id",
    every,
    ({ inventory }) => ({ inventory: { ...inventory, read: async () => undefined } }),
    /it is not found by a read/,
  ],
  [
    "goes on although the drive has ended",
    every,
    ({ inventory }) => ({
      inventory: {
        ...inventory,
        list: (scope, options) => inventory.list(scope, { ...options, signal: new AbortController().signal }),
      },
    }),
    /inventory\.list goes on although its signal is aborted/,
  ],
  [
    "takes a quantity of 1 for granted",
    ["minted"],
    ({ schema }) => ({
      schema: z.preprocess((value) => ({ quantity: 1, ...(value as object) }), schema),
    }),
    /requires every field that decides money: quantity may be left out/,
  ],
  [
    "skips unknown fields",
    ["minted"],
    () => ({ schema: z.looseObject({ provider: z.string() }) as unknown as ServiceExecutor["schema"] }),
    /refuses an unknown field: an unknown field is taken/,
  ],
  [
    "freezes what JSON cannot hold",
    ["minted"],
    ({ quote }) => ({
      quote: async (...parameters) => {
        const quoted = await quote(...parameters);
        return { ...quoted, request: { ...quoted.request, at: new Date(0) as unknown as string } };
      },
    }),
    /the request\.at is .* does not survive JSON/,
  ],
  [
    "believes one empty answer",
    ["stamped"],
    () => ({ recovery: { kind: "absence", answers: 1, minimumAge: 300_000, parkAfter: 86_400_000 } }),
    /one empty answer proves nothing/,
  ],
  [
    "asks a person before anything is known",
    ["minted", "none"],
    ({ recovery }) => ({ recovery: { ...recovery, parkAfter: recovery.minimumAge - 1 } }),
    /parkAfter is 299999: a person would be asked before/,
  ],
  [
    "lets look-alikes be bought side by side",
    ["stamped", "none"],
    () => ({ laneOf: () => "" }),
    /purchases that look alike need a lane/,
  ],
  [
    "says that the marker of what it bought is missing, and cannot stamp it",
    ["none"],
    ({ send }) => ({
      send: async (submission, context) => shownAs(await send(submission, context), { marked: false }),
    }),
    /is bought without its marker, and the executor has no mark/,
  ],
  [
    "has a scope of no provider",
    ["minted"],
    () => ({ scopeOf: () => ({ key: "a", label: "account a" }) }),
    /the key a begins with another name/,
  ],
];

describe("testExecutor reports an executor that", () => {
  const cases = breaks.flatMap(([what, kinds, broken, said]) =>
    kinds.map((identity) => [what, identity, broken, said] as const),
  );
  test.each(cases)("%s (%s)", async (_what, identity, broken, said) => {
    expect((await reports(identity, broken)).join("\n")).toMatch(said);
  });

  test.each(every)("and nothing of one that is whole (%s)", async (identity) => {
    expect(await reports(identity, neither)).toEqual([]);
  });
});
