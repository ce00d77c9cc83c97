import { type Money, totals } from "../contract/money.ts";
import { type Payments, paymentTotals, type Priced } from "../contract/payments.ts";
import { amountText, type Html, html } from "./html.ts";

/** Something that is paid for, and when it was bought, in milliseconds since 1970. */
export interface PaidFrom extends Priced {
  readonly boughtAt: number;
}

/** What is due in the month that begins then. */
interface DueMonth {
  /** Months since the year 0. */
  readonly month: number;
  readonly now: readonly Money[];
  readonly monthly: readonly Money[];
}

/** Terms last five years at most; of purchases that lie further apart only the figures are shown. */
const mostDrawn = 96;

/** Pixels. */
const [width, height, left, top, bottom] = [720, 190, 96, 10, 24];

/**
 * What is due when, for each currency: a drawing, and the same figures as a table. A month is one that begins on the day of the
 * purchase. Undefined where nobody knows of anything how it is paid. Pure.
 */
export function paymentChart(all: readonly PaidFrom[]): Html | undefined {
  const known = all.filter(({ price, payments }) => price !== undefined && payments !== undefined);
  if (known.length === 0) return undefined;
  const ofCurrency = Map.groupBy(known, ({ price }) => price?.currency ?? "");
  const unknown = paymentTotals(all).flatMap((sums) => sums.unknown ?? []);
  const isAverage = known.some(({ payments }) => payments?.monthly?.kind === "average");
  return html`<section aria-labelledby="due">
    <h2 id="due">What is due when</h2>
    ${[...ofCurrency].map(([currency, own]) => currencyPart(currency, dueMonths(own)))}
    <p class="note">${noteText(isAverage, unknown)}</p>
  </section>`;
}

function noteText(isAverage: boolean, unknown: readonly Money[]): string {
  return [
    "A month is counted from the day of the purchase; only what is bought is counted.",
    ...(isAverage ? ["Where the provider bills by the hour, each month shows the mean over the term."] : []),
    ...(unknown.length === 0
      ? []
      : [`Of ${unknown.map(amountText).join(", ")} it is not known how it is paid: that is left out here.`]),
  ].join(" ");
}

function dueMonths(all: readonly PaidFrom[]): readonly DueMonth[] {
  const months = new Map<number, { readonly now: Money[]; readonly monthly: Money[] }>();
  const at = (month: number) => {
    const known = months.get(month) ?? { now: [], monthly: [] };
    months.set(month, known);
    return known;
  };
  for (const { boughtAt, payments } of all) {
    if (payments === undefined) continue;
    const first = monthOf(boughtAt);
    at(first).now.push(payments.dueNow);
    const { monthly } = payments;
    if (monthly === undefined) continue;
    for (let index = 0; index < monthly.months; index++) {
      at(first + firstMonthly(payments) + index).monthly.push({ amount: monthly.amount, currency: monthly.currency });
    }
  }
  return [...months]
    .toSorted(([one], [other]) => one - other)
    .map(([month, { now, monthly }]) => ({ month, now: totals(now), monthly: totals(monthly) }));
}

/**
 * How many months after the purchase the first of the monthly payments is due: of 11, 35 or 59 what was due at the purchase was the
 * first instalment of a term, and the next follows in a month.
 */
function firstMonthly({ dueNow, monthly }: Payments): number {
  return monthly !== undefined && (monthly.months + 1) % 12 === 0 && Number(dueNow.amount) > 0 ? 1 : 0;
}

