import type { ImitationContext, ListingFault, SandboxRequest, SandboxResponse } from "../server/imitation.ts";
import type { AwsFault } from "./aws-fault.ts";
import type { AwsCaller } from "./aws-identity.ts";
import type { AwsBehaviour } from "./aws-sandbox-options.ts";

/** Where and when an action is called. */
export interface AwsSite extends Pick<ImitationContext, "store" | "now" | "fault"> {
  /** From the credential scope of the signature. */
  readonly region: string;
  /** Who calls, by the access key of the signature. */
  readonly caller: AwsCaller;
  readonly behaviour: AwsBehaviour;
}

/** One call of an action, with its parameters in the form of the protocol. */
export interface AwsCall<Input> extends AwsSite {
  readonly input: Input;
}

/** An action of a service. Throws an AwsFault. */
export interface AwsAction<Input, Output> {
  run(call: AwsCall<Input>): Output;
  /** Of its answer, where it is another one than 200. */
  readonly status?: number;
  /** How its answer can be made to lie; see `Imitation.listingFaults`. */
  listingFaults?(input: Input): readonly ListingFault["listing"][];
}

/** What one request asks of a service. */
export interface AwsOperation {
  /** The action's name, also of one that the service does not know. */
  readonly name: string;
  /** It only asks whether the action would be allowed: EC2's DryRun, which has no effect. */
  readonly isDryRun?: boolean;
  /** Throws an AwsFault. */
  run(site: AwsSite): SandboxResponse;
  readonly listingFaults: readonly ListingFault["listing"][];
}

/** Status and code of a refusal. */
type Refusal = Pick<AwsFault, "status" | "code">;

/** How a service refuses who calls. */
export interface AwsRefusals {
  /** No such key, or one without its session token. */
  readonly unknown: Refusal;
  /** The session is over. */
  readonly expired: Refusal;
  /** The permission is missing. */
  readonly denied: Refusal;
}

/** An imitated service, whatever its protocol. */
export interface AwsService {
  /** Its name in the credential scope of a signature. */
  readonly signingName: string;
  /** The actions that buy, where any do. */
  readonly purchaseAction?: string | readonly string[];
  /** How it refuses who calls, in its own words. */
  readonly refusals: AwsRefusals;
  operationOf(request: SandboxRequest): AwsOperation;
  errorAnswer(error: Pick<AwsFault, "status" | "code" | "message">): SandboxResponse;
}
