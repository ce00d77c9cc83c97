import { describe, test } from "vitest";
import { testExecutor } from "../../src/testing/test-executor.ts";
import { imitationWorld, sandboxWorld } from "./worlds.ts";

const azureServices = ["compute", "cache", "cosmosdb", "database", "managed-redis", "search", "synapse"];

describe("every executor keeps the contract", () => {
  testExecutor({ name: "the imitation with handles", make: async () => imitationWorld(true).world, test });
  testExecutor({ name: "the imitation without handles", make: async () => imitationWorld(false).world, test });
  for (const service of azureServices) {
    const make = () => sandboxWorld(service);
    testExecutor({ name: `Azure ${service}`, make, optionalFields: ["tenantId"], test });
  }
  testExecutor({ name: "EC2", make: () => sandboxWorld("ec2"), test });
  testExecutor({ name: "RDS", make: () => sandboxWorld("rds"), test });
  testExecutor({ name: "savings plans", make: () => sandboxWorld("savings-plans"), test });
});

describe("assumption: whatever Azure answers to a second PUT of one id, the contract is kept", () => {
  for (const secondPut of ["already-exists", "session-timed-out"] as const) {
    const make = () => sandboxWorld("compute", { azure: { secondPut } });
    testExecutor({ name: secondPut, make, optionalFields: ["tenantId"], test });
  }
});
