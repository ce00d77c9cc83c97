import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import type { JsonObject } from "./json.ts";
import type { AnyRecommendation } from "./recommendation.ts";

/** SHA-256 (hex) of the canonical JSON (RFC 8785) of a value. */
export function hashJson(value: JsonObject): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("The value has no JSON form.");
  return hash("sha256", text);
}

/**
 * What a recommendation asks to buy, as one hash: account scope included, the price limit, the note and the labels left out.
 *
 * The limit guards a purchase and does not change what is bought, so an operator may raise it and drive again
 * (docs/decisions/0002-price-limit-is-no-part-of-the-fingerprint.md).
 */
export function fingerprint(recommendation: AnyRecommendation): string {
  return hashJson(purchaseOf(recommendation));
}

/** The names of the fields in which two recommendations ask for different purchases. */
export function differingFields(left: AnyRecommendation, right: AnyRecommendation): string[] {
  const [a, b] = [purchaseOf(left), purchaseOf(right)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.filter((name) => canonicalize(a[name]) !== canonicalize(b[name])).sort();
}

function purchaseOf({ maxPrice: _limit, note: _note, labels: _labels, ...purchase }: AnyRecommendation): JsonObject {
  return purchase;
}
