import { messageOf } from "../../src/contract/errors.ts";
import type { AnyRecommendation } from "../../src/contract/recommendation.ts";
import type { Wanted } from "./go-engine-place.ts";
import { createGoAws } from "./go-engine-aws.ts";
import { goAzure } from "./go-engine-azure.ts";
import { goGcp } from "./go-engine-gcp.ts";

/** What the other engine says about a recommendation, a line of JSON each: what its look-up found, or what it bought. */
export interface GoLine {
  readonly recIndex: number;
  readonly found?: string | undefined;
  readonly bought?: string | undefined;
  /** The provider refused its purchase with these words. */
  readonly refused?: string | undefined;
}

/** What the other engine is told: where the sandbox is, and which places of an execution it drives, with their tokens. */
export interface GoOrder {
  readonly url: string;
  readonly source: string;
  readonly places: readonly {
    readonly recIndex: number;
    readonly token: string;
    readonly recommendation: AnyRecommendation;
  }[];
}

/** Sends what the Go engine sends, as far as a purchase and its look-up go; the facts are in docs/decisions. Says each place when it is done. */
export async function driveGo({ url, source, places }: GoOrder, say: (line: GoLine) => void): Promise<void> {
  const clouds = { azure: goAzure, aws: createGoAws(url), gcp: goGcp } as const;
  for (const { recIndex, token, recommendation } of places) {
    const guid = [0, 8, 12, 16, 20].map((from, part) => token.slice(from, [8, 12, 16, 20, 32][part])).join("-");
    const place = { url, source, token, guid, wanted: recommendation as Wanted };
    const { find, buy } = clouds[recommendation.provider as keyof typeof clouds](place);
    const found = await find();
    const bought = () => buy().then((id) => ({ bought: id }));
    const refused = (error: unknown) => ({ refused: messageOf(error) });
    const line: GoLine = { recIndex, ...(found === undefined ? await bought().catch(refused) : { found }) };
    say(line);
  }
}
