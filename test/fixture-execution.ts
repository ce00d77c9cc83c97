import { readFileSync } from "node:fs";

interface FixtureExecution {
  readonly executionId: string;
  readonly source: string;
  readonly recommendations: readonly Readonly<Record<string, unknown>>[];
}

/** The execution of the fixtures, which holds a recommendation for every service. */
export function fixtureExecution(): FixtureExecution {
  return JSON.parse(readFileSync(new URL("../fixtures/execution.json", import.meta.url), "utf8")) as FixtureExecution;
}
