import type { ExecutionEvent } from "./client-parts.ts";

/** One event of a stream, or what it says about itself. */
export interface StreamPart {
  readonly event?: Omit<ExecutionEvent, "data"> & { readonly data: unknown };
  /** Milliseconds to wait before the stream is opened anew. */
  readonly retry?: number;
}

/** The longest event, in characters: more would be no event of this server's. */
const longest = 10_000_000;

/**
 * Reads server-sent events (the format of the HTML standard) until the stream ends. An event that it was cut off in is not told: it comes
 * again when the stream is opened anew. Throws an Error for an event that has no end, and what reading throws.
 */
export async function* readEventStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamPart, void, undefined> {
  const decoder = new TextDecoder();
  const parse = createParser();
  let [rest, held] = ["", ""];
  for await (const chunk of chunks) {
    const text = held + decoder.decode(chunk, { stream: true });
    // A carriage return at the very end may be the first half of a line's end.
    held = text.endsWith("\r") ? "\r" : "";
    // The rest has no end in it: it is not searched again.
    const [first = "", ...lines] = text.slice(0, text.length - held.length).split(/\r\n|\n|\r/);
    rest += first;
    for (const line of lines) {
      yield* parse(rest);
      rest = line;
    }
    if (rest.length > longest) throw new Error("An event of the stream has no end.");
  }
}

/** What each line of a stream makes known: an event at the empty line that ends it. */
function createParser(): (line: string) => readonly StreamPart[] {
  let [id, name, data]: [string | undefined, string, string[]] = [undefined, "", []];
  let length = 0;
  return (line) => {
    if (line === "") {
      const event = { id, event: name === "" ? "message" : name, data: valueOf(data.join("\n")) };
      const isThere = data.length > 0 || name !== "";
      [id, name, data, length] = [undefined, "", [], 0];
      return isThere ? [{ event }] : [];
    }
    length += line.length;
    if (length > longest) throw new Error("An event of the stream has no end.");
    const [, field = "", value = ""] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? [];
    if (field === "id" && !value.includes("\0")) id = value;
    if (field === "event") name = value;
    if (field === "data") data.push(value);
    // A comment is a sign of life and nothing else.
    return field === "retry" && /^\d{1,9}$/.test(value) ? [{ retry: Number(value) }] : [{}];
  };
}

/** JSON as its value; other text as it is. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
