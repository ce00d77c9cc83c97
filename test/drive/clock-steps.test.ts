// A22: the wall clock is set while nobody knows yet whether it was bought.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import type { Environment } from "../../src/contract/environment.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { createImitationCloud, type ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { execution, executionId, token } from "./setup.ts";

const minutes = 60_000;
const hours = 60 * minutes;
const days = 24 * hours;

const folder = mkdtempSync(join(tmpdir(), "buyonce-clock-steps-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

const ledgers: Readonly<Record<string, (clock: () => number) => Promise<Ledger>>> = {
  memory: async (clock) => createMemoryLedger({ clock }),
  SQLite: (clock) => openSqliteLedger({ file: join(folder, `${(files += 1)}.db`), clock }),
};

/** A cloud on the true time; a ledger and drivers on a wall clock that can be set. */
async function setup(identity: ImitationIdentity, open = ledgers["memory"]!) {
  const environment = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity, now: environment.trueTime });
  const ledger = await open(environment.now);
  onTestFinished(() => ledger.close());
  const driver = (own: Partial<Environment> = {}, changed: Partial<Ledger> = {}) => {
    const parts = { environment: { ...environment, ...own }, ledger: { ...ledger, ...changed } };
    const purchaser = createPurchaser({ ...parts, providers: [cloud.provider] });
    return {
      purchaser,
      drive: async () => {
        const [outcome] = (await purchaser.drive(execution())).outcomes;
        if (outcome === undefined) throw new Error("no outcome");
        return outcome;
      },
    };
  };
  /** A driver in another boot. */
  const elsewhere = (boot = "another") =>
    driver({ readClock: () => ({ ...environment.readClock(), boot, monotonic: environment.trueTime() - 1e12 }) });
  const record = async () => (await ledger.recordsOf(executionId))[0];
  const events = async () => (await ledger.history(token())).map(({ event }) => event);
  const live = () => cloud.live(token()).length;
  return { environment, cloud, ledger, ...driver(), driver, elsewhere, record, events, live };
}

/** As an older version wrote it. */
function older({ submit, resend, purchase }: Ledger): Partial<Ledger> {
  return {
    submit: (claim, { clock: _clock, ...submission }) => submit(claim, submission),
    resend: (claim, how) => resend(claim, { refused: how?.refused }),
    purchase: (claim, commitment, { clock: _clock, ...how } = {}) => purchase(claim, commitment, how),
  };
}

