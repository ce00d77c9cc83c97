import type { ImitationContext, ListingFault } from "../../../src/sandbox/imitation.ts";
import type { AwsFault } from "./aws-fault.ts";
import type { AwsBehaviour } from "./options.ts";
import type { Query } from "./query.ts";
import type { XmlElements } from "./xml.ts";

/** One call of an action. */
export interface AwsCall extends Pick<ImitationContext, "store" | "now" | "fault"> {
  readonly query: Query;
  /** From the credential scope of the signature. */
  readonly region: string;
  readonly behaviour: AwsBehaviour;
}

/** An action of the query protocol: the elements of its answer. Throws an AwsFault. */
export interface AwsAction {
  run(call: AwsCall): XmlElements;
  /** How its answer can be made to lie; see `Imitation.listingFaults`. */
  listingFaults?(query: Query): readonly ListingFault["listing"][];
}

/** A service that speaks the query protocol. */
export interface AwsQueryService {
  /** Its name in the credential scope of a signature. */
  readonly signingName: string;
  /** The `Version` parameter. */
  readonly version: string;
  readonly actions: Readonly<Record<string, AwsAction>>;
  /** The body of an answer. */
  answer(action: string, elements: XmlElements, requestId: string): string;
  errorAnswer(error: Pick<AwsFault, "status" | "code" | "message">, requestId: string): string;
}
