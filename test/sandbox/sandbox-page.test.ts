import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createAzure } from "../../providers/azure/index.ts";
import { type CloudSandbox, type FaultRule, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { awsCommands } from "../../providers/sandbox/aws/aws-sandbox-commands.ts";
import { azureCommands } from "../../providers/sandbox/azure/azure-sandbox-commands.ts";
import { gcpCommands } from "../../providers/sandbox/gcp/gcp-sandbox-commands.ts";
import { faultKinds } from "../../providers/sandbox/server/fault-kinds.ts";
import { faultSchema } from "../../providers/sandbox/server/fault.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { runCommand } from "../cli/run-command.ts";
import { fixtureExecution } from "../fixture-execution.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/sandbox.md"), "utf8");
const examples = [...page.matchAll(/^\| `(\{ "match"[^`]+\})` +\| ([^|]+?) +\| ([^|]+?) +\|$/gm)].map(
  ([, rule = "", says = "", bought = ""]) => [rule, says, bought] as const,
);
const rules = examples.map(([rule]) => JSON.parse(rule) as FaultRule);
const kinds = faultSchema.options.map(({ shape }) => shape.kind.value);

describe("docs/sandbox.md", () => {
  let sandbox: CloudSandbox;
  beforeEach(async () => void (sandbox = await startCloudSandbox()));
  afterEach(async () => sandbox.close());

  test("explains every fault, and has an example of each", async () => {
    const named = [...page.matchAll(/^\| `([a-z]+)` +\|[^|]+\|[^|]+\|$/gm)].map(([, name]) => name);
    expect(named).toEqual(kinds);
    expect(new Set(rules.map(({ fault }) => fault.kind))).toEqual(new Set(kinds));
    const listings = rules.flatMap(({ fault }) => (fault.kind === "listing" ? [fault.listing] : []));
    expect(listings).toEqual(faultSchema.options[7].shape.listing.options);
    const { stdout } = await runCommand(["sandbox", "--help"]);
    const plain = (text: string) => text.replaceAll(/[\s`|]+/g, " ");
    for (const [kind, { what, fields }] of Object.entries(faultKinds)) {
      expect(plain(page)).toContain(`${kind} ${what} ${fields}`);
      expect(plain(stdout)).toContain(` ${kind} ${what} (${fields})`);
    }
    expect(Object.keys(faultKinds)).toEqual(kinds);
  });

  test.each(examples)("%s", { timeout: 60_000 }, async (rule, says, bought) => {
    const { fault } = JSON.parse(rule) as FaultRule;
    const providers = [createAzure({ endpoint: sandbox.url, purchaseTimeout: 1000 })];
    let ahead = 0;
    const ledger = createMemoryLedger({ clock: () => Date.now() + ahead });
    const purchaser = createPurchaser({ ledger, providers });
    const [first] = fixtureExecution().recommendations;
    const drive = async (executionId: string) => {
      const execution = { executionId, source: "test", recommendations: [first] };
      const { outcomes } = await purchaser.drive(purchaser.validate(execution), {
        deadline: Date.now() + ahead + 20_000,
      });
      return outcomes.map(({ status, error }) =>
        error === undefined ? `\`${status}\`` : `\`${status}\`: \`${error.code}\``,
      );
    };
    const isStale = fault.kind === "listing" && fault.listing === "stale";
    if (isStale) sandbox.addFault(JSON.parse(rule) as FaultRule);
    if (fault.kind === "listing") {
      await drive("before");
      ahead = 20 * 60_000;
    }
    if (!isStale) sandbox.addFault(JSON.parse(rule) as FaultRule);
    expect([...(await drive("night")), `${sandbox.purchases()}`]).toEqual([says, bought]);
  });

  test("names every route that the sandbox has", () => {
    const named = [...page.matchAll(/^\| `(POST|GET|DELETE) \/_sandbox\/([a-z/-]+)`/gm)].map(
      ([, method, route]) => `${method} ${route}`,
    );
    const commands = Object.entries({ azure: azureCommands, aws: awsCommands, gcp: gcpCommands }).flatMap(
      ([cloud, all]) => Object.keys(all).map((command) => `POST ${cloud}/${command}`),
    );
    expect(named).toEqual(["DELETE faults", "GET requests", "GET state", ...commands]);
  });
});
