export type { TestFunction } from "./assertions.ts";
export type { ExecutorWorld } from "./executor/executor-world.ts";
export {
  createImitationCloud,
  type ImitationCloud,
  type ImitationCloudOptions,
  type ImitationFaults,
  type ImitationIdentity,
  type SendFault,
} from "./imitation/imitation-cloud.ts";
export { type Disk, disk, type Order } from "./imitation/order-book.ts";
export type { SearchedCloud } from "./search/gates.ts";
export type { Budget } from "./search/scheduler.ts";
export { search, type SearchOptions, type SearchResult } from "./search/search.ts";
export type { BystanderStep, SearchedDrive, World } from "./search/search-world.ts";
export type { Terms } from "./search/terms-watch.ts";
export { testExecutor, type TestExecutorOptions } from "./test-executor.ts";
export { testLedger, type TestLedgerOptions } from "./test-ledger.ts";
export { createVirtualEnvironment, type VirtualEnvironment } from "./virtual-environment.ts";
