import { ClientError } from "./client-error.ts";
import type { EventsOptions, ExecutionEvent } from "./client-parts.ts";
import { readEventStream, type StreamPart } from "./read-event-stream.ts";
import { counted, foreign, mayBeSentAgain, openAnswer, pauseBefore, type Sender } from "./send-again.ts";

/** What following takes: the path of the stream, and its limits in milliseconds. */
interface Followed extends EventsOptions {
  readonly path: string;
  readonly timeout: number;
  readonly attemptTimeout: number;
}

/** The name of the event after which none comes. */
const last = "end";

/**
 * The events of a stream, each once, whatever connections are lost: it is opened anew after the last one that came (`Last-Event-ID`), until
 * one named `end` came, which is told too. Throws a ClientError where it cannot be opened for `timeout`, or is refused; or the signal's reason.
 */
export async function* followEvents(
  sender: Sender,
  { path, after, signal, idleTimeout = 60_000, timeout, attemptTimeout }: Followed,
): AsyncGenerator<ExecutionEvent, void, undefined> {
  const { clock } = sender;
  let known = after;
  let retry = 0;
  let [attempt, failingSince] = [0, clock.now()];
  for (;;) {
    let retryAfter = 0;
    const ended = new AbortController();
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    try {
      attempt += 1;
      const stream = await open(sender, { path, after: known, signal: either, attemptTimeout });
      if (stream instanceof ClientError) {
        if (!mayBeSentAgain(stream) || clock.now() - failingSince >= timeout) throw counted(stream, attempt);
        retryAfter = stream.retryAfter ?? 0;
      } else if (stream === "over") {
        return;
      } else {
        for await (const part of untilSilent(sender, stream, { ended, idleTimeout, signal })) {
          [attempt, failingSince] = [0, clock.now()];
          retry = part.retry ?? retry;
          if (part.event === undefined || isKnown(part.event, known)) continue;
          known = part.event.id ?? known;
          yield part.event as ExecutionEvent;
          if (part.event.event === last) return;
        }
      }
    } finally {
      // Leaving the loop closes the connection.
      ended.abort(new Error("The stream is not followed any more."));
    }
    await clock.sleep(pauseBefore(Math.max(attempt, 1), clock.random(), Math.max(retry, retryAfter)), signal);
  }
}

/** Numbers of a history count upwards: what a server sends again is not told again. */
function isKnown({ id }: Pick<ExecutionEvent, "id">, known: string | undefined): boolean {
  const [number, before] = [id, known].map((text) => (/^\d{1,15}$/.test(text ?? "") ? Number(text) : undefined));
  return number !== undefined && before !== undefined && number <= before;
}

interface Opening {
  readonly path: string;
  readonly after: string | undefined;
  readonly signal: AbortSignal;
  readonly attemptTimeout: number;
}

/** The body of the stream once its headers came, or that there is nothing more to come. */
function open(sender: Sender, { path, after, signal, attemptTimeout }: Opening) {
  const headers = { accept: "text/event-stream", ...(after === undefined ? {} : { "last-event-id": after }) };
  return openAnswer(sender, { method: "GET", path, headers, signal, attemptTimeout }, async (response, mask) => {
    // Said to who comes again after the last event.
    if (response.status === 204) return "over";
    if (/^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "") && response.body !== null) {
      return response.body;
    }
    throw foreign(response, await response.text(), mask);
  });
}

/** The parts of a stream until it ends, is lost, or says nothing for too long. Throws the reason of the signal only. */
async function* untilSilent(
  { clock }: Sender,
  stream: ReadableStream<Uint8Array>,
  {
    ended,
    idleTimeout,
    signal,
  }: {
    readonly ended: AbortController;
    readonly idleTimeout: number;
    readonly signal: AbortSignal | undefined;
  },
): AsyncGenerator<StreamPart, void, undefined> {
  let heard = new AbortController();
  const waitForSign = () => {
    heard.abort();
    heard = new AbortController();
    clock.sleep(idleTimeout, heard.signal).then(
      () => ended.abort(new Error("The stream fell silent.")),
      () => undefined,
    );
  };
  try {
    waitForSign();
    for await (const part of readEventStream(chunksOf(stream))) {
      // The caller may take its time over an event; the server's silence is counted from then on.
      heard.abort();
      yield part;
      waitForSign();
    }
  } catch {
    // Lost, cut off or silent: it is opened anew.
    signal?.throwIfAborted();
  } finally {
    heard.abort();
  }
}

/** Not every browser iterates over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    reader.releaseLock();
  }
}
