import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { describe, expect, test } from "vitest";
import { eventText } from "../../src/cli/text/event-text.ts";
import { statusText } from "../../src/cli/text/status-text.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { stepsOfRun, timelineOf } from "../../src/report/timeline.ts";
import { changed, execution, executionId, setup, token } from "./setup.ts";

/** A provider that takes a stamp, and does not show it. */
function waiving() {
  const parts = setup({ identity: "stamped" });
  let marks = 0;
  const purchaser = changed(parts, {
    mark: async (commitment) => {
      marks += 1;
      return { ...commitment, marked: "waived" };
    },
  });
  return {
    ...parts,
    purchaser,
    marks: () => marks,
    recorded: async () => (await parts.ledger.recordsOf(executionId))[0],
  };
}

/** In the words of whoever reads along. */
const saysStamped = /\bstamped\b|mark is on it/;

describe("B1: a stamp that is tried and not shown", () => {
  test("no event and no record says that it is there, and nothing warns", async () => {
    const { purchaser, recorded, ledger } = waiving();
    const events: DriveEvent[] = [];
    const { outcomes } = await purchaser.drive(execution(), { onEvent: (event) => events.push(event) });
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error("No outcome.");
    expect(outcome.status).toBe("purchased");
    expect(outcome).not.toHaveProperty("warnings");
    expect(events.filter(({ type }) => type === "marked")).toMatchObject([{ marked: false }]);
    expect((await recorded())?.commitment).toMatchObject({ marked: "waived" });

    const page = timelineOf(outcome, stepsOfRun(events), []).map(({ what }) => what);
    expect(page).toContain("Our mark is not seen on it");
    const status = statusText(await ledgerStatus(ledger, { executionId }), {
      descriptions: [""],
      width: 200,
      paint: (_style, text) => text,
      line: () => "",
    });
    const history = (await ledger.history(token())).map(({ event, detail }) => `${event} ${detail}`);
    for (const text of [...events.map(eventText), ...page, ...history, status]) expect(text).not.toMatch(saysStamped);
    expect(status).not.toContain("marker");
  });

  test("a second drive neither waits for it nor tries it again, and once it is final nothing is left to do", async () => {
    const { purchaser, cloud, ledger, marks } = waiving();
    await purchaser.drive(execution());
    for (const order of cloud.orders) order.state = "Active";
    const again = await purchaser.drive(execution());
    expect(again.outcomes).toMatchObject([{ status: "already-purchased", commitment: { settled: true } }]);
    expect(again.outcomes[0]).not.toHaveProperty("warnings");
    expect(await purchaser.watchPending()).toEqual([]);
    const { recommendations } = await ledgerStatus(ledger, { state: "pending" });
    expect([marks(), recommendations, cloud.counts.sends]).toEqual([1, [], 1]);
  });

  test("its lane is free, and what another driver holds is not waited for", async () => {
    const { purchaser, recorded, ledger, cloud } = waiving();
    await purchaser.drive(execution());
    const record = await recorded();
    if (record === undefined) throw new Error("No record.");
    await claimPlaces(ledger, [record], "another driver", 60_000);
    const types: string[] = [];
    const beside = await purchaser.drive(execution(), { wait: true, onEvent: ({ type }) => types.push(type) });
    expect(beside.outcomes).toMatchObject([{ status: "already-purchased" }]);
    expect(types).not.toContain("waiting-for-driver");
    const { outcomes } = await purchaser.drive({ ...execution(), executionId: "another" });
    expect(outcomes).toMatchObject([{ status: "purchased" }]);
    expect(cloud.orders).toHaveLength(2);
  });

  test("an audit that tries it says what came of it", async () => {
    const { purchaser } = waiving();
    await purchaser.drive(execution());
    const { findings } = await purchaser.audit({ repair: true });
    expect(findings).toMatchObject([
      { kind: "missing-marker", repaired: false, message: expect.stringContaining("does not show it") },
    ]);
    expect(findings[0]?.message).not.toMatch(saysStamped);
  });
});

test("B1: what a person names is stamped as what a drive buys, where it does not show whether it is", async () => {
  const parts = setup({ identity: "stamped" });
  const { cloud, ledger } = parts;
  cloud.faults.sends = ["lost-after"];
  await parts.purchaser.drive(execution());
  const { read } = cloud.executor.inventory;
  const purchaser = changed(parts, {
    inventory: {
      read: async (scope, id, options) => {
        const shown = await read(scope, id, options);
        return shown && { ...shown, commitment: { ...shown.commitment, marked: "waived" } };
      },
    },
  });
  const finding = { bought: cloud.orders[0]?.id ?? "" };
  await purchaser.resolveByPerson({ executionId, recIndex: 0, finding, person: "Ada", reason: "saw it" });
  expect(cloud.orders).toMatchObject([{ token: token() }]);
  expect((await ledger.recordsOf(executionId))[0]?.commitment).toMatchObject({ marked: true });
});

test("B1: what is over without its marker is not recorded as marked", async () => {
  const parts = setup({ identity: "stamped" });
  parts.cloud.faults.mark = "throws";
  await parts.purchaser.drive(execution());
  const [{ id } = { id: "" }] = parts.cloud.orders.splice(0);
  await parts.purchaser.acceptLoss({ id, person: "Ada", reason: "exchanged" });
  expect((await parts.ledger.recordsOf(executionId))[0]?.commitment).toMatchObject({
    standing: "ended",
    marked: "waived",
  });
});
