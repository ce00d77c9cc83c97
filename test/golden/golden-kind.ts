import type { CloudSandbox } from "../../providers/sandbox/index.ts";
import type { Environment } from "../../src/contract/environment.ts";
import type { Provider } from "../../src/contract/executor.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { ProxiedAnswer, ProxiedRequest } from "./golden-proxy.ts";

/** Something that the sandbox has sold. */
export interface Sold {
  /** As an outcome names it. */
  readonly id: string;
  readonly state: string;
}

/** One kind of service, and how its purchases look on the wire. */
export interface GoldenKind {
  /** Of its table: `fixtures/golden/NAME.json`. */
  readonly name: string;
  readonly recommendation: AnyRecommendation;
  /** What asks for another amount of the same. */
  readonly another: Partial<AnyRecommendation>;
  readonly provider: (settings: { readonly endpoint: string; readonly environment: Environment }) => Provider;
  /** As the sandbox names the actions that buy, and that list. */
  readonly purchaseAction: string;
  readonly listAction: string;
  /** The request asks for one by its name, its id or its handle; where only the list tells, for the list. */
  readonly isLook: (request: ProxiedRequest) => boolean;
  /** What such a look is answered where it is denied. */
  readonly denied: ProxiedAnswer;
  /** What such a look is answered where there is nothing; undefined where the list decides. */
  readonly absent: (request: ProxiedRequest) => ProxiedAnswer | undefined;
  readonly sold: (sandbox: CloudSandbox) => readonly Sold[];
  readonly setState: (sandbox: CloudSandbox, id: string, state: string) => void;
}
