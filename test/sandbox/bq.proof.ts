// An independent client, as gcloud.proof.ts: what bq sends is Google's own wording of a purchase.
import { execFile, spawnSync } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import published from "../../fixtures/published/bigqueryreservation-v1.json" with { type: "json" };
import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import { googleEnvironment, sandboxFor } from "./support.ts";

const installed = spawnSync("bq", ["version"], { encoding: "utf8" }).status === 0;
if (!installed) console.log("bq is not installed: these checks are skipped.");

/** The published model as the discovery document that it is a part of. */
function discoveryDocument(rootUrl: string): object {
  const methods = Object.entries(published.methods).map(([name, method]) => {
    const parameterOrder = Object.entries(method.parameters as Readonly<Record<string, object>>).flatMap(
      ([parameter, described]) => ("required" in described ? [parameter] : []),
    );
    return [
      name,
      { ...method, id: `bigqueryreservation.projects.locations.capacityCommitments.${name}`, parameterOrder },
    ];
  });
  const capacityCommitments = { methods: Object.fromEntries(methods) as object };
  return {
    kind: "discovery#restDescription",
    name: "bigqueryreservation",
    version: "v1",
    protocol: "rest",
    rootUrl,
    servicePath: "",
    basePath: "",
    baseUrl: rootUrl,
    batchPath: "batch",
    parameters: {},
    schemas: Object.fromEntries(Object.entries(published.schemas).map(([id, schema]) => [id, { ...schema, id }])),
    resources: { projects: { resources: { locations: { resources: { capacityCommitments } } } } },
  };
}

/** Before the imitation: bq asks its endpoint for the discovery document, which the imitation does not have. */
async function withDiscovery({ url }: CloudSandbox): Promise<string> {
  const answer = async (request: IncomingMessage, origin: string) => {
    const path = request.url ?? "";
    if (path.startsWith("/$discovery/rest?")) return { status: 200, body: JSON.stringify(discoveryDocument(origin)) };
    const body = await text(request);
    const headers = { authorization: request.headers.authorization ?? "", "content-type": "application/json" };
    const sent = { method: request.method ?? "GET", headers, ...(body === "" ? {} : { body }) };
    const answered = await fetch(`${url}${path}`, sent);
    return { status: answered.status, body: await answered.text() };
  };
  const server = createServer((request, response) => {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    answer(request, origin).then(
      ({ status, body }) => response.writeHead(status, { "content-type": "application/json" }).end(body),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** bq on a sandbox, with nothing of the machine's own configuration: what a command answers. */
async function bqFor(sandbox: CloudSandbox) {
  const api = await withDiscovery(sandbox);
  const env = googleEnvironment();
  return async (...words: readonly string[]) => {
    const all = [`--api=${api}`, "--project_id=my-project-123", "--location=US", "--format=json", ...words];
    const { stdout } = await promisify(execFile)("bq", all, { env });
    return JSON.parse(stdout) as unknown;
  };
}

describe.skipIf(!installed)("bq at the imitation", () => {
  test("creates and lists a capacity commitment without a false error; an id that is there is refused", async () => {
    const sandbox = await sandboxFor();
    const bq = await bqFor(sandbox);
    const terms = ["--plan=ANNUAL", "--renewal_plan=NONE", "--slots=100", "--edition=ENTERPRISE"];
    const create = ["mk", "--capacity_commitment", ...terms, "by-bq"];
    const bought = {
      name: "projects/my-project-123/locations/US/capacityCommitments/by-bq",
      slotCount: "100",
      plan: "ANNUAL",
      renewalPlan: "NONE",
      edition: "ENTERPRISE",
    };
    expect(await bq(...create)).toMatchObject(bought);
    expect(await bq("ls", "--capacity_commitment")).toMatchObject([bought]);
    await expect(bq(...create)).rejects.toMatchObject({ stdout: expect.stringContaining("Already Exists") as string });
    expect(sandbox.capacityCommitments()).toMatchObject([{ id: "by-bq", slotCount: "100", renewalPlan: "NONE" }]);
  });
});
