import { expect, test } from "vitest";
import { read } from "../../providers/gcp/gcp-read.ts";
import { ApiError } from "../../providers/http/api-error.ts";
import { createSteppedEnvironment } from "../stepped-environment.ts";

test("after a refusal for too many requests all reads of that project wait, and those of another do not", async () => {
  const environment = createSteppedEnvironment();
  const begun = environment.now();
  const settings = { environment, readAttempts: 4, maxPages: 10 };
  const step = { purpose: "read", permission: "p", code: "lookup-failed", untrusted: "lookup-untrusted" } as const;
  const sent: [string, number][] = [];
  let refusals = 2;
  const readIn = (projectId: string) =>
    read({ step, settings, signal: new AbortController().signal, projectId }, async () => {
      sent.push([projectId, environment.now() - begun]);
      if (projectId !== "busy" || refusals === 0) return projectId;
      refusals -= 1;
      const retryAfter = refusals === 0 ? 30_000 : undefined;
      throw new ApiError({ status: 403, retryAfter }, { code: "rateLimitExceeded", message: "Slow down." });
    });
  const first = readIn("busy");
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
  const second = readIn("busy");
  expect(await readIn("free")).toBe("free");
  expect(await Promise.all([first, second])).toEqual(["busy", "busy"]);
  expect(sent.slice(0, 2)).toEqual([
    ["busy", 0],
    ["free", 0],
  ]);
  // The first one asks whether it is over, both wait again, and one asks once more before the other goes on.
  expect(sent.slice(2).map(([, at]) => at)).toEqual([1_000, 31_000, 31_000]);
});
