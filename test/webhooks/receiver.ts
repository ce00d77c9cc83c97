import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Ledger } from "../../src/contract/ledger.ts";
import { claimRequest, newExecution } from "../../src/testing/ledger-values.ts";

/** What a receiver got. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: {
    readonly type: string;
    readonly timestamp: string;
    readonly data: Readonly<Record<string, unknown>>;
  };
}

type Answer = (response: ServerResponse, request: IncomingMessage, received: Received) => void;

/** A program of the owner's, on loopback. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly Received[];
  /** The most requests that it had at once. */
  readonly most: () => number;
  /** How it answers from now on. */
  answer: Answer;
}

/** 32 random bytes, made for these tests. */
export const secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD2k1rB4yHc8M=";

/** Answers 204 unless it is told otherwise; with a key and a certificate over TLS. */
export async function startReceiver(answer: Answer = status(204), tls?: ServerOptions): Promise<Receiver> {
  const received: Received[] = [];
  let [now, most] = [0, 0];
  const take: RequestListener = (request, response) => {
    now += 1;
    most = Math.max(most, now);
    response.on("close", () => (now -= 1));
    response.on("error", () => undefined);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString();
      const one: Received = {
        path: request.url ?? "",
        headers: request.headers as Record<string, string>,
        text,
        body: JSON.parse(text) as Received["body"],
      };
      received.push(one);
      receiver.answer(response, request, one);
    });
  };
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const receiver: Receiver = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    most: () => most,
    answer,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return receiver;
}

/** Answers with a status, and nothing else. */
export function status(code: number, headers: Readonly<Record<string, string>> = {}): Answer {
  return (response) => void response.writeHead(code, headers).end();
}

/** Where the messages for it go. */
export function endpointAt(receiver: Pick<Receiver, "url">, name = "finance") {
  return { name, url: receiver.url, secrets: secret, privateAddresses: ["127.0.0.1"] };
}

/** Writes two messages: executions of one place each that a person skips, so many of them. */
export async function decideSome(ledger: Ledger, executions = 1, begin = 0): Promise<void> {
  for (let index = begin; index < begin + executions; index += 1) {
    const executionId = `execution-${index}`;
    await ledger.recordExecution(newExecution([{ ...claimRequest(0), executionId, token: `token-${index}` }]));
    await ledger.amend(executionId, { kind: "skip", recIndex: 0, person: "ann", reason: "not needed" });
  }
}

/** Resolves once something is so; the test's own time limit is the only one. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((soon) => setTimeout(soon, 5));
}
