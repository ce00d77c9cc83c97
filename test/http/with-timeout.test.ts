import { getEventListeners } from "node:events";
import { expect, test, vi } from "vitest";
import { withTimeout } from "../../providers/http/with-timeout.ts";

const late = () => new Error("late");

/** Work that goes on until it is ended, and rejects with the reason. */
const endless = (ending: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    if (ending.aborted) reject(ending.reason as Error);
    ending.addEventListener("abort", () => reject(ending.reason as Error));
  });

test("ends work when its time is over, and not before", async () => {
  vi.useFakeTimers();
  try {
    let ended: unknown;
    const work = withTimeout({ timeout: 1000, late }, endless).catch((error: unknown) => (ended = error));
    await vi.advanceTimersByTimeAsync(999);
    expect(ended).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    await work;
    expect(ended).toMatchObject({ message: "late" });
  } finally {
    vi.useRealTimers();
  }
});

test("ends it with the caller's reason, also where that came before", async () => {
  const caller = new AbortController();
  const work = withTimeout({ timeout: 1000, late, signal: caller.signal }, endless);
  const reason = new Error("stopped");
  caller.abort(reason);
  await expect(work).rejects.toBe(reason);
  await expect(withTimeout({ timeout: 1000, late, signal: caller.signal }, endless)).rejects.toBe(reason);
});

test.each([
  ["done", async () => "done"],
  ["failed", async () => Promise.reject(new Error("failed"))],
])("%s, it holds neither the caller's signal nor a timer", async (_how, run) => {
  vi.useFakeTimers();
  try {
    const { signal } = new AbortController();
    await withTimeout({ timeout: 1000, late, signal }, run).catch(() => undefined);
    expect(getEventListeners(signal, "abort")).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
