import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findJsonProblem } from "../../src/contract/find-json-problem.ts";

describe("findJsonProblem", () => {
  test.each([
    ["", 1, 1, "the text ends where a value should be"],
    ['{"a":', 1, 6, "the text ends where a value should be"],
    ['{"a":1,}', 1, 8, "expected a name in double quotes"],
    ["{a:1}", 1, 2, "expected a name in double quotes"],
    ['{\n  "a" 1}', 2, 7, 'expected ":"'],
    ["[1 2]", 1, 4, 'expected "," or "]"'],
    ["[1,\n 2,,3]", 2, 4, "expected a value"],
    ['{"a":01}', 1, 7, 'expected "," or "}"'],
    ['{"a":1} x', 1, 9, "expected the end of the file"],
    ['{"a":"x\ny"}', 1, 8, "expected the closing quote of a string"],
    ['["\\x"]', 1, 3, 'expected an escape that JSON knows, such as \\" or \\u00e9'],
  ])("%j: line %d, column %d: %s", (text, line, column, message) => {
    expect(findJsonProblem(text)).toEqual({ line, column, message, plain: message });
  });

  test("a name given twice is found, escapes or not, but may come back in another object", () => {
    const message = 'the name "quantity" is given twice in one object';
    expect(findJsonProblem('{"quantity":1,"quantity":10}')).toEqual({
      line: 1,
      column: 15,
      message,
      plain: "a name is given twice in one object",
    });
    expect(findJsonProblem('{"quantity":1,"\\u0071uantity":10}')?.message).toContain("twice");
    expect(findJsonProblem('[{"quantity":1},{"quantity":10}]')).toBeUndefined();
  });

  test("nesting without end is refused, not a stack overflow", () => {
    expect(findJsonProblem("[".repeat(1_000_000))?.message).toBe("nested more than 64 levels deep");
  });

  test("long strings and long runs of white space are no stack overflow", () => {
    expect(findJsonProblem(`["${"x".repeat(9_000_000)}"]`)).toBeUndefined();
    expect(findJsonProblem(`[${" ".repeat(9_000_000)}]`)).toBeUndefined();
  });

  test("it accepts what JSON.parse accepts, and nothing else", () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.constantFrom("", ",", '"', "}", "]", "\\", "0", "\n", "é", "-", "."),
      )
      .map(([text, at, insert]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        const problem = findJsonProblem(text);
        if (problem?.message.includes("twice")) return;
        expect(problem === undefined, `${text}: ${JSON.stringify(problem)}`).toBe(parses(text));
      }),
      { numRuns: 2000 },
    );
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
