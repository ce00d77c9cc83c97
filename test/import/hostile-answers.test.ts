import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { answerText, imported, problemsOf, providers } from "./recommendation-answers.ts";

const sources = {
  "cost-explorer": [
    "cost-explorer-ec2",
    "cost-explorer-rds",
    "cost-explorer-caches-and-others",
    "cost-explorer-savings-plans",
  ],
  "azure-consumption": ["azure-consumption", "azure-consumption-choices"],
  "azure-advisor": ["azure-advisor"],
  "gcp-recommender": ["gcp-recommender"],
} as const;
const names = Object.keys(sources) as (keyof typeof sources)[];

describe("an answer that is not what it should be", () => {
  test.each(
    names.flatMap((from) =>
      ["{}", "null", "5", '"text"', '{"error":{"code":403}}', "[5]", "[[]]", "[null]", "{}}", "", "NaN"].map(
        (text) => [from, text] as const,
      ),
    ),
  )("%s: %s", (from, text) => {
    const [problem] = problemsOf(text, from);
    expect(problem).toMatch(
      /^(answer: is not what|answer: must be|line 1, column \d+: is not JSON|record 1, \[0\])|^\[0\]: /,
    );
  });

  test.each([
    ["cost-explorer", '{"Recommendations":[]}'],
    ["cost-explorer", '{"SavingsPlansPurchaseRecommendation":{}}'],
    ["cost-explorer", "[]"],
    ["azure-consumption", '{"value":[]}'],
    ["azure-advisor", "[]"],
    ["gcp-recommender", "[]"],
    ["gcp-recommender", '{"recommendations":[]}'],
  ])("%s: %s holds nothing", (from, text) => {
    expect(problemsOf(text, from)[0]).toMatch(/^answer: (holds no recommendation|is not what)/);
  });

  test("a name given twice, and nesting without end, are refused with their place", () => {
    const twice = answerText("cost-explorer-ec2").replace(
      '"Region": "us-east-1",',
      '"Region": "us-east-1", "Region": "us-east-2",',
    );
    expect(problemsOf(twice, "cost-explorer")).toEqual([
      expect.stringMatching(/^line \d+, column \d+: is not JSON: the name "Region" is given twice/),
    ]);
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    for (const from of names) expect(problemsOf(deep, from)[0]).toMatch(/nested more than 64 levels deep/);
  });

  test("a byte order mark is no problem", () => {
    const set = { ec2: { scope: "Region" } };
    expect(
      imported(`\uFEFF${answerText("cost-explorer-ec2-convertible")}`, "cost-explorer", { set }).records,
    ).toHaveLength(1);
  });

  test("of five hundred problems a hundred are named, and the rest counted; more than ten thousand records are refused", () => {
    const record = (JSON.parse(answerText("azure-consumption")) as unknown[])[9];
    const problems = problemsOf(JSON.stringify(Array.from({ length: 500 }, () => record)), "azure-consumption");
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toBe("and: 400 more");
    const many = { skipUntranslatable: true, allowAlternatives: true };
    const good = (JSON.parse(answerText("azure-consumption")) as unknown[])[0];
    expect(problemsOf(JSON.stringify(Array.from({ length: 10_001 }, () => good)), "azure-consumption", many)).toEqual([
      "recommendations: must hold at most 10000 recommendations",
    ]);
  });

  test("hidden characters of an answer reach no message and no execution", () => {
    const text = answerText("azure-consumption").replaceAll(
      "Middle Earth",
      "Middle\u202E \u001B[31mEarth\\u0000".replace("\u001B", "\\u001b"),
    );
    const { execution } = imported(text, "azure-consumption", { skipUntranslatable: true, allowAlternatives: true });
    // oxlint-disable-next-line no-control-regex -- they are looked for
    expect(JSON.stringify(execution)).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(problemsOf(text, "azure-consumption").join("\n")).not.toMatch(/\u202e/);
  });
});

