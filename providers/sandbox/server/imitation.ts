import type { JsonValue } from "../../../src/contract/json.ts";
import type { SandboxStore } from "./sandbox-store.ts";

/** A request as an imitated service sees it. */
export interface SandboxRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** The path as sent, still encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What an imitated service answers. */
export interface SandboxResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a listing lies; see `faultSchema`. */
export type ListingFault =
  /** Only the first `known` commitments, in the order in which they were bought, are shown. */
  | { readonly listing: "stale"; readonly known: number }
  | { readonly listing: "empty" }
  /** The next link leads to the origin `to`. */
  | { readonly listing: "foreign-next-link"; readonly to: string }
  | { readonly listing: "repeated-next-link" };

/** What the server hands to an imitation with a request. */
export interface ImitationContext {
  readonly store: SandboxStore;
  /** Milliseconds since 1970, on the sandbox's clock. */
  readonly now: number;
  /** `http://127.0.0.1:PORT`, under the name by which the client reached it; for absolute links. */
  readonly origin: string;
  /** Only ever one that the imitation named in `listingFaults`. */
  readonly fault: ListingFault | undefined;
}

/** One imitated cloud: keeps no state but what it puts into the store. */
export interface Imitation {
  /** `azure`, `aws`, `gcp`: the first segment of its commands, and the prefix of its collections. */
  readonly name: string;
  owns(request: SandboxRequest): boolean;
  /** What the request does, for the log and for fault rules: `PUT reservationOrders`. */
  actionOf(request: SandboxRequest): string;
  handle(request: SandboxRequest, context: ImitationContext): SandboxResponse | Promise<SandboxResponse>;
  /**
   * Which account, tenant or project a request belongs to, by its dummy credential or its path, for the log and for fault rules;
   * undefined where it says none.
   */
  accountOf(request: SandboxRequest, store: SandboxStore): string | undefined;
  /** An error answer in the shape that the service itself uses. */
  errorAnswer(request: SandboxRequest, status: number, code: string | undefined): SandboxResponse;
  /** How the listing that this request asks for can be made to lie; empty when it asks for none. */
  listingFaults(request: SandboxRequest): readonly ListingFault["listing"][];
  /** Which of the actions buy. */
  readonly purchaseActions: readonly string[];
  /** How many commitments were ever bought, whatever became of them. */
  purchases(store: SandboxStore): number;
  /** What `POST /_sandbox/{name}/{command}` does. Throws a ZodError for a body that it cannot read. */
  readonly commands?: Readonly<Record<string, (body: unknown, store: SandboxStore) => JsonValue>>;
}
