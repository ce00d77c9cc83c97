import { describe, expect, test } from "vitest";
import { gpus } from "../../providers/gcp/compute/gcp-gpus.ts";
import { families } from "../../providers/gcp/compute/gcp-families.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { InvalidExecutionError } from "../../src/contract/errors.ts";
import type { ServiceExecutor } from "../../src/contract/executor.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import { validateExecution } from "../../src/drive/validate.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { sandboxFor } from "../sandbox/support.ts";
import { withGpus } from "../testing/executor-worlds.ts";
import { ok, startLoopback } from "./gcp-loopback.ts";
import { calmly, commitment, fakeEnvironment, marker, recommendation, submission } from "./gcp-samples.ts";

const machines: AnyRecommendation = { ...recommendation, ...withGpus };
const license = "projects/suse-sap-cloud/global/licenses/sles-sap-15";
const licenses: AnyRecommendation = {
  provider: "gcp",
  service: "compute-license",
  projectId: "my-project-123",
  region: "us-central1",
  license,
  quantity: 2,
  coresPerLicense: "3-4",
  sku: "0A1B-2C3D-4E5F",
  term: "P1Y",
  autoRenew: false,
};

function executorAt(endpoint: string, service: string): ServiceExecutor {
  const settings = { endpoint, environment: fakeEnvironment(), readAttempts: 1 };
  return createGcp(settings).services[service] as ServiceExecutor;
}

async function quoted(wanted: AnyRecommendation): Promise<unknown> {
  const { url } = await sandboxFor();
  return executorAt(url, wanted.service)
    .quote(wanted, marker, calmly)
    .catch((thrown: unknown) => thrown);
}

function problemsOf(recommendation_: AnyRecommendation): readonly string[] {
  try {
    validateExecution({ executionId: "x", source: "test", recommendations: [recommendation_] }, [createGcp()]);
    return [];
  } catch (error) {
    if (!InvalidExecutionError.isInstance(error)) throw error;
    return error.problems.map(({ path, message }) => `${path.replace("recommendations[0]", "")} ${message}`);
  }
}

