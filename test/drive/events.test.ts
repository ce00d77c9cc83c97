import { expect, test } from "vitest";
import type { DriveEvent } from "../../src/spec/events.ts";
import type { ImitationIdentity, SendFault } from "../../src/testing/imitation-cloud.ts";
import { execution, setup, token } from "./setup.ts";

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

const one = { recIndex: 0, token: `${token().slice(0, 8)}…` };
const claimed = { type: "claimed", granted: 1, settled: 0, inFlight: 0 };
const listed = (matches: number) => [
  { type: "listing", scope: "account a" },
  { type: "listed", scope: "account a", matches },
];
const quoted = [
  { ...one, type: "quoting" },
  { ...one, type: "quoted", price: { amount: "10", currency: "GBP" } },
];
const sending = (sentBefore: boolean) => ({ ...one, type: "sending", sentBefore });
const submitted = (attempt: number) => ({ ...one, type: "submitted", attempt });
const reconciling = (detail: string) => ({ ...one, type: "reconciling", detail });
const lost = { ...one, type: "outcome-unknown", detail: "connection reset" };

test.each<[string, ImitationIdentity, SendFault | undefined, unknown[]]>([
  ["bought", "minted", undefined, [sending(false)]],
  ["bought, then marked", "stamped", undefined, [sending(false), { ...one, type: "marking", commitmentId: "order-1" }]],
  ["bought, the answer lost", "minted", "lost-after", [sending(false), lost, reconciling("connection reset")]],
  [
    "not bought, the answer lost, sent again",
    "minted",
    "lost-before",
    [
      sending(false),
      lost,
      reconciling("connection reset"),
      reconciling("there is no such order"),
      ...listed(0),
      sending(true),
    ],
  ],
  [
    "the executor has a defect, after which nobody knows",
    "minted",
    "throws",
    [
      sending(false),
      {
        ...lost,
        detail: "It was sent, and the answer could not be understood: cannot read properties of undefined.",
      },
      reconciling("It was sent, and the answer could not be understood: cannot read properties of undefined."),
      reconciling("there is no such order"),
      ...listed(0),
      sending(true),
    ],
  ],
  [
    "the quote expired, quoted again after a listing made now",
    "minted",
    "expired",
    [sending(false), ...listed(0), ...quoted, submitted(2), sending(false)],
  ],
])("every step is told: %s", async (_what, identity, fault, rest) => {
  const parts = setup({ identity });
  parts.cloud.faults.sends = [fault];
  const { events, outcome } = await eventsOf(parts);
  const finished = { ...one, type: "finished", outcome };
  expect(events).toEqual([claimed, ...listed(0), ...quoted, submitted(1), ...rest, finished]);
});

test("every step is told: adopted, and looked at again when nothing is left to do", async () => {
  const parts = setup();
  parts.cloud.add({ id: "from elsewhere", token: token(), state: "Succeeded" });
  const first = await eventsOf(parts);
  const adopting = { ...one, type: "adopting", commitmentId: "from elsewhere" };
  expect(first.events).toEqual([claimed, ...listed(1), adopting, { ...one, type: "finished", outcome: first.outcome }]);
  const second = await eventsOf(parts);
  expect(second.events).toEqual([
    { type: "claimed", granted: 0, settled: 1, inFlight: 0 },
    { ...one, type: "finished", outcome: second.outcome },
  ]);
});

test("another driver's are counted, and a listener that throws disturbs nothing", async () => {
  const { purchaser, ledger } = setup();
  const events: DriveEvent[] = [];
  const onEvent = (event: DriveEvent) => {
    events.push(event);
    throw new Error("the progress line is broken");
  };
  await purchaser.drive(execution(), { onEvent });
  const [record] = await ledger.execution("execution-1");
  expect(record).toMatchObject({ state: "purchased" });
  await ledger.claim([record!], "a live driver", 30_000);
  await purchaser.drive(execution(), { onEvent });
  expect(events).toContainEqual(expect.objectContaining({ type: "claimed", granted: 0, settled: 0, inFlight: 1 }));
});
