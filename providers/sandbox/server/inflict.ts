import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "./fault.ts";
import type { SandboxResponse } from "./imitation.ts";
import type { Listener } from "./listener.ts";
import type { LoggedRequest } from "./request-log.ts";

/** One request under way. */
export interface Exchange {
  readonly reply: ServerResponse;
  readonly entry: LoggedRequest;
  /** Aborted when the sandbox closes. */
  readonly signal: AbortSignal;
  errorAnswer(status: number, code: string | undefined): SandboxResponse;
  readonly listener: Listener;
}

const page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to continue.</body></html>";

/** Sends an answer whole. */
export function send({ reply, entry, listener }: Exchange, answer: SandboxResponse): void {
  entry.status = answer.status;
  // A connection that was kept alive would get around connections being refused.
  reply.shouldKeepAlive &&= !listener.paused;
  reply.writeHead(answer.status, { ...answer.headers, "content-length": Buffer.byteLength(answer.body) });
  reply.end(answer.body);
}

/**
 * Lets the request go wrong. `answer` is what the imitated service answered; without it the fault comes before the
 * effect.
 */
export async function inflict(fault: Fault, exchange: Exchange, answer?: SandboxResponse): Promise<void> {
  const { reply, entry, signal } = exchange;
  entry.fault = labelOf(fault);
  switch (fault.kind) {
    case "refuse":
      exchange.listener.pause(fault.milliseconds);
      if (answer === undefined) {
        reply.socket?.destroy();
      } else {
        send(exchange, answer);
      }
      break;
    case "reset":
      reply.socket?.resetAndDestroy();
      break;
    case "status": {
      const error = exchange.errorAnswer(fault.status, fault.code);
      const retryAfter = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
      send(exchange, {
        status: fault.status,
        headers: { ...error.headers, ...retryAfter },
        body: fault.body ?? error.body,
      });
      break;
    }
    case "cut":
      cut(exchange, fault.status === undefined ? answer : exchange.errorAnswer(fault.status, fault.code));
      break;
    case "html":
      send(exchange, { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: page });
      break;
    case "hang":
      if (reply.socket !== null && !reply.socket.destroyed) {
        await once(reply.socket, "close", { signal });
      }
      break;
    case "delay":
      await sleep(fault.milliseconds, undefined, { signal });
      break;
    case "listing":
      break;
  }
  if (answer !== undefined && (fault.kind === "delay" || fault.kind === "listing")) {
    send(exchange, answer);
  }
}

function cut({ reply, entry }: Exchange, answer: SandboxResponse | undefined): void {
  const body = Buffer.from(answer?.body ?? "");
  if (answer === undefined || body.length < 2) {
    reply.socket?.destroy();
    return;
  }
  entry.status = answer.status;
  reply.writeHead(answer.status, { ...answer.headers, "content-length": body.length });
  reply.write(body.subarray(0, body.length >> 1), () => reply.socket?.destroy());
}

function labelOf(fault: Fault): string {
  if (fault.kind === "listing") {
    return `listing ${fault.listing}`;
  }
  return `${fault.kind} ${"when" in fault ? fault.when : "after"}`;
}
