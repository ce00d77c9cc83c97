import { type HistoryLine, personsReason } from "../../inspect/read-history.ts";
import { cleanText } from "../../contract/clean-text.ts";
import { formatMoney, moneySchema } from "../../contract/money.ts";
import { layOut } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { timeText } from "./table-cells.ts";

/** What happened, in words. */
const words: Readonly<Record<string, string>> = {
  claim: "claimed",
  submit: "written ahead",
  purchase: "bought",
  observe: "looked at again",
  reject: "rejected",
  refuse: "refused",
  unknown: "outcome unknown",
  park: "parked",
  dead: "proven not bought",
  reopen: "came to nothing",
  decide: "a person's word",
  wait: "waits",
  resend: "sent again",
  evidence: "answer names another",
  proven: "earlier one proven not bought",
  redrive: "re-drive",
  limits: "limit changed",
  skip: "dropped",
  elsewhere: "said to be bought elsewhere",
};

/** The history of one recommendation, for a person. */
export function historyText(lines: readonly HistoryLine[], width: number, paint: Paint): string {
  return layOut(
    [
      { title: "time (UTC)", minimum: 10, paint: (line) => paint("dim", line) },
      { title: "what", minimum: 10, paint: (line) => paint("bold", line) },
      { title: "then", minimum: 9 },
      { title: "try", minimum: 3, align: "right" },
      { title: "driver", minimum: 12, paint: (line) => paint("dim", line) },
      { title: "detail", minimum: 24 },
    ],
    lines.map((line) => [
      timeText(line.at),
      words[line.event] ?? line.event,
      line.to,
      line.attempt === 0 ? "" : String(line.attempt),
      cleanText(line.holder ?? ""),
      cleanText(detailText(line)),
    ]),
    width,
    paint,
  );
}

function detailText(line: HistoryLine): string {
  const { event, code, detail, person } = line;
  const reason = personsReason(line);
  if (reason !== undefined) return `by ${person}: ${reason}`;
  if (code !== undefined) return `${code}: ${detail}`;
  return event === "submit" ? `at ${priceText(detail)}` : detail;
}

/** The ledger notes the price as JSON. */
function priceText(detail: string): string {
  try {
    return formatMoney(moneySchema.parse(JSON.parse(detail)));
  } catch {
    return detail;
  }
}
