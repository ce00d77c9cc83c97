import { describe, expect, test } from "vitest";
import { endOfTerm } from "../../src/contract/recommendation.ts";

const end = (start: string, term: string) => {
  const time = endOfTerm(Date.parse(start), term);
  return time === undefined ? undefined : new Date(time).toISOString();
};

describe("the end of a term", () => {
  test.each([
    ["2026-11-27T10:00:00.000Z", "P1Y", "2027-11-27T10:00:00.000Z"],
    ["2026-11-27T10:00:00.000Z", "P3Y", "2029-11-26T10:00:00.000Z"],
    // BigQuery removes what was bought for a year after 365 days.
    ["2027-03-01T00:00:00.000Z", "P1Y", "2028-02-29T00:00:00.000Z"],
    ["2026-12-27T10:00:00.000Z", "P1M", "2027-01-27T10:00:00.000Z"],
    ["2027-01-31T10:00:00.000Z", "P1M", "2027-02-28T10:00:00.000Z"],
    ["2028-02-29T10:00:00.000Z", "P1Y", "2029-02-28T10:00:00.000Z"],
  ])("%s and %s: %s", (start, term, expected) => expect(end(start, term)).toBe(expected));

  test.each(["P1D", "P1Y2M", "1Y", "", "P100Y"])("%j is not known", (term) =>
    expect(end("2026-11-27T10:00:00.000Z", term)).toBeUndefined(),
  );
});
