import type { PurchaseAnswer } from "../../../src/contract/purchase-answer.ts";
import { adviceForRefusal } from "../gcp-advice.ts";

/** What is asked to sell, for the advice on a refusal. */
export interface Seller {
  readonly api: string;
  readonly permission: string;
  readonly role: string;
  /** What a person asks for more of. */
  readonly quota: string;
}

/** Compute Engine. */
export const computeEngine: Seller = {
  api: "compute.googleapis.com",
  permission: "compute.commitments.create",
  role: "Compute Admin",
  quota: "Committed vCPUs and memory of the region",
};

/** What Google said of the purchase of a commitment: clauses without a final stop, and its own code. */
interface Words {
  readonly reason: string;
  readonly code?: string | undefined;
}

/** Nothing was bought by this send. `left`: Google answered; false where nothing left this machine. */
export function notBought(
  name: string,
  {
    reason,
    code,
    retryable,
    left,
  }: Words & { readonly code: string; readonly retryable: boolean; readonly left: boolean },
  seller: Seller = computeEngine,
): PurchaseAnswer & { readonly kind: "rejected" } {
  const advice = retryable ? "Nothing was bought: drive again later." : adviceFor(code, reason, seller);
  const said = `Google did not buy commitment ${name}: ${reason}. ${advice}`;
  return { kind: "rejected", reason: said, providerCode: code, retryable, left, expired: false };
}

/** There is a commitment of this name: it says what became of the purchase. */
export function nameTaken(name: string, { reason, code }: Words): PurchaseAnswer & { readonly kind: "exists" } {
  return { kind: "exists", reason: `There is a commitment ${name} already: ${reason}.`, providerCode: code };
}

/** It may have been bought. `evidence`: another commitment that the answer is about; `retryAfter` in milliseconds. */
export function notKnown(
  name: string,
  {
    reason,
    code,
    retryAfter,
    evidence = [],
  }: Words & { readonly retryAfter?: number | undefined; readonly evidence?: readonly string[] },
): PurchaseAnswer & { readonly kind: "unknown" } {
  const said = `Whether commitment ${name} was bought is not known: ${reason}.`;
  return { kind: "unknown", reason: said, providerCode: code, retryAfter, evidence };
}

function adviceFor(code: string, message: string, { api, permission, role, quota }: Seller): string {
  const otherCause = adviceForRefusal({ code, message }, api);
  if (otherCause !== undefined) return otherCause;
  if (/quota/i.test(code)) {
    return `The quota is used up: ask for more (${quota}), and drive again.`;
  }
  if (/^(forbidden|PERMISSION_DENIED|required|insufficientPermissions)$/.test(code)) {
    return `The identity needs the permission ${permission} (role ${role}) on the project.`;
  }
  return "Remove the cause that Google names, and drive again.";
}
