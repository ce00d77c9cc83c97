import { labelsText } from "../../contract/labels.ts";
import { cleanText } from "../../contract/clean-text.ts";
import type { ExecutionEntry } from "../../contract/execution-record.ts";
import { formatMoney, type Money } from "../../contract/money.ts";
import type { ExecutionStatus } from "../../execution/execution-status.ts";
import type { SentPlace } from "../../execution/manage-executions.ts";
import { failuresFirst, type Tone } from "../../report/failures-first.ts";
import { type Column, layOut, layOutFirst, plainSpaces, type Table, wrap } from "../terminal/table.ts";
import type { Paint } from "../terminal/terminal.ts";
import { whole } from "./money-columns.ts";
import { below, sumText, timeText } from "./table-cells.ts";

const colours = {
  waiting: "yellow",
  stopped: "red",
  working: "yellow",
  "needs-person": "red",
  complete: "green",
} as const;

/** How executions stand: those first that need a person, then those that wait. */
export function executionsText(inOrder: readonly ExecutionStatus[], width: number, paint: Paint): string {
  const all = failuresFirst(inOrder, toneOf);
  const id: Column = { title: "execution", minimum: 12, isWhole: true };
  const state: Column = {
    title: "state",
    minimum: 12,
    isWhole: true,
    paint: (line, row) => paint(colours[all[row]?.state ?? "stopped"], line),
  };
  const money = (title: string): Column => ({ title, minimum: 0, isWhole: true, align: "right" });
  const rows = all.map((status) => ({
    id: cleanText(status.execution.executionId),
    state: status.state,
    amounts: [
      moneyText(status.money.bought),
      moneyText(status.money.atRisk),
      toComeText(status),
      moneyText(status.execution.maxTotals ?? []),
    ],
    why: whyText(status),
  }));
  const tables: readonly Table[] = [
    {
      columns: [id, state, ...amountTitles.map(money), { title: "why", minimum: 16 }],
      rows: rows.map((row) => [row.id, row.state, ...row.amounts, row.why]),
    },
    {
      columns: [id, state, money("money")],
      rows: rows.map((row) => {
        const amounts = row.amounts.map((amount, index) => amount && `${amountTitles[index]}: ${amount}`);
        return [below(row.id, row.why), row.state, below(...amounts)];
      }),
    },
  ];
  return layOutFirst(tables, width, paint);
}

function toneOf({ state, places }: ExecutionStatus): Tone {
  if (state === "needs-person" || places.inDoubt > 0) return "alarm";
  return state === "waiting" ? "wait" : "good";
}

const amountTitles = ["bought", "at risk", "to come", "total allowed"] as const;

/** Why nothing is sent for it now, and what is in doubt. */
function whyText({ state, places, forbidden }: ExecutionStatus): string {
  return [
    ...(state === "complete" || forbidden === undefined ? [] : [cleanText(forbidden.reason)]),
    ...(places.inDoubt > 0 ? [`${places.inDoubt} may be bought already`] : []),
  ].join("; ");
}

/** Amounts that are not torn from their currencies. */
function moneyText(amounts: readonly Money[]): string {
  return amounts.map((amount) => whole(formatMoney(amount))).join(" ");
}

/** What is to come at most, and how many have no limit; nothing where it is stopped. */
function toComeText({ state, money: { toCome }, unlimited }: ExecutionStatus): string {
  if (state === "stopped") return "";
  const rest = unlimited === 0 ? [] : [`+ ${unlimited}`];
  return [...(toCome.length > 0 ? [moneyText(toCome)] : []), ...rest].join(" ");
}

const labelWidth = 16;

