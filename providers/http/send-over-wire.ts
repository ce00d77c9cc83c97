import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import type { Agent, IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { limitBytes } from "./limit-bytes.ts";

/** One request as it leaves. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Uint8Array | undefined;
  readonly agent: Agent;
  /** Ends it, wherever it is. */
  readonly signal: AbortSignal;
  /** The longest answer that is taken, in bytes as they come over the wire: nothing is decompressed. */
  readonly maxBytes: number;
  /** Called when there is a connection, TLS included: from then on something of the request may have left. */
  readonly onConnected: () => void;
}

/** An answer, whole, whatever its status. */
export interface IncomingAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends one request over http or https, once, and follows no redirect. Rejects with Node's own error where no complete
 * answer came, with an UnbelievableAnswerError for an answer above the limit, and with an error of the code
 * `ERR_PROXY_TUNNEL` where a proxy refused to connect.
 */
export async function sendOverWire(request: OutgoingRequest): Promise<IncomingAnswer> {
  const { method, url, headers, body, agent, signal, maxBytes, onConnected } = request;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === "http:" ? httpRequest : httpsRequest;
  const outgoing = send(url, { method, headers, agent, signal });
  outgoing.on("error", reject);
  outgoing.on("response", resolve);
  whenConnected(outgoing, onConnected);
  refuseProxyAnswer(outgoing, reject);
  outgoing.end(body);
  const answer = await promise;
  // Decoded as it comes: never held as bytes and as text at once.
  const read = await text(limitBytes(answer, maxBytes));
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: read };
}

/**
 * A request is written when its connection is made, over TLS when the handshake is done and the certificate is believed.
 * A socket that is kept from an earlier request, or of a kind that says nothing of its state, counts as connected.
 */
function whenConnected(outgoing: ClientRequest, onConnected: () => void): void {
  outgoing.on("socket", (socket: Socket & { readonly secureConnecting?: boolean }) => {
    if (socket.secureConnecting === true) socket.once("secureConnect", onConnected);
    else if (socket.connecting) socket.once("connect", onConnected);
    else onConnected();
  });
}

/**
 * The proxy agent of the Azure SDK sends nothing where the proxy refuses to connect, and shows the proxy's answer as if it
 * were the service's: `proxyConnect` tells the two apart.
 */
function refuseProxyAnswer(outgoing: ClientRequest, reject: (reason: Error) => void): void {
  outgoing.on("proxyConnect", ({ statusCode }: { readonly statusCode: number }) => {
    if (statusCode === 200) return;
    const message = `the proxy refused to connect (HTTP ${statusCode})`;
    const error = Object.assign(new Error(message), { code: "ERR_PROXY_TUNNEL" });
    reject(error);
    outgoing.destroy(error);
  });
}
