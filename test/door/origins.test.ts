import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHandler } from "../../src/door/create-handler.ts";
import { bearerOf, callersNamed } from "./caller-world.ts";
import { startWorld, type World } from "./door-world.ts";

const app = "https://app.example.com";

let world: World;
beforeAll(async () => {
  world = await startWorld(() => ({
    authenticate: callersNamed("engine"),
    hostNames: ["127.0.0.1", "Buyonce.Example.com"],
    corsOrigins: [app],
  }));
});
afterAll(() => world.close());

/** A request as a handler gets it, under whatever name. */
const ask = (headers: Readonly<Record<string, string>>, method = "GET", path = "/v1/executions") =>
  world.handler(
    new Request(`http://127.0.0.1${path}`, {
      method,
      headers: { host: "127.0.0.1", ...bearerOf("engine"), ...headers },
    }),
  );

describe("under which name it is called, with tokens too", () => {
  test.each([
    ["buyonce.example.com", 200],
    ["BUYONCE.example.com:443", 200],
    ["127.0.0.1:4780", 200],
    ["localhost", 403],
    ["buyonce.example.com.evil.example", 403],
    ["evil.example", 403],
    ["", 403],
  ])("%j: %i", async (host, status) => {
    const said = await ask({ host });
    expect(said.status).toBe(status);
    if (status === 403) expect(await said.json()).toMatchObject({ code: "foreign-origin" });
  });
});

describe("pages of other sites", () => {
  test("a named one may call and read, with its token", async () => {
    const said = await ask({ origin: app, "sec-fetch-site": "cross-site" });
    expect(said.status).toBe(200);
    expect(said.headers.get("access-control-allow-origin")).toBe(app);
    expect(said.headers.get("access-control-expose-headers")).toContain("ETag");
    expect(said.headers.get("vary")).toMatch(/origin/i);
    const without = await ask({ origin: app, authorization: "" });
    expect([without.status, without.headers.get("access-control-allow-origin")]).toEqual([401, app]);
  });

  test("a browser asks before it sends: of a named site it is told what it may", async () => {
    const asked = { origin: app, authorization: "", "access-control-request-method": "PUT" };
    const said = await ask(asked, "OPTIONS", "/v1/executions/engine-1");
    expect(said.status).toBe(204);
    expect(said.headers.get("access-control-allow-headers")).toContain("Idempotency-Key");
    expect(said.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test.each(["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null"])(
    "%s is refused, and told nothing",
    async (origin) => {
      for (const method of ["GET", "OPTIONS"]) {
        const said = await ask({ origin }, method);
        expect([said.status, said.headers.get("access-control-allow-origin")]).toEqual([403, null]);
      }
    },
  );

  test.each([
    [{ corsOrigins: ["*"] }, /"\*" must be that of a site/],
    [{ corsOrigins: ["null"] }, /"null" must be that of a site/],
    [{ corsOrigins: ["https://app.example.com/"] }, /must be that of a site/],
    [{ hostNames: ["https://buyonce.example.com"] }, /must be a name or an address/],
    [{ hostNames: ["buyonce.example.com:443"] }, /without scheme and port/],
    [{ corsOrigins: [app], authenticate: "nobody-is-asked" as const }, /only a server that asks who calls/],
  ])("refused at the start: %j", async (options, message) => {
    const { purchaser, ledger } = world;
    const made = createHandler({ purchaser, ledger, authenticate: callersNamed("engine"), ...options });
    await expect(made).rejects.toThrow(message);
  });
});
