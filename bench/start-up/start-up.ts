import { ec2 } from "../../test/end-to-end/recommendations.ts";
import { executionOf } from "../execution.ts";
import { median } from "../median.ts";
import type { Parameters } from "../parameters.ts";
import { shortTime, table } from "../bench-table.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { builtCommandLine, listModules, type RunOptions, type RunTime, timeRun } from "./bench-command-line.ts";
import { sdkPackages } from "./sdk-packages.ts";

const azure = executionOf("bench", 1);
const aws = { ...azure, recommendations: [{ ...ec2, quantity: 1 }] };

const cases = [
  { what: "buyonce --version", args: ["--version"] },
  { what: "buyonce --help", args: ["--help"] },
  { what: "drive --sandbox, one Azure reservation", args: ["drive", "execution.json", "--sandbox"], execution: azure },
  { what: "drive --sandbox, one EC2 instance", args: ["drive", "execution.json", "--sandbox"], execution: aws },
];

/** What it takes until the command line has done the least. */
export async function measureStartUp({ startUp: { runs } }: Parameters): Promise<string> {
  const commandLine = builtCommandLine();
  using cache = temporaryFolder();
  const kept = { XDG_CACHE_HOME: cache.file("") };
  const commands = [
    { what: "node alone", args: ["--eval", "0"], loaded: ["–", "–"] },
    ...(await Promise.all(
      cases.map(async ({ what, args, execution }) => {
        const { modules, packages } = await listModules(commandLine, args, execution);
        const loaded = [String(modules), sdkPackages(packages).join(", ") || "none"];
        return { what, args: [commandLine.file, ...args], execution, loaded };
      }),
    )),
  ].map((command) => ({ ...command, first: [] as RunTime[], next: [] as RunTime[] }));
  // The first run of each keeps the compiled code. One after the other: what disturbs the machine disturbs all alike.
  for (const command of commands) await timeRun({ ...command, env: kept });
  for (let run = 0; run < runs; run += 1) {
    for (const { first, next, ...command } of commands) {
      next.push(await timeRun({ ...command, env: kept }));
      first.push(await timeRun({ ...command, env: withoutCache }));
    }
  }
  const wallOfNode = median((commands[0]?.next ?? []).map(({ wall }) => wall));
  const rows = commands.map(({ what, first, next, loaded }) => {
    const wall = median(next.map((each) => each.wall));
    return [
      what,
      shortTime(wall),
      shortTime(wall - wallOfNode),
      shortTime(median(next.map(({ cpu }) => cpu))),
      shortTime(median(first.map((each) => each.wall))),
      shortTime(median(first.map(({ cpu }) => cpu))),
      ...loaded,
    ];
  });
  return [
    `### Start-up of the command line (${commandLine.name}), from start to exit: medians of ${runs}`,
    "",
    table(
      ["command", "time", "above node", "CPU", "nothing kept: time", "CPU", "modules", "SDK packages loaded"],
      rows,
    ),
    "",
    "CPU is user and system together. A drive has an imitation of its cloud in the same process. *Nothing kept*: without the",
    "compiled code that an earlier start kept (docs/speed.md).",
  ].join("\n");
}

const withoutCache: RunOptions["env"] = { NODE_DISABLE_COMPILE_CACHE: "1" };