describe("GPUs and local SSDs", () => {
  test("the price is that of all parts: GPUs by the hour, local SSDs by the month; and all of them are sent", async () => {
    expect(await quoted(machines)).toMatchObject({
      // (8 × 0.015738 + 32 × 0.001844 + 4 × 0.35) × 8,760 + 750 × 0.0504 × 12
      price: { amount: "14337.42912", currency: "USD" },
      request: {
        type: "GRAPHICS_OPTIMIZED",
        resources: [
          { type: "VCPU", amount: "8" },
          { type: "MEMORY", amount: "32768" },
          { type: "ACCELERATOR", acceleratorType: "nvidia-l4", amount: "4" },
          { type: "LOCAL_SSD", amount: "750" },
        ],
        existingReservations: [
          "https://www.googleapis.com/compute/v1/projects/my-project-123/zones/us-central1-a/reservations/inference",
        ],
      },
    });
    expect(await quoted({ ...machines, term: "P3Y" })).toMatchObject({
      // (8 × 0.011241 + 32 × 0.001317 + 4 × 0.25) × 26,280 + 750 × 0.036 × 36
      price: { amount: "30722.85216" },
    });
  });

  test("a part that the list does not have refuses the whole", async () => {
    const missing = { ...machines, machineFamily: "N1", gpus: { type: "nvidia-tesla-t4", count: 1 } };
    expect(await quoted(missing)).toMatchObject({
      code: "not-offered",
      message: expect.stringContaining('"Commitment v1: Nvidia Tesla T4 GPU running in ..."'),
    });
    // Z3's have a SKU of their own; the shared one is no price for them, and it is not sold for three years.
    const z3 = { ...recommendation, machineFamily: "Z3", localSsdGb: 375, existingReservations: [] };
    expect(await quoted(z3)).toMatchObject({ code: "not-offered", message: expect.stringContaining("Z3") });
  });

  test.each<[string, object, string]>([
    [
      "GPUs of other machines",
      { machineFamily: "N2" },
      ".gpus.type must be a GPU of N2 machines: nvidia-l4 is one of G2",
    ],
    ["an unknown GPU", { gpus: { type: "nvidia-gb200", count: 1 } }, ".gpus.type must be a GPU that is sold here: "],
    ["no GPU", { gpus: { type: "nvidia-l4", count: 0 } }, ".gpus.count must be at least 1"],
    ["a list of GPUs", { gpus: [{ type: "nvidia-l4", count: 1 }] }, ".gpus "],
    [
      "GPUs without reservations",
      { existingReservations: undefined },
      ".existingReservations must name the reservations",
    ],
    [
      "GPUs with none",
      { existingReservations: [] },
      ".existingReservations must name the reservations that hold the GPUs",
    ],
    ["half a disk", { localSsdGb: 200 }, ".localSsdGb must be"],
    [
      "reservations unsaid beside local SSDs",
      { gpus: undefined, existingReservations: undefined },
      "or [] for the few",
    ],
    [
      "another region's reservation",
      { existingReservations: ["us-east1-b/inference"] },
      ".existingReservations must be in zones of us-central1: us-east1-b/inference is not",
    ],
    ["no zone", { existingReservations: ["inference"] }, ".existingReservations[0] must be a zone and the name"],
    [
      "one twice",
      { existingReservations: ["us-central1-a/one", "us-central1-a/one"] },
      ".existingReservations must name each reservation once",
    ],
    ["one to be created", { reservations: [{ name: "new" }] }, ".reservations is not a known field"],
  ])("refused before anything is sent: %s", (_what, change, problem) => {
    const [said = "", ...more] = problemsOf({ ...machines, ...change });
    expect([said.includes(problem) ? problem : said, ...more.filter((each) => !each.includes("disk"))]).toEqual([
      problem,
    ]);
  });

  test("local SSDs that Google sells without a reservation", () => {
    const z3 = { ...recommendation, machineFamily: "Z3", localSsdGb: 375, existingReservations: [] };
    expect(problemsOf(z3)).toEqual([]);
  });

  test("the words of one GPU begin neither another's nor those of machines", () => {
    const words = [
      ...Object.entries(gpus).map(([name, { beginnings }]) => ({ name, words: [...beginnings] })),
      ...Object.entries(families).flatMap(([name, { vcpus, memory }]) => [{ name, words: [...vcpus, ...memory] }]),
      ...[...new Set(Object.values(families).flatMap(({ localSsd }) => localSsd))].map((one) => ({
        name: one,
        words: [one],
      })),
    ];
    for (const { name, words: own } of words) {
      const others = words.filter((one) => one.name !== name).flatMap((one) => one.words);
      expect(own.filter((text) => others.some((other) => other.startsWith(text)))).toEqual([]);
    }
  });
});

