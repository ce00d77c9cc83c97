import { z } from "zod";
import { RefusedError } from "../../../src/contract/errors.ts";
import type { JsonObject } from "../../../src/contract/json.ts";
import type { Money } from "../../../src/contract/money.ts";
import { isObject } from "../../http/answer.ts";
import { quoteService, UnbelievableAnswerError } from "../../http/api-error.ts";
import type { ArmClient } from "../arm-client.ts";
import { believePrice } from "../believe-price.ts";
import type { ReadStep } from "../../http/refusal.ts";
import { toRefusal } from "../azure-refusal.ts";

const step: ReadStep = {
  purpose: "have the savings plan validated",
  permission: "Microsoft.BillingBenefits/validate/action (role Savings plan Purchaser on the billing subscription)",
  code: "quote-failed",
  untrusted: "quote-failed",
};

const text = z.string().optional().catch(undefined);

/** One verdict for the one benefit that was asked about. */
const answerSchema = z.object({
  benefits: z.tuple([z.looseObject({ valid: z.boolean(), reasonCode: text, reason: text })]),
});

/**
 * Asks whether Azure would sell it (`POST validate`); moves no money and is retried. `price` is what was made of the request:
 * Azure names none. Throws a RefusedError: `not-offered` with Azure's reason where it would not sell it, else `quote-failed`
 * (also where the answer is about something else), `access-denied`, `credentials-unavailable`.
 */
export async function validatePurchase(
  client: ArmClient,
  { request, price }: { readonly request: JsonObject; readonly price: Money },
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const url = client.url("/providers/Microsoft.BillingBenefits/validate");
    const body = { benefits: [request] };
    const answer = answerSchema.safeParse(await client.read({ method: "POST", url, body, signal }));
    if (!answer.success) throw new UnbelievableAnswerError("the answer does not say whether it is valid");
    const [{ valid, reasonCode, reason, ...echo }] = answer.data.benefits;
    if (valid) {
      believePrice(price, isObject(echo["properties"]) ? { ...echo, ...echo["properties"] } : echo, request);
      return;
    }
    const why = quoteService([reasonCode, reason].filter((part) => part !== undefined).join(": "));
    throw new RefusedError({
      code: "not-offered",
      message: `Azure would not sell this savings plan: ${why || "it gave no reason"}. Nothing was bought.`,
    });
  } catch (error) {
    throw toRefusal(error, step, signal);
  }
}
