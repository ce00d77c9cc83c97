import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { loadSdk } from "../../providers/gcp/load-sdk.ts";
import { proofTest } from "../standing-for-all.ts";

const source = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Runs a program in which a package cannot be found; its standard output. */
async function withoutPackage(name: string, program: string): Promise<string> {
  const hooks = `import { registerHooks } from "node:module";
    registerHooks({ resolve(specifier, context, next) {
      if (!(specifier + "/").startsWith(${JSON.stringify(`${name}/`)})) return next(specifier, context);
      throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    } });`;
  const child = spawn(process.execPath, [
    "--import",
    `data:text/javascript,${encodeURIComponent(hooks)}`,
    "--input-type=module-typescript",
    "--eval",
    program,
  ]);
  let written = "";
  child.stdout.on("data", (chunk: Buffer) => (written += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (written += chunk.toString()));
  await new Promise((done) => child.on("close", done));
  return written;
}

const program = (work: string) => `
  import { createGcp } from ${JSON.stringify(source("providers/gcp/index.ts"))};
  import { marker, recommendation, submission } from ${JSON.stringify(source("test/gcp/gcp-samples.ts"))};
  const { compute } = createGcp({ endpoint: "http://127.0.0.1:9" }).services;
  const calmly = { signal: new AbortController().signal };
  const said = await ${work}.catch((thrown) => thrown);
  console.log(said.name, said.code, said.message);
  console.log(said.kind, said.left, said.providerCode, said.reason);
`;

describe("an SDK that is not installed", () => {
  test("a provider can be made, and a look-up names the package to install", async () => {
    const look = "compute.inventory.list(submission.scope, calmly).next()";
    expect(await withoutPackage("@google-cloud/compute", program(look))).toMatch(
      /^RefusedError invalid-configuration .*npm install @google-cloud\/compute@7\. Nothing was sent\./,
    );
  });

  proofTest("a version of it that has its clients elsewhere is loaded by its name", async () => {
    const look = "compute.inventory.list(submission.scope, calmly).next()";
    const said = await withoutPackage("@google-cloud/compute/build", program(look));
    expect(said).toMatch(/ECONNREFUSED/);
    expect(said).not.toContain("npm install");
  });

  test("a quote names the package of the prices", async () => {
    const quote = "compute.quote(recommendation, marker, calmly)";
    expect(await withoutPackage("@google-cloud/billing", program(quote))).toMatch(
      /^RefusedError invalid-configuration .*npm install @google-cloud\/billing@5/,
    );
  });

  test("a purchase is rejected, for nothing was sent", async () => {
    const buy = "compute.send(submission, { sentBefore: false })";
    expect(await withoutPackage("@google-cloud/compute", program(buy))).toMatch(
      /^rejected false invalid-configuration .*npm install @google-cloud\/compute@7/m,
    );
  });

  test("another error of loading stays what it is", async () => {
    const broken = new SyntaxError("broken");
    await expect(loadSdk("x", 1, async () => Promise.reject(broken))).rejects.toBe(broken);
  });
});
