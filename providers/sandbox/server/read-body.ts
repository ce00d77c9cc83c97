import type { IncomingMessage } from "node:http";

/** The body as text; undefined when it is longer than `limit` bytes. Rejects when the client leaves before its end. */
export async function readBody(message: IncomingMessage, limit: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Read on to the end without keeping it, so that the client gets to read the answer; the server's own request
    // timeout ends a body that never does.
    if (length <= limit) {
      chunks.push(chunk);
    }
  }
  return length > limit ? undefined : Buffer.concat(chunks).toString("utf8");
}
