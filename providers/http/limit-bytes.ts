import { pipeline, Transform, type Readable } from "node:stream";
import { UnbelievableAnswerError } from "./api-error.ts";

/**
 * The longest answer that is taken, in bytes: 16 MiB. A page of any listing is far shorter; without a limit an answer that
 * does not end fills the memory, and one of 512 MiB ends the process, because no text of Node can be so long.
 */
export const defaultMaxAnswerBytes = 16 * 1_024 ** 2;

/**
 * Passes a stream on up to `limit` bytes. With the first byte above it the source is destroyed, its connection too, and
 * the stream that is returned ends with an UnbelievableAnswerError. Where a body is decompressed, put it behind that step,
 * so that what comes out is counted.
 */
export function limitBytes(source: Readable, limit: number): Readable {
  let taken = 0;
  const limited = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      if (taken > limit) done(new UnbelievableAnswerError(`the answer is longer than ${limit} bytes`));
      else done(null, chunk);
    },
  });
  // Whoever reads the stream is told of its end and of every error.
  pipeline(source, limited, () => undefined);
  return limited;
}
