import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { type CloudSandbox, startCloudSandbox } from "../../providers/sandbox/index.ts";
import { azureClient, makePipe, sandboxFor, temporaryFolder, virtualMachine } from "./support.ts";

const newStateFile = () => join(temporaryFolder(), "below", "sandbox.jsonl");

async function restart(sandbox: CloudSandbox, stateFile: string): Promise<CloudSandbox> {
  await sandbox.close();
  return sandboxFor({ stateFile });
}

test("orders, quotes, reads and settings survive a restart", async () => {
  const stateFile = newStateFile();
  const first = await sandboxFor({ stateFile });
  const azure = azureClient(first);
  const tags = { "cudly-idempotency-token": "0123abcd" };
  const bought = await azure.buy(virtualMachine({ displayName: "first" }, { tags }));
  const quoted = await azure.quote();
  await azure.get(bought);
  first.setFinalState("Standard_B1ls", "BillingFailed");
  const before = first.orders();

  const second = await restart(first, stateFile);
  expect(second.orders()).toEqual(before);
  expect(before).toMatchObject([{ id: bought, tags, state: "PendingCapacity" }]);
  expect(second.purchases()).toBe(1);
  const again = azureClient(second);
  expect((await again.put(quoted)).status).toBe(202);
  expect((await again.put(quoted)).status).toBe(200);
  for (let read = 1; read <= 3; read += 1) {
    await again.get(quoted);
  }
  expect(second.orders().map(({ state }) => state)).toEqual(["PendingCapacity", "BillingFailed"]);
});

test("the order of what was bought survives, and the file is compacted at the start", async () => {
  const stateFile = newStateFile();
  const first = await sandboxFor({ stateFile });
  const azure = azureClient(first);
  const ids = [await azure.buy(), await azure.buy(), await azure.buy()];
  for (let read = 1; read <= 4; read += 1) {
    await azure.list();
  }
  const long = readFileSync(stateFile, "utf8").split("\n").length;
  const second = await restart(first, stateFile);
  expect(second.orders().map(({ id }) => id)).toEqual(ids);
  expect(readFileSync(stateFile, "utf8").split("\n")).toHaveLength(1 + 3 + 1);
  expect(long).toBeGreaterThan(10);
});

test("a last line that was cut by a crash is dropped, and what follows is whole", async () => {
  const stateFile = newStateFile();
  const first = await sandboxFor({ stateFile });
  const id = await azureClient(first).buy();
  await first.close();
  appendFileSync(stateFile, '{"key":"azure.orders/cut","value":{"id":"cu');
  const second = await sandboxFor({ stateFile });
  expect(second.orders().map((order) => order.id)).toEqual([id]);
  const other = await azureClient(second).buy();
  const third = await restart(second, stateFile);
  expect(third.orders().map((order) => order.id)).toEqual([id, other]);
});

test.each([
  ["a file of something else", "precious\n", "is not a sandbox state file"],
  ["a line that cannot be read", '{"format":"buyonce-sandbox","version":1}\nbroken\n', "line 2 cannot be read"],
])("%s is refused and left as it is", async (_what, text, message) => {
  const stateFile = join(temporaryFolder(), "file");
  writeFileSync(stateFile, text);
  await expect(startCloudSandbox({ stateFile })).rejects.toMatchObject({
    code: "invalid-configuration",
    message: expect.stringContaining(message),
  });
  expect(readFileSync(stateFile, "utf8")).toBe(text);
});

const stateText = '{"format":"buyonce-sandbox","version":1}\n';
test.each<readonly [string, (file: string, folder: string) => void, string]>([
  ["a link to a state file", linked(stateText), "it is a link"],
  ["a link to another file", linked("precious"), "it is a link"],
  ["a link that leads nowhere", (file, folder) => symlinkSync(join(folder, "none"), file), "it is a link"],
  ["a pipe", makePipe, "it is a pipe"],
  ["an empty file", (file) => writeFileSync(file, ""), "is not a sandbox state file"],
  ["a file that only contains its first line further on", (file) => writeFileSync(file, `x${stateText}`), "is not a"],
  ["a lock that holds something", (file) => writeFileSync(`${file}.lock`, "precious"), "another program's file"],
  ["a lock that is a link", (file, folder) => symlinkSync(join(folder, "none"), `${file}.lock`), "is a link"],
])("C7: %s is refused before anything is written", async (_what, put, message) => {
  const folder = temporaryFolder();
  const stateFile = join(folder, "state");
  put(stateFile, folder);
  const before = snapshotOf(folder);
  await expect(startCloudSandbox({ stateFile })).rejects.toMatchObject({
    code: "invalid-configuration",
    message: expect.stringContaining(message),
  });
  expect(snapshotOf(folder)).toEqual(before);
});

test("C7: nothing that lies beside a state file is taken or replaced, and nothing is left beside it", async () => {
  const folder = temporaryFolder();
  const stateFile = join(folder, "state");
  writeFileSync(join(folder, "target"), "precious");
  symlinkSync(join(folder, "target"), `${stateFile}.new`);
  const sandbox = await sandboxFor({ stateFile });
  await sandbox.close();
  expect(readFileSync(join(folder, "target"), "utf8")).toBe("precious");
  expect(readdirSync(folder).toSorted()).toEqual(["state", "state.lock", "state.new", "target"]);
});

test("C7: nobody is told to remove what is not a state file", async () => {
  const stateFile = join(temporaryFolder(), "file");
  writeFileSync(stateFile, "precious\n");
  await expect(startCloudSandbox({ stateFile })).rejects.toThrow(/^(?!.*remove)/);
});

function linked(text: string) {
  return (file: string, folder: string) => {
    writeFileSync(join(folder, "target"), text);
    symlinkSync(join(folder, "target"), file);
  };
}

/** Names, inodes and contents in a folder. */
function snapshotOf(folder: string): unknown {
  return readdirSync(folder).map((name) => {
    const { ino, mtimeMs, size } = lstatSync(join(folder, name));
    return { name, ino, mtimeMs, size };
  });
}

test("a folder in the file's place is refused", async () => {
  await expect(startCloudSandbox({ stateFile: temporaryFolder() })).rejects.toMatchObject({
    code: "invalid-configuration",
  });
});

test("two sandboxes cannot use one file, one after the other can", async () => {
  const stateFile = newStateFile();
  const first = await sandboxFor({ stateFile });
  await expect(startCloudSandbox({ stateFile })).rejects.toMatchObject({
    code: "invalid-configuration",
    message: expect.stringContaining("Another sandbox uses this state"),
  });
  await restart(first, stateFile);
});

test("without a file nothing is kept", async () => {
  const first = await sandboxFor();
  await azureClient(first).buy();
  await first.close();
  expect((await sandboxFor()).orders()).toEqual([]);
});

test("what was answered survives SIGKILL", async () => {
  const stateFile = newStateFile();
  const module = fileURLToPath(new URL("../../providers/sandbox/index.ts", import.meta.url));
  const script = `
    const { startCloudSandbox } = await import(${JSON.stringify(module)});
    const sandbox = await startCloudSandbox({ stateFile: ${JSON.stringify(stateFile)} });
    console.log(sandbox.url);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const azure = azureClient({ url: line.toString().trim() });
  const ids = [await azure.buy(), await azure.buy()];
  await expect(startCloudSandbox({ stateFile })).rejects.toThrow("Another sandbox uses this state");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await sandboxFor({ stateFile })).orders().map(({ id }) => id)).toEqual(ids);
});
