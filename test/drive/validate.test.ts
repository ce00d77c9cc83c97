import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createPurchaser } from "../../src/purchaser.ts";
import { ledgerHistory } from "../../src/inspect/read-history.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import { serviceWithoutApi } from "../../src/contract/service-without-api.ts";
import { disk } from "../../src/testing/imitation/order-book.ts";
import { execution, setup } from "./setup.ts";

function problemsOf(input: unknown, purchaser = setup().purchaser): readonly { path: string; message: string }[] {
  try {
    purchaser.validate(input);
  } catch (error) {
    if (InvalidExecutionError.isInstance(error)) return error.problems;
    throw error;
  }
  return [];
}

describe("validation", () => {
  test("a valid execution comes back as it is, without anything added", () => {
    const valid = execution(disk({ maxPrice: { amount: "30.00", currency: "GBP" } }), disk());
    expect(setup().purchaser.validate(valid)).toEqual(valid);
  });

  test("lists every problem with its path, not only the first", () => {
    const { term: _term, ...withoutTerm } = disk();
    const problems = problemsOf({
      executionId: "",
      recommendations: [disk({ quantity: 0 }), withoutTerm, { ...disk(), colour: "red" }, 7, disk()],
      comment: "x",
    });
    expect(problems.map(({ path }) => path)).toEqual([
      "executionId",
      "source",
      "comment",
      "recommendations[0].quantity",
      "recommendations[1].term",
      "recommendations[2].colour",
      "recommendations[3]",
    ]);
  });

  test.each([
    ["a provider that is not there", { ...disk(), provider: "oracle" }, "recommendations[0].provider", '"imitation"'],
    ["a service that is not there", { ...disk(), service: "tape" }, "recommendations[0].service", '"disk"'],
    ["no service", { provider: "imitation" }, "recommendations[0].service", '"disk"'],
    ["no provider", { service: "disk" }, "recommendations[0].provider", '"imitation"'],
    ["a list as a service", { ...disk(), service: ["disk"] }, "recommendations[0].service", 'must be one of "disk"'],
    ["an inherited name as a service", { ...disk(), service: "constructor" }, "recommendations[0].service", '"disk"'],
    ["quantity 0", disk({ quantity: 0 }), "recommendations[0].quantity", "at least 1"],
    ["a negative quantity", disk({ quantity: -1 }), "recommendations[0].quantity", "at least 1"],
    ["a fractional quantity", disk({ quantity: 1.5 }), "recommendations[0].quantity", "whole number"],
    ["a quantity as text", { ...disk(), quantity: "1" }, "recommendations[0].quantity", "whole number"],
    ["an unknown term", { ...disk(), term: "P2Y" }, "recommendations[0].term", '"P1Y"'],
    [
      "a price limit as a float",
      { ...disk(), maxPrice: { amount: 30, currency: "GBP" } },
      "recommendations[0].maxPrice.amount",
      "string",
    ],
    [
      "a price limit without currency",
      { ...disk(), maxPrice: { amount: "30" } },
      "recommendations[0].maxPrice.currency",
      'is required: it must be an ISO 4217 code such as "USD"',
    ],
  ])("%s", (_name, recommendation, path, words) => {
    const problems = problemsOf({ ...execution(), recommendations: [recommendation] });
    expect(problems).toEqual([{ path, message: expect.stringContaining(words) }]);
  });

  test("says in plain words what a field must be", () => {
    const { term: _term, ...withoutTerm } = disk();
    const { account: _account, ...withoutAccount } = disk();
    const messages = problemsOf({
      ...execution(),
      recommendations: [withoutTerm, { ...disk(), account: 7 }, { ...disk(), term: "P2Y" }, withoutAccount],
    }).map(({ message }) => message);
    expect(messages).toEqual([
      'must be one of "P1Y", "P3Y"',
      "must be string, not number",
      'must be one of "P1Y", "P3Y"',
      "is missing (string)",
    ]);
  });

  test("a field with a single value, and a provider or a service among several", () => {
    const { cloud, options } = setup();
    const tape = { ...cloud.executor, schema: z.looseObject({ term: z.literal("P1Y") }) } as unknown as ServiceExecutor;
    const { disk: diskExecutor } = cloud.provider.services;
    if (diskExecutor === undefined) throw new Error("the imitation sells disks");
    // Only refused, so nothing to choose; who comes near to its name is asked whether it is meant.
    const drums = serviceWithoutApi({
      provider: "imitation",
      service: "drums",
      isRefused: true,
      why: "Gone.",
      instead: "Drop it.",
    });
    const providers = [
      { name: "imitation", services: { disk: diskExecutor, tape, drums } },
      { name: "other", services: {} },
    ];
    const recommendations = [
      { provider: "imitation", service: "tape", term: "P2Y" },
      { ...disk(), provider: "oracle" },
      { ...disk(), service: "drum" },
    ];
    expect(problemsOf({ ...execution(), recommendations }, createPurchaser({ ...options, providers }))).toEqual([
      { path: "recommendations[0].term", message: 'must be "P1Y"' },
      { path: "recommendations[1].provider", message: 'must be one of "imitation", "other"' },
      { path: "recommendations[2].service", message: 'must be one of "disk", "tape"; did you mean "drums"?' },
    ]);
  });

  test.each([" a", "a ", "\ta", " ", ""])("an id may not be empty, nor begin or end with white space: %j", (id) => {
    expect(problemsOf({ ...execution(), executionId: id })).toEqual([
      { path: "executionId", message: "must not be empty, nor begin or end with white space" },
    ]);
  });

  test.each(["a", "a b"])("an id may be as short as %j", (id) => {
    expect(problemsOf({ ...execution(), executionId: id })).toEqual([]);
  });

  test.each([
    ["night-\ud83d", "U+D83D"],
    ["night-\ud83e", "U+D83E"],
    ["cafe\u0301", "U+0301"],
    ["night\u200b", "U+200B"],
    ["night\u0000", "U+0000"],
  ])("A23: %j can be neither id nor source nor a text of a recommendation: %s is named", (text, codePoint) => {
    const recommendations = [disk(), disk({ account: text })];
    const problems = problemsOf({ executionId: text, source: text, recommendations });
    expect(problems.map(({ path }) => path)).toEqual(expect.arrayContaining(["executionId", "source"]));
    expect(problems.at(-1)?.path).toBe("recommendations[1].account");
    for (const { path, message } of problems)
      if (!message.includes("becomes a tag")) expect(message, path).toContain(codePoint);
  });

  test("A23: an id and a source have at most 255 characters", () => {
    expect(problemsOf({ ...execution(), executionId: "i".repeat(255), source: "s".repeat(255) })).toEqual([]);
    expect(problemsOf({ ...execution(), executionId: "i".repeat(256), source: "s".repeat(256) })).toEqual([
      { path: "executionId", message: "must have at most 255 characters" },
      { path: "source", message: "must have at most 255 characters" },
    ]);
  });

  test.each(["a\u200b", "a\u0000", "cafe\u0301", "night-\ud83d"])(
    "A23: nobody is asked about the execution %j, and no ledger",
    async (executionId) => {
      const { options, purchaser } = setup();
      const said = { executionId, recIndex: 0, finding: "not-bought", person: "Ada", reason: "seen" } as const;
      const asked = [
        () => purchaser.redrive(executionId),
        () => purchaser.watchPending({ executionId }),
        () => purchaser.resolveByPerson(said),
        () => ledgerStatus(options.ledger, { executionId }),
        () => ledgerHistory(options.ledger, executionId),
      ];
      for (const ask of asked) {
        await expect(ask()).rejects.toMatchObject({
          code: "invalid-execution",
          problems: [{ path: "executionId", message: expect.stringMatching(/U\+[0-9A-F]{4}/) }],
        });
      }
    },
  );

  test.each(["Ada\u200b", "Ada\u0000", "Rene\u0301", "Ada\n", "a".repeat(256)])(
    "A23: %j cannot go into a history",
    async (text) => {
      const { purchaser } = setup();
      const decision = {
        executionId: "execution-1",
        recIndex: 0,
        finding: "not-bought",
        person: "a",
        reason: "b",
      } as const;
      for (const path of ["person", "reason"]) {
        await expect(purchaser.resolveByPerson({ ...decision, [path]: text })).rejects.toMatchObject({
          problems: [{ path }],
        });
        const loss = { id: "c", person: "a", reason: "b", [path]: text };
        await expect(purchaser.acceptLoss(loss)).rejects.toMatchObject({ problems: [{ path }] });
      }
      const found = purchaser.resolveByPerson({ ...decision, finding: { bought: text } });
      await expect(found).rejects.toMatchObject({ problems: [{ path: "bought" }] });
      await expect(purchaser.acceptLoss({ id: text, person: "a", reason: "b" })).rejects.toMatchObject({
        problems: [{ path: "id" }],
      });
    },
  );

  test.each([7, "x", { length: 1 }, null])("recommendations that are no list: %j", (recommendations) => {
    expect(problemsOf({ ...execution(), recommendations })).toMatchObject([{ path: "recommendations" }]);
  });

  test.each([
    ["null", null],
    ["a list", []],
    ["a text", "x"],
    ["nothing", undefined],
  ])("%s is no execution", (_name, input) => {
    expect(problemsOf(input)).not.toEqual([]);
  });

  test("an empty list of recommendations, and one that is too long", () => {
    expect(problemsOf({ ...execution(), recommendations: [] })).toMatchObject([{ path: "recommendations" }]);
    // Not worth ten thousand lines more: each of them is wrong as well.
    const many = Array.from({ length: 10_001 }, () => 7);
    expect(problemsOf({ ...execution(), recommendations: many })).toMatchObject([{ path: "recommendations" }]);
  });

  test("an empty source is refused here, once for all (680)", () => {
    expect(problemsOf({ ...execution(), source: "" })).toMatchObject([{ path: "source" }]);
    expect(problemsOf({ ...execution(), source: "a\nb" })).toMatchObject([{ path: "source" }]);
    for (const source of ["<a", "a<", "a<b"]) {
      expect(problemsOf({ ...execution(), source })).toMatchObject([{ path: "source" }]);
    }
  });
});
