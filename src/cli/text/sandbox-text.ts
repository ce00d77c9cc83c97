import type { RunningSandbox } from "../commands/command-parts.ts";
import type { Paint } from "../terminal/terminal.ts";

/** The line below a report of imitated purchases. */
export function sandboxText(sandbox: RunningSandbox, paint: Paint): string {
  const asked = sandbox.purchaseRequests();
  return `\n${paint("dim", `Sandbox: nothing was spent. Purchase requests that it received: ${asked}.`)}\n`;
}
