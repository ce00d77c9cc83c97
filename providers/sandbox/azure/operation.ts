import type { ImitationContext, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import type { AzureBehaviour } from "./azure-sandbox-options.ts";

/** An operation under way; `name` is the id or name in the path, as sent, where there is one. */
export interface Call {
  readonly name: string;
  /** Whose credential asks. */
  readonly tenant: string | undefined;
  readonly request: SandboxRequest;
  readonly context: ImitationContext;
  readonly behaviour: AzureBehaviour;
}

/** One operation of an imitated resource provider. */
export interface Operation {
  /** Method and path without `/providers/Microsoft.…`; the id or name is its first group. */
  readonly route: RegExp;
  /** The right that it takes: Azure's name of the operation. */
  readonly right: string;
  readonly listing?: boolean;
  run(call: Call): SandboxResponse;
}
