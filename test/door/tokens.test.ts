import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DoorScope, doorScopes } from "../../src/door/door-parts.ts";
import { staticTokens } from "../../src/door/static-tokens.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";

const hashOf = (token: string) => createHash("sha256").update(token).digest("hex");
const token = (name: string, scopes: readonly DoorScope[], executionIdPrefix?: string) => ({
  name,
  sha256: hashOf(`secret-of-${name}`),
  scopes,
  ...(executionIdPrefix === undefined ? {} : { executionIdPrefix }),
});
const bearer = (name: string) => ({ authorization: `Bearer secret-of-${name}` });

const tokens = [
  token("engine", ["read", "write", "quote"], "engine-"),
  token("other", ["read", "write"], "other-"),
  token("finance", ["read", "approve", "all"]),
  token("reader", ["read"]),
  token("auditor", ["read", "all"]),
];

let world: World;
let authenticates = true;
beforeAll(async () => {
  const { authenticate: known } = staticTokens(JSON.stringify({ tokens }), "tokens.json");
  world = await startWorld(() => ({
    authenticate: (request) => {
      if (authenticates) return known(request);
      throw new Error("the keys cannot be fetched: secret-of-engine");
    },
  }));
});
afterAll(() => world.close());

const wait = { prefer: "wait=30" };
const body = { ...executionOf(ec2) };
const put = (id: string, by: string, query = "") =>
  ask(world.url, "PUT", `/v1/executions/${id}${query}`, {
    body: { ...body, executionId: id },
    headers: { ...wait, ...bearer(by) },
  });
const get = (path: string, by: string) => ask(world.url, "GET", path, { headers: bearer(by) });

describe("who calls", () => {
  test.each([
    ["nobody", {}],
    ["an unknown token", { authorization: "Bearer secret" }],
    ["another scheme", { authorization: "Basic secret-of-engine" }],
    ["the hash itself", { authorization: `Bearer ${hashOf("secret-of-engine")}` }],
    ["a name", { authorization: "Bearer engine" }],
    ["nothing", { authorization: "Bearer " }],
  ])("%s: 401, whatever is asked", async (_, headers) => {
    for (const [method, path] of [
      ["GET", "/v1/executions"],
      ["PUT", "/v1/executions/engine-0"],
      ["GET", "/v1/nothing"],
    ] as const) {
      const said = await ask(world.url, method, path, { headers, ...(method === "PUT" ? { body } : {}) });
      expect(said).toMatchObject({ status: 401, json: { code: "not-authenticated" } });
      expect(said.headers.get("www-authenticate")).toBe("Bearer");
    }
    expect(await world.ledger.recorded("engine-0")).toBeUndefined();
  });

  test("what is about the server itself anybody may ask", async () => {
    for (const path of ["/livez", "/readyz", "/openapi.json", "/errors/internal"]) {
      expect((await ask(world.url, "GET", path)).status).toBe(200);
    }
  });

  test("who calls cannot be found out: nothing is carried out, and nothing of the error is shown", async () => {
    authenticates = false;
    const said = await put("engine-0", "engine").finally(() => (authenticates = true));
    expect(said).toMatchObject({ status: 500, json: { code: "internal" } });
    expect(said.text).not.toContain("secret");
    expect(world.errors.splice(0)).toHaveLength(1);
    expect(await world.ledger.recorded("engine-0")).toBeUndefined();
  });

  test("each route needs its scope", async () => {
    await put("engine-scopes", "engine", "?requireApproval=true");
    const own = "/v1/executions/engine-scopes";
    const needed = [
      ["PUT", own, "write"],
      ["POST", "/v1/executions", "write"],
      ["GET", own, "read"],
      ["GET", "/v1/executions", "read"],
      ["GET", `${own}/terms`, "read"],
      ["GET", `${own}/recommendations/0/history`, "read"],
      ["POST", `${own}/redrive`, "write"],
      ["POST", `${own}/cancellation`, "write"],
      ["POST", `${own}/approval`, "approve"],
      ["POST", `${own}/recommendations/0/resolution`, "resolve"],
      ["POST", "/v1/quotes", "quote"],
    ] as const;
    for (const [method, path, scope] of needed) {
      for (const { name, scopes } of tokens) {
        if (scopes.includes(scope)) continue;
        const said = await ask(world.url, method, path, {
          headers: bearer(name),
          ...(method === "GET" ? {} : { body: {} }),
        });
        expect(said, `${method} ${path} by ${name}`).toMatchObject({ status: 403, json: { code: "not-permitted" } });
        expect(said.json.detail).toContain(scope);
      }
    }
    expect(new Set(needed.map(([, , scope]) => scope))).toEqual(new Set(doorScopes.filter((scope) => scope !== "all")));
  });
});

