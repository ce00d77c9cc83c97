import { cleanText } from "../../contract/clean-text.ts";
import type { WebhookStatus } from "../../contract/webhook-ledger.ts";
import { layOut } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { timeText } from "./table-cells.ts";

/** How the delivery to endpoints goes, one a line. */
export function webhooksText(all: readonly WebhookStatus[], width: number, paint: Paint): string {
  return layOut(
    [
      { title: "webhook", minimum: 10 },
      {
        title: "state",
        minimum: 8,
        paint: (line, row) => paint(stateOf(all[row]) === "delivers" ? "green" : "red", line),
      },
      { title: "waiting", minimum: 7, align: "right" },
      { title: "oldest (UTC)", minimum: 13 },
      { title: "last answer", minimum: 16 },
      { title: "to", minimum: 16, paint: (line) => paint("dim", line) },
    ],
    all.map((endpoint) => {
      const { name, waiting, oldestAt, lastAnswer, url, givenUp } = endpoint;
      return [
        cleanText(name),
        stateOf(endpoint),
        String(waiting),
        oldestAt === undefined ? "" : timeText(oldestAt),
        [
          ...(lastAnswer === undefined ? [] : [`${cleanText(lastAnswer.text)}, ${timeText(lastAnswer.at)}`]),
          ...(givenUp === 0 ? [] : [`${givenUp} given up`]),
        ].join("; "),
        cleanText(url),
      ];
    }),
    width,
    paint,
  );
}

/** `delivers`, `failing`, or `disabled`: it answered 410, and a person has to enable it. */
export function stateOf(endpoint: WebhookStatus | undefined): "delivers" | "failing" | "disabled" {
  if (endpoint?.disabledAt !== undefined) return "disabled";
  return (endpoint?.failures ?? 0) > 0 ? "failing" : "delivers";
}
