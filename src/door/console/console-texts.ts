// Texts that were written for the command line, in the words of the console.
import { timeText } from "../../report/html.ts";

/** What the console does itself: the command for it, and how it is said here. The rest of the commands stay. */
const commands: readonly (readonly [RegExp, string])[] = [
  [/: buyonce resolve (?:'[^']*'|\S+) \d+ --bought ID, --not-this ID, --not-bought or --write-off/g, " on its page"],
  [/, or leave it to a timer that runs `?buyonce redrive`?/g, ", or leave it to the server, which does so by itself"],
  [/\(`?buyonce resolve --bought`?\)/g, "(on its page: It was bought)"],
  [/\(`?--not-this`?\)/g, "(on its page: What was found is another purchase)"],
  [/`?buyonce resolve --bought`?, or `?--not-this`?/g, "on its page"],
  [/\(`?--write-off`?\)/g, "(on its page: Nobody can find out any more)"],
  [/(?:with )?`?buyonce resolve`?/g, "on its page"],
  [/`?buyonce (approve|cancel|reopen)`?/g, "on the page of the execution"],
];

const isoTimes = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z\b/g;

/** The whole part of an amount with its currency, where it is long. */
const longAmounts = /(?<![\w.,-])\d{4,}(?=(?:\.\d+)? [A-Z]{3}\b)/g;

/** A message or an advice of this project, as the console says it: with its own ways, and its own form of times and amounts. */
export function inTheConsole(text: string): string {
  const said = commands.reduce((all, [command, here]) => all.replaceAll(command, here), text);
  const counted = said.replaceAll(longAmounts, (whole) => whole.replaceAll(/\B(?=(\d{3})+$)/g, ","));
  return counted.replaceAll(isoTimes, (iso) => {
    const at = Date.parse(iso);
    return Number.isNaN(at) ? iso : `${timeText(at)} UTC`;
  });
}

/** The most characters of a message in a row of a table or in a picture: it is whole on the page of its recommendation. */
const mostInRow = 200;

/** What a message says first, without the fields that only programs read; never cut within a word. */
export function firstSentence(text: string): string {
  const plain = text.replaceAll(/ under \{[^{}]*\}/g, "").replaceAll(/\{"[^{}]*\}/g, "…");
  const [first = plain] = /^[^]*?[.!?](?=\s|$)/.exec(plain) ?? [];
  if (first.length <= mostInRow) return first;
  return `${first.slice(0, mostInRow).replace(/\s+\S*$/, "")} …`;
}

/** A term in years, `P1Y`, and how it is paid, `no-upfront`, in words, wherever they stand in a description. */
export function inWords(text: string): string {
  return text
    .replaceAll(
      /(?<=^|[\s,(])P(\d)Y(?=$|[\s,)])/g,
      (_term, years: string) => `${years} ${years === "1" ? "year" : "years"}`,
    )
    .replaceAll(
      /(?<=^|[\s,(])(no|partial|all)-upfront(?=$|[\s,)])/g,
      (_payment, part: string) => `${payments[part]} upfront`,
    );
}

const payments: Readonly<Record<string, string>> = { no: "nothing", partial: "partly", all: "all" };