describe("an answer that is not whole", () => {
  const page = JSON.parse(answerText("cost-explorer-ec2-convertible")) as object;
  const further = { ...page, NextPageToken: "more" };
  const plan = JSON.parse(answerText("cost-explorer-savings-plans")) as readonly object[];
  const set = { ec2: { scope: "Region" } };
  const pagesOf = (...pages: readonly object[]) => JSON.stringify(pages);
  const [record] = JSON.parse(answerText("azure-consumption")) as readonly object[];
  const [advice] = JSON.parse(answerText("azure-advisor")) as readonly object[];
  const [commitment] = JSON.parse(answerText("gcp-recommender")) as readonly object[];

  test.each<[string, string, string]>([
    ["cost-explorer", JSON.stringify(further), "NextPageToken"],
    ["cost-explorer", JSON.stringify({ ...page, NextToken: "more" }), "NextToken"],
    ["cost-explorer", pagesOf(page, further), "[1].NextPageToken"],
    ["cost-explorer", pagesOf(further, plan[0] ?? {}), "[0].NextPageToken"],
    ["azure-consumption", JSON.stringify({ value: [record], nextLink: "https://next" }), "nextLink"],
    ["azure-advisor", pagesOf({ value: [advice] }, { value: [], nextLink: "https://next" }), "[1].nextLink"],
    ["gcp-recommender", JSON.stringify({ recommendations: [commitment], nextPageToken: "x" }), "nextPageToken"],
  ])("%s, case %#, is refused: it says so itself", (from, text, path) => {
    const problems = problemsOf(text, from, { allowAlternatives: true });
    expect(problems[0]).toBe(
      `${path}: says that there are further pages, and the answer does not hold them: fetch them too and give all pages as one JSON array in their order, or take it as it is (allowIncomplete, --allow-incomplete)`,
    );
  });

  const changed = (from: string, to: string) => JSON.parse(JSON.stringify(page).replaceAll(from, to)) as object;
  const node = { NodeType: "db.r6g.large", Region: "us-east-1" };
  test.each<[string, object]>([
    [
      "service",
      {
        Recommendations: [
          {
            ...ofGroup(page),
            RecommendationDetails: [{ ...ofDetails(page), InstanceDetails: { MemoryDBInstanceDetails: node } }],
          },
        ],
      },
    ],
    ["term", changed("THREE_YEARS", "ONE_YEAR")],
    ["payment", changed("ALL_UPFRONT", "NO_UPFRONT")],
    ["look-back", changed("SIXTY_DAYS", "THIRTY_DAYS")],
    ["accounts", { Recommendations: [{ ...ofGroup(page), AccountScope: "PAYER" }] }],
    ["offering class", changed("CONVERTIBLE", "STANDARD")],
    ["anything, for it is empty", { Recommendations: [] }],
  ])("a page that goes on is not followed by one of another %s", (_what, next) => {
    const [problem] = problemsOf(pagesOf(further, next), "cost-explorer", { set, allowAlternatives: true });
    expect(problem).toMatch(/^\[0\]\.NextPageToken: says that there are further pages/);
  });

  test("with all pages it is, and with leave it is taken as it is", () => {
    const other = JSON.parse(JSON.stringify(page).replaceAll("m5.large", "m5.xlarge")) as object;
    expect(imported(pagesOf(further, other), "cost-explorer", { set }).execution.recommendations).toHaveLength(2);
    expect(imported(JSON.stringify(further), "cost-explorer", { set, allowIncomplete: true }).records).toHaveLength(1);
  });
});

function ofGroup(page: object): object {
  return (page as { readonly Recommendations: readonly object[] }).Recommendations[0] ?? {};
}

function ofDetails(page: object): object {
  return (ofGroup(page) as { readonly RecommendationDetails: readonly object[] }).RecommendationDetails[0] ?? {};
}

describe("whatever is done to an answer", () => {
  const odd = fc.oneof(
    fc.constantFrom(
      null,
      "",
      " ",
      "NA",
      "constructor",
      "__proto__",
      "2.5",
      "1e3",
      "-1",
      0,
      1.5,
      1e300,
      true,
      "Single",
      "P5Y",
      "us-east-1",
      "EU West",
    ),
    fc.string({ maxLength: 300 }),
    fc.jsonValue({ maxDepth: 2 }),
  );

  /** Replaces the value at one place, counted over all places of the document. */
  function changed(document: unknown, at: number, value: unknown): unknown {
    let seen = 0;
    const walk = (node: unknown): unknown => {
      seen += 1;
      if (seen === at) return value;
      if (Array.isArray(node)) return node.map(walk);
      if (typeof node !== "object" || node === null) return node;
      return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, walk(each)]));
    };
    return walk(document);
  }

  test.each(names)(
    "%s: it is an execution that validates, with a place for each record, or it is refused with named problems",
    (from) => {
      const documents = sources[from].map((file) => JSON.parse(answerText(file)) as unknown);
      const changes = fc.array(fc.tuple(fc.nat(2000), odd), { minLength: 0, maxLength: 4 });
      fc.assert(
        fc.property(fc.constantFrom(...documents), changes, fc.boolean(), (document, list, skipUntranslatable) => {
          const altered = list.reduce<unknown>((now, [at, value]) => changed(now, at, value), document);
          try {
            const { execution, records } = imported(JSON.stringify(altered), from, {
              skipUntranslatable,
              allowAlternatives: true,
              allowIncomplete: true,
            });
            expect(validateExecution(JSON.parse(JSON.stringify(execution)), providers)).toEqual(execution);
            expect(records.map(({ recIndex }) => recIndex)).toEqual(
              execution.recommendations.map((_, recIndex) => recIndex),
            );
          } catch (error) {
            if (!InvalidExecutionError.isInstance(error)) throw error;
            expect(error.problems.length).toBeGreaterThan(0);
            for (const { path, message } of error.problems)
              expect([path.length > 0, message.length > 5]).toEqual([true, true]);
          }
        }),
        { numRuns: 100 },
      );
    },
  );
});
