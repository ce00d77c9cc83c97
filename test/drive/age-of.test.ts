import { expect, test } from "vitest";
import type { Moment } from "../../src/contract/clock-reading.ts";
import { createAgeOf } from "../../src/drive/age-of.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";

const minutes = 60_000;
const day = 86_400_000;

/** The ages of a drive that begins now, and how often it noted something. */
function parts() {
  const environment = createVirtualEnvironment();
  const moment = (): Moment => ({ at: environment.now(), clock: environment.readClock() });
  const notes: Moment[] = [];
  const ledger = {
    now: async () => environment.now(),
    countFrom: async () => {
      notes.push(moment());
      return { countedFrom: moment() } as never;
    },
  };
  const ageOf = () => createAgeOf({ ledger, environment });
  return { environment, moment, notes, ageOf };
}

const claim = { token: "token-1", executionId: "execution-1", epoch: 1, termsVersion: 1 };

test("A22: a note of before this drive says nothing of what this drive has sent since", async () => {
  const { environment, moment, notes, ageOf } = parts();
  environment.step(-2 * day);
  const record = { countedFrom: moment() };
  environment.advance(10 * minutes);
  environment.step(day);
  const measure = ageOf();
  const sent = moment();
  environment.step(-day / 2);
  expect(await measure({ claim, record }, sent)).toEqual({ atLeast: 0, atMost: Infinity });
  expect(notes).toHaveLength(1);
  environment.advance(5 * minutes);
  expect(await measure({ claim, record }, sent)).toMatchObject({ atLeast: 5 * minutes });
  expect(notes).toHaveLength(1);
});

test("A22: without a claim nothing is noted", async () => {
  const { environment, moment, notes, ageOf } = parts();
  const measure = ageOf();
  const sent = moment();
  environment.step(-day);
  for (let look = 0; look < 2; look += 1) {
    expect(await measure({ record: {} }, sent)).toEqual({ atLeast: 0, atMost: Infinity });
    environment.advance(5 * minutes);
  }
  expect(notes).toEqual([]);
});
