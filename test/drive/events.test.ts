import { claimPlaces } from "../../src/testing/ledger-values.ts";
import { expect, test } from "vitest";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { ImitationIdentity, SendFault } from "../../src/testing/imitation/imitation-cloud.ts";
import { execution, payer, setup, token } from "./setup.ts";

/** The events of one drive without their times, and its outcome. */
async function eventsOf(parts: ReturnType<typeof setup>) {
  const events: Omit<DriveEvent, "at">[] = [];
  const { outcomes } = await parts.purchaser.drive(execution(), {
    onEvent: ({ at, ...event }) => {
      expect(at).toBeGreaterThanOrEqual(1_795_305_600_000);
      events.push(event);
    },
  });
  return { events, outcome: outcomes[0] };
}

const one = { recIndex: 0, ...payer, token: `${token().slice(0, 8)}…` };
const claimed = { type: "claimed", granted: 1, settled: 0, inFlight: 0 };
const listed = (matches: number) => [
  { type: "listing", scope: "account a" },
  { type: "listed", scope: "account a", matches },
];
const quoted = [
  { ...one, type: "quoting" },
  { ...one, type: "quoted", price: { amount: "10", currency: "GBP" } },
];
const defect = "It was sent, and the answer could not be understood: cannot read properties of undefined.";
const unknown = (message: string) => ({ result: "unknown", error: { code: "outcome-unknown", message } });
const sent = (sentBefore: boolean, answer: object) => [
  { ...one, type: "sending", sentBefore },
  { ...one, type: "sent", ...answer },
];
const bought = { result: "bought" };
const submitted = (attempt: number) => [
  { ...one, type: "writing-ahead" },
  { ...one, type: "submitted", attempt },
];
const reconciling = (detail: string) => ({ ...one, type: "reconciling", detail });
const reconciled = { ...one, type: "reconciled", result: "bought" };
const lost = (detail: string) => ({ ...one, type: "outcome-unknown", detail });
const recording = (commitmentId: string) => ({ ...one, type: "recording", commitmentId });
const sentAgain = (message: string) => [
  ...sent(false, unknown(message)),
  lost(message),
  reconciling(message),
  reconciling("there is no such order"),
  ...listed(0),
  ...sent(true, bought),
  reconciled,
  recording("minted-1"),
];

const recommendations = [{ ...one, ...payer }];
/** What is between the first event and the last one, with the outcome before the last. */
const driven = (outcome: unknown, ...events: readonly unknown[]) => [
  { type: "started", executionId: "execution-1", recommendations },
  ...events,
  { ...one, type: "finished", outcome },
  { type: "ended", executionId: "execution-1" },
];

test.each<[string, ImitationIdentity, SendFault | undefined, unknown[]]>([
  ["bought", "minted", undefined, [...sent(false, bought), recording("minted-1")]],
  [
    "bought, then marked",
    "stamped",
    undefined,
    [
      ...sent(false, bought),
      recording("order-1"),
      { ...one, type: "marking", commitmentId: "order-1" },
      { ...one, type: "marked", marked: true },
    ],
  ],
  [
    "bought, the answer lost",
    "minted",
    "lost-after",
    [
      ...sent(false, unknown("connection reset")),
      lost("connection reset"),
      reconciling("connection reset"),
      reconciled,
      recording("minted-1"),
    ],
  ],
  ["not bought, the answer lost, sent again", "minted", "lost-before", sentAgain("connection reset")],
  ["the executor has a defect, after which nobody knows", "minted", "throws", sentAgain(defect)],
  [
    "refused",
    "minted",
    "rejected",
    [
      ...sent(false, {
        result: "rejected",
        error: { code: "purchase-rejected", message: "The card was declined." },
      }),
    ],
  ],
  [
    "A1: bought, and said to have expired: read by its id, and never quoted again",
    "minted",
    "rejected-as-expired",
    [
      ...sent(false, {
        result: "expired",
        error: { code: "purchase-rejected", message: expect.stringMatching(/./) as string },
      }),
      { ...one, type: "outcome-unknown", detail: "Session timed out." },
      { ...one, type: "reconciling", detail: "Session timed out." },
      { ...one, type: "reconciled", result: "bought" },
      recording("minted-1"),
    ],
  ],
])("every step is told: %s", async (_what, identity, fault, rest) => {
  const parts = setup({ identity });
  parts.cloud.faults.sends = [fault];
  const { events, outcome } = await eventsOf(parts);
  expect(events).toEqual(driven(outcome, claimed, ...listed(0), ...quoted, ...submitted(1), ...rest));
});

test("every step is told: adopted, and looked at again when nothing is left to do", async () => {
  const parts = setup();
  parts.cloud.add({ id: "from elsewhere", token: token(), state: "Succeeded" });
  const first = await eventsOf(parts);
  const adopting = { ...one, type: "adopting", commitmentId: "from elsewhere" };
  expect(first.events).toEqual(driven(first.outcome, claimed, ...listed(1), adopting, recording("from elsewhere")));
  const second = await eventsOf(parts);
  expect(second.events).toEqual(driven(second.outcome, { type: "claimed", granted: 0, settled: 1, inFlight: 0 }));
});

test("a look-up that failed, and a marker that could not be stamped", async () => {
  const blind = setup();
  blind.cloud.faults.listing = "throws";
  const first = await eventsOf(blind);
  const error = { code: "lookup-failed", message: first.outcome?.error?.message };
  expect(first.events).toEqual(
    driven(
      first.outcome,
      claimed,
      { type: "listing", scope: "account a" },
      { type: "look-up-failed", scope: "account a", error },
    ),
  );
  const unstamped = setup({ identity: "stamped" });
  unstamped.cloud.faults.mark = "throws";
  const second = await eventsOf(unstamped);
  expect(second.outcome).toMatchObject({ status: "purchased", warnings: [expect.stringContaining("marker")] });
  expect(second.events).toContainEqual({ ...one, type: "marked", marked: false });
});

test("a drive that throws ends with the error, after the outcomes that there are", async () => {
  const { purchaser } = setup();
  const events: DriveEvent[] = [];
  const signal = AbortSignal.abort();
  const drive = purchaser.drive(execution(), { signal, onEvent: (event) => events.push(event) });
  await expect(drive).rejects.toMatchObject({ code: "aborted" });
  expect(events.at(-2)).toMatchObject({ type: "finished", outcome: { status: "refused", error: { code: "aborted" } } });
  expect(events.at(-1)).toMatchObject({ type: "ended", error: { code: "aborted" } });
});

test("another driver's are counted, and a listener that throws disturbs nothing", async () => {
  const { purchaser, ledger } = setup();
  const events: DriveEvent[] = [];
  const onEvent = (event: DriveEvent) => {
    events.push(event);
    throw new Error("the progress line is broken");
  };
  await purchaser.drive(execution(), { onEvent });
  const [record] = await ledger.recordsOf("execution-1");
  expect(record).toMatchObject({ state: "purchased" });
  await claimPlaces(ledger, [record!], "a live driver", 30_000);
  await purchaser.drive(execution(), { onEvent });
  expect(events).toContainEqual(expect.objectContaining({ type: "claimed", granted: 0, settled: 0, inFlight: 1 }));
});
