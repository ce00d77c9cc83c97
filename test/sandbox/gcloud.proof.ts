// An independent client: what it buys and reads shows that our client and our imitation do not merely agree with each other.
import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { googleEnvironment, sandboxFor } from "./support.ts";

const installed = spawnSync("gcloud", ["--version"], { encoding: "utf8" }).status === 0;
if (!installed) console.log("gcloud is not installed: these checks are skipped.");

/** gcloud on a sandbox, with nothing of the machine's own configuration: what a command answers. */
function gcloudFor({ url }: CloudSandbox) {
  const env = { ...googleEnvironment(), CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE: `${url}/compute/v1/` };
  return async (...words: readonly string[]) => {
    const all = ["compute", "commitments", ...words, "--project", "my-project-123", "--format", "json"];
    const { stdout, stderr } = await promisify(execFile)("gcloud", all, { env });
    expect(stderr).not.toMatch(/ERROR|WARNING/);
    return JSON.parse(stdout) as unknown;
  };
}

describe.skipIf(!installed)("gcloud at the imitation", () => {
  const place = ["--region", "us-central1"];
  const create = ["create", "by-gcloud", ...place, "--plan", "12-month", "--type", "general-purpose-n2"];
  const resources = ["--resources", "vcpu=8,memory=32GB"];

  test("creates a commitment without a false error", async () => {
    const sandbox = await sandboxFor();
    await gcloudFor(sandbox)(...create, ...resources);
    expect(sandbox.commitments()).toHaveLength(1);
  });

  test("creates, lists and describes a commitment without a false error; a name that is taken is refused", async () => {
    const sandbox = await sandboxFor();
    const gcloud = gcloudFor(sandbox);
    expect(await gcloud("list")).toEqual([]);
    await gcloud(...create, ...resources);
    const bought = { name: "by-gcloud", plan: "TWELVE_MONTH", type: "GENERAL_PURPOSE_N2" };
    expect(await gcloud("list")).toMatchObject([bought]);
    expect(await gcloud("describe", "by-gcloud", ...place)).toMatchObject({ ...bought, autoRenew: false });
    await expect(gcloud(...create, ...resources)).rejects.toThrow("already exists");
    expect(sandbox.commitments()).toHaveLength(1);
  });

  test("creates one of GPUs with a reservation that is there, and one of licences", async () => {
    const sandbox = await sandboxFor();
    const gcloud = gcloudFor(sandbox);
    const terms = [...place, "--plan", "12-month"];
    const gpus = ["--resources-accelerator", "count=4,type=nvidia-l4"];
    const reservation = ["--existing-reservation", "name=inference,zone=us-central1-a"];
    await gcloud("create", "gpus", ...terms, "--type", "graphics-optimized", ...resources, ...gpus, ...reservation);
    const license = "https://www.googleapis.com/compute/v1/projects/suse-sap-cloud/global/licenses/sles-sap-15";
    const amount = ["--license", license, "--amount", "2", "--cores-per-license", "3-4"];
    await gcloud("create-license", "licences", ...terms, ...amount);
    expect(await gcloud("list")).toMatchObject([
      { name: "gpus", type: "GRAPHICS_OPTIMIZED", category: "MACHINE" },
      { name: "licences", category: "LICENSE", licenseResource: { amount: "2", coresPerLicense: "3-4", license } },
    ]);
    expect(sandbox.commitments()).toMatchObject([
      {
        resources: expect.arrayContaining([
          { type: "ACCELERATOR", amount: "4", acceleratorType: "nvidia-l4" },
        ]) as unknown,
        existingReservations: [expect.stringMatching(/\/zones\/us-central1-a\/reservations\/inference$/)],
      },
      { category: "LICENSE" },
    ]);
  });
});
