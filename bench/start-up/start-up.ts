import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";
import { ec2 } from "../../test/end-to-end/recommendations.ts";
import { executionOf } from "../execution.ts";
import { median } from "../median.ts";
import type { Parameters } from "../parameters.ts";
import { shortTime, table } from "../bench-table.ts";
import { builtCommandLine, listModules, timeCommandLine } from "./bench-command-line.ts";
import { sdkPackages } from "./sdk-packages.ts";

const azure = executionOf("bench", 1);
const aws = { ...azure, recommendations: [{ ...ec2, quantity: 1 }] };

/** What it takes until the command line has done the least. */
export async function measureStartUp({ startUp }: Parameters): Promise<string> {
  const commandLine = builtCommandLine();
  const empty = [];
  for (let run = 0; run < startUp.runs; run += 1) {
    const begun = performance.now();
    await promisify(execFile)(process.execPath, ["--eval", "0"]);
    empty.push(performance.now() - begun);
  }
  const rows = [["node alone", shortTime(median(empty)), "–", "–"]];
  const cases = [
    { what: "buyonce --help", args: ["--help"] },
    {
      what: "drive --sandbox, one Azure reservation",
      args: ["drive", "execution.json", "--sandbox"],
      execution: azure,
    },
    { what: "drive --sandbox, one EC2 instance", args: ["drive", "execution.json", "--sandbox"], execution: aws },
  ];
  for (const { what, args, execution } of cases) {
    const { modules, packages } = await listModules(commandLine, args, execution);
    const times = [];
    for (let run = 0; run < startUp.runs; run += 1) times.push(await timeCommandLine(commandLine, args, execution));
    rows.push([what, shortTime(median(times)), String(modules), sdkPackages(packages).join(", ") || "none"]);
  }
  return [
    `### Start-up of the command line (${commandLine.name}), from start to exit`,
    "",
    table(["command", "time (median)", "modules", "SDK packages loaded"], rows),
  ].join("\n");
}
