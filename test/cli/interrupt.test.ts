import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { onInterrupt } from "../../src/cli/terminal/interrupt.ts";

describe("onInterrupt", () => {
  function setUp() {
    const source = new EventEmitter();
    const seen: string[] = [];
    const clock = { now: 0 };
    const handlers = { first: () => void seen.push("first"), again: () => void seen.push("again") };
    const stop = onInterrupt(source, handlers, () => clock.now);
    const signal = (name: string, at: number) => {
      clock.now = at;
      source.emit(name);
    };
    return { source, seen, signal, stop };
  }

  test("the first stops gently, every later one at once, whichever signal it is", () => {
    const { seen, signal } = setUp();
    signal("SIGINT", 1000);
    expect(seen).toEqual(["first"]);
    signal("SIGTERM", 5000);
    signal("SIGINT", 5001);
    expect(seen).toEqual(["first", "again", "again"]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"])("C6: %s stops gently", (name) => {
    const { seen, signal } = setUp();
    signal(name, 1000);
    expect(seen).toEqual(["first"]);
  });

  test("C6: a terminal that goes away may say so twice, late; who asks again after it is heard", () => {
    const { seen, signal } = setUp();
    signal("SIGHUP", 1000);
    signal("SIGHUP", 5000);
    expect(seen).toEqual(["first"]);
    signal("SIGTERM", 6000);
    expect(seen).toEqual(["first", "again"]);
  });

  test("one Ctrl-C that npm passes on a second time is one Ctrl-C", () => {
    const { seen, signal } = setUp();
    signal("SIGINT", 1000);
    signal("SIGINT", 1020);
    expect(seen).toEqual(["first"]);
  });

  test("afterwards nobody listens any more", () => {
    const { source, stop } = setUp();
    stop();
    expect(source.eventNames()).toEqual([]);
  });
});