describe("what is under the name is adopted only where it is the same", () => {
  const sent = {
    ...commitment,
    type: "GRAPHICS_OPTIMIZED",
    resources: [
      { type: "VCPU", amount: "8" },
      { type: "MEMORY", amount: "32768" },
      { type: "ACCELERATOR", acceleratorType: "nvidia-l4", amount: "4" },
      { type: "LOCAL_SSD", amount: "750" },
    ],
  };
  const own = "https://compute.googleapis.com/compute/v1/projects/123456789012/zones/us-central1-a/reservations";
  const [, , gpu, ssd] = sent.resources;
  const without = (part: object | undefined) => sent.resources.filter((each) => each !== part);

  async function seen(wanted: AnyRecommendation, shown: object) {
    await using loopback = await startLoopback();
    loopback.on("get", ok(shown));
    const executor = executorAt(loopback.url, wanted.service);
    const listed = await executor.inventory.read(submission.scope, commitment.name, calmly);
    const { decisive, ifStated } = executor.factsOf(wanted);
    const facts = listed?.facts ?? {};
    return [
      ...Object.keys(decisive).filter((field) => decisive[field] !== facts[field]),
      ...Object.keys(ifStated).filter((field) => facts[field] !== undefined && ifStated[field] !== facts[field]),
    ];
  }

  test.each<[string, object, readonly string[]]>([
    ["the same, its reservations unsaid", sent, []],
    ["its reservations by the project's number", { ...sent, existingReservations: [`${own}/inference`] }, []],
    ["another reservation", { ...sent, existingReservations: [`${own}/other`] }, ["existingReservations"]],
    [
      "a link for the GPU's type",
      {
        ...sent,
        resources: [...without(gpu), { ...gpu, acceleratorType: "projects/p/zones/z/acceleratorTypes/nvidia-l4" }],
      },
      [],
    ],
    [
      "another GPU",
      { ...sent, resources: [...without(gpu), { ...gpu, acceleratorType: "nvidia-b200" }] },
      ["resources"],
    ],
    ["no type of GPU", { ...sent, resources: [...without(gpu), { type: "ACCELERATOR", amount: "4" }] }, ["resources"]],
    ["more GPUs", { ...sent, resources: [...without(gpu), { ...gpu, amount: "5" }] }, ["resources"]],
    ["no GPUs", { ...sent, resources: without(gpu) }, ["resources"]],
    ["no local SSDs", { ...sent, resources: without(ssd) }, ["resources"]],
    ["licences too", { ...sent, licenseResource: { license: "x", amount: "1" } }, ["licenseResource"]],
  ])("machines: %s", async (_what, shown, differences) => {
    expect(await seen(machines, shown)).toEqual(differences);
  });

  const { type: _type, resources: _resources, ...rest } = commitment;
  const link = `https://www.googleapis.com/compute/v1/${license}`;
  const resource = { license: link, amount: "2", coresPerLicense: "3-4" };
  const bought = { ...rest, category: "LICENSE", licenseResource: resource };
  test.each<[string, object, readonly string[]]>([
    ["the same", bought, []],
    ["a partial link", { ...bought, licenseResource: { ...resource, license } }, []],
    ["another licence", { ...bought, licenseResource: { ...resource, license: `${link}-sp1` } }, ["licenseResource"]],
    ["more of them", { ...bought, licenseResource: { ...resource, amount: "3" } }, ["licenseResource"]],
    ["other cores", { ...bought, licenseResource: { ...resource, coresPerLicense: "5+" } }, ["licenseResource"]],
    ["no cores", { ...bought, licenseResource: { license: link, amount: "2" } }, ["licenseResource"]],
    ["a resource that cannot be read", { ...bought, licenseResource: { amount: "2" } }, ["licenseResource"]],
    ["machines", { ...commitment, description: bought.description }, ["category", "resources", "licenseResource"]],
  ])("licences: %s", async (_what, shown, differences) => {
    expect(await seen(licenses, shown)).toEqual(differences);
  });
});

describe("licences", () => {
  test("the price is that of the SKU that is named; no type is sent", async () => {
    expect(await quoted(licenses)).toMatchObject({
      // 2 × 0.2 × 8,760
      price: { amount: "3504", currency: "USD" },
      request: {
        category: "LICENSE",
        plan: "TWELVE_MONTH",
        autoRenew: false,
        licenseResource: {
          license: "https://www.googleapis.com/compute/v1/projects/suse-sap-cloud/global/licenses/sles-sap-15",
          amount: "2",
          coresPerLicense: "3-4",
        },
      },
    });
    expect(await quoted(licenses)).not.toHaveProperty("request.type");
    expect(await quoted(licenses)).not.toHaveProperty("request.resources");
  });

  test.each<[string, object, string]>([
    ["a SKU that is not there", { sku: "FFFF-FFFF-FFFF" }, "has no commitment with the SKU FFFF-FFFF-FFFF"],
    ["one of another term", { term: "P3Y" }, "is Commit1Yr, not Commit3Yr"],
    ["one of machines", { sku: "0000-0000-0000" }, "is one of Compute, and no licence"],
  ])("refused: %s", async (_what, change, said) => {
    expect(await quoted({ ...licenses, ...change })).toMatchObject({
      code: "not-offered",
      message: expect.stringContaining(said),
    });
  });

  test.each<[string, object, string]>([
    ["a name for the licence", { license: "sles-sap-15" }, ".license must be the path of a licence"],
    ["a link for it", { license: `https://www.googleapis.com/compute/v1/${license}` }, ".license must be"],
    ["cores that are none", { coresPerLicense: "8" }, '.coresPerLicense must be "1-2", "3-4" or "5+"'],
    ["no SKU", { sku: undefined }, ".sku is required"],
    ["none of them", { quantity: 0 }, ".quantity must be at least 1"],
    ["renewal unsaid", { autoRenew: undefined }, ".autoRenew is required"],
    ["a machine family", { machineFamily: "N2" }, ".machineFamily is not a known field"],
  ])("refused before anything is sent: %s", (_what, change, problem) => {
    expect(problemsOf({ ...licenses, ...change })).toEqual([expect.stringContaining(problem)]);
  });
});

