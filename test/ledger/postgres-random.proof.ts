import { Pool } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { BuyonceError } from "../../src/contract/errors.ts";
import type { Claim, HistoryEntry, Ledger, TokenState } from "../../src/contract/ledger.ts";
import { bought, claimRequest, planned, recordPlaces } from "../../src/testing/ledger-values.ts";
import { checkHistory, laneOf } from "./postgres-history.ts";
import { type PostgresServer, startPostgresServer } from "./postgres-server.ts";
import { isProof } from "../standing-for-all.ts";

/** The seed repeats what each driver tries; in which order the server sees it, nobody can repeat. */
const seed = Number(process.env["SEED"] ?? Date.now() % 1_000_000);
const drivers = 8;
const stepsPerDriver = isProof ? 80 : 25;
const tokens = 6;

let server: PostgresServer;
let admin: Pool;
beforeAll(async () => {
  server = await startPostgresServer();
  admin = new Pool({ connectionString: await server.connectionString() });
  admin.on("error", () => undefined);
});
afterAll(async () => {
  await admin.end();
  await server.remove();
});

test.each([
  { schema: "calm", cutting: false },
  { schema: "cut", cutting: true },
])(`drivers that do anything at any time keep the rules (seed ${seed}, connections cut: $cutting)`, async (run) => {
  const connectionString = `${await server.connectionString()}?application_name=${run.schema}`;
  const { schema } = run;
  const ledgers = await Promise.all(Array.from({ length: 3 }, () => openPostgresLedger({ connectionString, schema })));
  const grants = new Map<string, string>();
  const told: string[] = [];
  const counts = { done: 0, declined: 0, cut: 0 };

  function grant({ token, epoch }: Claim, holder: string): void {
    expect(grants.get(`${token} ${epoch}`)).toBeUndefined();
    grants.set(`${token} ${epoch}`, holder);
  }
  function count(error: unknown): void {
    if (!BuyonceError.isInstance(error)) throw error;
    if (run.cutting && error.code === "ledger-unavailable") counts.cut += 1;
    else {
      expect(["claim-lost", "identical-purchase-open", "commitment-taken", "internal"]).toContain(error.code);
      counts.declined += 1;
    }
  }

  await recordPlaces(ledgers[0] as Ledger, tokens + 1);
  await liveThrough(ledgers[0] as Ledger, grant);
  const ended = new AbortController();
  const cutter = run.cutting ? cutConnections(schema, ended.signal) : undefined;
  await Promise.all(
    Array.from({ length: drivers }, async (_, index) => {
      const driver = createDriver(ledgers[index % ledgers.length] as Ledger, index, grant);
      for (let step = 0; step < stepsPerDriver; step += 1) {
        try {
          told.push(await driver());
          counts.done += 1;
        } catch (error) {
          count(error);
        }
      }
    }),
  ).finally(() => ended.abort());
  await cutter;

  const { rows } = await admin.query<{ entry: string }>(`SELECT entry FROM "${schema}".history ORDER BY sequence`);
  const history = rows.map(({ entry }) => JSON.parse(entry) as HistoryEntry);
  const times = (events: readonly string[]) => Object.groupBy(events, (event) => event);
  const recorded = times(history.map(({ event }) => event));
  const figures = Object.entries(recorded).map(([event, all]) => `${event} ${all?.length}`);
  console.info(`seed ${seed}: ${JSON.stringify(counts)}; ${figures.join(", ")}`);

  expect(checkHistory(history, grants)).toEqual([]);
  // What a driver was told to be done is recorded. A claim writes one line per token, a lease none.
  for (const [event, all] of Object.entries(times(told))) {
    if (["claim", "renew", "release"].includes(event)) continue;
    expect(recorded[event]?.length ?? 0, event).toBeGreaterThanOrEqual(all?.length ?? 0);
  }
  for (const { token, state, epoch } of (await ledgers[0]?.recordsOf("execution-1")) ?? []) {
    const last = history.findLast((entry) => entry.token === token);
    expect([token, state, epoch]).toEqual([token, last?.to ?? "planned", last?.epoch ?? 0]);
  }
  const owners = await admin.query<{ id: string; token: string }>(
    `SELECT commitment_id AS id, token FROM "${schema}".commitment_owner`,
  );
  for (const { token, detail, event } of history) {
    if (event !== "purchase" && event !== "observe") continue;
    const owner = owners.rows.find(({ id }) => id === detail.split(" ")[0]);
    expect([detail, owner?.token]).toEqual([detail, token]);
  }
  expect(Object.keys(recorded)).toEqual(
    expect.arrayContaining(["claim", "submit", "purchase", "unknown", "park", "reopen", "decide"]),
  );
  await Promise.all(ledgers.map((ledger) => ledger.close()));
});

