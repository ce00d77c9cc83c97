import { aged } from "../aged.ts";
import { describe, expect, test } from "vitest";
import { judge } from "../../src/drive/judge-submission.ts";
import { startLoopback, type Arrived } from "./gcp-loopback.ts";
import { calmly, commitment, computeAt, missing, name, problem, submission, token } from "./gcp-samples.ts";

const other = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
const described = (by: string) => `cudly-idempotency-token=${by} purchase-automation=x`;

/** Resolves a submission with evidence, where Google shows these commitments, and for a number answers with that status. */
async function resolve(
  shown: Readonly<Record<string, object | number>>,
  evidence: readonly string[],
  owned: readonly string[] = [],
) {
  await using loopback = await startLoopback();
  loopback.on("get", (response, { path }: Arrived) => {
    const asked = path.split("/").at(-1) ?? "";
    const found = shown[asked];
    const [status, body] =
      found === undefined
        ? [404, missing(path.replace("/compute/v1/", ""))]
        : typeof found === "number"
          ? [found, problem(found, "backendError")]
          : [200, { ...commitment, name: asked, ...found }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const compute = computeAt(loopback.url, { readAttempts: 1 });
  return await compute.resolve({ ...submission, evidence }, { ...calmly, owned: new Set(owned), age: aged() });
}

describe("A2: what an answer named instead is read before anything is called absent", () => {
  test("it has our token: found, at the price that was quoted", async () => {
    expect(await resolve({ elsewhere: {} }, ["elsewhere"])).toMatchObject({
      kind: "found",
      by: "proof",
      found: { commitment: { id: "elsewhere", state: "ACTIVE", standing: "live", price: submission.price } },
    });
  });

  test("it has our name of another generation: found", async () => {
    expect(await resolve({ [`${name}-g1`]: { description: "" } }, [`${name}-g1`])).toMatchObject({
      kind: "found",
      found: { commitment: { id: `${name}-g1` } },
    });
  });

  test("the submission's own name goes first", async () => {
    const shown = { [name]: {}, elsewhere: {} };
    expect(await resolve(shown, ["elsewhere"])).toMatchObject({ kind: "found", found: { commitment: { id: name } } });
  });

  test("one that is found counts, though another cannot be told", async () => {
    const shown = { strange: { description: "by hand" }, elsewhere: {} };
    expect(await resolve(shown, ["strange", "elsewhere"])).toMatchObject({
      kind: "found",
      found: { commitment: { id: "elsewhere" } },
    });
  });

  test.each<[string, Readonly<Record<string, object | number>>, readonly string[], RegExp]>([
    ["no token", { elsewhere: { description: "by hand" } }, ["elsewhere"], /says nothing of whose it is/],
    [
      "no token, and is still being created",
      { elsewhere: { description: "", status: "CREATING" } },
      ["elsewhere"],
      /CREATING/,
    ],
    ["no token, and is cancelled", { elsewhere: { description: "", status: "CANCELLED" } }, ["elsewhere"], /CANCELLED/],
    [
      "our token, and is still being created",
      { elsewhere: { status: "CREATING" } },
      ["elsewhere"],
      /still being created/,
    ],
    ["our token, and is something else", { elsewhere: { plan: "THIRTY_SIX_MONTH" } }, ["elsewhere"], /something else/],
    ["it cannot be read", { elsewhere: 503 }, ["elsewhere"], /could not be read/],
    ["it may not be read", { elsewhere: 403 }, ["elsewhere"], /could not be read/],
    [
      "it is in another region",
      {},
      ["projects/my-project-123/regions/us-east1/commitments/x"],
      /is not in GCP project/,
    ],
    [
      "one of two cannot be told",
      { elsewhere: { description: "" } },
      ["gone", "elsewhere"],
      /says nothing of whose it is/,
    ],
  ])("%s: unclear, never absent", async (_what, shown, evidence, reason) => {
    expect(await resolve(shown, evidence)).toMatchObject({ kind: "unclear", reason: expect.stringMatching(reason) });
  });

  test.each<[string, Readonly<Record<string, object>>, readonly string[], readonly string[]]>([
    ["it is not there", {}, ["elsewhere"], []],
    ["it has another token", { elsewhere: { description: described(other) } }, ["elsewhere"], []],
    [
      "it has another token's name",
      { "cud-cccccccccccccccccccccccccccccccc": { description: "" } },
      ["cud-cccccccccccccccccccccccccccccccc"],
      [],
    ],
    ["it is another recommendation's by the ledger", { elsewhere: { description: "" } }, ["elsewhere"], ["elsewhere"]],
    [
      "it is over, and says nothing of whose it was",
      { elsewhere: { description: "", status: "EXPIRED" } },
      ["elsewhere"],
      [],
    ],
    ["it is our own name, which is not there", {}, [name], []],
  ])("%s: it proves nothing against absence", async (_what, shown, evidence, owned) => {
    expect(await resolve(shown, evidence, owned)).toEqual({
      kind: "absent",
      reason: `Google shows no commitment ${name}`,
    });
  });

  test("A18: our name with another token in its description is for a person, who is not shown the token", async () => {
    const resolution = await resolve({ [name]: { description: described(other) } }, []);
    const judged = judge({ resolution, age: aged(0) }, submission, computeAt("http://127.0.0.1:1"));
    expect(judged).toMatchObject({ kind: "other", reason: expect.stringContaining("another recommendation's token") });
    for (const secret of [token, other]) expect(JSON.stringify(judged)).not.toContain(secret);
  });
});
