import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { ageAt, type Look } from "../../src/contract/age.ts";
import { type Moment, readSystemClock } from "../../src/contract/clock-reading.ts";

const minutes = 60_000;

/** All clocks of a machine at a time; the ledger's and the machine's wall clock can be ahead. */
function look(time: number, { boot = "one", ledger = 0, wall = 0 } = {}): Look {
  const counted = boot === "one" ? time : time + 77 * minutes;
  return { at: 1e12 + time + ledger, clock: { boot, monotonic: counted, wall: 2e12 + time + wall } };
}

const other = { boot: "another" };
const sent = look(0);

test.each<[string, Moment, Look, Look, ReturnType<typeof ageAt>]>([
  ["nothing was set", sent, look(5), look(7), { atLeast: 7, atMost: 7 }],
  ["the ledger's clock was set forward", sent, look(5), look(7, { ledger: 99 }), { atLeast: 7, atMost: 106 }],
  ["the machine's clock was set forward", sent, look(5), look(7, { wall: 99 }), { atLeast: 7, atMost: 106 }],
  [
    "both were",
    sent,
    look(5),
    look(1000, { ledger: 6 * minutes, wall: 6 * minutes }),
    { atLeast: 1000, atMost: 6 * minutes + 1000 },
  ],
  [
    "set back, but not before it",
    sent,
    look(5),
    look(9 * minutes, { ledger: -8 * minutes, wall: -8 * minutes }),
    { atLeast: minutes, atMost: 9 * minutes },
  ],
  [
    "set back before it: by that clock it has not happened yet",
    sent,
    look(5),
    look(5, { ledger: -2 * minutes }),
    undefined,
  ],
  ["the same for the machine's clock alone", sent, look(5), look(5, { wall: -2 * minutes }), undefined],
  [
    "a little back is no contradiction",
    sent,
    look(5),
    look(9, { ledger: -minutes, wall: -minutes }),
    { atLeast: 0, atMost: 9 },
  ],
  [
    "a copy of a virtual machine that was started later",
    sent,
    look(5),
    { ...look(7), clock: { ...look(7).clock, monotonic: -2 * minutes } },
    undefined,
  ],
  [
    "a copy that was started earlier counts an hour too many, which the wall clocks know",
    sent,
    look(5),
    { ...look(7), clock: { ...look(7).clock, monotonic: 60 * minutes } },
    { atLeast: 7, atMost: 60 * minutes },
  ],
  [
    "of another boot: the wall clocks are believed, and nothing bounds it",
    sent,
    look(5, other),
    look(7, other),
    { atLeast: 7, atMost: Infinity },
  ],
  [
    "of another boot, and the clocks are set forward after the first look",
    sent,
    look(5, other),
    look(7, { ...other, ledger: 6 * minutes, wall: 6 * minutes }),
    { atLeast: 7, atMost: Infinity },
  ],
  [
    "of another boot, and the ledger's clock was set forward before: the machines' clocks know better",
    sent,
    look(5, { ...other, ledger: 6 * minutes }),
    look(7, { ...other, ledger: 6 * minutes }),
    { atLeast: 7, atMost: Infinity },
  ],
  [
    "of another boot, and in the future",
    sent,
    look(5, { ...other, ledger: -2 * minutes }),
    look(5, { ...other, ledger: -2 * minutes }),
    undefined,
  ],
  ["of an older record", { at: sent.at }, look(5), look(7), { atLeast: 7, atMost: Infinity }],
  [
    "of an older record, set forward after the first look",
    { at: sent.at },
    look(5),
    look(7, { ledger: 99 }),
    { atLeast: 7, atMost: Infinity },
  ],
  [
    "of an older record, and in the future",
    { at: sent.at },
    look(5, { ledger: -2 * minutes }),
    look(7, { ledger: -2 * minutes }),
    undefined,
  ],
  [
    "of another boot, after the first look of this driver",
    look(20),
    look(5, other),
    look(30, other),
    { atLeast: 10, atMost: Infinity },
  ],
])("A22: how old: %s", (_what, moment, first, now, expected) => {
  expect(ageAt(moment, now, first)).toEqual(expected);
});

test("A22: two processes of one boot read one monotonic clock", () => {
  const module = new URL("../../src/contract/clock-reading.ts", import.meta.url).href;
  const program = `import { readSystemClock } from ${JSON.stringify(module)}; console.log(JSON.stringify(readSystemClock()))`;
  const before = readSystemClock();
  const theirs = JSON.parse(
    execFileSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" }),
  ) as typeof before;
  const after = readSystemClock();
  if (process.platform !== "linux") {
    expect(theirs.boot).not.toBe(before.boot);
    return;
  }
  expect(theirs.boot).toBe(before.boot);
  expect(theirs.monotonic).toBeGreaterThanOrEqual(before.monotonic);
  expect(theirs.monotonic).toBeLessThanOrEqual(after.monotonic);
});
