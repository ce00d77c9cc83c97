import { describe, expect, test } from "vitest";
import { createAws } from "../../providers/aws/index.ts";
import { createAzure } from "../../providers/azure/index.ts";
import { createGcp } from "../../providers/gcp/index.ts";
import { startCloudSandbox } from "../../providers/sandbox/index.ts";
import type { RedriveOptions } from "../../src/drive/redrive-unfinished.ts";
import { createPurchaser } from "../../src/purchaser.ts";
import { ledgerStatus } from "../../src/inspect/read-status.ts";
import { createMemoryLedger } from "../../src/ledger/memory-ledger.ts";
import { openPostgresLedger } from "../../src/ledger/postgres/index.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";

/** No folder, so no ledger can be made there. */
const file = `${import.meta.filename}/ledger.db`;
const noPool = { connect: () => Promise.reject(new Error("It was asked for a connection.")) };

/** What refuses a number before anything is opened, claimed or asked: each as a function of the value. */
const settings: readonly (readonly [name: string, range: string, set: (value: number) => unknown])[] = [
  ["leaseLength", "from 1000 to 86400000 (milliseconds)", (leaseLength) => purchaser({ leaseLength })],
  ["concurrency", "from 1 to 1000", (concurrency) => redrive({ concurrency })],
  ["olderThan", "from 0 to 315360000000 (milliseconds)", (olderThan) => redrive({ olderThan })],
  ["limit", "from 1 to 10000", (limit) => redrive({ limit })],
  ["limit", "from 1 to 10000", (limit) => ledgerStatus(ledgerThatFails, { limit })],
  ["lockTimeout", "from 0 to 3600000 (milliseconds)", (lockTimeout) => openSqliteLedger({ file, lockTimeout })],
  [
    "lockTimeout",
    "from 1 to 86400000 (milliseconds)",
    (lockTimeout) => openPostgresLedger({ pool: noPool, lockTimeout }),
  ],
  [
    "statementTimeout",
    "from 1 to 86400000 (milliseconds)",
    (statementTimeout) => openPostgresLedger({ pool: noPool, statementTimeout }),
  ],
  ["port", "from 0 to 65535", (port) => startCloudSandbox({ port })],
  ["latency", "from 0 to 600000 (milliseconds)", (latency) => startCloudSandbox({ latency })],
  ...["purchaseTimeout", "readTimeout", "maxPages"].flatMap((name) =>
    [createAws, createAzure, createGcp].map(
      (create) => [name, "from 1 to 2147483647", (value: number) => create({ [name]: value ?? 0 })] as const,
    ),
  ),
];

/** NaN, fractions, what is infinite, negative, huge, and what is no number at all. */
const values = [Number.NaN, Infinity, -Infinity, -1, 1500.5, 1e12, 2 ** 53, "1500", null, [], {}, true, 10n];

describe("B17: a number of the wrong kind is refused with its name and range", () => {
  test.each(settings)("%s, %s", async (name, range, set) => {
    for (const value of values) {
      const error: unknown = await caught(() => set(value as number));
      expect(error).toMatchObject({ code: "invalid-configuration", message: expect.stringContaining(name) });
      expect(String(error)).toContain(`must be a whole number ${range}, not `);
    }
  });

  test.each(["watchPending", "redriveUnfinished", "audit"] as const)("the deadline of %s", async (call) => {
    for (const deadline of [Number.NaN, Infinity, -1, 8.64e15 + 2, "2026-11-22T09:00:00Z", null]) {
      expect(await caught(() => purchaser({})[call]({ deadline: deadline as number }))).toMatchObject({
        code: "invalid-configuration",
        message: expect.stringMatching(/^deadline must be a time in milliseconds since 1970, not /),
      });
    }
  });

  test("the value is named as it was given", async () => {
    const messages = ["1500", null, [], {}, undefined].map(async (value) =>
      String(await caught(() => openSqliteLedger({ file, lockTimeout: value as number }))),
    );
    expect(await Promise.all(messages)).toEqual([
      expect.stringContaining('not "1500".'),
      expect.stringContaining("not null."),
      expect.stringContaining("not an array."),
      expect.stringContaining("not of type object."),
      // Left out, it has its default: then only the path is wrong.
      expect.stringContaining("there is no such folder"),
    ]);
  });
});

const ledgerThatFails = new Proxy(createMemoryLedger(), {
  get: () => () => Promise.reject(new Error("The ledger was asked.")),
});

function purchaser(options: { leaseLength?: number }) {
  return createPurchaser({ ledger: ledgerThatFails, providers: [], ...options });
}

function redrive(options: RedriveOptions) {
  return purchaser({}).redriveUnfinished(options);
}

async function caught(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error("It was accepted.");
}
