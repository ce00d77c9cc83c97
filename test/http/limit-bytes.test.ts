import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { limitBytes } from "../../providers/http/limit-bytes.ts";

test("C1: up to the limit everything passes, byte for byte", async () => {
  for (const chunks of [[], ["abc"], ["ab", "cd", "e"]]) {
    const source = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
    expect(String(await buffer(limitBytes(source, 5)))).toBe(chunks.join(""));
  }
});

test("C1: one byte above it is an answer that cannot be believed; a source without end is ended, and little of it taken", async () => {
  let taken = 0;
  let ended = false;
  function* endless() {
    try {
      for (;;) {
        taken += 1_000;
        yield Buffer.alloc(1_000);
      }
    } finally {
      ended = true;
    }
  }
  await expect(buffer(limitBytes(Readable.from(endless(), { highWaterMark: 1 }), 999_999))).rejects.toMatchObject({
    name: "UnbelievableAnswerError",
    message: "the answer is longer than 999999 bytes",
  });
  expect(ended).toBe(true);
  expect(taken).toBeGreaterThanOrEqual(1_000_000);
  expect(taken).toBeLessThan(1_100_000);
});

test("C1: behind a decompressor what comes out is counted", async () => {
  const unpacked = Readable.from([gzipSync(Buffer.alloc(10_000_000))]).pipe(createGunzip());
  await expect(buffer(limitBytes(unpacked, 100_000))).rejects.toThrow("longer than 100000 bytes");
});

test("C1: an error of the source is the stream's", async () => {
  const reset = Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  const source = new Readable({ read: () => undefined });
  const whole = buffer(limitBytes(source, 10));
  source.push("abc");
  source.destroy(reset);
  await expect(whole).rejects.toBe(reset);
});
