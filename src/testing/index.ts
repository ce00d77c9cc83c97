export type { TestFunction } from "./assertions.ts";
export type { ExecutorWorld } from "./executor/executor-world.ts";
export {
  createImitationCloud,
  type Disk,
  disk,
  type ImitationCloud,
  type ImitationCloudOptions,
  type ImitationIdentity,
  type Order,
  type SendFault,
} from "./imitation-cloud.ts";
export type { SearchedCloud } from "./search/gates.ts";
export type { Budget } from "./search/scheduler.ts";
export { search, type SearchOptions, type SearchResult, type World } from "./search/search.ts";
export { testExecutor, type TestExecutorOptions } from "./test-executor.ts";
export { testLedger, type TestLedgerOptions } from "./test-ledger.ts";
export { createVirtualEnvironment, type VirtualEnvironment } from "./virtual-environment.ts";
