import { describe, test } from "vitest";
import { azureServices } from "../../providers/azure/azure-services.ts";
import { testExecutor } from "../../src/testing/test-executor.ts";
import { proofDescribe, standingForAll } from "../standing-for-all.ts";
import { gcpWorld, imitationWorld, sandboxWorld, withGpus } from "./executor-worlds.ts";

const isFirst = (_answer: string, position: number) => position === 0;
const isNone = () => false;

describe("every executor keeps the contract", () => {
  for (const identity of ["minted", "chosen", "stamped", "named", "none"] as const) {
    testExecutor({ name: `the imitation (${identity})`, make: async () => imitationWorld(identity).world, test });
  }
  // One code buys all reservations of Azure, and one those of AWS that have a name of ours: compute and RDS stand for them.
  for (const { name: service } of standingForAll(azureServices, ({ name }) => name === "compute")) {
    const make = () => sandboxWorld(`azure ${service}`);
    testExecutor({ name: `Azure ${service}`, make, optionalFields: ["tenantId"], test });
  }
  const savingsPlan = () => sandboxWorld("azure savings-plans");
  testExecutor({ name: "Azure savings plans", make: savingsPlan, optionalFields: ["tenantId"], test });
  testExecutor({ name: "EC2", make: () => sandboxWorld("aws ec2"), test });
  for (const service of standingForAll(["rds", "elasticache", "memorydb", "opensearch"], (name) => name === "rds")) {
    testExecutor({ name: `AWS ${service}`, make: () => sandboxWorld(`aws ${service}`), test });
  }
  testExecutor({ name: "GCP compute", make: () => gcpWorld(), test });
  for (const name of standingForAll(["GCP compute, pages of one and operations that take their time"], isNone)) {
    const gcp = { pageSize: 1, skusPerPage: 3, readsUntilDone: 4, readsUntilActive: 9 };
    testExecutor({ name, make: () => gcpWorld({ gcp }), test });
  }
  for (const name of standingForAll(["GCP compute, with GPUs"], isNone)) {
    testExecutor({ name, make: () => gcpWorld({}, withGpus), optionalFields: ["gpus", "localSsdGb"], test });
  }
  for (const name of standingForAll(["GCP licences"], isNone)) {
    const make = () => sandboxWorld("gcp compute-license");
    testExecutor({ name, make, optionalFields: ["coresPerLicense"], test });
  }
  testExecutor({ name: "savings plans", make: () => sandboxWorld("aws savings-plans"), test });
  testExecutor({ name: "Redshift", make: () => sandboxWorld("aws redshift"), test });
  for (const name of standingForAll(["gcp bigquery", "aws redshift-serverless", "aws medialive"], isNone)) {
    testExecutor({ name, make: () => sandboxWorld(name), test });
  }
});

proofDescribe("assumption: the contract is kept on EC2 hosts even where EC2 covers a host twice", () => {
  // The suite buys one thing several times, which EC2 refuses: test/aws/ec2-host/host-covered.test.ts.
  const make = () => sandboxWorld("aws ec2-host", { aws: { soldOnce: "sold" } });
  testExecutor({ name: "EC2 hosts", make, test });
});

proofDescribe(
  "assumption: the contract is kept at MediaConnect even where it sells a second one beside one that is active",
  () => {
    // The suite buys several, which MediaConnect refuses: test/aws/mediaconnect/mediaconnect-once.test.ts.
    const make = () => sandboxWorld("aws mediaconnect", { aws: { soldOnce: "sold" } });
    testExecutor({ name: "MediaConnect", make, test });
  },
);

proofDescribe("assumption: whatever Azure answers to a second PUT of one id, the contract is kept", () => {
  for (const secondPut of standingForAll(["already-exists", "session-timed-out"] as const, isFirst)) {
    const make = () => sandboxWorld("azure compute", { azure: { secondPut } });
    testExecutor({ name: secondPut, make, optionalFields: ["tenantId"], test });
  }
});

describe("assumption: whatever Azure does with a second PUT of one reservation alias, the contract is kept", () => {
  for (const secondPut of standingForAll(["buys-again", "existing", "already-exists"] as const, isFirst)) {
    const make = () =>
      sandboxWorld("azure compute", { azure: { reservationAlias: { secondPut } } }, { reservationFlow: "alias" });
    testExecutor({ name: secondPut, make, optionalFields: ["tenantId"], test });
  }
});

proofDescribe(
  "assumption: whatever Azure does with a second PUT of one savings plan alias, the contract is kept",
  () => {
    for (const secondPut of standingForAll(["buys-again", "already-exists"] as const, isFirst)) {
      const make = () => sandboxWorld("azure savings-plans", { azure: { savingsPlan: { secondPut } } });
      testExecutor({ name: secondPut, make, optionalFields: ["tenantId"], test });
    }
  },
);
