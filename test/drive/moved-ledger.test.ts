import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createPurchaser } from "../../src/purchaser.ts";
import type { Ledger } from "../../src/contract/ledger.ts";
import { openSqliteLedger } from "../../src/ledger/sqlite/index.ts";
import { createImitationCloud, type ImitationIdentity } from "../../src/testing/imitation/imitation-cloud.ts";
import { createVirtualEnvironment } from "../../src/testing/virtual-environment.ts";
import { copy } from "../ledger/ledger-files.ts";
import { temporaryFolder } from "../sandbox/support.ts";
import { execution, executionId } from "./setup.ts";

/** What happens to the files of a ledger, or to the way that leads to them. */
const happenings: readonly (readonly [string, (file: string, folder: string) => void])[] = [
  ["moved away", (file) => renameSync(file, `${file}.away`)],
  [
    "moved away with its log",
    (file) => {
      for (const end of ["", "-wal", "-shm"]) renameSync(`${file}${end}`, `${file}.away${end}`);
    },
  ],
  ["deleted", (file) => rmSync(file)],
  [
    "replaced by a copy",
    (file) => {
      copy(file, `${file}.copy`);
      renameSync(`${file}.copy`, file);
    },
  ],
  [
    "replaced by an empty file",
    (file) => {
      rmSync(file);
      writeFileSync(file, "");
    },
  ],
  [
    "replaced by a folder",
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
  [
    "left, and its log replaced by a copy",
    (file) => {
      copy(`${file}-wal`, `${file}-wal.copy`);
      renameSync(`${file}-wal.copy`, `${file}-wal`);
    },
  ],
  ["bereft of its log", (file) => unlinkSync(`${file}-wal`)],
  ["bereft of the index of its log", (file) => unlinkSync(`${file}-shm`)],
  ["in a folder that was moved away", (_file, folder) => renameSync(folder, `${folder}.away`)],
  [
    "in a folder that was replaced by a copy",
    (_file, folder) => {
      renameSync(folder, `${folder}.away`);
      cpSync(`${folder}.away`, folder, { recursive: true });
    },
  ],
];

/** A driver with its ledger in a file, and a cloud; `after` is called right after the ledger has written something. */
async function setup(identity: ImitationIdentity, after: Partial<Record<keyof Ledger, () => void>>, path?: string) {
  const folder = join(temporaryFolder(), "ledger");
  mkdirSync(folder);
  const file = path ?? join(folder, "ledger.db");
  const environment = createVirtualEnvironment();
  const cloud = createImitationCloud({ identity, now: environment.now });
  const own = await openSqliteLedger({ file, clock: environment.now });
  const watched = Object.fromEntries(
    Object.entries(after).map(([name, happen]) => [
      name,
      async (...parameters: never[]) => {
        const result = await (own[name as keyof Ledger] as (...given: never[]) => Promise<unknown>)(...parameters);
        happen();
        return result;
      },
    ]),
  );
  const purchaser = createPurchaser({ ledger: { ...own, ...watched }, providers: [cloud.provider], environment });
  return { folder, file, environment, cloud, own, purchaser };
}

const moved = { code: "ledger-unavailable", message: expect.stringMatching(/moved, replaced or deleted/) };

describe("A12: the ledger's file right after the write-ahead", () => {
  for (const identity of ["minted", "chosen", "stamped", "none"] as const) {
    test.each(happenings)(`A12: ${identity}: %s: nothing is sent`, async (_what, happen) => {
      const parts: Awaited<ReturnType<typeof setup>> = await setup(identity, {
        submit: () => happen(parts.file, parts.folder),
      });
      await expect(parts.purchaser.drive(execution())).rejects.toMatchObject(moved);
      expect(parts.cloud.counts.sends).toBe(0);
      expect(parts.cloud.orders).toEqual([]);
      await parts.own.close();
    });
  }

  test("A12: a link that leads to another ledger by then: nothing is sent", async () => {
    const folder = temporaryFolder();
    for (const name of ["one", "two"]) await (await openSqliteLedger({ file: join(folder, `${name}.db`) })).close();
    const link = join(folder, "link.db");
    symlinkSync("one.db", link);
    const change = () => {
      unlinkSync(link);
      symlinkSync("two.db", link);
    };
    const parts = await setup("minted", { submit: change }, link);
    await expect(parts.purchaser.drive(execution())).rejects.toMatchObject(moved);
    expect(parts.cloud.counts.sends).toBe(0);
    await parts.own.close();
  });

  test("A12: back in its place: it is bought once, by the driver that goes on", async () => {
    const parts: Awaited<ReturnType<typeof setup>> = await setup("minted", {
      submit: () => renameSync(parts.file, `${parts.file}.away`),
    });
    const { file, cloud, environment, own } = parts;
    await expect(parts.purchaser.drive(execution())).rejects.toMatchObject(moved);
    renameSync(`${file}.away`, file);
    await own.close();
    environment.advance(31_000);
    const ledger = await openSqliteLedger({ file, clock: environment.now });
    const { outcomes } = await createPurchaser({ ledger, providers: [cloud.provider], environment }).drive(execution());
    expect(outcomes.map(({ status }) => status)).toEqual(["purchased"]);
    expect(cloud.orders).toHaveLength(1);
    await ledger.close();
  });

  test("A12: where nothing happens to it, it is bought", async () => {
    const { cloud, purchaser, own } = await setup("minted", { submit: () => undefined });
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.counts.sends).toBe(1);
    await own.close();
  });
});

describe("A12: the ledger's file right after the write-ahead of a second send", () => {
  for (const identity of ["minted", "chosen"] as const) {
    test.each(happenings)(`A12: ${identity}: %s: it is not sent again`, async (_what, happen) => {
      let resent = 0;
      const parts: Awaited<ReturnType<typeof setup>> = await setup(identity, {
        resend: () => {
          resent += 1;
          happen(parts.file, parts.folder);
        },
      });
      parts.cloud.faults.sends = ["lost-before"];
      const [outcome] = (await parts.purchaser.drive(execution())).outcomes;
      // Nobody knows of the first send, and the ledger that could record that is gone.
      expect(outcome).toMatchObject({ status: "unresolved" });
      expect(resent).toBe(1);
      expect(parts.cloud.counts.sends).toBe(1);
      expect(parts.cloud.orders).toEqual([]);
      await parts.own.close();
    });
  }

  test("A12: where nothing happens to it, it is sent again and bought", async () => {
    const { cloud, purchaser, own } = await setup("minted", { resend: () => undefined });
    cloud.faults.sends = ["lost-before"];
    expect((await purchaser.drive(execution())).outcomes[0]?.status).toBe("purchased");
    expect(cloud.counts.sends).toBe(2);
    expect((await own.recordsOf(executionId))[0]?.state).toBe("purchased");
    await own.close();
  });
});

test("A12: what is closed in the place of a ledger that was moved away keeps its log", async () => {
  const { file, folder, own } = await setup("minted", {});
  for (const end of ["", "-wal", "-shm"]) renameSync(`${file}${end}`, `${file}.away${end}`);
  const other = await openSqliteLedger({ file });
  await own.close();
  expect(readdirSync(folder)).toContain("ledger.db-wal");
  await other.close();
});
