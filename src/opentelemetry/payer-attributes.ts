import type { Attributes } from "@opentelemetry/api";
import type { Payer } from "../contract/payer.ts";

/** What spans and counters say of who pays. */
export function payerAttributes({ provider, service, account }: Payer): Attributes {
  return {
    "buyonce.provider": provider,
    "buyonce.service": service,
    ...(account === undefined ? {} : { "buyonce.account": account }),
  };
}
