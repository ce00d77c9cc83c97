import { describe, expect, test } from "vitest";
import { createLeases } from "../../src/drive/leases.ts";
import { createStop } from "../../src/drive/stop.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import type { Claim, Ledger } from "../../src/contract/ledger.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

const [one, two]: Claim[] = [
  { token: "token-1", executionId: "execution-1", epoch: 1, termsVersion: 1 },
  { token: "token-2", executionId: "execution-1", epoch: 1, termsVersion: 1 },
];

/** Leases of 30 s over a ledger that notes what it is asked, on a virtual clock that begins at 0. */
function leases(changes: Partial<Ledger> = {}) {
  const environment = createVirtualEnvironment(0);
  const asked: [string, readonly Claim[], number?][] = [];
  const ledger: Ledger = {
    ...createMemoryLedger(),
    renew: async (claims, length) => {
      asked.push(["renew", claims, length]);
      return [];
    },
    release: async (claims) => void asked.push(["release", claims]),
    ...changes,
  };
  const held = createLeases(ledger, environment, 30_000);
  /** Lets time pass, and what it sets off run. */
  const pass = async (milliseconds: number) => {
    environment.advance(milliseconds);
    await new Promise((done) => setImmediate(done));
  };
  return { held, environment, asked, pass };
}

describe("leases", () => {
  test("are renewed three times in their length, all together, and hold on", async () => {
    const { held, asked, pass } = leases();
    held.hold([one!, two!], 0);
    await pass(9999);
    expect(asked).toEqual([]);
    for (let third = 1; third <= 6; third += 1) await pass(10_000);
    expect(asked).toHaveLength(6);
    expect(asked[0]).toEqual(["renew", [one, two], 30_000]);
    expect(() => held.check(one!)).not.toThrow();
  });

  test("lapse with the length counted from before the claim, not a moment later", async () => {
    const { held, environment } = leases();
    held.hold([one!], 0);
    environment.jump(29_999);
    expect(() => held.check(one!)).not.toThrow();
    environment.jump(1);
    expect(() => held.check(one!)).toThrow(expect.objectContaining({ code: "claim-lost", retryable: true }));
  });

  test("A22: lapse all the same where the clock is set back meanwhile, and early where it is set forward", () => {
    const back = leases();
    back.held.hold([one!], 0);
    back.environment.step(-3_600_000);
    back.environment.jump(29_999);
    expect(() => back.held.check(one!)).not.toThrow();
    back.environment.jump(1);
    expect(() => back.held.check(one!)).toThrow(expect.objectContaining({ code: "claim-lost" }));
    const forward = leases();
    forward.held.hold([one!], 0);
    forward.environment.step(30_000);
    expect(() => forward.held.check(one!)).toThrow(expect.objectContaining({ code: "claim-lost" }));
  });

  test("A22: the time that the claim took is counted on both clocks", () => {
    const { held, environment } = leases();
    environment.jump(20_000);
    held.hold([one!], 0);
    environment.step(-3_600_000);
    environment.jump(10_000);
    expect(() => held.check(one!)).toThrow(expect.objectContaining({ code: "claim-lost" }));
  });

  test("of another epoch, or never held, do not count", () => {
    const { held } = leases();
    held.hold([one!], 0);
    expect(() => held.check({ ...one!, epoch: 2 })).toThrow("ran out");
    expect(() => held.check(two!)).toThrow("ran out");
  });

  test("that the ledger says are lost are lost at once, the others not", async () => {
    const { held, pass } = leases({ renew: async () => [one!] });
    held.hold([one!, two!], 0);
    await pass(10_000);
    expect(() => held.check(one!)).toThrow("ran out");
    expect(() => held.check(two!)).not.toThrow();
  });

  test("are not renewed while a renewal is under way, and its answer counts from when it was asked", async () => {
    const answers: ((lost: readonly Claim[]) => void)[] = [];
    const { held, environment, pass } = leases({ renew: () => new Promise((answer) => answers.push(answer)) });
    held.hold([one!], 0);
    await pass(10_000);
    await pass(10_000);
    expect(answers).toHaveLength(1);
    answers[0]?.([]);
    await pass(0);
    environment.jump(19_999);
    expect(() => held.check(one!)).not.toThrow();
    environment.jump(1);
    expect(() => held.check(one!)).toThrow("ran out");
    await pass(10_000);
    expect(answers).toHaveLength(2);
  });

  test("of which one is dropped during a renewal are renewed all the same", async () => {
    const answers: ((lost: readonly Claim[]) => void)[] = [];
    const { held, environment, pass } = leases({ renew: () => new Promise((answer) => answers.push(answer)) });
    held.hold([one!, two!], 0);
    await pass(10_000);
    held.drop(one!);
    answers[0]?.([]);
    await pass(0);
    environment.jump(29_999);
    expect(() => held.check(two!)).not.toThrow();
    expect(() => held.check(one!)).toThrow("ran out");
  });

  test("an answer about an older claim says nothing about a newer one", async () => {
    const answers: ((lost: readonly Claim[]) => void)[] = [];
    const { held, pass } = leases({ renew: () => new Promise((answer) => answers.push(answer)) });
    held.hold([one!], 0);
    await pass(10_000);
    const newer = { ...one!, epoch: 2 };
    held.hold([newer], 10_000);
    answers[0]?.([one!]);
    await pass(0);
    expect(() => held.check(newer)).not.toThrow();
  });

  test("a renewal that fails is tried again at its next time", async () => {
    let renewals = 0;
    const { held, pass } = leases({
      renew: async () => {
        renewals += 1;
        if (renewals < 3) throw new Error("locked");
        return [];
      },
    });
    held.hold([one!], 0);
    for (let third = 1; third <= 3; third += 1) await pass(9999);
    await pass(3);
    expect(renewals).toBe(3);
    expect(() => held.check(one!)).not.toThrow();
  });

  test("that are dropped are neither renewed nor released", async () => {
    const { held, asked, pass } = leases();
    held.hold([one!, two!], 0);
    held.drop(one!);
    expect(() => held.check(one!)).toThrow("ran out");
    await pass(10_000);
    await held.end();
    expect(asked).toEqual([
      ["renew", [two], 30_000],
      ["release", [two]],
    ]);
  });

  test("where none is held nothing is asked, and after the end nothing is renewed", async () => {
    const { held, asked, pass } = leases();
    await pass(20_000);
    held.hold([one!], 20_000);
    await held.end();
    expect(() => held.check(one!)).toThrow("ran out");
    await pass(60_000);
    await held.end();
    expect(asked).toEqual([["release", [one]]]);
  });

  test("a ledger that fails at the end is skipped", async () => {
    const { held } = leases({ release: () => Promise.reject(new Error("gone")) });
    held.hold([one!], 0);
    await expect(held.end()).resolves.toBeUndefined();
  });
});