function currencyPart(currency: string, months: readonly DueMonth[]): Html {
  const [first, last] = [months[0]?.month ?? 0, months.at(-1)?.month ?? 0];
  const isDrawn = last - first < mostDrawn && months.some(({ now, monthly }) => sumOf(now) + sumOf(monthly) > 0);
  return html`<figure class="due">
    ${isDrawn ? drawing(currency, months) : undefined}
    <div class="scroll">
      <table class="totals">
        <caption class="unseen">
          What is due when, in ${currency}
        </caption>
        <thead>
          <tr>
            <th>Month from</th>
            <th class="money">At purchase, ${currency}</th>
            <th class="money">Monthly, ${currency}</th>
            <th class="money">Together, ${currency}</th>
          </tr>
        </thead>
        <tbody>
          ${stretches(months).map(
            ({ from, to, now, monthly }) =>
              html`<tr>
                <th scope="row">
                  ${from === to ? monthText(from) : `Each from ${monthText(from)} to ${monthText(to)}`}
                </th>
                ${amountCell(now, "at purchase")} ${amountCell(monthly, "monthly")}
                ${amountCell(totals([...now, ...monthly]), "together")}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </figure>`;
}

function amountCell([amount]: readonly Money[], unit: string): Html {
  if (amount === undefined || Number(amount.amount) === 0) return html`<td class="money none">–</td>`;
  return html`<td class="money" data-unit="${amount.currency} ${unit}">
    ${amountText(amount).replace(` ${amount.currency}`, "")}
  </td>`;
}

/** Months in a row in which the same is due. */
function stretches(months: readonly DueMonth[]) {
  const found: {
    readonly from: number;
    to: number;
    readonly now: readonly Money[];
    readonly monthly: readonly Money[];
  }[] = [];
  for (const { month, now, monthly } of months) {
    const open = found.at(-1);
    const isSame = open !== undefined && sumOf(open.now) === 0 && sumOf(now) === 0 && sameSums(open.monthly, monthly);
    if (open !== undefined && isSame && open.to === month - 1) open.to = month;
    else found.push({ from: month, to: month, now, monthly });
  }
  return found;
}

function sameSums([one]: readonly Money[], [other]: readonly Money[]): boolean {
  return one?.amount === other?.amount;
}

/** For drawing only. */
function sumOf([amount]: readonly Money[]): number {
  return Number(amount?.amount ?? 0);
}

function drawing(currency: string, months: readonly DueMonth[]): Html {
  const first = months[0]?.month ?? 0;
  const count = (months.at(-1)?.month ?? first) - first + 1;
  const most = Math.max(...months.map(({ now, monthly }) => sumOf(now) + sumOf(monthly)));
  const step = (width - left) / count;
  const scale = (height - top - bottom) / most;
  const ground = height - bottom;
  const bar = (kind: string, x: number, y: number, tall: number) =>
    tall <= 0
      ? undefined
      : html`<rect
          class="bar ${kind}"
          x="${px(x)}"
          y="${px(y)}"
          width="${px(Math.min(step * 0.72, 40))}"
          height="${px(tall)}"
        />`;
  // A label needs some 60 pixels.
  const every = [1, 2, 3, 6, 12, 24].find((each) => each * step >= 62) ?? 24;
  const name = `What is due when, in ${currency}`;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">
      <title>${name}</title>
      <desc>${stretchesText(currency, months)}</desc>
      ${[1, 0.5, 0].map((share) => {
        const y = ground - most * share * scale;
        return html`<line class="tick" x1="${left - 6}" x2="${width}" y1="${px(y)}" y2="${px(y)}" />
          <text class="axis right" x="${left - 10}" y="${px(y + 4)}">${axisText(most * share)}</text>`;
      })}
      ${months.map(({ month, now, monthly }) => {
        const x = left + (month - first) * step;
        const [up, each] = [sumOf(now) * scale, sumOf(monthly) * scale];
        return html`<g>
          <title>
            ${monthText(month)}:
            ${totals([...now, ...monthly])
              .map(amountText)
              .join("")}
          </title>
          ${bar("monthly", x, ground - each, each)} ${bar("now", x, ground - each - up, up)}
        </g>`;
      })}
      ${Array.from({ length: count }, (_, index) => index)
        .filter((index) => index % every === 0)
        .map(
          (index) =>
            html`<text class="axis" x="${px(left + index * step)}" y="${height - 6}"
              >${monthText(first + index)}</text
            >`,
        )}
    </svg>
    <p class="keys"><span class="key now">at purchase</span> <span class="key monthly">monthly</span></p>`;
}

function stretchesText(currency: string, months: readonly DueMonth[]): string {
  return stretches(months)
    .map(({ from, to, now, monthly }) => {
      const sum =
        totals([...now, ...monthly])
          .map(amountText)
          .join("") || `0 ${currency}`;
      return from === to
        ? `${monthText(from)}: ${sum}`
        : `each month from ${monthText(from)} to ${monthText(to)}: ${sum}`;
    })
    .join("; ");
}

function axisText(amount: number): string {
  return amount.toLocaleString("en", {
    notation: amount >= 1_000_000 ? "compact" : "standard",
    maximumFractionDigits: 1,
  });
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function monthOf(at: number): number {
  const date = new Date(at);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

const names = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

function monthText(month: number): string {
  return `${names[month % 12]} ${Math.floor(month / 12)}`;
}
