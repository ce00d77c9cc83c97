import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Prints before the summary which tests did not run, with the condition that their names give. */
export class SkippedTests implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const { children, relativeModuleId } of modules) {
      const byGroup = Map.groupBy(children.allTests("skipped"), groupOf);
      for (const [group, { length }] of byGroup) console.log(`skipped: ${relativeModuleId} > ${group} (${length})`);
    }
  }
}

function groupOf(test: TestCase): string {
  return test.parent.type === "suite" ? test.parent.fullName : test.name;
}
