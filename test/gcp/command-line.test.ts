import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox.ts";
import { commandLine } from "../end-to-end/command-line.ts";
import { recommendation } from "./samples.ts";

const execution = { executionId: "gcp-command-line", source: "test", recommendations: [recommendation] };

describe("the command line, with the real SDKs", () => {
  test("a service without an API: usage error, all of it said, nothing sent", async () => {
    await using sandbox = await startCloudSandbox();
    const refused = [recommendation, { provider: "gcp", service: "cloudsql" }];
    const cli = commandLine(sandbox, { ...execution, recommendations: refused });
    try {
      const { code, stdout } = await cli.drive();
      expect(code).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        error: {
          code: "invalid-execution",
          problems: [{ path: "recommendations[1].service", message: expect.stringContaining("console") }],
        },
      });
      expect(sandbox.requests).toEqual([]);
    } finally {
      cli.remove();
    }
  });

  test(
    "killed after every request that it makes: one more drive ends with exactly one commitment",
    { timeout: 300_000 },
    async () => {
      const calm = await driveAndKill(Infinity);
      expect(calm).toMatchObject({ killed: false, second: { code: 0 } });
      const { requests } = calm;
      expect(requests).toBeGreaterThanOrEqual(5);

      // Each waits for the dead driver's lease of 30 s, so they run side by side.
      const runs = await Promise.all(Array.from({ length: requests }, (_, index) => driveAndKill(index + 1)));
      for (const [index, { killed, second, commitments }] of runs.entries()) {
        const where = `killed after request ${index + 1} of ${requests}:\n${second.stderr}`;
        expect(killed, where).toBe(true);
        expect(second.code, where).toBe(0);
        expect(commitments, where).toHaveLength(1);
        expect(commitments[0]?.description, where).toContain(second.outcomes[0]?.token);
        expect(commitments[0]?.name, where).toBe(second.outcomes[0]?.commitment?.id);
      }
      console.log(`GCP: killed ${runs.length} times, after each of ${requests} requests: 1 commitment each time`);
    },
  );
});

async function driveAndKill(afterRequest: number) {
  await using sandbox = await startCloudSandbox({ gcp: { skusPerPage: 1_000 } });
  const cli = commandLine(sandbox, execution);
  try {
    const first = cli.start();
    let killed = false;
    sandbox.onRequest = async () => {
      if (killed || sandbox.requests.length < afterRequest) return;
      killed = true;
      first.process.kill("SIGKILL");
      await first.ended;
    };
    await first.ended;
    const requests = sandbox.requests.length;
    sandbox.onRequest = undefined;
    const second = await cli.drive("--wait");
    return { killed, requests, second, commitments: sandbox.commitments() };
  } finally {
    cli.remove();
  }
}