/** Everything that is looked for in the history happens once for certain: what the drivers do is left to chance. */
async function liveThrough(ledger: Ledger, grant: (claim: Claim, holder: string) => void): Promise<void> {
  const [answer] = await ledger.claim([claimRequest(tokens)], "planned", 30_000);
  if (answer?.kind !== "granted") throw new Error(`Nobody else knows this token: ${answer?.kind}`);
  const { claim } = answer;
  grant(claim, "planned");
  const submit = () => ledger.submit(claim, planned({ token: claim.token, lane: laneOf(claim.token) }));
  await submit();
  await ledger.park(claim, reason);
  await ledger.dead(claim, { failed: false, detail: "" });
  await submit();
  await ledger.unknown(claim, reason);
  await ledger.purchase(claim, bought({ id: "order-planned" }));
  await ledger.reopen(claim, bought({ id: "order-planned" }));
  await submit();
  await ledger.decide(claim, { kind: "written-off", person: "Ada", reason: "" });
}

async function cutConnections(applicationName: string, ended: AbortSignal): Promise<void> {
  for (let round = 0; round < 1000 && !ended.aborted; round += 1) {
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 ORDER BY random() LIMIT 1`,
      [applicationName],
    );
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

/** A driver's next step: a claim of some tokens, or a write about one of them, mostly one that its state allows. */
function createDriver(ledger: Ledger, index: number, grant: (claim: Claim, holder: string) => void) {
  const random = randomNumbers(seed + index);
  const below = (limit: number) => Math.floor(random() * limit);
  const holder = `driver-${index}`;
  const held = new Map<string, { readonly claim: Claim; state: TokenState }>();
  // So short that they lapse in the middle of the work.
  const leaseLength = () => 20 + below(200);

  async function claimSome(): Promise<void> {
    const wanted = Array.from({ length: tokens }, (_, token) => token).filter(() => below(2) === 0);
    if (below(2) === 0) wanted.reverse();
    for (const answer of await ledger.claim(wanted.map(claimRequest), holder, leaseLength(), { states })) {
      if (answer.kind !== "granted") continue;
      grant(answer.claim, holder);
      held.set(answer.claim.token, { claim: answer.claim, state: answer.record.state });
    }
  }

  const operations: Readonly<Record<string, (claim: Claim) => Promise<unknown>>> = {
    submit: (claim) => ledger.submit(claim, planned({ token: claim.token, lane: laneOf(claim.token) })),
    purchase: (claim) => ledger.purchase(claim, anyCommitment()),
    unknown: (claim) => ledger.unknown(claim, reason),
    park: (claim) => ledger.park(claim, reason),
    reject: (claim) => ledger.reject(claim, reason),
    refuse: (claim) => ledger.refuse(claim, reason),
    dead: (claim) => ledger.dead(claim, { failed: below(2) === 0, detail: "" }),
    reopen: (claim) => ledger.reopen(claim, bought()),
    observe: (claim) => ledger.observe(claim, anyCommitment()),
    renew: (claim) => ledger.renew([claim], leaseLength()),
    release: (claim) => ledger.release([claim]),
    decide: (claim) => {
      const by = { person: "Ada", reason: "" };
      const isWrittenOff = held.get(claim.token)?.state === "written-off";
      if (!isWrittenOff) return ledger.decide(claim, { kind: below(2) === 0 ? "not-bought" : "written-off", ...by });
      return ledger.purchase(claim, anyCommitment(), { decision: { kind: "bought", id: "any", ...by } });
    },
  };
  // Fewer ids than purchases.
  const anyCommitment = () =>
    bought({
      id: `order-${below(20)}`,
      settled: below(4) === 0,
      marked: below(2) === 0,
      furtherIds: [`order-${below(20)}`],
    });

  return async () => {
    if (held.size === 0 || below(5) === 0) {
      await claimSome();
      return "claim";
    }
    const entry = [...held.values()][below(held.size)];
    if (entry === undefined) throw new TypeError("Something is held.");
    const names = below(8) === 0 ? Object.keys(operations) : fitting[entry.state];
    const event = names[below(names.length)] ?? "renew";
    try {
      await operations[event]?.(entry.claim);
    } catch (error) {
      if (BuyonceError.isInstance(error) && error.code === "claim-lost") held.delete(entry.claim.token);
      throw error;
    }
    entry.state = next[event] ?? entry.state;
    if (["reject", "refuse", "release", "decide"].includes(event)) held.delete(entry.claim.token);
    return event;
  };
}

const reason = { code: "quote-failed", message: "The quote failed." };

/** All of them: what is written off is claimed only by name. */
const states: readonly TokenState[] = [
  "claimed",
  "submitted",
  "unknown",
  "purchased",
  "rejected",
  "refused",
  "written-off",
];

const fitting: Readonly<Record<TokenState, readonly string[]>> = {
  planned: ["release"],
  skipped: ["release"],
  claimed: ["submit", "submit", "submit", "submit", "purchase", "refuse", "renew"],
  submitted: ["purchase", "unknown", "park", "dead", "reject", "renew"],
  unknown: ["purchase", "dead", "refuse", "release", "renew", "decide"],
  purchased: ["observe", "reopen", "reopen", "refuse", "release"],
  rejected: ["release"],
  refused: ["release"],
  "written-off": ["decide", "release"],
};

const next: Readonly<Record<string, TokenState>> = {
  submit: "submitted",
  purchase: "purchased",
  unknown: "unknown",
  park: "unknown",
  dead: "claimed",
  reopen: "claimed",
};

/** Mulberry32: repeatable numbers from 0 up to 1. */
function randomNumbers(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