describe("whose execution it is", () => {
  test("another caller does not see it, cannot touch it, and is not told whose it is", async () => {
    await put("engine-own", "engine");
    for (const [method, path] of [
      ["GET", "/v1/executions/engine-own"],
      ["GET", "/v1/executions/engine-own/terms"],
      ["GET", "/v1/executions/engine-own/recommendations/0/history"],
      ["POST", "/v1/executions/engine-own/redrive"],
      ["POST", "/v1/executions/engine-own/cancellation"],
    ] as const) {
      const asBody = path.endsWith("cancellation") ? { body: { reason: "r" } } : {};
      const said = await ask(world.url, method, path, { headers: bearer("other"), ...asBody });
      const unknown = await ask(world.url, method, path.replace("engine-own", "engine-none"), {
        headers: bearer("other"),
        ...asBody,
      });
      expect(said, path).toMatchObject({ status: 404, json: { code: "not-found" } });
      expect(said.text).toBe(unknown.text);
    }
    expect((await get("/v1/executions", "other")).json.executions).toEqual([]);
    expect((await get("/v1/executions/engine-own", "auditor")).json.state).toBe("complete");
    expect((await get("/v1/executions?state=complete", "auditor")).json.executions).toMatchObject([
      { executionId: "engine-own" },
    ]);
    expect((await world.ledger.recorded("engine-own"))?.execution.cancelled).toBeUndefined();
  });

  test("an id has to begin as the caller's do", async () => {
    const said = await put("engine-of-another", "other");
    expect(said).toMatchObject({
      status: 403,
      json: { code: "not-permitted", problems: [{ pointer: "#/executionId" }] },
    });
    expect(await world.ledger.recorded("engine-of-another")).toBeUndefined();
  });

  test("one that the command line recorded is no caller's: 409 to whoever submits it, and not shown", async () => {
    await world.purchaser.submit({ ...body, executionId: "engine-by-hand" }, { requireApproval: true });
    expect(await put("engine-by-hand", "engine")).toMatchObject({ status: 409, json: { code: "execution-id-taken" } });
    expect(await get("/v1/executions/engine-by-hand", "engine")).toMatchObject({ status: 404 });
    expect(await get("/v1/executions/engine-by-hand", "auditor")).toMatchObject({ status: 200 });
    const quoted = await ask(world.url, "POST", "/v1/quotes", {
      body: { ...body, executionId: "engine-by-hand" },
      headers: bearer("engine"),
    });
    expect(quoted).toMatchObject({ status: 409, json: { code: "execution-id-taken" } });
  });

  test("who approves is recorded by the name of the token", async () => {
    await put("engine-approved", "engine", "?requireApproval=true");
    const path = "/v1/executions/engine-approved";
    const tag = (await get(`${path}/terms`, "finance")).headers.get("etag") ?? "";
    const headers = { ...bearer("finance"), ...wait, "if-match": tag };
    const said = await ask(world.url, "POST", `${path}/approval`, { body: { reason: "in the budget" }, headers });
    expect(said).toMatchObject({ status: 200, json: { state: "complete" } });
    expect((await world.ledger.recorded("engine-approved"))?.execution.approval).toMatchObject({ person: "finance" });
  });
});

describe("a file of tokens that cannot be used", () => {
  const [first] = tokens;
  test.each([
    ["no JSON", "{", /line 1, column 2/],
    ["a name twice", '{"tokens":[],"tokens":[]}', /given twice/],
    ["no tokens", JSON.stringify({ tokens: [] }), /tokens must hold at least one token/],
    [
      "a token in the clear",
      JSON.stringify({ tokens: [{ ...first, token: "x" }] }),
      /Unrecognized key|known field|token/,
    ],
    [
      "no hash",
      JSON.stringify({ tokens: [{ ...first, sha256: "secret-of-engine" }] }),
      /tokens\[0\]\.sha256 must be the SHA-256/,
    ],
    [
      "an unknown scope",
      JSON.stringify({ tokens: [{ ...first, scopes: ["admin"] }] }),
      /tokens\[0\]\.scopes\[0\] must be one of/,
    ],
    [
      "one name for two",
      JSON.stringify({ tokens: [first, { ...tokens[1], name: "engine" }] }),
      /tokens\[1\]\.name is another/,
    ],
    [
      "one token for two",
      JSON.stringify({ tokens: [first, { ...tokens[1], sha256: first?.sha256 }] }),
      /tokens\[1\]\.sha256 is another/,
    ],
    [
      "a writer without a prefix beside another",
      JSON.stringify({ tokens: [first, token("free", ["write"])] }),
      /tokens\[1\]\.executionIdPrefix is missing/,
    ],
    [
      "a prefix within another's",
      JSON.stringify({ tokens: [first, token("sub", ["write"], "engine-sub-")] }),
      /tokens\[1\]\.executionIdPrefix begins/,
    ],
  ])("%s", (_, text, message) => {
    expect(() => staticTokens(text, "tokens.json")).toThrow(message);
    expect(() => staticTokens(text, "tokens.json")).toThrow(/^The tokens in tokens\.json cannot be used: /);
  });
});
