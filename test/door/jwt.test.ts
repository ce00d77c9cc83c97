import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Authenticate } from "../../src/door/door-parts.ts";
import { jwtTokens } from "../../src/door/jwt-tokens.ts";
import { readCallers } from "../../src/door/read-callers.ts";
import { ec2, executionOf } from "../end-to-end/recommendations.ts";
import { ask, startWorld, type World } from "./door-world.ts";
import { createSigner, type JwksServer, sign, startJwksServer } from "./jwks-server.ts";

const issuer = "https://login.example.com/";
const [signer, next, stranger, rsa] = await Promise.all([
  createSigner("first"),
  createSigner("next"),
  createSigner("first"),
  createSigner("rsa", "RS256"),
]);

/** Seconds since 1970; the door's clock for tokens. */
const start = 1_800_000_000;
let now = start;
let keys: JwksServer;
let world: World;
const worlds: World[] = [];
beforeEach(async () => {
  now = start;
  keys = await startJwksServer(signer, rsa);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const one of worlds.splice(0)) await one.close();
  await keys.close();
});

const own = () => ({
  issuer,
  jwksUrl: keys.url,
  audience: "buyonce",
  executionIdPrefixClaim: "buyonce_prefix",
  callers: { "engine-1": { executionIdPrefix: "one-" } },
});
const byIssuer = (more: object = {}) => jwtTokens({ issuers: [{ ...own(), ...more }], now: () => now * 1000 });

async function serveWith(authenticate: Authenticate): Promise<void> {
  world = await startWorld(() => ({ authenticate }));
  worlds.push(world);
}

const claims = { iss: issuer, sub: "engine-1", aud: "buyonce", scope: "read write quote", exp: start + 300 };
const body = { ...executionOf(ec2) };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const list = (token: string) => ask(world.url, "GET", "/v1/executions", { headers: bearer(token) });
const put = (id: string, token: string) =>
  ask(world.url, "PUT", `/v1/executions/${id}`, {
    body: { ...body, executionId: id },
    headers: { ...bearer(token), prefer: "wait=30" },
  });
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a signed token submits, under the name of its issuer and subject, with the prefix that it has", async () => {
  await serveWith(await byIssuer());
  expect(await put("one-1", await sign(signer, claims))).toMatchObject({ status: 200, json: { state: "complete" } });
  expect(await world.ledger.submitterOf("one-1")).toBe("https://login.example.com/ engine-1");
  expect(await put("two-1", await sign(signer, claims))).toMatchObject({
    status: 403,
    json: { code: "not-permitted" },
  });
  const second = await sign(rsa, { ...claims, sub: "engine-2", buyonce_prefix: "two-" });
  expect(await put("two-1", second)).toMatchObject({ status: 200 });
  expect(await ask(world.url, "GET", "/v1/executions/one-1", { headers: bearer(second) })).toMatchObject({
    status: 404,
  });
  expect(keys.asked).toBe(1);
});

