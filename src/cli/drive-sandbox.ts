import { startCloudSandbox } from "../../providers/sandbox.ts";
import type { RunningSandbox } from "./drive-parts.ts";

/** The requests that buy, in the words of the sandbox's request log. */
const purchaseActions = new Set(["PUT reservationOrders", "PurchaseReservedInstancesOffering", "POST commitments"]);

/** Starts the imitation of all clouds for one drive, its state in a file. */
export async function startDriveSandbox(stateFile: string): Promise<RunningSandbox> {
  const sandbox = await startCloudSandbox({ stateFile });
  return {
    url: sandbox.url,
    purchaseRequests: () => sandbox.requests.filter(({ action }) => purchaseActions.has(action)).length,
    close: () => sandbox.close(),
  };
}
