import { lookup as systemLookup } from "node:dns";
import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { messageOf } from "../contract/errors.ts";
import type { DeliveryResult } from "../contract/webhook-ledger.ts";
import { certificateProblem } from "./certificate-problem.ts";
import { AddressRefused, checkedLookup } from "./checked-lookup.ts";
import { hostOf, type WebhookTarget } from "./webhook-target.ts";

/** How a message is sent. */
export interface SendOptions {
  /** Milliseconds until the status of the answer has to be there. */
  readonly timeout: number;
  /** The delivery is given up. */
  readonly signal: AbortSignal;
  readonly lookup?: LookupFunction | undefined;
}

/** The most bytes that the headers of an answer may have. What comes after them is not read. */
const maxHeaderSize = 16_384;

/**
 * Sends a signed message once. Only the status counts: of 2xx it is taken, of 410 nothing more is wanted. Redirects are not followed, and the
 * connection is cut once the status is there. Never throws.
 */
export async function sendMessage(
  target: WebhookTarget,
  body: string,
  headers: Readonly<Record<string, string>>,
  { timeout, signal, lookup = systemLookup }: SendOptions,
): Promise<DeliveryResult> {
  const { url, isAllowed } = target;
  const host = hostOf(url);
  // An address in the URL is looked up by nobody.
  if (isIP(host) !== 0 && !isAllowed(host)) return failed(`${host} may not be connected to`);
  const late = AbortSignal.timeout(timeout);
  const isPlain = url.protocol === "http:";
  const options = {
    method: "POST",
    headers: { ...headers, "content-length": Buffer.byteLength(body) },
    // A connection of its own, so that each is looked up and checked.
    agent: false,
    lookup: checkedLookup(lookup, isAllowed, isPlain),
    maxHeaderSize,
    // Whatever the environment says: NODE_TLS_REJECT_UNAUTHORIZED=0 sends no message to whoever answers.
    rejectUnauthorized: true,
    signal: AbortSignal.any([late, signal]),
  } as const;
  let sent: ClientRequest | undefined;
  try {
    sent = (isPlain ? httpRequest : httpsRequest)(url, options);
    const answered = statusOf(sent, options.signal);
    sent.end(body);
    return resultOf(await answered);
  } catch (error) {
    if (late.aborted) return failed(`no answer within ${timeout / 1000} seconds`);
    if (signal.aborted) return failed("given up: the server ended");
    if (error instanceof AddressRefused) return failed(error.message);
    return failed(`not delivered: ${certificateProblem(error) ?? messageOf(error)}`);
  } finally {
    sent?.destroy();
  }
}

/**
 * The status of the answer, also of one that changes the protocol. Rejects once none can come any more, and in any case when the signal
 * aborts: whatever the other end does, it settles.
 */
async function statusOf(sent: ClientRequest, signal: AbortSignal): Promise<number> {
  const { promise, resolve: answered, reject: broken } = Promise.withResolvers<number>();
  sent.on("response", ({ statusCode = 0 }) => answered(statusCode));
  sent.on("upgrade", ({ statusCode = 0 }, socket) => {
    socket.destroy();
    answered(statusCode);
  });
  sent.on("error", broken);
  sent.on("close", () => broken(new Error("the connection was closed without an answer")));
  const end = () => broken(signal.reason);
  signal.addEventListener("abort", end);
  try {
    return await promise;
  } finally {
    // A signal that somebody listens to is kept, with the message, as long as the server runs.
    signal.removeEventListener("abort", end);
  }
}

function resultOf(status: number): DeliveryResult {
  const text = `answered ${status}`;
  if (status >= 200 && status < 300) return { kind: "delivered", text };
  if (status === 410) return { kind: "gone", text: `${text}: it wants nothing more` };
  return failed(status >= 300 && status < 400 ? `${text}: redirects are not followed` : text);
}

function failed(text: string): DeliveryResult {
  return { kind: "failed", text };
}
