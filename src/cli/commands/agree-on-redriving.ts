import { isPending } from "../../drive/watch-recommendation.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { BuyonceError } from "../../contract/errors.ts";
import type { TokenRecord } from "../../contract/ledger.ts";
import { formatMoney } from "../../contract/money.ts";
import { layOut } from "../terminal/table.ts";
import { painter, widthOf } from "../terminal/terminal.ts";
import { whatText } from "../text/table-cells.ts";
import type { CommandParts } from "./command-parts.ts";

/** What a person is asked about. */
export interface Redriving {
  readonly records: readonly TokenRecord[];
  /** What each record asks for, in their order. */
  readonly descriptions: readonly string[];
  readonly parts: CommandParts;
  /** Ends the question. */
  readonly signal: AbortSignal;
}

/** Shows what would be driven again, and asks. Throws a BuyonceError `aborted` where the person says no, or stops. */
export async function agreeOnRedriving({ records, descriptions, parts, signal }: Redriving): Promise<void> {
  const { stderr, env } = parts.terminal;
  const paint = painter(stderr, env);
  const table = layOut(
    [
      { title: "execution", minimum: 12 },
      { title: "#", minimum: 5, align: "right", paint: (line) => paint("dim", line) },
      { title: "what", minimum: 20 },
      { title: "stands", minimum: 9 },
      { title: "limit", minimum: 24, align: "right" },
    ],
    records.map(({ executionId, recIndex, recommendation, state, parkedAt }, index) => [
      cleanText(executionId),
      String(recIndex),
      whatText(descriptions[index]),
      parkedAt === undefined ? state : "parked",
      state === "purchased" ? "" : recommendation.maxPrice ? formatMoney(recommendation.maxPrice) : "none",
    ]),
    widthOf(stderr),
    paint,
  );
  stderr.write(`\n${table}\n`);
  const answer = await parts.confirm(redrivingQuestion(records), signal);
  if (answer === "yes" && !signal.aborted) return;
  const reason = answer === "no" ? "You said no" : "Stopped";
  throw new BuyonceError({ code: "aborted", message: `${reason}: nothing was sent, nothing was bought.` });
}

/** The question: how many recommendations of how many executions, and what may come of it. */
export function redrivingQuestion(records: readonly TokenRecord[]): string {
  const executions = new Set(records.map(({ executionId }) => executionId)).size;
  const counted = (count: number, word: string) => `${count} ${word}${count === 1 ? "" : "s"}`;
  const about = `${counted(records.length, "recommendation")} of ${counted(executions, "execution")}`;
  // What is pending may prove to have come to nothing: then it is bought anew.
  const open = records.filter((record) => record.state !== "purchased" || isPending(record)).length;
  if (open === 0) return `Look again at ${about}? All of it was bought before.`;
  return `Drive ${about} again? What proves not to be bought is bought: up to ${open}. This cannot be taken back.`;
}
