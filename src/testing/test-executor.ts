import type { TestFunction } from "./assertions.ts";
import { buyingTests } from "./executor/buying.ts";
import { decidingTests } from "./executor/deciding.ts";
import { describingTests } from "./executor/describing.ts";
import { troubleTests } from "./executor/trouble.ts";
import { type ExecutorWorld, stepsOf } from "./executor/executor-world.ts";

/** Which executor is tested, where, and with what. */
export interface TestExecutorOptions {
  /** Begins the name of every test. */
  readonly name: string;
  /** Makes a fresh world for every test: a sandbox of the provider. Never the provider itself, the tests buy. */
  readonly make: () => Promise<ExecutorWorld>;
  /** Fields of the world's recommendation that decide no money and may be left out; `maxPrice` always may. Default: none. */
  readonly optionalFields?: readonly string[];
  /** The runner's own: `test` of node:test or vitest. */
  readonly test: TestFunction;
}

/**
 * The contract suite that every executor passes. Hands the tests to the runner; they need nothing from each other.
 *
 * What it cannot see, because no world shows it: whether a listing throws when a page is missing, and whether
 * `send` gives up after its `sendTimeout`. Test those against the provider's own protocol.
 */
export function testExecutor({ name, make, optionalFields = [], test }: TestExecutorOptions): void {
  for (const { title, run } of [
    ...describingTests(optionalFields),
    ...buyingTests,
    ...troubleTests,
    ...decidingTests,
  ]) {
    test(`${name}: ${title}`, async () => {
      const world = await make();
      try {
        await run(stepsOf(world));
      } finally {
        await world.close?.();
      }
    });
  }
}
