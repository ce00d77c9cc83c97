import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What starts processes, or waits on real sockets, for ten seconds and more. */
const slow =
  /\/test\/(proof|end-to-end|bench)\/|\/(aws-cli|docs|process|redrive-process|[a-z0-9-]+-(purchase|transport))\.test\.ts$/;

/** Begins with what takes longest, so that nobody waits for it alone in the end; vitest knows that only after a first run. */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const { first = [], later = [] } = Object.groupBy(sorted, ({ moduleId }) =>
      slow.test(moduleId) ? "first" : "later",
    );
    return [...first, ...later];
  }
}
