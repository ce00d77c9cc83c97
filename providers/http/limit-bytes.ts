import { UnbelievableAnswerError } from "./api-error.ts";

/**
 * The longest answer that is taken, in bytes: 16 MiB. A page of any listing is far shorter; without a limit an answer that
 * does not end fills the memory, and one of 512 MiB ends the process, because no text of Node can be so long.
 */
export const defaultMaxAnswerBytes = 16 * 1_024 ** 2;

/**
 * Passes a stream on up to `limit` bytes. With the first byte above it the source is destroyed, its connection too, and
 * whoever reads gets an UnbelievableAnswerError. Where a body is decompressed, put it behind that step, so that what comes out is
 * counted. What is to end a source that says nothing any more has to end the source itself.
 *
 * No stream of its own: one by `pipeline` stays in memory, with its source, until the next full collection.
 */
export async function* limitBytes(source: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let taken = 0;
  for await (const chunk of source) {
    taken += chunk.length;
    if (taken > limit) throw new UnbelievableAnswerError(`the answer is longer than ${limit} bytes`);
    yield chunk;
  }
}