describe.each(Object.entries(ledgers))("A22: set forward by six minutes, %s ledger", (_name, open) => {
  /** Bought, its answer lost, and hidden for four minutes. */
  async function hidden(identity: ImitationIdentity) {
    const parts = await setup(identity, open);
    parts.cloud.faults.lag = 4 * minutes;
    parts.cloud.faults.sends = ["lost-after"];
    return parts;
  }

  test("between two drives: an absence proves nothing before its time", async () => {
    const { drive, environment, cloud, live } = await hidden("stamped");
    expect(await drive()).toMatchObject({ status: "unresolved" });
    environment.step(6 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved" });
    expect(cloud.counts.sends).toBe(1);
    environment.advance(5 * minutes);
    expect(await drive()).toMatchObject({ status: "already-purchased" });
    expect(live()).toBe(1);
  });

  test("within the drive that sends, right after the send", async () => {
    const { drive, environment, cloud, live } = await hidden("stamped");
    cloud.faults.onSend = () => environment.step(6 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved" });
    expect(live()).toBe(1);
  });

  test("seen from another boot, between its looks", async () => {
    const { drive, elsewhere, environment, cloud, live } = await hidden("stamped");
    await drive();
    const { resolve } = cloud.executor;
    let looks = 0;
    Object.assign(cloud.provider.services["disk"]!, {
      resolve: async (...parameters: Parameters<typeof resolve>) => {
        looks += 1;
        if (looks === 2) environment.step(6 * minutes);
        return resolve(...parameters);
      },
    });
    expect(await elsewhere().drive()).toMatchObject({ status: "unresolved" });
    expect(live()).toBe(1);
  });

  test("a handle that is called expired is not quoted anew", async () => {
    const { drive, environment, cloud, live } = await hidden("minted");
    const { send, resolve } = cloud.executor;
    const reason = "Session timed out.";
    const expired = { kind: "rejected", reason, left: true, expired: true, retryable: false } as const;
    const shownFrom = environment.trueTime() + 4 * minutes;
    Object.assign(cloud.provider.services["disk"]!, {
      send: async (...[submission, context]: Parameters<typeof send>) =>
        context.sentBefore ? expired : send(submission, context),
      resolve: async (...parameters: Parameters<typeof resolve>) =>
        environment.trueTime() < shownFrom ? { kind: "absent", reason: "404" } : resolve(...parameters),
    });
    await drive();
    environment.step(6 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved" });
    expect(cloud.counts.quotes).toBe(1);
    environment.advance(5 * minutes);
    expect(await drive()).toMatchObject({ status: "already-purchased", commitment: { id: "minted-1" } });
    expect(live()).toBe(1);
  });

  test("what only fits is not taken for it while ours is hidden", async () => {
    const { drive, environment, cloud } = await hidden("stamped");
    await drive();
    cloud.faults.lag = 0;
    cloud.add({ id: "theirs" });
    environment.step(6 * minutes);
    const outcome = await drive();
    expect(outcome).toMatchObject({ status: "unresolved" });
    expect(outcome.error?.message).toContain("theirs fits, but one that somebody else bought would too");
  });

  test("nor can a person call it not bought: it is too early, and once it shows, it is shown", async () => {
    const { purchaser, drive, environment } = await hidden("stamped");
    await drive();
    const finding = "not-bought";
    const decision = { executionId, recIndex: 0, finding, person: "operator", reason: "not there" } as const;
    environment.step(6 * minutes);
    await expect(purchaser.resolveByPerson(decision)).rejects.toMatchObject({ code: "too-early" });
    environment.step(-6 * minutes);
    environment.advance(5 * minutes);
    await expect(purchaser.resolveByPerson(decision)).rejects.toMatchObject({ code: "still-shown" });
  });

  test("what was only seen on its way has not vanished yet", async () => {
    const { drive, environment, cloud } = await setup("chosen", open);
    const id = `${token().slice(0, 32)}-0`;
    cloud.add({ id, token: token(), state: "OnItsWay" });
    expect(await drive()).toMatchObject({ status: "already-purchased" });
    cloud.vanish(id);
    environment.step(6 * minutes);
    expect(await drive()).toMatchObject({ status: "already-purchased" });
    expect(cloud.counts.sends).toBe(0);
    environment.advance(5 * minutes);
    await drive();
    expect(cloud.counts.sends).toBe(1);
  });

  test("nobody is asked to decide a day early", async () => {
    const { drive, environment, cloud } = await setup("stamped", open);
    cloud.faults.sends = ["lost-before"];
    cloud.faults.resolve = "throws";
    await drive();
    environment.step(2 * days);
    expect((await drive()).parked).toBeUndefined();
    environment.advance(days);
    expect((await drive()).parked).toBeDefined();
  });
});

describe.each(Object.entries(ledgers))("A22: set back by a year, %s ledger", (_name, open) => {
  async function sentBefore(identity: ImitationIdentity) {
    const parts = await setup(identity, open);
    parts.cloud.faults.sends = ["lost-before", ...(identity === "minted" ? (["expired", "expired"] as const) : [])];
    await parts.drive();
    parts.environment.step(-365 * days);
    return parts;
  }

  test("its age is waited for anew, from the next drive on, and it is bought", async () => {
    const { drive, environment, events, record, live } = await sentBefore("stamped");
    expect(await drive()).toMatchObject({ status: "unresolved" });
    expect(await events()).toContain("clock");
    const noted = (await record())?.countedFrom;
    environment.advance(4 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved" });
    expect((await record())?.countedFrom).toEqual(noted);
    environment.advance(minutes);
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect(live()).toBe(1);
    // What was sent since has an age of its own.
    expect((await record())?.countedFrom).toBeUndefined();
  });

  test("set back by little more than its age: what was waited since the note counts, whatever the wall clock says by then", async () => {
    const { drive, environment, cloud } = await setup("stamped", open);
    cloud.faults.sends = ["lost-before"];
    await drive();
    environment.step(-6 * minutes);
    await drive();
    environment.advance(5 * minutes);
    expect(await drive()).toMatchObject({ status: "purchased" });
  });

  test("drivers of other boots wait once, not each of them", async () => {
    const { elsewhere, environment, live } = await sentBefore("stamped");
    await elsewhere("first").drive();
    environment.advance(5 * minutes);
    expect(await elsewhere("second").drive()).toMatchObject({ status: "purchased" });
    expect(live()).toBe(1);
  });

  test("set again while it waits: it waits anew", async () => {
    const { drive, environment, cloud } = await sentBefore("stamped");
    await drive();
    environment.advance(4 * minutes);
    environment.step(-365 * days);
    await drive();
    environment.advance(4 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved" });
    environment.advance(minutes);
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect(cloud.counts.sends).toBe(2);
  });

  test("set back and forward again: nothing is old by that", async () => {
    const { drive, environment } = await sentBefore("stamped");
    await drive();
    environment.step(365 * days + 6 * minutes);
    expect(await drive()).toMatchObject({ status: "unresolved" });
  });

  test("in another boot, set back and forward again: a clock that was wrong is not believed for the time before", async () => {
    const { elsewhere, environment, cloud, live } = await sentBefore("stamped");
    await elsewhere().drive();
    environment.step(365 * days + 6 * minutes);
    expect(await elsewhere().drive()).toMatchObject({ status: "unresolved" });
    expect(cloud.counts.sends).toBe(1);
    environment.advance(5 * minutes);
    await elsewhere().drive();
    expect([cloud.counts.sends, live()]).toEqual([2, 1]);
  });

  test("a drive that goes on for so long needs no other: it counts within itself", async () => {
    const { driver, environment, events } = await sentBefore("stamped");
    const sleep = async (wait: number) => {
      for (let second = 0; second < wait; second += 1000) {
        environment.advance(20_000);
        await new Promise((done) => setImmediate(done));
      }
    };
    const { drive } = driver({ sleep });
    expect(await drive()).toMatchObject({ status: "purchased" });
    expect((await events()).filter((event) => event === "clock")).toHaveLength(1);
  });

  test("a handle that is called expired is quoted anew in the end", async () => {
    const { drive, environment, cloud, live } = await sentBefore("minted");
    cloud.faults.sends = ["expired", "expired"];
    expect(await drive()).toMatchObject({ status: "unresolved" });
    environment.advance(5 * minutes);
    cloud.faults.sends = ["expired"];
    expect(await drive()).toMatchObject({ status: "purchased", commitment: { id: "minted-2" } });
    expect(live()).toBe(1);
  });

  test("what vanished on its way is bought in the end", async () => {
    const { drive, environment, cloud } = await setup("chosen", open);
    const id = `${token().slice(0, 32)}-0`;
    cloud.add({ id, token: token(), state: "OnItsWay" });
    await drive();
    cloud.vanish(id);
    environment.step(-365 * days);
    expect(await drive()).toMatchObject({ status: "already-purchased" });
    environment.advance(5 * minutes);
    expect(await drive()).toMatchObject({ status: "purchased" });
  });

  test("it is parked in the end", async () => {
    const { drive, environment, cloud } = await sentBefore("stamped");
    cloud.faults.resolve = "throws";
    await drive();
    environment.advance(days);
    expect((await drive()).parked).toBeDefined();
  });
});

test("A22: set back by an hour: what was bought long ago is not new, and a listing that lacks it is not trusted", async () => {
  const { purchaser, drive, environment, cloud } = await setup("minted");
  await drive();
  environment.advance(20 * minutes);
  environment.step(-hours);
  cloud.faults.listing = "empty";
  const [outcome] = (await purchaser.drive({ ...execution(), executionId: "another" })).outcomes;
  expect(outcome).toMatchObject({ status: "refused", error: { code: "lookup-untrusted" } });
});

describe("A22: sent in another boot, or by an older version", () => {
  test.each(["another boot", "an older version"])("%s: old by the wall clock is old", async (where) => {
    const parts = await setup("stamped");
    parts.cloud.faults.sends = ["lost-before"];
    await (where === "another boot" ? parts.elsewhere() : parts.driver({}, older(parts.ledger))).drive();
    parts.environment.advance(4 * minutes);
    expect(await parts.drive()).toMatchObject({ status: "unresolved" });
    parts.environment.advance(minutes);
    expect(await parts.drive()).toMatchObject({ status: "purchased" });
    expect(parts.live()).toBe(1);
  });

  test.each(["another boot", "an older version"])("%s: in the future, it is waited for anew", async (where) => {
    const parts = await setup("stamped");
    parts.cloud.faults.sends = ["lost-before"];
    await (where === "another boot" ? parts.elsewhere() : parts.driver({}, older(parts.ledger))).drive();
    parts.environment.step(-hours);
    expect(await parts.drive()).toMatchObject({ status: "unresolved" });
    // The clock of the machine is put right again: from the note on, its time is known.
    parts.environment.step(hours);
    parts.environment.advance(minutes);
    parts.environment.step(-hours);
    parts.environment.advance(4 * minutes);
    expect(await parts.drive()).toMatchObject({ status: "purchased" });
    expect(parts.live()).toBe(1);
  });

  test("the ledger's clock alone is set forward, as a server's: the drivers' machines know better", async () => {
    const parts = await setup("stamped");
    parts.cloud.faults.lag = 4 * minutes;
    parts.cloud.faults.sends = ["lost-after"];
    await parts.drive();
    parts.environment.step(6 * minutes);
    const { readClock } = parts.environment;
    const right = () => ({ ...readClock(), boot: "another", monotonic: 0, wall: parts.environment.trueTime() });
    expect(await parts.driver({ readClock: right }).drive()).toMatchObject({ status: "unresolved" });
    expect(parts.live()).toBe(1);
  });
});
