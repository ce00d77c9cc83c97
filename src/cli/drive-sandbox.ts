import { startCloudSandbox } from "../../providers/sandbox.ts";
import type { RunningSandbox } from "./commands/command-parts.ts";

/** Starts the imitation of all clouds for one drive, its state in a file. */
export async function startDriveSandbox(stateFile: string): Promise<RunningSandbox> {
  const sandbox = await startCloudSandbox({ stateFile });
  return {
    url: sandbox.url,
    purchaseRequests: () => sandbox.purchaseRequests().length,
    close: () => sandbox.close(),
  };
}
