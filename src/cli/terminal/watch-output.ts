import { fstatSync, writeSync } from "node:fs";
import type { Writable } from "node:stream";
import type { Output } from "./terminal.ts";

/** A stream that is written to, and whether it took what it got. */
export interface WatchedOutput extends Output {
  /** The first thing that went wrong: a full disk, a reader or a terminal that went away. */
  readonly failure: Error | undefined;
  /** Resolves when all that was written is handed over, or was lost. */
  flush(): Promise<void>;
}

/**
 * A standard stream, and what goes wrong with it: that must not turn into an error of a drive that goes on buying.
 *
 * Where it is a file, it is written here: Node's own stream for files takes a write of which a nearly full disk took a part
 * for a whole one. `writePart` writes some of the bytes and returns how many.
 */
export function watchOutput(stream: Writable & Omit<Output, "write">, writePart = writeSync): WatchedOutput {
  let failure: Error | undefined;
  const note = (error: Error | null | undefined) => void (failure ??= error ?? undefined);
  stream.on("error", note);
  const file = fileOf(stream);

  function writeWhole(descriptor: number, text: string): void {
    let rest = Buffer.from(failure ? "" : text);
    try {
      while (rest.length > 0) {
        const length = writePart(descriptor, rest, 0, rest.length);
        if (length === 0) throw new Error("nothing more could be written");
        rest = rest.subarray(length);
      }
    } catch (error) {
      note(error instanceof Error ? error : new Error(String(error)));
    }
  }

  return {
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns ?? 0;
    },
    get rows() {
      return stream.rows ?? 24;
    },
    get failure() {
      return failure;
    },
    write: (text) => (file === undefined ? stream.write(text) : writeWhole(file, text)),
    flush: () =>
      new Promise((done) => {
        stream.write("", (error) => {
          note(error);
          done();
        });
      }),
  };
}

/** The descriptor of a stream that leads into a regular file. */
function fileOf(stream: object): number | undefined {
  if (!("fd" in stream) || typeof stream.fd !== "number") return undefined;
  try {
    return fstatSync(stream.fd).isFile() ? stream.fd : undefined;
  } catch {
    return undefined;
  }
}
