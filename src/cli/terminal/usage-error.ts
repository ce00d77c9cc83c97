import { BuyonceError } from "../../spec/errors.ts";

/** The command was called in a way that it does not accept; nothing was sent. */
export function usageError(message: string): BuyonceError {
  return new BuyonceError({ code: "invalid-configuration", message });
}