/** One execution: its state, limits, money, and the terms that an approval names. */
export function executionText(status: ExecutionStatus, width: number, paint: Paint): string {
  const { execution, state, forbidden, places, money, termsHash, unlimited } = status;
  const { maxTotals, notBefore, expiresAt, approval, approvalRequired, limitsUnknown, termsVersion } = execution;
  const { forbidTwinsWithin } = execution;
  // What is stopped is never tried again: what is in doubt is not said to be not bought.
  const left = state === "stopped" ? places.toCome - places.inDoubt : places.toCome;
  const lines: readonly (readonly [string, string] | undefined)[] = [
    [
      "state",
      `${paint(colours[state], state)}${forbidden && state !== "complete" ? `: ${cleanText(forbidden.reason)}` : ""}`,
    ],
    ["source", cleanText(execution.source)],
    ...(execution.note === undefined ? [] : ([["note", cleanText(execution.note)]] as const)),
    ...(execution.labels === undefined ? [] : ([["labels", cleanText(labelsText(execution.labels))]] as const)),
    ["bought", `${places.bought} of ${execution.size}: ${sumText(money.bought.map((price) => ({ price })))}`],
    places.atRisk === 0
      ? undefined
      : [
          "at risk",
          `${places.atRisk} sent, and may be bought${money.atRisk.length > 0 ? `: ${moneyText(money.atRisk)}` : ""}`,
        ],
    places.inDoubt === 0
      ? undefined
      : [
          "in doubt",
          `${places.inDoubt} may be bought already: something that was found may be it, and a person decides (buyonce resolve)`,
        ],
    left === 0
      ? undefined
      : [
          // Nothing more is sent for what is stopped.
          state === "stopped" ? "not bought" : "to come",
          state === "stopped"
            ? String(left)
            : `${left}${money.toCome.length > 0 ? `, at most ${moneyText(money.toCome)}` : ""}${unlimited > 0 ? `; ${unlimited} without a limit (maxPrice)` : ""}`,
        ],
    places.skipped === 0 ? undefined : ["skipped", String(places.skipped)],
    [
      "total allowed",
      maxTotals ? moneyText(maxTotals) : limitsUnknown ? "not known: driven by an older version" : "no limit",
    ],
    notBefore === undefined ? undefined : ["not before", notBefore],
    expiresAt === undefined ? undefined : ["expires", expiresAt],
    forbidTwinsWithin === undefined ? undefined : ["twins", `forbidden within ${forbidTwinsWithin.slice(1, -1)} days`],
    approvalRequired || approval !== undefined
      ? [
          "approval",
          approval
            ? `by ${cleanText(approval.person)} at ${timeText(approval.at)}: ${cleanText(approval.reason)}`
            : "none yet",
        ]
      : undefined,
    ["terms", `version ${termsVersion}, ${termsHash}`],
  ];
  const given = lines.filter((line) => line !== undefined);
  const text = given.flatMap(([label, value]) =>
    wrap(value, Math.max(20, width - labelWidth)).map((part, index) => {
      return `${paint("dim", (index === 0 ? label : "").padEnd(labelWidth))}${part}\n`;
    }),
  );
  return plainSpaces(`${paint("bold", `Execution ${cleanText(execution.executionId)}`)}\n\n${text.join("")}`);
}

/** What was sent before an execution was cancelled. `redrive` is the command that finds out. */
export function sentText(sent: readonly SentPlace[], width: number, redrive: string): string {
  if (sent.length === 0) return "\nNothing is on its way: of all that was sent it is recorded what became of it.\n";
  const named = sent.map(({ recIndex, price }) => `#${recIndex}${price ? ` (${formatMoney(price)})` : ""}`).join(", ");
  const text = `Sent before, and may be bought: ${named}. To find out, without sending anything, drive it again:`;
  return `\n${wrap(text, width).join("\n")}\n    ${redrive}\n`;
}

/** An execution's history, oldest first. */
export function executionHistoryText(history: readonly ExecutionEntry[], width: number, paint: Paint): string {
  return layOut(
    [
      { title: "when (UTC)", minimum: 19, paint: (line) => paint("dim", line) },
      { title: "event", minimum: 8 },
      { title: "terms", minimum: 5, align: "right" },
      { title: "who", minimum: 8 },
      { title: "why", minimum: 12 },
      { title: "detail", minimum: 12 },
    ],
    history.map(({ at, event, termsVersion, person = "", reason = "", detail }) => [
      timeText(at),
      event,
      String(termsVersion),
      cleanText(person),
      cleanText(reason),
      cleanText(detail),
    ]),
    width,
    paint,
  );
}
