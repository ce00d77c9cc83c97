import { Agent } from "node:https";
import { describe, expect, test } from "vitest";
import { provesNotSent } from "../../providers/http/proves-not-sent.ts";
import { sendOverWire } from "../../providers/http/send-over-wire.ts";
import { resetting, unreached } from "./broken-servers.ts";
import { certificate, expired } from "./certificates.ts";

/** An error as Node makes it. */
function failure(code: string, { syscall, message = code, ...more }: Record<string, unknown> = {}): Error {
  const text = typeof message === "string" ? message : code;
  return Object.assign(new Error(text), { code, ...(syscall === undefined ? {} : { syscall }), ...more });
}

const connecting = (code: string) => failure(code, { syscall: "connect", message: `connect ${code} 10.0.0.1:443` });

describe("B4: what comes before the connection proves that nothing was sent", () => {
  test.each<[string, unknown]>([
    ["refused", connecting("ECONNREFUSED")],
    ["no route to the host", connecting("EHOSTUNREACH")],
    ["no network", connecting("ENETUNREACH")],
    ["no local address", connecting("EADDRNOTAVAIL")],
    ["too long in connecting", connecting("ETIMEDOUT")],
    ["reset in connecting", connecting("ECONNRESET")],
    ["no file descriptor left", connecting("EMFILE")],
    ["none in the system, asking for the name", failure("ENFILE", { syscall: "getaddrinfo" })],
    ["a name that is not known", failure("ENOTFOUND", { syscall: "getaddrinfo" })],
    ["a resolver that does not answer", failure("EAI_AGAIN", { syscall: "getaddrinfo" })],
    ["a resolver that times out", failure("ETIMEOUT", { syscall: "queryA" })],
    ["a code alone", failure("ECONNREFUSED")],
    ["an SDK's error that kept Node's text", failure("EHOSTUNREACH", { message: "connect EHOSTUNREACH 10.0.0.1:443" })],
    ["a certificate that is over", failure("CERT_HAS_EXPIRED")],
    ["a certificate signed by itself", failure("DEPTH_ZERO_SELF_SIGNED_CERT")],
    ["a chain with an unknown root", failure("SELF_SIGNED_CERT_IN_CHAIN")],
    ["a chain without its middle", failure("UNABLE_TO_VERIFY_LEAF_SIGNATURE")],
    ["an issuer that is not known", failure("UNABLE_TO_GET_ISSUER_CERT_LOCALLY")],
    ["a certificate of another host", failure("ERR_TLS_CERT_ALTNAME_INVALID")],
    [
      "no TLS at all",
      failure("EPROTO", {
        syscall: "write",
        message: "write EPROTO 40:error:0A00010B:SSL routines::wrong version number",
      }),
    ],
    ["the same, as a code", failure("ERR_SSL_WRONG_VERSION_NUMBER")],
    [
      "an end in the handshake",
      failure("ECONNRESET", {
        message: "Client network socket disconnected before secure TLS connection was established",
      }),
    ],
    ["a proxy that refuses", failure("ERR_PROXY_TUNNEL")],
    ["fetch's own wrapper", new TypeError("fetch failed", { cause: connecting("ECONNREFUSED") })],
    [
      "fetch that took too long to connect",
      new TypeError("fetch failed", { cause: failure("UND_ERR_CONNECT_TIMEOUT") }),
    ],
    ["an SDK's code around it", failure("REQUEST_SEND_ERROR", { cause: connecting("ENETUNREACH") })],
    [
      "all addresses of a name",
      Object.assign(new AggregateError([connecting("ECONNREFUSED"), connecting("ETIMEDOUT")]), {
        code: "ECONNREFUSED",
      }),
    ],
    ["a cause that holds them", new Error("x", { cause: new AggregateError([connecting("EHOSTUNREACH")]) })],
  ])("%s", (_what, error) => expect(provesNotSent(error)).toBe(true));
});

