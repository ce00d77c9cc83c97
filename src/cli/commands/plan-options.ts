import { type Command, InvalidArgumentError } from "commander";
import { usageError } from "../terminal/exit-code.ts";
import type { OptionsOf } from "./option-groups.ts";
import { duration } from "./option-values.ts";

/** The options of a command that can write a plan. */
export const planOptions = (command: Command) =>
  command
    .option("--out <plan.json>", "write a plan of what was seen into a new file: for buyonce drive and submit")
    .option(
      "--tolerance <percent>",
      "with --out: by how much a price may be above the one that is quoted now, such as 1% (default: 0%)",
      percentOption,
    )
    .option(
      "--holds-for <duration>",
      "with --out: how long the plan holds: seconds, or such as 90m or 7d (default: 24h)",
      duration(60, 366 * 86_400),
    );

function percentOption(text: string): string {
  const [, percent = ""] = /^(\d{1,3}(?:\.\d{1,6})?)%?$/.exec(text.trim()) ?? [];
  if (percent !== "" && Number(percent) <= 100) return percent;
  throw new InvalidArgumentError("It must be a percentage from 0% to 100%, such as 1%.");
}

/** Throws a usage error for what says how a plan is made where none is. */
export function checkPlanOptions({ out, tolerance, holdsFor }: OptionsOf<typeof planOptions>): void {
  if (out !== undefined || (tolerance === undefined && holdsFor === undefined)) return;
  const given = tolerance === undefined ? "--holds-for" : "--tolerance";
  throw usageError(`${given} is about the plan that is written: name its file by --out. Nothing was written.`);
}
