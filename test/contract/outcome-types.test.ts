// What the compiler knows of an outcome and of a planned recommendation: `npm run check:types` is the judge.
import { describe, expectTypeOf, test } from "vitest";
import type {
  ErrorCode,
  Money,
  Outcome,
  OutcomeError,
  OutcomeStatus,
  Parked,
  PlannedRecommendation,
} from "../../src/index.ts";

describe("the status of an outcome says what is there", () => {
  test("what is bought has its commitment, and no error", () => {
    type Bought = Extract<Outcome, { status: "purchased" | "already-purchased" }>;
    expectTypeOf<Bought["commitment"]["id"]>().toEqualTypeOf<string>();
    expectTypeOf<Bought["error"]>().toEqualTypeOf<undefined>();
    const idOf = (outcome: Outcome) => (outcome.status === "purchased" ? outcome.commitment.id : undefined);
    expectTypeOf(idOf).returns.toEqualTypeOf<string | undefined>();
  });

  test("what is refused, rejected, unresolved or written off has its code, and no commitment", () => {
    const failed = (outcome: Outcome) => {
      if (outcome.status === "refused") return outcome;
      if (outcome.status === "rejected") return outcome;
      if (outcome.status === "unresolved") return outcome;
      if (outcome.status === "written-off") return outcome;
      throw new Error("another one");
    };
    expectTypeOf<ReturnType<typeof failed>["error"]>().toEqualTypeOf<OutcomeError>();
    expectTypeOf<ReturnType<typeof failed>["error"]["code"]>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<ReturnType<typeof failed>["commitment"]>().toEqualTypeOf<undefined>();
  });

  test("only what is unresolved is parked; what is skipped has neither commitment nor error", () => {
    expectTypeOf<Extract<Outcome, { status: "unresolved" }>["parked"]>().toEqualTypeOf<Parked | undefined>();
    expectTypeOf<Exclude<Outcome, { status: "unresolved" }>["parked"]>().toEqualTypeOf<undefined>();
    expectTypeOf<Extract<Outcome, { status: "skipped" }>["error"]>().toEqualTypeOf<undefined>();
    expectTypeOf<Extract<Outcome, { status: "skipped" }>["commitment"]>().toEqualTypeOf<undefined>();
  });

  test("without a look at the status, a commitment may be missing", () => {
    // @ts-expect-error: it may be undefined.
    const idOf = ({ commitment }: Outcome) => commitment.id;
    expectTypeOf(idOf).toBeFunction();
  });

  test("a status that there is none of is a mistake", () => {
    // @ts-expect-error: misspelt.
    const isBought = ({ status }: Outcome) => status === "purchassed";
    expectTypeOf(isBought).returns.toEqualTypeOf<boolean>();
    expectTypeOf<OutcomeStatus>().toEqualTypeOf<
      | "purchased"
      | "already-purchased"
      | "in-progress"
      | "refused"
      | "rejected"
      | "unresolved"
      | "skipped"
      | "written-off"
    >();
  });
});

describe("the verdict of a planned recommendation says what is there", () => {
  test("what would be bought has its price, what is bought its commitment, what is refused its error", () => {
    expectTypeOf<Extract<PlannedRecommendation, { verdict: "buy" }>["price"]>().toEqualTypeOf<Money>();
    expectTypeOf<Extract<PlannedRecommendation, { commitment: object }>["verdict"]>().toEqualTypeOf<
      "bought" | "adopt"
    >();
    expectTypeOf<Extract<PlannedRecommendation, { error: object }>["verdict"]>().toEqualTypeOf<
      "reconcile" | "written-off" | "held" | "refuse"
    >();
    expectTypeOf<Extract<PlannedRecommendation, { verdict: "skip" }>["error"]>().toEqualTypeOf<undefined>();
    const codeOf = (planned: PlannedRecommendation) => (planned.error ? planned.error.code : undefined);
    expectTypeOf(codeOf).returns.toEqualTypeOf<ErrorCode | undefined>();
  });
});
