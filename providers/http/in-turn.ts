import type { LimitSaid, Pace, TurnOptions } from "./pace.ts";

/** How one read is sent that may be refused because too many came. */
export interface TurnRules extends TurnOptions {
  /** What an error says of the limit; undefined for one that says nothing of it. */
  readonly refusalOf: (error: unknown) => LimitSaid | undefined;
}

/** How often one read is sent anew that was refused because too many came: each time it has waited for its turn. */
const mostRefusals = 5;

/** Sends a read when its turn has come; refused because too many came, it waits for the next. Throws what the last one threw. */
export async function inTurn<T>(pace: Pace, send: () => Promise<T>, { refusalOf, ...options }: TurnRules): Promise<T> {
  for (let refusals = 1; ; refusals += 1) {
    const end = await pace.begin(options);
    try {
      const answer = await send();
      end({ accepted: true });
      return answer;
    } catch (error) {
      const refusal = refusalOf(error);
      end(refusal ?? {});
      if (refusal === undefined || refusals > mostRefusals) throw error;
    }
  }
}
