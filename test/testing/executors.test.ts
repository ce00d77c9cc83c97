import { describe, test } from "vitest";
import { azureServices } from "../../providers/azure/azure-services.ts";
import { type TestExecutorOptions, testExecutor } from "../../src/testing/test-executor.ts";
import { standingForAll } from "../standing-for-all.ts";
import { gcpWorld, imitationWorld, sandboxWorld, withGpus } from "./executor-worlds.ts";

type Tested = Omit<TestExecutorOptions, "test">;

const tenant = { optionalFields: ["tenantId"] };
const slow = { pageSize: 1, skusPerPage: 3, readsUntilDone: 4, readsUntilActive: 9 };

const executors: readonly Tested[] = [
  ...(["minted", "chosen", "stamped", "named", "none"] as const).map((identity) => ({
    name: `the imitation (${identity})`,
    make: async () => imitationWorld(identity).world,
  })),
  ...azureServices.map(({ name }) => ({
    name: `Azure ${name}`,
    make: () => sandboxWorld(`azure ${name}`),
    ...tenant,
  })),
  { name: "Azure savings plans", make: () => sandboxWorld("azure savings-plans"), ...tenant },
  { name: "EC2", make: () => sandboxWorld("aws ec2") },
  ...["rds", "elasticache", "memorydb", "opensearch"].map((name) => ({
    name: `AWS ${name}`,
    make: () => sandboxWorld(`aws ${name}`),
  })),
  { name: "savings plans", make: () => sandboxWorld("aws savings-plans") },
  { name: "Redshift", make: () => sandboxWorld("aws redshift") },
  { name: "Redshift Serverless", make: () => sandboxWorld("aws redshift-serverless") },
  { name: "MediaLive", make: () => sandboxWorld("aws medialive") },
  { name: "GCP compute", make: () => gcpWorld() },
  { name: "GCP compute, pages of one and operations that take their time", make: () => gcpWorld({ gcp: slow }) },
  {
    name: "GCP compute, with GPUs",
    make: () => gcpWorld({}, withGpus),
    optionalFields: ["gpus", "localSsdGb"],
  },
  {
    name: "GCP licences",
    make: () => sandboxWorld("gcp compute-license"),
    optionalFields: ["coresPerLicense"],
  },
  { name: "BigQuery", make: () => sandboxWorld("gcp bigquery") },
];

/**
 * One of each way to know what was bought: by nothing, an id that is minted, a tag that comes afterwards, a name of ours, a
 * client token, a name whose operation is awaited. Each service has tests of its own besides.
 */
const few = ["the imitation (none)", "Azure compute", "EC2", "AWS rds", "savings plans", "GCP compute"];

describe("every executor keeps the contract", () => {
  for (const each of standingForAll(executors, ({ name }) => few.includes(name))) testExecutor({ ...each, test });
});

const assumptions: readonly (readonly [string, readonly Tested[]])[] = [
  [
    "assumption: the contract is kept on EC2 hosts even where EC2 covers a host twice",
    // The suite buys one thing several times, which EC2 refuses: test/aws/ec2-host/host-covered.test.ts.
    [{ name: "EC2 hosts", make: () => sandboxWorld("aws ec2-host", { aws: { soldOnce: "sold" } }) }],
  ],
  [
    "assumption: the contract is kept at MediaConnect even where it sells a second one beside one that is active",
    // The suite buys several, which MediaConnect refuses: test/aws/mediaconnect/mediaconnect-once.test.ts.
    [{ name: "MediaConnect", make: () => sandboxWorld("aws mediaconnect", { aws: { soldOnce: "sold" } }) }],
  ],
  [
    "assumption: whatever Azure answers to a second PUT of one id, the contract is kept",
    (["already-exists", "session-timed-out"] as const).map((secondPut) => ({
      name: secondPut,
      make: () => sandboxWorld("azure compute", { azure: { secondPut } }),
      ...tenant,
    })),
  ],
  [
    "assumption: whatever Azure does with a second PUT of one reservation alias, the contract is kept",
    (["buys-again", "existing", "already-exists"] as const).map((secondPut) => ({
      name: secondPut,
      make: () =>
        sandboxWorld("azure compute", { azure: { reservationAlias: { secondPut } } }, { reservationFlow: "alias" }),
      ...tenant,
    })),
  ],
  [
    "assumption: whatever Azure does with a second PUT of one savings plan alias, the contract is kept",
    (["buys-again", "already-exists"] as const).map((secondPut) => ({
      name: secondPut,
      make: () => sandboxWorld("azure savings-plans", { azure: { savingsPlan: { secondPut } } }),
      ...tenant,
    })),
  ],
];

/** An alias that buys again is the worst of them. */
for (const [assumption, all] of standingForAll(assumptions, ([name]) => name.includes("reservation alias"))) {
  describe(assumption, () => {
    for (const each of standingForAll(all, (_each, position) => position === 0)) testExecutor({ ...each, test });
  });
}
