import { Big } from "big.js";
import { money } from "../../../src/contract/money.ts";
import type { Price } from "../aws-price.ts";

/** The price that EC2 says of hosts, in texts; undefined where one of them is no decimal number. */
export function priceOfHosts({
  upfront,
  hourly,
  currency,
  seconds,
}: {
  readonly upfront: string | undefined;
  readonly hourly: string | undefined;
  readonly currency: string;
  readonly seconds: number;
}): Price | undefined {
  if (!isDecimal(upfront) || !isDecimal(hourly)) return undefined;
  const hours = seconds / 3_600;
  const total = new Big(hourly).times(hours).plus(upfront);
  return { upfront: money(upfront, currency), total: money(total.toFixed(), currency), hours };
}

function isDecimal(text: string | undefined): text is string {
  return /^\d+(\.\d+)?$/.test(text ?? "");
}
