import { about } from "./field-schemas.ts";
import { moneySchema } from "./money.ts";

/** The limit that every recommendation may have. */
export const maxPriceField = moneySchema
  .meta(
    about("The most that the whole commitment may cost over its term. Left out: any price is accepted.", {
      example: { amount: "1200.00", currency: "USD" },
      unit: "for the whole term",
    }),
  )
  .optional();