describe("through the drive", () => {
  const execution = { executionId: "gpus-and-licences", source: "test", recommendations: [machines, licenses] };

  async function drive(sandbox: CloudSandbox, changed: object = {}) {
    const environment = fakeEnvironment();
    const providers = [createGcp({ endpoint: sandbox.url, environment, purchaseTimeout: 5_000, readTimeout: 5_000 })];
    const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers, environment });
    const recommendations = [{ ...machines, ...changed }, licenses];
    const { outcomes } = await purchaser.drive({ ...execution, recommendations }, { deadline: Date.now() + 600_000 });
    return outcomes.map(({ status, error }) => error?.code ?? status);
  }

  test("each is bought once, found without the ledger, and not taken for one of other terms", async () => {
    const sandbox = await sandboxFor();
    expect(await drive(sandbox)).toEqual(["purchased", "purchased"]);
    expect(await drive(sandbox)).toEqual(["already-purchased", "already-purchased"]);
    expect(await drive(sandbox, { localSsdGb: 375 })).toEqual(["commitment-mismatch", "already-purchased"]);
    expect(sandbox.commitments().map(({ category }) => category)).toEqual(["MACHINE", "LICENSE"]);
    expect(sandbox.purchaseRequests().length).toBe(2);
  });
});

test("B15: reservations in another order on the second drive are no other purchase, another one is", async () => {
  const { url } = await sandboxFor();
  const providers = [createGcp({ endpoint: url, environment: fakeEnvironment() })];
  const purchaser = createPurchaser({ ledger: createMemoryLedger(), providers });
  const [one, two, three] = ["us-central1-a/one", "us-central1-a/two", "us-central1-b/one"];
  const codes = [];
  for (const existingReservations of [
    [one, two],
    [two, one],
    [two, three],
  ]) {
    const maxPrice = { amount: "0.01", currency: "USD" };
    const recommendations = [{ ...machines, existingReservations, maxPrice }];
    const { outcomes } = await purchaser.drive({ executionId: "order", source: "test", recommendations });
    codes.push(outcomes[0]?.error?.code);
  }
  expect(codes).toEqual(["price-above-limit", "price-above-limit", "execution-changed"]);
});

describe("the imitation refuses what Google refuses", () => {
  const l4 = { type: "ACCELERATOR", amount: "4", acceleratorType: "nvidia-l4" };
  const link = "https://www.googleapis.com/compute/v1/projects/my-project-123/zones";
  test.each<[string, object]>([
    ["GPUs without a reservation", { resources: [l4] }],
    ["GPUs without a type", { resources: [{ type: "ACCELERATOR", amount: "4" }] }],
    ["a type of vCPUs", { resources: [{ ...l4, type: "VCPU" }] }],
    ["another region's reservation", { resources: [l4], existingReservations: [`${link}/us-east1-b/reservations/x`] }],
    ["half a disk", { resources: [{ type: "LOCAL_SSD", amount: "200" }] }],
    ["machines without resources", { resources: [] }],
    ["licences without their resource", { category: "LICENSE", type: undefined, resources: undefined }],
    [
      "SAP's licences without cores",
      {
        category: "LICENSE",
        type: undefined,
        resources: undefined,
        licenseResource: { license: "https://x/projects/suse-sap-cloud/global/licenses/sles-sap-15", amount: "1" },
      },
    ],
    ["a reservation to be created", { resources: [l4], reservations: [{ name: "x" }] }],
  ])("%s", async (_what, change) => {
    const sandbox = await sandboxFor();
    const { description, name, plan, autoRenew, category, type, resources } = commitment;
    const answer = await fetch(`${sandbox.url}/compute/v1/projects/my-project-123/regions/us-central1/commitments`, {
      method: "POST",
      headers: { authorization: "Bearer dummy", "content-type": "application/json" },
      body: JSON.stringify({ description, name, plan, autoRenew, category, type, resources, ...change }),
    });
    expect(answer.status).toBe(400);
    expect(sandbox.purchases()).toBe(0);
  });
});
