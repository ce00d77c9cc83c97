import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { Environment } from "../../src/contract/environment.ts";
import type { DriveEvent } from "../../src/contract/events.ts";
import type { Provider } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import type { VirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { createSteppedEnvironment } from "../stepped-environment.ts";
import type { GoldenKind } from "./golden-kind.ts";
import { type ScriptedProxy, startScriptedProxy } from "./golden-proxy.ts";
import { type GoldenRow, longAfter } from "./golden-row.ts";
import { type Verdict, verdictOf } from "./golden-verdict.ts";
import { createWire, nextSend, type WireScript } from "./golden-wire.ts";

/** One kind of service over its SDK, the proxy and the sandbox. Rows are run one after the other, and leave nothing behind. */
export interface GoldenWorld {
  run(row: GoldenRow): Promise<Verdict>;
  close(): Promise<void>;
}

/** What another ledger's drive bought before this one was ever driven is that old, in milliseconds. */
const dayBefore = 24 * 3_600_000;

/** States that do not move on by themselves, so that how often somebody looks is no part of a verdict. */
const still = {
  azure: { readsPerState: 1_000_000 },
  aws: { readsUntilActive: 1_000_000 },
  gcp: { readsUntilActive: 1_000_000 },
};

const nothing: WireScript = { sends: [], trouble: undefined, requests: 0, denied: false, onPurchase: () => undefined };

/** What the rows of one kind share. */
interface Stage {
  readonly kind: GoldenKind;
  readonly sandbox: CloudSandbox;
  readonly proxy: ScriptedProxy;
  readonly provider: Provider;
  readonly environment: Environment;
  /** Of the row under way; each row begins at the same moment. */
  time: VirtualEnvironment;
  /** Of the drive under way. */
  script: WireScript;
}

/** Starts sandbox and proxy for one kind. */
export async function startGoldenWorld(kind: GoldenKind): Promise<GoldenWorld> {
  const now: Pick<Stage, "time" | "script"> = { time: createSteppedEnvironment(), script: nothing };
  const environment: Environment = {
    now: () => stage.time.now(),
    readClock: () => stage.time.readClock(),
    random: () => stage.time.random(),
    every: (milliseconds, run) => stage.time.every(milliseconds, run),
    sleep: (milliseconds, signal) => stage.time.sleep(milliseconds, signal),
  };
  const sandbox = await startCloudSandbox({ ...still, clock: { now: () => stage.time.now() } });
  const proxy = await startScriptedProxy(
    sandbox.port,
    createWire(kind, sandbox, () => stage.script),
  );
  const provider = kind.provider({ endpoint: proxy.url, environment });
  const stage: Stage = Object.assign(now, { kind, sandbox, proxy, provider, environment });
  return {
    run: (row) => runRow(stage, row),
    async close() {
      await proxy.close();
      await sandbox.close();
    },
  };
}

async function runRow(stage: Stage, { row, before, there, next, ...drive }: GoldenRow): Promise<Verdict> {
  const { kind, sandbox } = stage;
  stage.time = createSteppedEnvironment();
  empty(sandbox);
  const newLedger = () => createMemoryLedger({ clock: () => stage.time.now() });
  const ledger = newLedger();
  if (before !== undefined) await driveOnce(stage, row, ledger, { sends: [before.send], stopped: true });
  if (there !== undefined) {
    const known = idsOf(stage);
    await driveOnce(stage, row, newLedger(), { asked: there.asked });
    for (const id of idsOf(stage)) {
      if (there.state !== undefined && !known.includes(id)) kind.setState(sandbox, id, there.state);
    }
  }
  stage.time.advance(before?.later ?? (there ? dayBefore : 0));
  const verdict = await driveOnce(stage, row, ledger, drive);
  if (next === undefined) return verdict;
  stage.time.advance(longAfter);
  return { ...verdict, next: await driveOnce(stage, row, ledger, next) };
}

interface Driven extends Pick<GoldenRow, "sends" | "trouble"> {
  readonly asked?: "same" | "other";
  /** As soon as its purchase request has left. */
  readonly stopped?: boolean;
}

async function driveOnce(
  stage: Stage,
  executionId: string,
  ledger: Ledger,
  { sends = ["carried-out"], trouble, asked = "same", stopped = false }: Driven,
): Promise<Verdict> {
  const { kind, sandbox, proxy, provider, environment } = stage;
  const stop = new AbortController();
  const onPurchase = () => (stopped ? stop.abort() : undefined);
  const script: WireScript = { sends, trouble, requests: 0, denied: trouble === "denied", onPurchase };
  stage.script = script;
  sandbox.clearFaults();
  const arrivedBefore = sandbox.purchaseRequests().length;
  if (trouble !== undefined) {
    const fault = { kind: "listing", listing: "empty" } as const;
    sandbox.addFault({ match: { action: kind.listAction }, times: 100_000, fault });
  }

  /** Where connections are refused, no request arrives: the port is closed before the send, which is counted here. */
  function onEvent({ type }: DriveEvent): void {
    if (type === "sent") void proxy.listen();
    if (type !== "sending" || nextSend(script) !== "refused") return;
    script.requests += 1;
    proxy.refuse();
  }

  const recommendation = asked === "same" ? kind.recommendation : { ...kind.recommendation, ...kind.another };
  const purchaser = createPurchaser({ ledger, environment, providers: [provider] });
  const execution = { executionId, source: "golden", recommendations: [recommendation] };
  const { outcomes } = await purchaser.drive(execution, { onEvent, signal: stop.signal });
  await proxy.listen();
  if (script.defect !== undefined) throw script.defect;
  const arrived = sandbox.purchaseRequests().length - arrivedBefore;
  if (arrived > script.requests) throw new Error("A purchase arrived that isPurchase in golden-wire.ts does not know.");
  const [outcome] = outcomes;
  const [record] = await ledger.recordsOf(executionId);
  if (outcome === undefined || record === undefined) throw new Error("A drive leaves an outcome and a record.");
  return verdictOf(outcome, record, { requests: script.requests, sold: idsOf(stage) });
}

function idsOf({ kind, sandbox }: Stage): readonly string[] {
  return kind.sold(sandbox).map(({ id }) => id);
}

function empty({ store }: CloudSandbox): void {
  for (const key of Object.keys(store.snapshot())) {
    const slash = key.indexOf("/");
    store.collection(key.slice(0, slash)).delete(key.slice(slash + 1));
  }
}
