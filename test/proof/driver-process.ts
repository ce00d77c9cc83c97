import { readFileSync, writeSync } from "node:fs";
import { createPurchaser } from "../../src/purchaser.ts";
import type { DriveOptions } from "../../src/drive/drive-execution.ts";
import { type Environment, systemEnvironment } from "../../src/contract/environment.ts";
import { BuyonceError, messageOf } from "../../src/contract/errors.ts";
import type { Provider, ServiceExecutor } from "../../src/contract/executor.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import type { AnyExecution } from "../../src/contract/recommendation.ts";
import { clockAhead } from "../clock-ahead.ts";
import { createClouds, openSharedLedger } from "./chaos-parts.ts";
import type { DriverLine, DriverOrder } from "./history-checker.ts";

/**
 * A real driver, to be killed: drives the execution of its order (JSON, the first argument) and prints what it reports,
 * one JSON line each, in the moment in which it is reported. What it printed stays true for whoever read it.
 */
const order = JSON.parse(process.argv[2] ?? "") as DriverOrder;

/** The file holds milliseconds by which the runner has moved the clock of drivers, ledger and cloud on. */
const ahead = () => (order.clockFile === undefined ? 0 : Number(readFileSync(order.clockFile, "utf8")));
const set = order.set ?? 0;
const clock = () => Date.now() + ahead() + set;

const environment: Environment = {
  ...systemEnvironment,
  now: clock,
  readClock: () => {
    const { boot, monotonic, wall } = clockAhead(ahead());
    return { boot: order.boot ?? boot, monotonic, wall: wall + set };
  },
  sleep: (milliseconds, signal) => systemEnvironment.sleep(milliseconds / order.haste, signal),
};

type Unstamped<T> = T extends unknown ? Omit<T, "at"> : never;

/** Written at once: a line that the drive has emitted is with the runner even if the process is killed on the next one. */
function print(line: Unstamped<DriverLine>): void {
  let left = Buffer.from(`${JSON.stringify({ ...line, at: Date.now() })}\n`);
  for (let attempt = 0; left.length > 0 && attempt < 10_000; attempt += 1) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Stops this process after the drive's last check and before the executor's first line. */
function stopBeforeSend(provider: Provider): Provider {
  const stopping = (executor: ServiceExecutor): ServiceExecutor => ({
    ...executor,
    send: (submission, context) => {
      print({ kind: "stopping" });
      process.kill(process.pid, "SIGSTOP");
      return executor.send(submission, context);
    },
  });
  const services = Object.entries(provider.services).map(([name, executor]) => [name, stopping(executor)] as const);
  return { ...provider, services: Object.fromEntries(services) };
}

/** Broken on purpose: the guard looks at another execution, which may be bought. */
function guardedAs(ledger: Ledger, executionId: string): Ledger {
  return { ...ledger, submit: (claim, planned) => ledger.submit({ ...claim, executionId, termsVersion: 1 }, planned) };
}

print({ kind: "started" });
try {
  const ledger = await openSharedLedger(order.ledger, order.clockFile === undefined ? undefined : clock);
  const providers = createClouds(order.url, environment, order.requestTimeout, {
    reservationFlow: order.reservationFlow,
  });
  const purchaser = createPurchaser({
    ledger: order.guardedAs === undefined ? ledger : guardedAs(ledger, order.guardedAs),
    environment,
    providers: order.stopBeforeSend ? providers.map(stopBeforeSend) : providers,
    leaseLength: order.leaseLength,
  });
  const execution = JSON.parse(readFileSync(order.executionFile, "utf8")) as AnyExecution;
  if (order.guardedAs !== undefined) await purchaser.submit({ ...execution, executionId: order.guardedAs });
  for (const found of order.findings ?? []) {
    const { executionId } = execution;
    await purchaser.resolveByPerson({ executionId, ...found, person: "the runner", reason: "looked into the sandbox" });
  }
  const options: DriveOptions = {
    wait: true,
    deadline: clock() + order.patience,
    concurrency: order.concurrency,
    onEvent: (event) => {
      if (event.type === "finished") print({ kind: "outcome", outcome: event.outcome });
      if (event.type === "claimed") print({ kind: "claimed", granted: event.granted });
      if (event.type === "sending") print({ kind: "sending", recIndex: event.recIndex });
    },
  };
  const report = order.fromLedger
    ? await purchaser.redrive(execution.executionId, options)
    : await purchaser.drive(execution, options);
  print({ kind: "report", report });
  await ledger.close();
} catch (error) {
  const code = BuyonceError.isInstance(error) ? error.code : "internal";
  print({ kind: "failed", code, message: messageOf(error) });
  process.exitCode = 1;
}
