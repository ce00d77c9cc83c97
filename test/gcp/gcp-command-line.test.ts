import { describe, expect, test } from "vitest";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import { commandLine } from "../end-to-end/run-command-line.ts";
import { recommendation } from "./gcp-samples.ts";

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
});