describe("B4: what can come after the connection proves nothing", () => {
  const circle = new Error("x");
  circle.cause = circle;
  test.each<[string, unknown]>([
    ["a reset", failure("ECONNRESET", { syscall: "read" })],
    ["a hang-up", failure("ECONNRESET", { message: "socket hang up" })],
    ["a broken pipe", failure("EPIPE", { syscall: "write" })],
    ["a timeout in reading", failure("ETIMEDOUT", { syscall: "read" })],
    ["a timeout of which nothing is known", failure("ETIMEDOUT")],
    ["a route that went away", failure("EHOSTUNREACH", { syscall: "read" })],
    ["a route of which nothing is known", failure("EHOSTUNREACH")],
    ["refused in writing, whatever that is", failure("ECONNREFUSED", { syscall: "write" })],
    ["TLS that broke, one cannot know when", failure("EPROTO", { syscall: "write", message: "write EPROTO" })],
    ["an alert of the server", failure("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED")],
    ["a header that is too long", failure("HPE_HEADER_OVERFLOW")],
    ["fetch's timeout for headers", new TypeError("fetch failed", { cause: failure("UND_ERR_HEADERS_TIMEOUT") })],
    ["another code", failure("SOMETHING")],
    ["no code", new Error("No.")],
    ["no error", "ECONNREFUSED"],
    ["nothing", undefined],
    [
      "one address that may have been connected",
      new AggregateError([connecting("ECONNREFUSED"), failure("ECONNRESET")]),
    ],
    ["one address of which nothing is said", new AggregateError([connecting("ECONNREFUSED"), new Error("?")])],
    [
      "the code of the first one is not that of all",
      Object.assign(new AggregateError([connecting("ECONNREFUSED"), failure("EPIPE")]), { code: "ECONNREFUSED" }),
    ],
    ["a cause that contradicts", failure("ECONNREFUSED", { cause: failure("ECONNRESET") })],
    ["an open code over a cause that is none", failure("ECONNRESET", { cause: connecting("ECONNREFUSED") })],
    ["a circle", circle],
  ])("%s", (_what, error) => expect(provesNotSent(error)).toBe(false));
});

/** Sends to a server, and says whether there was a connection and what the error proves. */
async function send(
  port: number,
  { ca, host = "127.0.0.1", time = 5_000 }: { ca?: string; host?: string; time?: number } = {},
) {
  let connected = false;
  const agent = new Agent({ keepAlive: false, ...(ca === undefined ? {} : { ca }) });
  const error: unknown = await sendOverWire({
    method: "POST",
    url: new URL(`https://${host}:${port}/`),
    headers: {},
    body: "secret body",
    agent,
    signal: AbortSignal.timeout(time),
    maxBytes: 1_000,
    onConnected: () => (connected = true),
  }).catch((thrown: unknown) => thrown);
  return { connected, error, proven: provesNotSent(error) };
}

describe("B4: real servers", () => {
  test.each(Object.entries(unreached))(
    "%s: no connection, and nothing of the request came through",
    async (what, start) => {
      await using server = await start();
      const hangs = what.includes("hangs");
      const { connected, error, proven } = await send(server.port, { time: hangs ? 200 : 5_000 });
      expect(error).toBeInstanceOf(Error);
      // The error of a time that is over does not say when; that there was no connection does.
      expect({ connected, proven: proven || hangs || what.includes("reset") }).toEqual({
        connected: false,
        proven: true,
      });
      expect(server.received()).toBe("");
    },
  );

  test.each([
    ["that is over", "the certificate is over", { ca: expired }, "CERT_HAS_EXPIRED"],
    [
      "of another host",
      "the certificate is signed by itself",
      { ca: certificate, host: "localhost" },
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
  ] as const)("a certificate %s, of an authority that is believed", async (_what, kind, how, code) => {
    await using server = await unreached[kind]();
    expect(await send(server.port, how)).toMatchObject({ connected: false, proven: true, error: { code } });
    expect(server.received()).toBe("");
  });

  test("a reset after the request was read proves nothing", async () => {
    await using server = await resetting();
    expect(await send(server.port, { ca: certificate })).toMatchObject({
      connected: true,
      proven: false,
      error: { code: "ECONNRESET" },
    });
    expect(server.received()).toContain("secret body");
  });
});
