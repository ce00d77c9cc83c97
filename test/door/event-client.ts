import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

/** One event as it came. */
export interface Sent {
  readonly id?: number;
  readonly event?: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it
  readonly data: any;
}

/** A stream that is read over a socket of its own. */
export interface Reading {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  /** All that came, as text. */
  text(): string;
  /** The events that came whole. */
  events(): readonly Sent[];
  /** Drops the connection. */
  drop(): void;
  /** Resolves when the server ended it, or the connection is gone: whether it came to its regular end. */
  readonly ended: Promise<boolean>;
}

/** Reads a stream. */
export async function readEvents(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Reading> {
  const asked = request(url, { headers, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  response.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<boolean>((resolve) => {
    response.on("error", () => resolve(false));
    response.on("close", () => resolve(response.complete));
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => text,
    events: () => eventsIn(text),
    drop: () => response.destroy(),
    ended,
  };
}

function eventsIn(text: string): readonly Sent[] {
  const whole = text.split("\n\n").slice(0, -1);
  return whole.flatMap((block) => {
    const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
    if (fields["data"] === undefined) return [];
    const id = fields["id"] === undefined ? {} : { id: Number(fields["id"]) };
    return [{ ...id, ...(fields["event"] ? { event: fields["event"] } : {}), data: JSON.parse(fields["data"]) }];
  });
}
