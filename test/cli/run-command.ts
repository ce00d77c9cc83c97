import { Readable, Writable } from "node:stream";
import { run } from "../../src/cli/run.ts";

/**
 * Runs the command line within this process, as its own process would, with these environment variables and this on standard
 * input: what it writes, and its exit code.
 */
export async function runCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}, input = "") {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written[name] += chunk.toString();
        done();
      },
    });
  let code: number | undefined;
  const listen = () => undefined;
  await run(args, "1", {
    stdin: Object.assign(Readable.from(input === "" ? [] : [Buffer.from(input)]), { isTTY: false }),
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    env: { NO_COLOR: "1", ...env },
    on: listen,
    off: listen,
    exit: (ended) => (code ??= ended),
  });
  return { code, ...written };
}
