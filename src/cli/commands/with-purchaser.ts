import type { Purchaser } from "../../purchaser.ts";
import type { Ledger } from "../../contract/ledger.ts";
import { close } from "../resources/close.ts";
import { endpointsAt, type ProviderName, realClouds } from "../resources/providers.ts";
import { noteOn } from "../terminal/note.ts";
import { checkSpending, type CloudCommandOptions, defaultFiles, requestTimeout } from "./command-options.ts";
import type { CommandParts } from "./command-parts.ts";

/** What the purchaser of a command is made of. */
interface Needs {
  readonly ledger: Ledger;
  /** The clouds that have to be asked. */
  readonly needed: readonly ProviderName[];
  readonly options: CloudCommandOptions;
  readonly parts: CommandParts;
}

/**
 * Runs what buys nothing, so that nobody is asked, with a purchaser for the clouds that it needs: the real ones, or those of
 * a sandbox, which is closed afterwards. Throws a BuyonceError where they cannot be used, and whatever `run` throws.
 */
export async function withPurchaser<T>(
  { ledger, needed, options, parts }: Needs,
  run: (purchaser: Purchaser) => Promise<T>,
): Promise<T> {
  const { terminal } = parts;
  const real = options.sandbox ? [] : realClouds(needed, options.endpoints);
  checkSpending(needed, real, { yes: true }, terminal);
  const sandbox = options.sandbox ? await parts.startSandbox(defaultFiles.sandboxState) : undefined;
  try {
    const endpoints = sandbox ? endpointsAt(sandbox.url) : options.endpoints;
    const providers = await parts.createProviders(needed, endpoints, requestTimeout);
    return await run(parts.createPurchaser({ ledger, providers }));
  } finally {
    await close("sandbox", sandbox, noteOn(terminal.stderr));
  }
}