describe("when a drive stops", () => {
  const at = (deadline?: number, signal?: AbortSignal) => {
    const environment = createVirtualEnvironment(0);
    return { environment, stop: createStop(environment, { deadline, signal }) };
  };

  test("without a deadline there is always time", () => {
    const { environment, stop } = at();
    environment.advance(1_000_000_000);
    expect(() => stop.check()).not.toThrow();
    expect(() => stop.checkTimeFor(1_000_000_000)).not.toThrow();
    expect(stop.signal.aborted).toBe(false);
  });

  test("a send must fit before the deadline, with a second to spare", () => {
    const { environment, stop } = at(61_000);
    expect(() => stop.checkTimeFor(60_000)).not.toThrow();
    environment.jump(1);
    expect(() => stop.checkTimeFor(60_000)).toThrow("The deadline leaves 60 s; one purchase may take 60 s.");
    expect(() => stop.checkTimeFor(59_999)).not.toThrow();
    environment.jump(100_000);
    const late = expect.objectContaining({ code: "deadline-too-near", retryable: true });
    expect(() => stop.checkTimeFor(60_000)).toThrow(late);
    expect(() => stop.checkTimeFor(60_000)).toThrow("leaves 0 s");
  });

  test("a second before the deadline reads and waits end", () => {
    const { environment, stop } = at(61_000);
    environment.advance(59_999);
    expect(stop.signal.aborted).toBe(false);
    environment.advance(1);
    expect(stop.signal.reason).toMatchObject({ code: "deadline-too-near" });
    expect(() => stop.check()).toThrow(/^The deadline of the drive has come\. .*drive again\. .*allow more time/);
    expect(() => stop.checkTimeFor(0)).toThrow("The deadline of the drive has come.");
  });

  test("a deadline that has passed ends them at once, one that is further than a timer reaches does not", () => {
    const passed = at(-5);
    passed.environment.advance(1);
    expect(passed.stop.signal.aborted).toBe(true);
    const far = at(2 ** 31 + 5000);
    far.environment.advance(2 ** 31 - 1);
    expect(far.stop.signal.aborted).toBe(false);
    const almost = at(2 ** 31 - 1);
    almost.environment.advance(2 ** 31 - 1);
    expect(almost.stop.signal.aborted).toBe(true);
  });

  test("the caller's signal ends it with its reason, once, also where it was aborted before", () => {
    const reason = new Error("Ctrl-C");
    const stopped = expect.objectContaining({ code: "aborted", retryable: true, cause: reason });
    const controller = new AbortController();
    const { stop } = at(undefined, controller.signal);
    expect(() => stop.check()).not.toThrow();
    controller.abort(reason);
    expect(() => stop.check()).toThrow(stopped);
    expect(() => at(undefined, AbortSignal.abort(reason)).stop.check()).toThrow(stopped);
  });

  test("after its end neither the deadline nor the caller's signal does anything", () => {
    const controller = new AbortController();
    const { environment, stop } = at(61_000, controller.signal);
    stop.end();
    controller.abort();
    environment.advance(100_000);
    expect(stop.signal.aborted).toBe(false);
  });
});
