import { describe, expect, test } from "vitest";
import { ApiError } from "../../providers/http/api-error.ts";
import { isTransient, repeatRead, type RepeatOptions } from "../../providers/http/repeat-read.ts";
import { TransportError, type TransportStage } from "../../providers/http/transport-error.ts";

const answered = (status: number, retryAfter?: number) =>
  new ApiError({ status, retryAfter }, { code: undefined, message: undefined });

/** Reads that end as told, one after the other; the waits between them end at once. */
async function read(ends: readonly unknown[], change: Partial<RepeatOptions> = {}) {
  const slept: number[] = [];
  let sent = 0;
  const environment = {
    random: () => 0.5,
    sleep: async (milliseconds: number, stop?: AbortSignal) => {
      slept.push(milliseconds);
      stop?.throwIfAborted();
    },
  };
  const attempt = async () => {
    const next = ends[sent++];
    const end: unknown = typeof next === "function" ? next() : next;
    if (end instanceof Error) throw end;
    return end;
  };
  const options = { attempts: 4, retryAfterCap: 60_000, environment, signal: undefined, isTransient };
  const result = await repeatRead(attempt, { ...options, ...change }).catch((error: unknown) => error);
  return { result, sent, slept };
}

describe("how often, and after which waits", () => {
  test("the wait doubles, with jitter, until an attempt succeeds", async () => {
    const reads = await read([answered(500), answered(429), answered(408), "read"]);
    expect(reads).toEqual({ result: "read", sent: 4, slept: [750, 1_500, 3_000] });
  });

  test("to the end: exactly so many attempts, no wait after the last, and the last one's error itself", async () => {
    const last = answered(503);
    const { result, sent, slept } = await read([answered(500), answered(502), last, "never read"], { attempts: 3 });
    expect(result).toBe(last);
    expect([sent, slept]).toEqual([3, [750, 1_500]]);
  });

  test("a Retry-After is waited for where it is longer, up to the cap", async () => {
    const ends = [answered(429, 0), answered(429, 7_000), answered(503, 3_600_000), "read"];
    expect(await read(ends)).toEqual({ result: "read", sent: 4, slept: [750, 7_000, 60_000] });
  });

  test("the cap holds for every wait", async () => {
    expect((await read([answered(500), "read"], { retryAfterCap: 100 })).slept).toEqual([100]);
  });

  test("what is not transient ends it, as the caller sees it", async () => {
    const refused = answered(404);
    expect(await read([refused, "never read"])).toEqual({ result: refused, sent: 1, slept: [] });
    expect(await read([refused, "read"], { isTransient: () => true })).toMatchObject({ result: "read", sent: 2 });
    expect(await read([answered(500), "never read"], { isTransient: () => false })).toMatchObject({ sent: 1 });
  });
});

describe("an aborted signal's reason is thrown", () => {
  const reason = new Error("stop");

  test("before the first attempt: nothing is sent", async () => {
    const { result, sent } = await read(["never read"], { signal: AbortSignal.abort(reason) });
    expect([result, sent]).toEqual([reason, 0]);
  });

  test("during an attempt, whatever that one threw: no wait", async () => {
    const stop = new AbortController();
    const abort = () => {
      stop.abort(reason);
      return answered(500);
    };
    expect(await read([abort, "never read"], { signal: stop.signal })).toEqual({ result: reason, sent: 1, slept: [] });
  });

  test("during a wait, which is handed the signal: no further attempt", async () => {
    const stop = new AbortController();
    const environment = {
      random: () => 0,
      sleep: async (_: number, signal?: AbortSignal) => {
        stop.abort(reason);
        signal?.throwIfAborted();
        expect.fail("it was not handed the signal");
      },
    };
    const { result, sent } = await read([answered(500), "never read"], { environment, signal: stop.signal });
    expect([result, sent]).toEqual([reason, 1]);
  });
});

const unsent = (stage: TransportStage) => new TransportError({ stage, code: "E", message: stage });

test.each([
  [true, [answered(408), answered(429), answered(500), answered(599), unsent("unanswered"), unsent("connection")]],
  [false, [answered(400), answered(403), answered(499), unsent("credential"), new Error("anything else")]],
])("transient %s: %s", (transient, errors) => {
  for (const error of errors) expect(isTransient(error), String(error)).toBe(transient);
});
