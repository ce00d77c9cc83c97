import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { runChild } from "../child.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import type { CostOrder } from "./request-cost.ts";

/** How often a drive of so many recommendations has the disk written through; undefined where there is no strace. */
export async function countSyncs(order: Omit<CostOrder, "trial">): Promise<number | undefined> {
  if (!hasStrace()) return undefined;
  // One recommendation alone needs a claim, a submission and a purchase; the rest is the making of the ledger.
  const least = order.identity === "stamped" ? 4 : 3;
  const [all, one] = [await traced(order), await traced({ ...order, recommendations: 1 })];
  return all - one + least;
}

async function traced(order: Omit<CostOrder, "trial">): Promise<number> {
  using folder = temporaryFolder();
  const log = folder.file("strace");
  const under = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", log];
  await runChild("cost/cost-process.ts", { ...order, trial: false }, { under });
  return readFileSync(log, "utf8").match(/f(data)?sync\(/g)?.length ?? 0;
}

function hasStrace(): boolean {
  try {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
