import { cleanText } from "../contract/clean-text.ts";
import { formatMoney, type Money } from "../contract/money.ts";
import { formatMonthly, type MonthlyPayment } from "../contract/payments.ts";
import { maskToken } from "../contract/token.ts";

/** A piece of HTML: made by {@link html}, which escapes what is put in, or of a constant. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Html[];

/** A template of HTML: what is put in is escaped, unless it is HTML already; nothing for undefined. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.reduce((all, text, index) => `${all}${plain(parts[index - 1])}${text}`));
}

function plain(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(({ text }) => text).join("\n");
  return escape(String(part));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A value of a form, for an attribute in double quotes. It goes in whole, not masked: it comes back with the form as somebody typed it. */
export function formValue(text: string): Html {
  return new Html(escapeSigns(text));
}

/** Tokens are masked: whoever knows one could make a purchase look like ours. */
function escape(text: string): string {
  const masked = cleanText(text).replaceAll(/\b[0-9a-f]{64}\b/gi, (token) => maskToken(token));
  return escapeSigns(masked);
}

function escapeSigns(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? "");
}

/** For people: `15,588.00 GBP`. */
export function amountText(money: Money): string {
  return inGroups(formatMoney(money));
}

/** What is paid every month, for people: `11 × 33,558.00 GBP`. */
export function monthlyText(monthly: MonthlyPayment): string {
  return inGroups(formatMonthly(monthly));
}

/** The digits before the point, or before the currency, in threes. */
function inGroups(text: string): string {
  return text.replace(/\d+(?=(\.\d+)? [A-Z]{3}$)/, (digits) => digits.replaceAll(/\B(?=(\d{3})+$)/g, ","));
}

/** A time in milliseconds since 1970, in UTC: `22 Nov 2026, 09:05:00`. */
export function timeText(at: number): string {
  const iso = new Date(at).toISOString();
  const month = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[Number(iso.slice(5, 7)) - 1];
  return `${Number(iso.slice(8, 10))} ${month} ${iso.slice(0, 4)}, ${iso.slice(11, 19)}`;
}