describe("what is no valid token of the issuer's: 401, and nothing is recorded", () => {
  const unsigned = (header: object, more: object = {}) => `${part(header)}.${part({ ...claims, ...more })}.`;
  const hmac = (secret: string) => {
    const signed = `${part({ alg: "HS256", kid: "first", typ: "at+jwt" })}.${part(claims)}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  };
  const tampered = async () => {
    const [header, , signature] = (await sign(signer, claims)).split(".");
    return `${header}.${part({ ...claims, scope: "read write all" })}.${signature}`;
  };
  test.each<[string, () => string | Promise<string>, RegExp]>([
    ["expired", () => sign(signer, { ...claims, exp: start - 31 }), /is expired/],
    ["without an end", () => sign(signer, { ...claims, exp: undefined }), /no valid claim exp/],
    ["not valid yet", () => sign(signer, { ...claims, nbf: start + 31 }), /not valid yet/],
    ["for another audience", () => sign(signer, { ...claims, aud: "billing" }), /another audience/],
    ["for nobody", () => sign(signer, { ...claims, aud: undefined }), /another audience/],
    ["of another issuer", () => sign(signer, { ...claims, iss: "https://evil.example/" }), /issuer that is not known/],
    [
      "of an issuer that looks alike",
      () => sign(signer, { ...claims, iss: issuer.slice(0, -1) }),
      /issuer that is not/,
    ],
    ["of no issuer", () => sign(signer, { ...claims, iss: undefined }), /issuer that is not known/],
    ["without a subject", () => sign(signer, { ...claims, sub: undefined }), /no valid claim sub/],
    ["of a subject that is a number", () => sign(signer, { ...claims, sub: 5 }), /claim sub that is no text/],
    ["of a subject that is a list", () => sign(signer, { ...claims, sub: ["engine-1"] }), /claim sub that is no text/],
    ["of a subject that is null", () => sign(signer, { ...claims, sub: null }), /claim sub/],
    ["of an issuer that is a list", () => sign(signer, { ...claims, iss: [issuer] }), /issuer that is not known/],
    ["of an issuer that is an object", () => sign(signer, { ...claims, iss: { issuer } }), /issuer that is not known/],
    [
      "for an audience that is an object",
      () => sign(signer, { ...claims, aud: { buyonce: 1 } }),
      /audience|cannot be read/,
    ],
    ["with an end that is a text", () => sign(signer, { ...claims, exp: "never" }), /claim exp|cannot be read/],
    [
      "of a type that is no text",
      () => `${part({ alg: "ES256", kid: "first", typ: { toString: 1 } })}.${part(claims)}.AAAA`,
      /another type/,
    ],
    [
      "of a key and an algorithm that are no texts",
      () => `${part({ alg: 5, kid: { toString: 1 }, typ: "JWT" })}.${part(claims)}.AAAA`,
      /not signed/,
    ],
    [
      "of a key that is no text",
      () => `${part({ alg: "ES256", kid: { toString: 1 }, typ: "JWT" })}.${part(claims)}.AAAA`,
      /not signed/,
    ],
    ["of an empty subject", () => sign(signer, { ...claims, sub: "" }), /claim sub that cannot be recorded/],
    [
      "of a subject that looks like another",
      () => sign(signer, { ...claims, sub: "engine-1\u200b" }),
      /cannot be recorded/,
    ],
    ["of a subject without end", () => sign(signer, { ...claims, sub: "s".repeat(240) }), /cannot be recorded/],
    ["altered", tampered, /not signed as its issuer signs/],
    ["signed by another key of the same name", () => sign(stranger, claims), /not signed/],
    ["with its own key in the header", () => sign(stranger, claims, { jwk: stranger.jwk }), /not signed/],
    ["of a key that is not known", () => sign(next, claims), /not signed/],
    ["not signed", () => unsigned({ alg: "none", typ: "JWT" }), /not signed/],
    ["signed with the published key as a secret", () => hmac(JSON.stringify(signer.jwk)), /not signed/],
    ["of another type", () => sign(signer, claims, { typ: "logout+jwt" }), /another type/],
    [
      "with what must be understood",
      () => sign(signer, claims, { crit: ["x"], x: 1 }).catch(() => critical()),
      /not signed/,
    ],
    ["no JSON", () => "a.b.c", /cannot be read/],
  ])("%s", async (_, token, why) => {
    await serveWith(await byIssuer());
    const said = await put("one-1", await token());
    expect(said).toMatchObject({ status: 401, json: { code: "not-authenticated", retryable: false } });
    expect(said.json.detail).toMatch(why);
    expect(said.headers.get("www-authenticate")).toMatch(
      /^Bearer error="invalid_token", error_description="[\x20-\x21\x23-\x7e]+"$/,
    );
    expect(await world.ledger.recorded("one-1")).toBeUndefined();
    expect(world.errors).toEqual([]);
  });
  const critical = () => `${part({ alg: "ES256", kid: "first", crit: ["x"], x: 1 })}.${part(claims)}.AAAA`;

  test("an enormous one is not even read", async () => {
    await serveWith(await byIssuer());
    const said = await put("one-1", await sign(signer, { ...claims, more: "m".repeat(7000) }));
    expect(said).toMatchObject({ status: 401 });
    expect(said.headers.get("www-authenticate")).toBe("Bearer");
    expect(keys.asked).toBe(0);
  });

  test("the clocks may differ by the tolerance, and no more", async () => {
    await serveWith(await byIssuer({ clockTolerance: 10 }));
    const token = await sign(signer, { ...claims, exp: start, nbf: start });
    for (const [at, status] of [
      [start - 11, 401],
      [start - 10, 200],
      [start + 9, 200],
      [start + 10, 401],
    ] as const) {
      now = at;
      expect((await list(token)).status, String(at - start)).toBe(status);
    }
  });
});

describe("the keys of the issuer", () => {
  test.each<[string, (server: JwksServer) => unknown]>([
    ["it is down", (server) => server.close()],
    ["it fails", (server) => (server.answer = (response) => void response.writeHead(500).end())],
    [
      "it leads elsewhere",
      (server) => (server.answer = (response) => void response.writeHead(302, { location: server.url }).end()),
    ],
    ["it answers with a page", (server) => (server.answer = (response) => void response.end("<html>"))],
    ["it has no list", (server) => (server.answer = (response) => void response.end("{}"))],
    [
      "its list has no end",
      (server) => (server.answer = (response) => void response.end(`{"keys":["${"k".repeat(1_000_001)}"]}`)),
    ],
  ])("%s: 503, for a valid token and for a false one, and it is not asked again at once", async (_, fail) => {
    await serveWith(await byIssuer());
    await fail(keys);
    for (const token of [await sign(signer, claims), await sign(stranger, claims)]) {
      const said = await put("one-1", token);
      expect(said).toMatchObject({
        status: 503,
        json: { code: "issuer-unavailable", retryable: true, retryAfter: 5000 },
      });
      expect(said.headers.get("retry-after")).toBe("5");
      expect(said.text).not.toContain("127.0.0.1");
    }
    expect(keys.asked).toBeLessThanOrEqual(1);
    expect(world.errors.join()).toContain(keys.url);
    expect(await world.ledger.recorded("one-1")).toBeUndefined();
  });

  test("once it answers again, so does the door; keys that are known serve while it is down, for ten minutes", async () => {
    await serveWith(await byIssuer());
    const token = await sign(signer, { ...claims, exp: start + 9000 });
    keys.answer = (response) => void response.writeHead(500).end();
    expect((await list(token)).status).toBe(503);
    keys.answer = undefined;
    now += 4;
    expect((await list(token)).status).toBe(503);
    now += 1;
    expect((await list(token)).status).toBe(200);
    keys.answer = (response) => void response.writeHead(500).end();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 590_000 });
    expect((await list(token)).status).toBe(200);
    vi.setSystemTime(Date.now() + 20_000);
    expect((await list(token)).status).toBe(503);
  });

  test("a new key is fetched when a token names it, an old one is gone; who makes up names does not have it asked all the time", async () => {
    await serveWith(await byIssuer());
    const [old, fresh] = [await sign(signer, claims), await sign(next, claims)];
    expect((await list(old)).status).toBe(200);
    keys.keys = [next];
    for (let time = 0; time < 5; time += 1) expect((await list(fresh)).status).toBe(401);
    expect(keys.asked).toBe(1);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 31_000 });
    expect((await list(fresh)).status).toBe(200);
    expect((await list(old)).status).toBe(401);
    expect(keys.asked).toBe(2);
  });
});

describe("what a caller may do", () => {
  const scopesOf = async (more: object, told: object) => {
    const authenticate = await byIssuer({ callers: undefined, ...more });
    const token = await sign(signer, { ...claims, scope: undefined, ...told });
    return (await authenticate(new Request("http://127.0.0.1/", { headers: bearer(token) })))?.scopes;
  };
  test.each<[string, object, object, readonly string[]]>([
    ["scope, a text", {}, { scope: "approve read  admin READ" }, ["read", "approve"]],
    ["scp, a list", {}, { scp: ["read", 1, null] }, ["read"]],
    ["scp, a text", {}, { scp: "read" }, ["read"]],
    ["scope goes before scp", {}, { scope: "read", scp: "approve" }, ["read"]],
    ["an empty scope goes before scp, too", {}, { scope: "", scp: "approve" }, []],
    ["a claim of one's own", { scopeClaim: "roles" }, { roles: ["approve"], scope: "read" }, ["approve"]],
    ["a claim that every object has", { scopeClaim: "constructor" }, {}, []],
    ["with a prefix", { scopePrefix: "buyonce." }, { scope: "read buyonce.approve" }, ["approve"]],
    ["none", {}, {}, []],
    ["by the file", { callers: { "engine-1": { scopes: ["resolve"] } } }, { scope: "read" }, ["resolve"]],
  ])("%s", async (_, more, told, scopes) => {
    expect(await scopesOf(more, told)).toEqual(scopes);
  });

  test.each<[string, object, RegExp]>([
    ["no prefix", {}, /has no executionIdPrefix of its own/],
    ["an empty prefix", { buyonce_prefix: "" }, /must not be empty/],
    ["a prefix that is no text", { buyonce_prefix: ["two-"] }, /must be a text/],
    ["the prefix of another caller", { buyonce_prefix: "one-" }, /begins as another caller's/],
    ["a part of it", { buyonce_prefix: "o" }, /begins as another caller's/],
  ])("who may submit needs a prefix of its own: %s", async (_, told, why) => {
    await serveWith(await byIssuer());
    const said = await put("one-1", await sign(signer, { ...claims, sub: "engine-2", ...told }));
    expect(said).toMatchObject({ status: 403, json: { code: "not-permitted" } });
    expect(said.json.detail).toMatch(why);
  });
});

describe("beside static tokens", () => {
  const hash = createHash("sha256").update("secret").digest("hex");
  const tokens = (name: string, more: object = {}) => ({
    file: "tokens.json",
    text: JSON.stringify({
      tokens: [{ name, sha256: hash, scopes: ["read", "write"], executionIdPrefix: "static-", ...more }],
    }),
  });
  const jwt = (more: object = {}) => ({ file: "jwt.json", text: JSON.stringify({ issuers: [{ ...own(), ...more }] }) });

  test("both are answered, and neither sees what is the other's", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: start * 1000 });
    const known = await readCallers({ tokens: tokens("engine"), jwt: jwt() });
    await serveWith(known ?? (() => undefined));
    expect((await put("static-1", "secret")).status).toBe(200);
    const token = await sign(signer, claims);
    expect((await put("one-1", token)).status).toBe(200);
    expect((await list("secret")).json.executions).toMatchObject([{ executionId: "static-1" }]);
    expect((await list(token)).json.executions).toMatchObject([{ executionId: "one-1" }]);
    const sits = await sign(signer, { ...claims, sub: "x", buyonce_prefix: "static-1" });
    expect((await put("static-1", sits)).status).toBe(403);
  });

  test("the files in docs/http.md are such files", async () => {
    const page = readFileSync(resolve(import.meta.dirname, "../../docs/http.md"), "utf8");
    const [fixed = "", signed = ""] = [...page.matchAll(/```jsonc\n([^]*?)```/g)].map(([, text = ""]) =>
      text
        .replaceAll(/ *(?<!:)\/\/ .*$/gm, "")
        .replaceAll(/,(?=\s*[}\]])/g, "")
        .replace("…", hash),
    );
    const known = readCallers({
      tokens: { text: fixed, file: "tokens.json" },
      jwt: { text: signed, file: "jwt.json" },
    });
    expect(await known).toBeTypeOf("function");
  });

  test.each<[string, () => Parameters<typeof readCallers>[0], RegExp]>([
    [
      "a static token named as a caller of an issuer",
      () => ({ tokens: tokens(`${issuer} engine-1`) }),
      /must not begin as a URL/,
    ],
    ["one named local", () => ({ tokens: tokens("local") }), /tokens\[0\]\.name is what everybody is called/],
    [
      "one that may write anything",
      () => ({ tokens: tokens("e", { executionIdPrefix: undefined }), jwt: jwt() }),
      /tokens\[0\]\.executionIdPrefix is missing/,
    ],
    [
      "one prefix for two",
      () => ({ tokens: tokens("e", { executionIdPrefix: "one" }), jwt: jwt() }),
      /"one-" begins as that of a static/,
    ],
    ["no JSON", () => ({ jwt: { file: "jwt.json", text: "{" } }), /The issuers in jwt\.json cannot be used: line 1/],
    ["no issuer", () => ({ jwt: { file: "jwt.json", text: '{"issuers":[]}' } }), /at least one issuer/],
    ["no audience", () => ({ jwt: jwt({ audience: undefined }) }), /issuers\[0\]\.audience is missing/],
    ["no audience in the list", () => ({ jwt: jwt({ audience: [] }) }), /issuers\[0\]\.audience /],
    ["a shared secret", () => ({ jwt: jwt({ algorithms: ["HS256"] }) }), /algorithms\[0\] must be one of/],
    ["no signature", () => ({ jwt: jwt({ algorithms: ["none"] }) }), /algorithms\[0\] must be one of/],
    [
      "keys over http",
      () => ({ jwt: jwt({ jwksUrl: "http://login.example.com/keys" }) }),
      /jwksUrl must be an https URL/,
    ],
    ["keys from a file", () => ({ jwt: jwt({ jwksUrl: "file:///keys" }) }), /jwksUrl must be an https URL/],
    ["a password", () => ({ jwt: jwt({ jwksUrl: "https://a:b@login.example.com/" }) }), /no user name/],
    ["an issuer that is no URL", () => ({ jwt: jwt({ issuer: "engine" }) }), /issuer must be a URL/],
    [
      "an issuer with a space",
      () => ({ jwt: jwt({ issuer: `${issuer} engine` }) }),
      /issuer must be a URL without white space/,
    ],
    ["a field that is not known", () => ({ jwt: jwt({ audiences: "x" }) }), /audiences/],
    [
      "a prefix twice",
      () => ({ jwt: jwt({ callers: { a: { executionIdPrefix: "x" }, b: { executionIdPrefix: "xy" } } }) }),
      /begins as another caller's/,
    ],
  ])("refused at the start: %s", async (_, files, message) => {
    await expect(readCallers(files())).rejects.toThrow(message);
  });
});

test("a claim scope of another type gives nothing, and is no defect", async () => {
  await serveWith(await byIssuer());
  for (const scope of [5, null, { read: true }, [5, { toString: 1 }, null], true]) {
    expect(await list(await sign(signer, { ...claims, scope }))).toMatchObject({ status: 403 });
  }
  expect(world.errors).toEqual([]);
});
