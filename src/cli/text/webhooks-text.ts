import { cleanText } from "../../contract/clean-text.ts";
import { type WebhookStatus, webhookState } from "../../contract/webhook-ledger.ts";
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
        paint: (line, row) => paint(isWell(all[row]) ? "green" : "red", line),
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
        webhookState(endpoint),
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

function isWell(endpoint: WebhookStatus | undefined): boolean {
  return endpoint !== undefined && webhookState(endpoint) === "delivers";
}
